"""One meter: takes telegrams, knows what to show of them, and when."""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto
import math

from .bearing import Bearing
from .direction import Way
from .guard import EnergyGuard
from .obis import SIGNED_POWERS, is_net
from .power import Surplus, has_power, lacks_sign, net_power
from .sml_settings import MeterSettings
from .telegrams import Register, Telegram, Value
from .units import COUNTED, MOST


class Rate(Enum):
    """How often something is shown anew."""

    POWER = auto()
    ENERGY = auto()
    CHANGE = auto()
    """Identities: when they change."""


def rate_of(reading: Register) -> Rate:
    """Return how often a reading is shown anew."""
    if isinstance(reading.value, str):
        return Rate.CHANGE
    return Rate.ENERGY if reading.unit in COUNTED else Rate.POWER


class Meter:
    """What one meter said last, and what is shown of it. Times are seconds that only grow."""

    def __init__(self, settings: MeterSettings) -> None:
        """Have heard nothing."""
        self._settings = settings
        self._guards: dict[str, EnergyGuard] = {}
        self._bearing = Bearing()
        self._surplus = Surplus(settings.timing.smoothing)
        self._due: dict[Rate, float] = {}
        self._first_at: float | None = None
        self._powered_at: float | None = None
        self.heard_at: float | None = None
        """When the last telegram came."""
        self.heard: Mapping[str, Register] = {}
        """What the last telegram said, guarded, without what is filtered."""
        self.shown: dict[str, Value] = {}
        """Values to show, by code."""
        self.net_power: float | None = None
        """Watts to show: positive is taken, negative is given."""
        self.surplus: float | None = None
        """Watts to show, smoothed."""
        self.signed = False
        """Whether a power with a sign was ever told."""
        self.lacks_sign = False
        """Whether the last telegram told a power, and not which way it flows."""

    def hear(self, telegram: Telegram, now: float) -> frozenset[Rate]:
        """Take a telegram; return what is to be shown anew."""
        resolved = self._bearing.resolve(_credible(telegram.readings), telegram.made_by)
        readings = self._prepared(resolved, now)
        self.heard, self.heard_at = readings, now
        if self._first_at is None:
            self._first_at = now
        if has_power(telegram.readings):
            self._powered_at = now
        net = self._net(readings)
        self.lacks_sign = lacks_sign(telegram.readings) and net is None
        surplus = None if net is None else self._surplus.follow(net, now)
        due = self._take_due(now)
        if net is None and self.net_power is not None and has_power(telegram.readings):
            # What is in doubt is not shown for a moment longer.
            due |= {Rate.POWER}
        if net is not None and not self.signed:
            self.signed = True
            due |= {Rate.POWER}
        if Rate.POWER in due:
            self.net_power = net
            self.surplus = surplus
        changed = set(due)
        for code in telegram.readings.keys() - readings.keys():
            # Told, and in doubt.
            self.shown.pop(code, None)
        for code, reading in readings.items():
            rate = rate_of(reading)
            if rate is Rate.CHANGE:
                if self.shown.get(code) != reading.value:
                    self.shown[code] = reading.value
                    changed.add(rate)
            elif rate in due or code not in self.shown:
                self.shown[code] = reading.value
                changed.add(rate)
        return frozenset(changed)

    @property
    def way(self) -> Way | None:
        """Which way energy flows by the status word, as far as it can be believed."""
        return self._bearing.trusted

    def is_stale(self, now: float) -> bool:
        """Return whether what was said last is too old to say anything."""
        return self.heard_at is None or now - self.heard_at >= self._settings.timing.stale_after

    def lacks_power(self, now: float) -> bool:
        """Return whether telegrams have long come without any power: the PIN is missing."""
        if self._first_at is None or self.heard_at is None:
            return False
        since = self._first_at if self._powered_at is None else self._powered_at
        told = self.heard_at == self._powered_at
        return not told and now - since >= self._settings.timing.unpowered_after

    def _net(self, readings: Mapping[str, Register]) -> float | None:
        net = net_power(readings, self.way)
        inverts = self._settings.inverted and lacks_sign(readings)
        return -net if inverts and net is not None else net

    def _prepared(self, readings: Mapping[str, Register], now: float) -> dict[str, Register]:
        """Return the readings to use: filtered, guarded, with the sign a person chose."""
        prepared = {}
        for code, reading in readings.items():
            if code in self._settings.hidden:
                continue
            number = reading.number
            if number is not None and reading.unit in COUNTED and not is_net(code):
                guard = self._guards.setdefault(code, EnergyGuard())
                prepared[code] = replace(reading, value=guard.accept(number, now))
            elif number is not None and self._settings.inverted and code in SIGNED_POWERS:
                prepared[code] = replace(reading, value=-number)
            else:
                prepared[code] = reading
        return prepared

    def _take_due(self, now: float) -> frozenset[Rate]:
        """Return what is due; the next time is counted from when it was due, not from now."""
        timing = self._settings.timing
        due = set()
        for rate, interval in (
            (Rate.POWER, timing.power_interval),
            (Rate.ENERGY, timing.energy_interval),
        ):
            at = self._due.get(rate)
            if at is None or now >= at:
                due.add(rate)
                on_time = at is not None and now < at + interval
                self._due[rate] = (at if on_time and at is not None else now) + interval
        return frozenset(due)


def _credible(readings: Mapping[str, Register]) -> Mapping[str, Register]:
    """Return the readings without units of which one tells more than any meter measures.

    A total of which a part is left out would be wrong.
    """
    absurd = {
        reading.unit
        for reading in readings.values()
        if (number := reading.number) is not None
        and abs(number) > MOST.get(reading.unit or "", math.inf)
    }
    if not absurd:
        return readings
    return {code: reading for code, reading in readings.items() if reading.unit not in absurd}
