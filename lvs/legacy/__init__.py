"""Data of the previous server: read and imported."""
