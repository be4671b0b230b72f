"""Fragments of pages, the live stream, and the small actions of a page."""
