"""Sources of plans of a home without a server: their flow, what runs, and what is shown."""
