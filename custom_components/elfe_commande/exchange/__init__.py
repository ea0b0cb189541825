"""What is exchanged with other programs through files."""
