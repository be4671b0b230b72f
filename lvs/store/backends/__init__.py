"""What differs between database engines."""
