"""Which numbers can be: drivers publish what they misread, and zeros where they read nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .status import SWITCHED_OFF, Supply, supply_of, tokens_of
from .variables import Variables, number

_LEAST_OF_NOMINAL: Final = 0.5
_MOST_OF_NOMINAL: Final = 1.5
"""Parts of the nominal voltage beyond which a UPS works on no mains, and gives none."""


@dataclass(frozen=True, slots=True)
class Range:
    """What a quantity can be."""

    low: float
    high: float
    nominal: tuple[str, ...] = ()
    """Where its nominal value is found, the best first."""
    most_of_nominal: float | None = _MOST_OF_NOMINAL


_INPUT: Final = ("input.voltage.nominal",)
_OUTPUT: Final = ("output.voltage.nominal", *_INPUT)
_BATTERY: Final = ("battery.voltage.nominal",)
_LEAST: Final = 1e-3
"""Above zero: what is zero is not measured."""

PLAUSIBLE: Final[Mapping[str, Range]] = MappingProxyType(
    {
        # Percent.
        "battery.charge": Range(0, 100),
        "battery.charge.low": Range(0, 100),
        "ups.load": Range(0, 200),
        # Volts. A battery may have more packs than its nominal voltage counts.
        "battery.voltage": Range(2, 1000, _BATTERY, None),
        "battery.voltage.high": Range(_LEAST, 1000),
        "battery.voltage.low": Range(_LEAST, 1000),
        "battery.voltage.nominal": Range(1, 1000),
        "input.voltage": Range(0, 700, _INPUT),
        "input.voltage.nominal": Range(1, 700),
        "output.voltage": Range(0, 700, _OUTPUT),
        "output.voltage.nominal": Range(1, 700),
        # Hertz.
        "input.frequency": Range(40, 70),
        "input.frequency.nominal": Range(40, 70),
        # Degrees Celsius.
        "ups.temperature": Range(-40, 100),
    }
)
"""By variable. What is outside is not known, wherever it is used."""

_LEAST_OF_MAINS: Final = 50.0
"""Volts: half of the lowest mains there are. A UPS that feeds direct current has less."""

_MEASURED: Final = ("input.voltage", "input.frequency", "output.voltage", "battery.voltage")
_OF_MAINS: Final = frozenset({"input.voltage", "output.voltage"})
_ALIVE: Final = frozenset({"output.voltage", "battery.voltage"})
"""What is not zero while a UPS runs, mains or not."""


def measured(variables: Variables, name: str) -> float | None:
    """Return a variable as a number that can be, `None` if it is none."""
    value = number(variables, name)
    if value is None or name not in PLAUSIBLE:
        return value
    limits = PLAUSIBLE[name]
    if not limits.low <= value <= limits.high:
        return None
    nominal = next((n for each in limits.nominal if (n := measured(variables, each))), None)
    if limits.nominal and not _is_near(variables, name, value, nominal):
        return None
    if nothing_measured(variables) and not name.endswith((".low", ".high", ".nominal")):
        return None
    return value


def nothing_measured(variables: Variables) -> bool:
    """Return whether a driver gives zeros for everything: it was answered nothing."""
    tokens = tokens_of(variables)
    names = [n for n in _MEASURED if n != "output.voltage" or SWITCHED_OFF not in tokens]
    given = {name: value for name in names if (value := number(variables, name)) is not None}
    if not given or any(given.values()):
        return False
    mains = supply_of(tokens) is Supply.MAINS
    return not _ALIVE.isdisjoint(given) or (mains and len(given) > 1)


def _is_near(variables: Variables, name: str, value: float, nominal: float | None) -> bool:
    """Return whether a voltage can be by its nominal one, and by what the status says."""
    most = PLAUSIBLE[name].most_of_nominal
    if nominal is not None and most is not None and value > most * nominal:
        return False
    if _may_be_gone(variables, name):
        return True
    if nominal is None:
        alternates = name in _OF_MAINS and measured(variables, "input.frequency") is not None
        return value >= _LEAST_OF_MAINS if alternates else value > 0
    return value >= _LEAST_OF_NOMINAL * nominal


def _may_be_gone(variables: Variables, name: str) -> bool:
    """Return whether any little voltage may be true: mains that failed, an output that is off."""
    tokens = tokens_of(variables)
    if name == "input.voltage":
        return supply_of(tokens) is not Supply.MAINS
    return name == "output.voltage" and SWITCHED_OFF in tokens
