"""The planner of a home without a server: what it knows of the world, when it plans, what it tells."""
