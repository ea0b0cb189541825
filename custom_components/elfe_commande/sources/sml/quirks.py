"""Sets right what makers of meters are known to send otherwise than they mean it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from .direction import Way, way_of
from .obis import NET_POWER, PHASE_POWERS, is_net
from .telegrams import Register, Telegram, scaled
from .units import COUNTED

_UNSIGNED_POWERS: Final = frozenset({NET_POWER, *PHASE_POWERS})
_DZG: Final = "DZG"
_WIDEST: Final = 3
"""Bytes of a power that DZG's meters send without room for the sign."""


def corrected(telegram: Telegram) -> Telegram:
    """Return a telegram as its meter means it."""
    readings = telegram.readings
    return replace(
        telegram,
        readings={
            code: _unsigned(reading)
            if _counts(reading) or _lost_sign(telegram.made_by, readings, reading)
            else reading
            for code, reading in readings.items()
        },
    )


def _counts(reading: Register) -> bool:
    """Return whether it is a counter: a negative one is one whose first bit is taken for a sign."""
    return reading.unit in COUNTED and not is_net(reading.code)


def _lost_sign(made_by: str | None, readings: Mapping[str, Register], reading: Register) -> bool:
    """Return whether a power is sent as if it had a sign: by the status word it is taken."""
    sent = reading.sent
    if made_by != _DZG or reading.code not in _UNSIGNED_POWERS or sent is None:
        return False
    phase = None if reading.code == NET_POWER else reading.code
    return sent.size <= _WIDEST and way_of(readings, phase) is Way.TAKEN


def _unsigned(reading: Register) -> Register:
    sent = reading.sent
    if sent is None or sent.value >= 0:
        return reading
    return replace(reading, value=scaled(sent.unsigned, reading.scaler))
