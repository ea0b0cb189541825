"""Which devices there are: hub, homes, appliances, screens; and how many entities fit."""
