"""Loads of two entities of which one half stayed on: kept in mind over a restart, brought to off."""

from collections.abc import Callable
from dataclasses import dataclass, field
import logging

from ...core.decision import Act
from ...core.model import EquipmentId
from ...drivers import DRIVERS, Message
from ..ground.ground import Ground
from ..ground.ports import Messenger, MessengerError
from ..ground.status import EquipmentStatus
from ..rows.journal import Journal
from .presses import PressGuard

_LOGGER = logging.getLogger(__name__)

HALF_ON = "half_on"


@dataclass(slots=True)
class Halves:
    """Asks a person about such loads until they are off, or on as a whole.

    Whoever ordered one tries by itself to undo what was begun, for as long as it lives. What a stop
    left behind is ordered off once more by the next start, whatever became of the wish.
    """

    ground: Ground
    journal: Journal
    messenger: Messenger
    presses: PressGuard
    _left: set[EquipmentId] = field(default_factory=set)
    """Those that a run before left like that."""

    async def stays(self, equipment_id: EquipmentId) -> None:
        """Take note, on disk, that one half of a load is on and does not go off."""
        self.presses.report(HALF_ON, equipment_id)
        if equipment_id not in self.journal.half_on:
            self.journal.half_on[equipment_id] = self.ground.clock.now()
            await self.journal.note()

    def over(self, equipment_id: EquipmentId) -> None:
        """Take note that a load is off or on as a whole, or that somebody took it over."""
        self.ground.problems.settle(HALF_ON, str(equipment_id))
        self._left.discard(equipment_id)
        # The next save has it: at worst it is looked at once more.
        self.journal.half_on.pop(equipment_id, None)

    def resume(self) -> None:
        """Ask again about what a stop left behind; each cycle looks at it."""
        for equipment_id in tuple(self.journal.half_on):
            if equipment_id in self.ground.store.statuses:
                self._left.add(equipment_id)
                self.presses.report(HALF_ON, equipment_id)
            else:
                self.over(equipment_id)

    async def look(self, is_left: Callable[[EquipmentId], bool]) -> None:
        """Settle what is as it was ordered, and order off what a run before left half on.

        Not those that somebody else orders, or that an order is under way for, by `is_left`.
        """
        for equipment_id in tuple(self.journal.half_on):
            status = self.ground.store.statuses.get(equipment_id)
            if status is None or status.reported_on is not None:
                self.over(equipment_id)
            elif equipment_id in self._left and not is_left(equipment_id):
                await self._order_off(status)

    async def _order_off(self, status: EquipmentStatus) -> None:
        equipment_id = status.equipment.id
        message = _off(status)
        if not self.ground.lifecycle.running or message is None:
            return
        try:
            await self.messenger.publish(message.topic, message.payload)
        except MessengerError as error:
            _LOGGER.debug("Equipment %s is not brought to off yet: %s", equipment_id, error)


def _off(status: EquipmentStatus) -> Message | None:
    """Return the order that takes the power from a load, `None` where nobody may or can give it."""
    typology, equipment = status.typology, status.equipment
    if typology is None or typology.presses or not equipment.driven:
        return None
    for order in typology.scenario(Act.FORCED_OFF).orders:
        device = equipment.device(order.usage)
        if device is not None and device.type_id in DRIVERS:
            return DRIVERS[device.type_id].order(device, on=order.on, request="elfe-half")
    return None
