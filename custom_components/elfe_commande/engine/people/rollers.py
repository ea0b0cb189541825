"""Rollers of the screens: an hour and a minute rolled one after the other are one wish."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
import logging

from ...core.gesture import Wheel, WheelRolled
from ...core.lifecycle import NotRunningError
from ...core.model import Constraints, Equipment, EquipmentId
from ...core.wall_clock import next_occurrence
from ...core.wish import ConstraintWish, Origin
from ..ground.background import Background
from ..ground.errors import WishRefusedError
from ..ground.ground import Ground
from ..ground.status import EquipmentStatus
from ..rows.rows import Rows
from .displays import Displays
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)

_HOUR = 3600
_QUARTER = 15


@dataclass(slots=True)
class _Pending:
    values: dict[Wheel, int] = field(default_factory=dict)
    timer: asyncio.TimerHandle | None = None


class Rollers:
    """Waits for a pair to be complete, then makes the wish."""

    def __init__(self, ground: Ground, rows: Rows, wishes: Wishes, displays: Displays) -> None:
        """Have no roller turned yet."""
        self._ground = ground
        self._rows = rows
        self._wishes = wishes
        self._displays = displays
        self._pending: dict[EquipmentId, _Pending] = {}
        self._background = Background()
        self._closing = False

    def roll(self, status: EquipmentStatus, rolled: WheelRolled) -> None:
        """Take a roller's value; the screens show it once it was written or refused."""
        equipment_id = status.equipment.id
        pending = self._pending.setdefault(equipment_id, _Pending())
        pending.values[rolled.wheel] = rolled.value
        if pending.timer is not None:
            pending.timer.cancel()
        loop = asyncio.get_running_loop()
        pending.timer = loop.call_later(self._ground.timing.pair_window, self._due, equipment_id)

    async def close(self) -> None:
        """Write what is pending now."""
        self._closing = True
        for equipment_id, pending in list(self._pending.items()):
            if pending.timer is not None:
                pending.timer.cancel()
            self._due(equipment_id)
        await self._background.ended(self._ground.timing.stop_allowance)

    def _due(self, equipment_id: EquipmentId) -> None:
        pending = self._pending.pop(equipment_id)
        self._background.begin(self._write(equipment_id, pending), f"rollers {equipment_id}")

    async def _write(self, equipment_id: EquipmentId, pending: _Pending) -> None:
        status = self._ground.store.statuses.get(equipment_id)
        if status is None:
            return
        wishes = self._wishes_of(status.equipment, pending.values)
        try:
            if wishes is not None and self._closing:
                # Orders are over, a wish that was made is still kept.
                await self._rows.write_constraints(status, wishes)
            elif wishes is not None:
                await self._wishes.constrain(ConstraintWish(equipment_id, wishes, Origin.SCREEN))
        except WishRefusedError as error:
            _LOGGER.info("Roller of equipment %s refused: %s", equipment_id, error.key)
        except NotRunningError as error:
            _LOGGER.info("Roller of equipment %s not written: %s", equipment_id, error)
        self._displays.refresh(equipment_id)

    def _wishes_of(self, equipment: Equipment, values: dict[Wheel, int]) -> Constraints | None:
        """Return what differs from what is stored, `None` if nothing does."""
        stored = equipment.constraints
        wishes = Constraints(
            wished_end=self._end(stored, values),
            cycle_duration=_cycle(stored, values),
            charge_left=values.get(Wheel.CHARGE),
        )
        changed = Constraints(
            None if wishes.wished_end == stored.wished_end else wishes.wished_end,
            None if wishes.cycle_duration == stored.cycle_duration else wishes.cycle_duration,
            None if wishes.charge_left == stored.charge_left else wishes.charge_left,
        )
        return None if changed == Constraints() else changed

    def _end(self, stored: Constraints, values: dict[Wheel, int]) -> int | None:
        if Wheel.END_HOUR not in values and Wheel.END_MINUTE not in values:
            return None
        hour = minute = 0
        if stored.wished_end:
            local = datetime.fromtimestamp(stored.wished_end, self._ground.zone)
            hour, minute = local.hour, local.minute // _QUARTER * _QUARTER
        return next_occurrence(
            self._ground.clock.now(),
            values.get(Wheel.END_HOUR, hour),
            values.get(Wheel.END_MINUTE, minute),
            self._ground.zone,
        )


def _cycle(stored: Constraints, values: dict[Wheel, int]) -> int | None:
    if Wheel.CYCLE_HOURS not in values and Wheel.CYCLE_MINUTES not in values:
        return None
    before = stored.cycle_duration or 0
    hours = values.get(Wheel.CYCLE_HOURS, before // _HOUR)
    rest = values.get(Wheel.CYCLE_MINUTES, before % _HOUR // 60) * 60
    if Wheel.CYCLE_MINUTES not in values:
        rest = before % _HOUR
    return hours * _HOUR + rest
