"""What people do at the appliance itself, past us: it is their wish, and nothing is ordered."""

from dataclasses import dataclass, field
import logging

from ..core.decision import Act
from ..core.model import Device, EquipmentId
from ..core.outcome import Step
from ..core.wish import Origin
from ..drivers import Hand
from ..typologies import Scenario, Typology
from .background import Background
from .context import EngineContext
from .executor import Executor
from .write_back import Author

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class Hands:
    """Takes a load that somebody switched for theirs: manual, as they left it.

    A button that somebody pressed is a machine they started. Nothing is ordered, so that
    nobody is fought.
    """

    context: EngineContext
    executor: Executor
    _background: Background = field(default_factory=Background)

    def changed(self, equipment_id: EquipmentId, device: Device, hand: Hand) -> None:
        """Take note of a change of a device that was not ours."""
        context = self.context
        status = context.statuses.get(equipment_id)
        if status is None or not context.lifecycle.running or not status.equipment.driven:
            return
        typology = status.typology
        found = None if typology is None else _scenario(typology, device, on=hand.on)
        if found is None:
            return
        act, scenario = found
        if act is Act.RECORD_STARTED:
            # A press toggles: the plan must not press again on what they started.
            self._background.begin(
                context.journal.pressed(equipment_id, context.clock.now()), "hand"
            )
        if hand.on:
            context.journal.forced_off.pop(equipment_id, None)
        _LOGGER.info("Equipment %s was changed by hand: %s", equipment_id, act)
        self.executor.cancel(equipment_id)
        self._background.begin(self._write(equipment_id, scenario, _author(hand)), "hand")

    async def close(self) -> None:
        """Let what is being written be written."""
        await self._background.ended()

    async def _write(self, equipment_id: EquipmentId, scenario: Scenario, by: Author) -> None:
        step = Step(equipment_id, scenario.acknowledged, int(self.context.clock.now()))
        await self.context.write_step(step, by, urgent=True)


def _scenario(typology: Typology, device: Device, *, on: bool) -> tuple[Act, Scenario] | None:
    """Return what somebody did, as the scenario that says what is written of it."""
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
