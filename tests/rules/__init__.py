"""Surplus rules: in the engine on real parts, and as Home Assistant shows them."""
