"""A small territory to try the integration with: database, broker, appliances, planner."""
