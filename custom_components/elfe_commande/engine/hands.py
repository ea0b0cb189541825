"""What people do at the appliance itself, past us: it is their wish, and nothing is ordered."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
import logging
from typing import Any

from ..core.decision import Act
from ..core.model import Device, EquipmentId
from ..core.outcome import Step
from ..core.wish import Origin
from ..drivers import Hand
from ..typologies import Scenario, Typology
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
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

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
            self._spawn(context.journal.pressed(equipment_id, context.clock.now()))
        if hand.on:
            context.journal.forced_off.pop(equipment_id, None)
        _LOGGER.info("Equipment %s was changed by hand: %s", equipment_id, act)
        self.executor.cancel(equipment_id)
        self._spawn(self._write(equipment_id, scenario, _author(hand)))

    async def close(self) -> None:
        """Let what is being written be written."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _write(self, equipment_id: EquipmentId, scenario: Scenario, by: Author) -> None:
        step = Step(equipment_id, scenario.acknowledged, int(self.context.clock.now()))
        await self.context.write_step(step, by, urgent=True)

    def _spawn(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine, name="elfe hand")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


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
