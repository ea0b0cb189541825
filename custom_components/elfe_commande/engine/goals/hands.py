"""What people do at the appliance itself, past us: it is their wish, and nothing is ordered."""

from dataclasses import dataclass, field
import logging

from ...core.decision import Act
from ...core.model import Device, EquipmentId, HandOver
from ...core.outcome import Step
from ...core.wish import Origin
from ...drivers import Hand
from ...typologies import Scenario, Typology
from ..ground.background import Background
from ..ground.ground import Ground
from ..ground.store import Author
from ..orders.executor import Executor
from ..orders.halves import Halves
from ..rows.rows import Rows

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class Hands:
    """Takes a load that somebody switched for theirs: manual, as they left it.

    A button that somebody pressed is a machine they started. Nothing is ordered, so that
    nobody is fought.
    """

    ground: Ground
    rows: Rows
    executor: Executor
    halves: Halves
    _background: Background = field(default_factory=Background)

    def changed(self, equipment_id: EquipmentId, device: Device, hand: Hand) -> None:
        """Take note of a change of a device that was not ours."""
        status = self.ground.store.statuses.get(equipment_id)
        if status is None or not self.ground.lifecycle.running or not status.equipment.driven:
            return
        if self.ground.owner.is_elsewhere(status.equipment.home):
            # Whoever drives the home hears it too.
            return
        typology = status.typology
        found = None if typology is None else _scenario(typology, device, on=hand.on)
        if found is None:
            return
        if hand.of_nobody and self.executor.is_at(equipment_id):
            # Not as we ordered it, and never yet: it drifted, or has not heard us.
            self.executor.look_again(equipment_id)
            return
        act, scenario = found
        journal = self.rows.journal
        if act is Act.RECORD_STARTED:
            # A press toggles: the plan must not press again on what they started.
            self._background.begin(journal.pressed(equipment_id, self.ground.clock.now()), "hand")
        if hand.on is not False or not journal.forced_off(equipment_id):
            journal.drop_wish(equipment_id)
        _LOGGER.info("Equipment %s was changed by hand: %s", equipment_id, act)
        self.executor.cancel(equipment_id)
        self.halves.over(equipment_id)
        self._background.begin(self._write(equipment_id, scenario, _author(hand)), "hand")

    async def close(self) -> None:
        """Let what is being written be written."""
        await self._background.ended()

    async def _write(self, equipment_id: EquipmentId, scenario: Scenario, by: Author) -> None:
        step = Step(equipment_id, scenario.acknowledged, int(self.ground.clock.now()))
        await self.rows.write(step, by, urgent=True)


def _scenario(
    typology: Typology, device: Device, *, on: bool | None
) -> tuple[Act, Scenario] | None:
    """Return what somebody did, as the scenario that says what is written of it."""
    if on is None:
        left = typology.handing_over.get(HandOver.LEAVE)
        return None if left is None else (Act.TO_MANUAL, left)
    acts = (Act.RECORD_STARTED,) if typology.presses else (Act.TO_MANUAL, Act.FORCED_OFF)
    for act in acts:
        scenario = typology.scenarios[act]
        orders = typology.scenarios[Act.START].orders if typology.presses else scenario.orders
        if any(order.usage == device.usage and order.on == on for order in orders):
            return act, scenario
    return None


def _author(hand: Hand) -> Author:
    if hand.user_id is not None:
        return Origin.DASHBOARD, hand.user_id
    return (Origin.AUTOMATION if hand.automation else Origin.DEVICE), None
