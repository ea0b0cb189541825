"""What a UPS can say, and what events it means."""
