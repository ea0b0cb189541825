"""What a price's unit makes of it: currency per kWh."""

import re
from typing import Final

_PER: Final = {"kwh": 1.0, "mwh": 1e-3, "gwh": 1e-6, "wh": 1e3}
_HUNDREDTHS: Final = frozenset(
    {
        "c",
        "ct",
        "cts",
        "cent",
        "cents",
        "¢",
        "öre",
        "øre",
        "ore",
        "p",
        "pence",
        "snt",
        "gr",
        "eurocent",
        "eurocents",
        "rp",
    }
)
_CENTS_OF: Final = re.compile(
    r"^(c|ct|cent)[ _]?(€|\$|£|[a-z]{3})$|^(€|\$|£|[a-z]{3})[ _]?(ct|cents?)$"
)


def factor_of(unit: str | None) -> float | None:
    """Return what makes a price in this unit one per kWh; `None` if it is not a price of energy."""
    if not unit:
        return None
    money, slash, energy = unit.replace(" per ", "/").casefold().strip().rpartition("/")
    per = _PER.get(energy.strip())
    money = money.strip()
    if not slash or not money or per is None:
        return None
    hundredths = money in _HUNDREDTHS or _CENTS_OF.match(money) is not None
    return per / 100 if hundredths else per
