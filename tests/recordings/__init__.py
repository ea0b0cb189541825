"""What the reference controller did, replayed on this engine and compared."""
