"""What is read, written and remembered."""
