"""What a NUT server says of a UPS, as texts, and the numbers in it."""

from collections.abc import Mapping
import math
from types import MappingProxyType
from typing import Final

type Variables = Mapping[str, str]
"""By name (`ups.status`, `battery.charge`, ...); see NUT's list of names."""

NO_VARIABLES: Final[Variables] = MappingProxyType({})

_NOTHING: Final = "(null)"
"""What C prints for a text that is not there; some drivers publish it."""


def clean(variables: Mapping[str, str]) -> Variables:
    """Return the variables that have a value, without blanks around it."""
    stripped = {name: value.strip() for name, value in variables.items()}
    return MappingProxyType(
        {name: value for name, value in stripped.items() if value and value != _NOTHING}
    )


def number(variables: Variables, name: str) -> float | None:
    """Return a variable as a finite number, `None` if it is none."""
    try:
        value = float(variables[name])
    except KeyError, ValueError:
        return None
    return value if math.isfinite(value) else None
