"""What every room of the engine stands on."""
