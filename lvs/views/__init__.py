"""Full pages and files."""
