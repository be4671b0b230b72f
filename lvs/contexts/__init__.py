"""What templates read: one frozen context per region of a page, built in one place."""
