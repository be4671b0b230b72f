"""Backups: made, proved, kept, checked and restored; and what the first server left behind."""
