"""Surplus rules: their flow, and what is shown of them. What they say is the engine's."""
