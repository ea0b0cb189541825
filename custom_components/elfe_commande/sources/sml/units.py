"""The units that a meter may tell, by their number (IEC 62056-62, as meters use them)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

UNITS: Final[Mapping[int, str]] = MappingProxyType(
    {
        5: "h",
        6: "min",
        7: "s",
        8: "°",
        9: "°C",
        13: "m³",
        14: "m³",
        15: "m³/h",
        16: "m³/h",
        19: "l",
        20: "kg",
        24: "bar",
        25: "J",
        27: "W",
        28: "VA",
        29: "var",
        30: "Wh",
        31: "VAh",
        32: "varh",
        33: "A",
        35: "V",
        44: "Hz",
        56: "%",
    }
)

MOST: Final[Mapping[str, float]] = MappingProxyType(
    {"W": 1e6, "VA": 1e6, "var": 1e6, "A": 1e4, "V": 1e5, "Hz": 1e3}
)
"""By unit: more than any meter measures that is read by a head."""

COUNTED: Final = frozenset({"Wh", "varh", "VAh"})
"""Units of counters."""
