"""What the planner found out about the world, and what of it a person should know."""

from enum import StrEnum
from typing import Final


class Finding(StrEnum):
    """How it is with the planner; keys of the translations, the worst first."""

    FAILED = "failed"
    """It could not plan: what was planned goes on."""
    NOT_STORED = "not_stored"
    PRICE_MISSING = "price_missing"
    """No price is known for any time to come."""
    PRICE_UNIT = "price_unit"
    """The prices are in a unit that is none of energy."""
    PRICE_CHOICE = "price_choice"
    """There are prices of several areas, and nobody said which."""
    COLOUR_MISSING = "colour_missing"
    FORECAST_MISSING = "forecast_missing"
    EXPORT_MISSING = "export_missing"
    """Nobody tells what is paid for what is sold: the number that was given is taken."""
    INFEASIBLE = "infeasible"
    """Not all that is owed has its place."""
    BASE_UNKNOWN = "base_unknown"
    """Nothing tells what the home draws besides."""
    NO_LOADS = "no_loads"
    """There is nothing to plan now."""
    OK = "ok"


BLIND: Final = frozenset({Finding.PRICE_MISSING, Finding.PRICE_UNIT, Finding.PRICE_CHOICE})
"""Prices are wanted, and there are none."""
LASTING: Final = BLIND | {Finding.FORECAST_MISSING, Finding.EXPORT_MISSING, Finding.FAILED}
"""What a person is asked about when it lasts."""
WELL: Final = frozenset({Finding.OK, Finding.NO_LOADS, Finding.BASE_UNKNOWN})
"""It plans, and all that it wants to know for it is known, or guessed as well as need be."""
