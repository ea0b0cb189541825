"""Where inventory, state and plans live; each package implements `engine.ports.Storage`."""
