"""Where inventory, state and plans live; each package implements `engine.ground.ports.Storage`."""
