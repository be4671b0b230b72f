"""Background jobs that requests start."""
