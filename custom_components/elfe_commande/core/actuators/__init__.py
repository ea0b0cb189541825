"""What entities of Home Assistant can be driven, and how; pure.

A new domain is one entry in `domains.py`, a new pair one in `pairs.py`.
"""

from .actuator import Actuator, Look, OwnChanges, Part, Reading, Shown
from .domains import DOMAINS, Domain, domain_of, temperature_of
from .pairs import PAIRS, Half, Pair
from .ways import Attributes, Call, Choices, Range, Value, Way, worded

__all__ = [
    "DOMAINS",
    "PAIRS",
    "Actuator",
    "Attributes",
    "Call",
    "Choices",
    "Domain",
    "Half",
    "Look",
    "OwnChanges",
    "Pair",
    "Part",
    "Range",
    "Reading",
    "Shown",
    "Value",
    "Way",
    "domain_of",
    "temperature_of",
    "worded",
]
