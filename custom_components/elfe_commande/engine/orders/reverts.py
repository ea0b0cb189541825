"""Has devices go back to their load's safe state by themselves when nobody renews an order."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
import logging

from ...core.decision import Act
from ...core.lifecycle import Lifecycle
from ...core.model import Device, DeviceId, Equipment, EquipmentId
from ...core.timing import Timing
from ...drivers import DRIVERS, Message, RevertingDriver
from ...typologies import TYPOLOGIES
from ..ground.goal import Goal
from ..ground.ports import Messenger, MessengerError
from ..ground.status import EquipmentStatus
from ..rows.journal import Journal

_LOGGER = logging.getLogger(__name__)


def is_guarded(equipment: Equipment) -> bool:
    """Whether a load's orders may end by themselves.

    Never those of a machine that runs a programme, of one that is pressed, or of a load that a
    person drives.
    """
    typology = TYPOLOGIES.get(equipment.typology_id)
    return (
        equipment.safe_on is not None
        and equipment.continuous
        and equipment.piloted
        and equipment.driven
        and typology is not None
        and not typology.presses
    )


@dataclass(slots=True)
class Reverts:
    """Sets the timers of devices, and clears those that nobody wants any more.

    What was set is on disk before it is: a device may keep it for ever.
    """

    journal: Journal
    messenger: Messenger
    timing: Timing
    lifecycle: Lifecycle
    _devices: dict[DeviceId, Device] = field(default_factory=dict)
    """Those of `Journal.timers` as they were told, for when their load is removed."""
    _set_at: dict[DeviceId, float] = field(default_factory=dict)
    """The loop's time of that."""
    _requests: count[int] = field(default_factory=lambda: count(1))

    def after(self, equipment: Equipment, goal: Goal, device: Device, *, on: bool) -> float | None:
        """Return after how long an order ends by itself (seconds), `None`: not at all.

        `on` is the raw state that is ordered.
        """
        driver = DRIVERS[device.type_id]
        if not isinstance(driver, RevertingDriver) or not driver.can_revert(device, on=on):
            return None
        if goal.by_person or goal.act not in (Act.ON, Act.OFF) or not is_guarded(equipment):
            return None
        if (goal.act is Act.ON) is equipment.safe_on:
            return None
        return self.timing.revert_after

    async def prepare(
        self, equipment_id: EquipmentId, device: Device, after: float | None
    ) -> tuple[Message | None, float | None]:
        """Return what is sent ahead of an order, and after how long the order may say it ends.

        That it ends is left out where the disk cannot hold that it was set.
        """
        driver = DRIVERS[device.type_id]
        if not isinstance(driver, RevertingDriver):
            return None, None
        if after is not None:
            self._devices[device.id] = device
            self._set_at[device.id] = asyncio.get_running_loop().time()
            if device.id not in self.journal.timers:
                self.journal.timers[device.id] = equipment_id
                if not await self.journal.note():
                    del self.journal.timers[device.id]
        if device.id not in self.journal.timers:
            return None, None
        return driver.timer(device, after), after

    def ended(self, device: Device, after: float | None) -> None:
        """Take note that a device carried out an order, which ends by itself or not."""
        driver = DRIVERS[device.type_id]
        if after is None and isinstance(driver, RevertingDriver) and not driver.keeps_timer:
            self._forget(device.id)

    def told(self, status: EquipmentStatus, device: Device, reverts: bool) -> None:
        """Hear from a device whether its timer is set."""
        if not reverts and not is_guarded(status.equipment):
            self._forget(device.id)

    def _forget(self, device_id: DeviceId) -> None:
        # The next save has it: at worst a timer is cleared once more.
        self.journal.timers.pop(device_id, None)
        self._devices.pop(device_id, None)
        self._set_at.pop(device_id, None)

    async def clear(
        self,
        statuses: Mapping[EquipmentId, EquipmentStatus],
        is_ordered: Callable[[EquipmentId], bool],
    ) -> None:
        """Have devices stay as they are where nobody wants their orders to end by themselves.

        Those with an order under way, by `is_ordered`, are told by that order.
        """
        for device_id, equipment_id in list(self.journal.timers.items()):
            status = statuses.get(equipment_id)
            if not self.lifecycle.running:
                return
            if is_ordered(equipment_id) or (status is not None and is_guarded(status.equipment)):
                continue
            found = () if status is None else status.equipment.devices
            wired = next((d for d in found if d.id == device_id), None)
            device = wired or self._devices.get(device_id)
            if device is None:
                _LOGGER.warning("Device %s is gone, and may keep its timer", device_id)
                self._forget(device_id)
            elif await self._stay(status, device) and (wired is None or not _keeps(device)):
                # Whether it heard that, nobody will tell.
                self._forget(device_id)

    def _state(self, status: EquipmentStatus, device: Device) -> bool | None:
        """Return the raw state that a device has for sure, as long as its timer can still run.

        Not what it said before an order that it left without an answer: that may be obeyed, and
        what was so would be ordered against it.
        """
        seen = status.observations.get(device.id)
        if seen is None or not seen.counts:
            return None
        since = asyncio.get_running_loop().time() - self._set_at.get(device.id, float("-inf"))
        is_sure = status.reached_on is not None or seen.on_at > status.sent_at
        return seen.on if is_sure and since < self.timing.revert_after else None

    async def _stay(self, status: EquipmentStatus | None, device: Device) -> bool:
        """Tell a device to stay as it is; whether that was sent."""
        driver = DRIVERS[device.type_id]
        if not isinstance(driver, RevertingDriver):
            return True
        on = None if status is None else self._state(status, device)
        request = f"elfe-stay-{next(self._requests)}"
        if (message := driver.stay(device, on=on, request=request)) is None:
            return True
        try:
            await self.messenger.publish(message.topic, message.payload)
        except MessengerError as error:
            _LOGGER.debug("A timer is not cleared yet: %s", error)
            return False
        return True


def _keeps(device: Device) -> bool:
    driver = DRIVERS[device.type_id]
    return isinstance(driver, RevertingDriver) and driver.keeps_timer
