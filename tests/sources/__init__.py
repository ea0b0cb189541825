"""What is read beside the engine."""
