"""What is read beside the engine and feeds it; nothing here knows Home Assistant."""
