"""What the outputs are after a stop that was not clean, asked of the devices themselves."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
import logging

from ...core.decision import Act
from ...core.model import Device
from ...core.naming import some_of
from ...core.pace import Pace
from ...drivers import DRIVERS
from ...drivers.base import Message
from ..ground.ground import Ground
from ..ground.ports import Messenger, MessengerError
from ..ground.status import EquipmentStatus

_LOGGER = logging.getLogger(__name__)

_LOOKS = 50
"""How often is looked whether all answered, over the whole wait."""


@dataclass(slots=True)
class Outputs:
    """Asks each switching device for its state, where its protocol has a question for it."""

    ground: Ground
    messenger: Messenger

    async def read_again(self) -> None:
        """Ask, and return once every device that is there answered, or the wait is over."""
        asked: list[EquipmentStatus] = []
        pace = Pace()
        for status, question in list(self._questions()):
            try:
                await self.messenger.publish(question.topic, question.payload)
            except MessengerError as error:
                _LOGGER.info("The outputs cannot be read again: %s", error)
                return
            asked.append(status)
            await pace.turn()
        await self._hear(asked)

    async def ask(self) -> None:
        """Ask devices that switch or measure a load and said nothing lately; wait for nobody."""
        pace, timing = Pace(), self.ground.timing
        since = asyncio.get_running_loop().time() - timing.meter_fresh_for
        for status in list(self.ground.store.statuses.values()):
            if not status.equipment.driven:
                continue
            for device in {d.id: d for d in (_output(status), status.meter) if d}.values():
                seen, driver = status.observations.get(device.id), DRIVERS[device.type_id]
                soon = driver.period is not None and driver.period <= timing.meter_fresh_for
                if soon or (seen is not None and seen.heard_at > since):
                    # It speaks soon, or did.
                    continue
                for question in driver.questions(device):
                    try:
                        await self.messenger.publish(question.topic, question.payload)
                    except MessengerError as error:
                        _LOGGER.info("Devices cannot be asked: %s", error)
                        return
                await pace.turn()

    async def _hear(self, asked: list[EquipmentStatus]) -> None:
        for _ in range(_LOOKS):
            asked = [status for status in asked if _is_silent(status)]
            if not asked:
                return
            await asyncio.sleep(self.ground.timing.outputs_wait / _LOOKS)
        silent = [status.equipment.id for status in asked]
        _LOGGER.info("Outputs that did not say what they are: equipments %s", some_of(silent))

    def _questions(self) -> Iterator[tuple[EquipmentStatus, Message]]:
        for status in self.ground.store.statuses.values():
            device = _output(status)
            if device is None or not status.equipment.driven or status.reported_on is not None:
                continue
            question = DRIVERS[device.type_id].question(device)
            if question is not None:
                yield status, question


def _output(status: EquipmentStatus) -> Device | None:
    """Return the device that switches the load, `None` where buttons are pressed."""
    typology = status.typology
    if typology is None or typology.presses:
        return None
    order = next(iter(typology.scenarios[Act.TO_MANUAL].orders), None)
    device = None if order is None else status.equipment.device(order.usage)
    return device if device is not None and device.type_id in DRIVERS else None


def _is_silent(status: EquipmentStatus) -> bool:
    """Whether it may still say something: not once it did, nor while it is known to be away."""
    return status.reported_on is None and status.online is not False
