"""The composition root: Hypercorn around the app, opened in order and closed in reverse."""
