"""Loads that take power as long as they get it: tank, heater, car."""

import time
from typing import override

from .machine import Clock


class _Continuous:
    """A load whose store fills while it is powered."""

    def __init__(self, watts: float, clock: Clock, speed: float, powered: bool) -> None:
        self.rated = watts
        self.powered = powered
        self.switched = self.interruptions = self.presses = 0
        self._clock = clock
        self._speed = speed
        self._updated = clock()

    @property
    def watts(self) -> float:
        """Return what is drawn now, W."""
        self._update()
        return self.rated if self.powered and self.wants else 0.0

    @property
    def wants(self) -> bool:
        """Return whether it would draw if it had power."""
        return True

    def supply(self, on: bool) -> None:
        """Give or cut the power."""
        self._update()
        if on is not self.powered:
            self.switched += 1
            self.interruptions += int(self.powered and self.wants)
            self.powered = on

    def press(self, button: str) -> None:  # noqa: ARG002
        """Count a press, which nothing here expects."""
        self.presses += 1

    def _update(self) -> None:
        now = self._clock()
        hours = max(0.0, now - self._updated) * self._speed / 3600
        self._updated = now
        self._pass(hours, self.rated if self.powered and self.wants else 0.0)

    def _pass(self, hours: float, watts: float) -> None:
        """Let `hours` pass with `watts` going in."""


class WaterHeater(_Continuous):
    """A tank with a thermostat; heat is in Wh, losses and use are drawn from it all the time."""

    def __init__(
        self,
        watts: float = 2000.0,
        *,
        capacity: float = 9000.0,
        heat: float = 4000.0,
        use: float = 250.0,
        clock: Clock = time.time,
        speed: float = 1.0,
        powered: bool = False,
    ) -> None:
        """Prepare a tank; `use` in W is what people and losses take."""
        super().__init__(watts, clock, speed, powered)
        self.capacity, self.heat, self.use = capacity, heat, use

    @property
    @override
    def wants(self) -> bool:
        """Return whether the thermostat asks for heat."""
        return self.heat < self.capacity

    @override
    def _pass(self, hours: float, watts: float) -> None:
        self.heat = min(self.capacity, max(0.0, self.heat + hours * (watts - self.use)))


class Heater(_Continuous):
    """A room with a radiator: temperature in degrees Celsius."""

    def __init__(
        self,
        watts: float = 1500.0,
        *,
        room: float = 18.0,
        wanted: float = 20.0,
        outside: float = 5.0,
        clock: Clock = time.time,
        speed: float = 1.0,
        powered: bool = True,
    ) -> None:
        """Prepare a room of 90 W and 1,000 Wh per degree."""
        super().__init__(watts, clock, speed, powered)
        self.room, self.wanted, self.outside = room, wanted, outside

    @property
    @override
    def wants(self) -> bool:
        """Return whether the room is too cold."""
        return self.room < self.wanted

    @override
    def _pass(self, hours: float, watts: float) -> None:
        self.room += hours * (watts - 90.0 * (self.room - self.outside)) / 1000.0


class CarCharger(_Continuous):
    """A car on its cable; charge and battery in Wh."""

    def __init__(
        self,
        watts: float = 3700.0,
        *,
        battery: float = 40_000.0,
        charge: float = 16_000.0,
        plugged: bool = True,
        clock: Clock = time.time,
        speed: float = 1.0,
        powered: bool = False,
    ) -> None:
        """Prepare a charger."""
        super().__init__(watts, clock, speed, powered)
        self.battery, self.charge, self.plugged = battery, charge, plugged

    @property
    @override
    def wants(self) -> bool:
        """Return whether there is a car to fill."""
        return self.plugged and self.charge < self.battery

    @property
    def percent(self) -> float:
        """Return the state of charge, 0 to 100."""
        self._update()
        return 100.0 * self.charge / self.battery

    @override
    def _pass(self, hours: float, watts: float) -> None:
        self.charge = min(self.battery, self.charge + hours * watts)
