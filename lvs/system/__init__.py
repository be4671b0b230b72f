"""What the operating system needs to be asked carefully: files and processes."""
