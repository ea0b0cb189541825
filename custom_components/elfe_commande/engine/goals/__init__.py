"""What is wanted of each load, what is, and what follows."""
