"""What a home decides by itself: surplus rules, and what a UPS asks."""
