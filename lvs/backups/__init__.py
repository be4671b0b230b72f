"""Backups of the database: create, verify, list, prune and restore."""
