"""The engine without Home Assistant, on a real database, a real broker, simulated devices."""
