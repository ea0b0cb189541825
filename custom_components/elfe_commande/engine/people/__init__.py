"""What people wish, and what they are shown."""
