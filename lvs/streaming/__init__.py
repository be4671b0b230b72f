"""Bytes of files over HTTP: ranges and bodies, without a word of SQL."""
