"""What follows when homes become ours while the engine runs, or somebody else's for good."""

import asyncio
from dataclasses import dataclass, field

from ..core.model import EquipmentId, HomeId
from ..core.plan import slot_start
from .beat import Beat
from .ground.background import Background
from .ground.owner import NOT_OURS
from .ground.status import EquipmentStatus
from .rooms import Rooms


@dataclass(slots=True)
class Takeover:
    """Reads rows and plans anew, and orders what is not yet as it is wanted.

    Of loads that somebody else drives, what people wished here is given up, and they are told.
    """

    rooms: Rooms
    beat: Beat
    _background: Background = field(default_factory=Background)
    _elsewhere: dict[EquipmentId, float] = field(default_factory=dict)
    """Since when somebody else drives a load of which a wish is left, by the loop's time."""

    def __post_init__(self) -> None:
        """Follow what becomes ours, and what does not."""
        self.rooms.ground.owner.gained = self._gained
        self.rooms.ground.owner.looked = self._looked

    def close(self) -> None:
        """Look at nothing any more."""
        self._background.cancel()

    def _gained(self, homes: frozenset[HomeId]) -> None:
        # Before it runs, and at the first cycle, every load is looked at anyway.
        if self.rooms.ground.lifecycle.running:
            self._background.begin(self._take(homes), "takeover")

    def _looked(self) -> None:
        """Let go of wishes about loads that have been somebody else's for so long that they stay it.

        Our own session of before a crash keeps them from us for `owner_lease` at most.
        """
        ground, rooms, now = self.rooms.ground, self.rooms, asyncio.get_running_loop().time()
        if not ground.lifecycle.running:
            return
        before, self._elsewhere = self._elsewhere, {}
        for equipment_id, wish in tuple(rooms.rows.journal.wishes.items()):
            if wish.reached or not ground.owner.has_lost(equipment_id):
                continue
            self._elsewhere[equipment_id] = since = before.get(equipment_id, now)
            if now < since + 2 * ground.timing.owner_lease:
                continue
            goal = rooms.reconcile.wished(ground.store.statuses[equipment_id], wish)
            if goal is not None:
                rooms.executor.let_go(goal, NOT_OURS)

    async def _take(self, homes: frozenset[HomeId]) -> None:
        await self.beat.read_again()
        slot = slot_start(self.rooms.ground.clock.now())
        for status in tuple(self.rooms.ground.store.statuses.values()):
            if status.equipment.home not in homes:
                continue
            if status.runs_by_press:
                self.rooms.rows.followed.take_over(status.equipment, slot)
            self.rooms.reconcile.look(status, slot)
            if not _is_there(status):
                self.rooms.goals.look_again([status.equipment.id])
            self.rooms.displays.refresh(status.equipment.id)
            await self.rooms.ground.traffic.lull()


def _is_there(status: EquipmentStatus) -> bool:
    """Whether device and row are as the plan wants them: who drove it before saw to it."""
    decision, state = status.decision, status.equipment.state
    return (
        decision is not None
        and decision.on is not None
        and status.reported_on == decision.on == state.ems_order
    )
