"""The planner: pure values in, pure values out."""
