"""PLC panels: somebody took a PLC over at its panel, and later gives it back."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import logging

from ...core.gesture import PanelMode
from ...core.model import ControlState, EquipmentId, Mode
from ...core.outcome import Step, Writes
from ...core.wish import Intent, Origin, Wish
from ..ground.background import Background
from ..ground.errors import WishRefusedError
from ..ground.ground import Ground
from ..ground.status import EquipmentStatus
from ..orders.executor import Executor
from ..rows.rows import Rows
from .displays import Displays
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)

_BY = (Origin.PLC, None)


@dataclass(slots=True)
class _Turns:
    """How a panel was turned last, while those before may still be followed."""

    last: PanelMode
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(slots=True)
class PlcPanel:
    """Disables the equipments of a PLC, and restores the mode they had.

    A panel may be turned back before all loads behind it followed: its last word counts.
    """

    ground: Ground
    rows: Rows
    executor: Executor
    wishes: Wishes
    displays: Displays
    _turns: dict[str, _Turns] = field(default_factory=dict)
    _ordering: Background = field(default_factory=Background)

    async def turned(self, panel: PanelMode) -> None:
        """Follow the panel of a PLC, for every home it serves; then show each load."""
        turns = self._turns.setdefault(panel.serial.lower(), _Turns(panel))
        turns.last = panel
        async with turns.lock:
            for status in self._behind(panel):
                if turns.last is not panel:
                    return
                with self._apart(status):
                    await (self._take_over(status) if panel.manual else self._give_back(status))

    @contextmanager
    def _apart(self, status: EquipmentStatus) -> Iterator[None]:
        """Keep a load that does not follow its panel from those beside it; show it."""
        failure = f"Equipment {status.equipment.id} does not follow the panel of its PLC"
        with self.ground.telling.noted(failure):
            yield
        self.displays.refresh(status.equipment.id)

    def close(self) -> None:
        """Follow no panel any more."""
        self._ordering.cancel()

    def _behind(self, panel: PanelMode) -> list[EquipmentStatus]:
        return [
            status
            for status in self.ground.store.statuses.values()
            if not self.ground.owner.is_elsewhere(status.equipment.home)
            and any(
                device.type_id == panel.outputs
                and (device.hardware_id or "").lower() == panel.serial.lower()
                for device in status.equipment.devices
            )
        ]

    async def _take_over(self, status: EquipmentStatus) -> None:
        equipment = status.equipment
        if not equipment.driven:
            return
        journal = self.rows.journal
        journal.mode_before[equipment.id] = int(equipment.state.mode)
        journal.drop_wish(equipment.id)
        await journal.note()
        self.executor.cancel(equipment.id)
        await self._write(equipment.id, Mode.DISABLED)
        # What was given back just before may have been wished meanwhile.
        journal.drop_wish(equipment.id)
        self.executor.cancel(equipment.id)

    async def _give_back(self, status: EquipmentStatus) -> None:
        """Restore the mode from before, manual if it is not known, and order what it means."""
        state = status.equipment.state
        if state.mode != Mode.DISABLED or state.control == ControlState.COMMUNICATION_ERROR:
            return
        journal = self.rows.journal
        equipment_id = status.equipment.id
        before = journal.mode_before.pop(equipment_id, int(Mode.MANUAL))
        mode = Mode.PILOTED if before == Mode.PILOTED else Mode.MANUAL
        await self._write(equipment_id, mode)
        await journal.note()
        intent = Intent.TO_PILOTED if mode is Mode.PILOTED else Intent.TO_MANUAL
        # Its answer is awaited by nobody: the next load, and the panel itself, go on.
        wish = Wish(equipment_id, intent, Origin.PLC)
        self._ordering.begin(self._order(status, wish), f"given back {equipment_id}")

    async def _order(self, status: EquipmentStatus, wish: Wish) -> None:
        with self._apart(status):
            try:
                await self.wishes.carry_out(wish)
            except WishRefusedError as error:
                number = status.equipment.id
                _LOGGER.info("Equipment %s given back, not ordered: %s", number, error.key)

    async def _write(self, equipment_id: EquipmentId, mode: Mode) -> None:
        step = Step(
            equipment_id, Writes(mode=mode), int(self.ground.clock.now()), from_disabled=True
        )
        await self.rows.write(step, _BY, urgent=True)
