"""Pure values: plans, decisions, time, lifecycle."""
