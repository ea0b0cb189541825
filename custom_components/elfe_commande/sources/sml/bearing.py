"""The sign of a power that a meter does not send, or sends wrongly: what it told before helps."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from .direction import Way, status_words, way_of
from .obis import ENERGY_GIVEN, ENERGY_TAKEN, NET_POWER
from .telegrams import Register, scaled

AGAINST: Final = 2
"""Steps of a counter against the status word, after which the word is not believed."""

_SHORT_OF_A_BYTE: Final[Mapping[str, tuple[int, ...]]] = {"EFR": (2,), "DZG": (3,)}
"""Makers, and the sizes in bytes of powers whose first byte is 00 where it has to be FF."""


class Bearing:
    """Follows which way energy flows, from telegram to telegram."""

    def __init__(self) -> None:
        """Know nothing."""
        self._counted: dict[str, float] = {}
        self._status: Way | None = None
        self._against = 0
        self._grew: Way | None = None
        """Which counter grew last."""
        self._power: float | None = None
        """The last power that is certain, in watts."""
        self._signs = False
        """The meter was heard to send a sign."""

    @property
    def trusted(self) -> Way | None:
        """What the status word said last, unless the counters say otherwise."""
        return self._status if self._against < AGAINST else None

    def resolve(self, readings: Mapping[str, Register], maker: str | None) -> dict[str, Register]:
        """Return readings with the net power that is meant, without it where that is in doubt."""
        self._follow(readings)
        resolved = dict(readings)
        net = readings.get(NET_POWER)
        if net is None or net.number is None:
            return resolved
        power = self._signed(net, net.number, maker)
        if power is None:
            del resolved[NET_POWER]
            return resolved
        self._power = power
        resolved[NET_POWER] = replace(net, value=power)
        return resolved

    def _follow(self, readings: Mapping[str, Register]) -> None:
        grew = self._growth(readings)
        status = way_of(readings)
        if status is None and any(status_words(readings)):
            # Below what makes it count, a meter says nothing of the way.
            status = self._status
        if status is not self._status:
            self._status, self._against = status, 0
        if grew is None:
            return
        self._grew = grew
        if status is not None:
            self._against = 0 if grew is status else self._against + 1

    def _growth(self, readings: Mapping[str, Register]) -> Way | None:
        """Return which of the two counters grew, if one alone did."""
        grew = {way: self._has_grown(codes, readings) for way, codes in _COUNTERS.items()}
        for codes in _COUNTERS.values():
            for code in codes:
                reading = readings.get(code)
                if reading is not None and reading.number is not None:
                    self._counted[code] = reading.number
        ways = [way for way, has_grown in grew.items() if has_grown]
        return ways[0] if len(ways) == 1 else None

    def _has_grown(self, codes: tuple[str, ...], readings: Mapping[str, Register]) -> bool:
        return any(
            (reading := readings.get(code)) is not None
            and (number := reading.number) is not None
            and (before := self._counted.get(code)) is not None
            and number > before
            for code in codes
        )

    def _signed(self, net: Register, power: float, maker: str | None) -> float | None:
        if power < 0:
            self._signs = True
        elif (otherwise := _otherwise(net, maker)) is not None:
            return self._chosen(power, otherwise)
        elif power > 0 and self.trusted is Way.GIVEN and not self._signs:
            return -power
        return power

    def _chosen(self, power: float, otherwise: float) -> float | None:
        """Return one of two meanings: by the status word, the counters, or the last power."""
        way = self.trusted or self._grew
        if way is not None:
            return otherwise if way is Way.GIVEN else power
        if self._power is None:
            return None
        return min(power, otherwise, key=lambda each: abs(each - (self._power or 0.0)))


_COUNTERS: Final = {Way.TAKEN: ENERGY_TAKEN, Way.GIVEN: ENERGY_GIVEN}


def _otherwise(net: Register, maker: str | None) -> float | None:
    """Return what a power means if its first byte lost the sign, `None` if it cannot have."""
    sent = net.sent
    if sent is None or not sent.signed or sent.size not in _SHORT_OF_A_BYTE.get(maker or "", ()):
        return None
    whole = 1 << 8 * (sent.size - 1)
    if not whole // 2 <= sent.value < whole:
        return None
    return scaled(sent.value - whole, net.scaler)
