"""What is noted of a run, whatever it is played on: what devices hear, and what people are told."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from demo.appliances import Fleet, Machine
from demo.appliances.fleet import AnyDevice
from demo.territory import Equipment, Household

from .appliances import ShakyFleet
from .history import Asked, Drew, Heard, History, Pressed, Told


def is_powered(fleet: Fleet, equipment: Equipment) -> bool | None:
    """Return whether what switches the load lets power through, `None` where nothing does."""
    switch = next((d.id for d in equipment.devices if d.usage in {11, 12}), None)
    return None if switch is None else fleet[switch].on is not equipment.inverted


class Observer:
    """Notes what becomes of some equipments."""

    equipments: tuple[Equipment, ...]
    household: Household
    fleet: ShakyFleet
    history: History
    _owner_of: dict[str, int]

    async def observe(self) -> None:
        """Load the machines, plug all devices in, and note what they hear from now on."""
        self._owner_of = {d.id: each.id for each in self.equipments for d in each.devices}
        for equipment in self.equipments:
            self.reload(equipment.id)
        self.fleet.heard, self.fleet.pressed = self._heard, self._pressed
        await self.fleet.add(*self.household.everything)

    @property
    def now(self) -> float:
        """Return the time that orders the history."""
        return asyncio.get_running_loop().time()

    def note(self, record: dict[str, Any]) -> None:
        """Note what an engine tells."""
        kind = record.pop("event")
        if kind == "told":
            self.history.told.append(Told(self.now, **record))
        elif kind == "asked":
            self.history.asked.append(Asked(self.now, **record))

    def _heard(self, device: AnyDevice, payload: str) -> None:
        name = device.identifier
        self.history.heard.append(Heard(self.now, self._owner_of[name], name, payload))

    def _pressed(self, device: AnyDevice) -> None:
        name = device.identifier
        self.history.presses.append(Pressed(self.now, self._owner_of[name], name))

    def note_running(self, numbers: Iterable[int] | None = None) -> None:
        """Note which machines run, all of them or some."""
        for number in self.household.loads if numbers is None else numbers:
            load = self.household.loads.get(number)
            if isinstance(load, Machine) and load.running:
                self.history.drew.append(Drew(self.now, number))

    def reload(self, number: int) -> None:
        """Load a machine that is to be started."""
        with suppress(KeyError):
            machine = self.household.machine(number)
            if not machine.running:
                machine.load()
