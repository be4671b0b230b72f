"""The dashboard, its figures, and maintenance of the library."""
