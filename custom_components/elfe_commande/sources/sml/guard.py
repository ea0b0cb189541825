"""Keeps counters from falling or leaping because of one wrong telegram."""

from dataclasses import dataclass

CONFIRMATIONS = 3
"""Telegrams in a row that must agree on what is impossible, before it is believed."""

MAX_POWER = 100 * 3 * 230.0
"""100 A on three phases, in watts: no household's counter is faster."""

ROUNDING = 1000.0
"""Without its PIN, a meter tells whole kilowatt-hours: so much a counter may seem to leap."""

_HOUR = 3600.0


@dataclass(slots=True)
class _Doubt:
    value: float
    at: float
    count: int


class EnergyGuard:
    """One counter, in watt-hours (or the reactive and apparent kinds of them)."""

    def __init__(self) -> None:
        """Believe the first value."""
        self._shown: float | None = None
        self._at = 0.0
        self._doubt: _Doubt | None = None

    def accept(self, value: float, now: float) -> float:
        """Return what to show for the value a telegram told at a time in seconds.

        A fall of less than a kilowatt-hour is rounding: the counter stands still until it
        is overtaken.
        """
        shown = self._shown
        if shown is None or _follows(shown, self._at, value, now):
            return self._believe(value, now)
        if shown - ROUNDING < value < shown:
            self._doubt, self._at = None, now
            return shown
        doubt = self._doubt
        if doubt is None or not _follows(doubt.value, doubt.at, value, now):
            self._doubt = _Doubt(value, now, 1)
            return shown
        doubt.value, doubt.at, doubt.count = value, now, doubt.count + 1
        return self._believe(value, now) if doubt.count >= CONFIRMATIONS else shown

    def _believe(self, value: float, now: float) -> float:
        self._shown, self._at, self._doubt = value, now, None
        return value


def _follows(before: float, at: float, value: float, now: float) -> bool:
    """Return whether a counter can have come from one value to the other."""
    possible = ROUNDING + MAX_POWER * max(0.0, now - at) / _HOUR
    return before <= value <= before + possible
