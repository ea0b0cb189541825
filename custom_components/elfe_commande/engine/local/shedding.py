"""Sheds loads while a UPS is on battery, one after the other, and gives them back likewise.

It only says what is asked of each load (`status.shed`); the chain of decision does the rest.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
import logging
from typing import Final

from ...core.decision import Act
from ...core.model import ControlState, EquipmentId, Mode
from ...core.pace import Pace, paced
from ...core.plan import slot_start
from ...core.shedding import cuts_manual
from ...core.snapshot import Shed, Snapshot
from ...core.supply import Demand, Protection, SupplyReport, both, demand_of
from ..goals.goals import Goals
from ..ground.background import begin
from ..ground.ground import Ground
from ..ground.status import EquipmentStatus
from ..orders.executor import Executor
from ..rows.journal import Journal
from .surplus import Surplus

_LOGGER = logging.getLogger(__name__)

_SUSPENDED: Final = Shed()
_STARTS: Final = frozenset({Act.START, Act.ON})


@dataclass(slots=True)
class _Supply:
    protection: Protection
    report: SupplyReport | None = None
    """`None` until it said something: till then nothing is given back."""
    demand: Demand = Demand.NOTHING
    calm_since: float | None = None
    """The loop's time since when it asks for nothing any more."""
    gone: bool = False

    def follow(self, now: float) -> None:
        """Ask at once, and stop asking once it has been calm long enough."""
        report = self.report or SupplyReport()
        wanted = demand_of(self.protection, report, self.demand)
        if self.gone:
            wanted = Demand.NOTHING
        if wanted is not Demand.NOTHING or self.demand is Demand.NOTHING:
            self.demand, self.calm_since = wanted, None
            return
        if self.calm_since is None:
            self.calm_since = now
        if now >= self.calm_since + self.protection.return_after:
            self.demand, self.calm_since = Demand.NOTHING, None

    def due(self) -> float | None:
        """Return the loop's time at which it stops asking."""
        return None if self.calm_since is None else self.calm_since + self.protection.return_after


class Shedding:
    """What the UPSs of an entry ask of its loads."""

    def __init__(
        self,
        ground: Ground,
        journal: Journal,
        *,
        goals: Goals,
        executor: Executor,
        surplus: Surplus,
    ) -> None:
        """Ask for nothing yet.

        Of loads with a surplus rule, the greater its priority the sooner it is shed.
        """
        self._ground = ground
        self._journal = journal
        self._goals = goals
        self._executor = executor
        self._surplus = surplus
        self._supplies: dict[str, _Supply] = {}
        self._cut_at: dict[EquipmentId, float] = {}
        self._next = float("-inf")
        """The loop's time from which on another load may be cut or given back."""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    # -- what UPSs say

    def protect(self, ups: str, protection: Protection) -> None:
        """Take a UPS in, or treat its loads otherwise from now on."""
        known = self._supplies.get(ups)
        self._supplies[ups] = _Supply(protection)
        if known is not None:
            self._supplies[ups].demand = known.demand
        self._wake.set()

    def report(self, ups: str, report: SupplyReport) -> None:
        """Take note of what a UPS says."""
        supply = self._supplies[ups]
        if supply.report != report:
            supply.report = report
            self._wake.set()

    def forget(self, ups: str) -> None:
        """Let a UPS go; what it asked for ends as if mains were back."""
        if ups in self._supplies:
            self._supplies[ups].gone = True
            self._wake.set()

    def demand(self, ups: str) -> Demand:
        """Return what a UPS asks for now."""
        supply = self._supplies.get(ups)
        return Demand.NOTHING if supply is None else supply.demand

    # -- life

    def start(self) -> None:
        """Begin; the engine runs."""
        self._task = begin(self._run(), "shedding")

    async def stop(self) -> None:
        """Ask for nothing more; what is off stays off."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            again: float | None = self._now() + self._ground.timing.shed_step
            with self._ground.telling.noted("Loads could not be shed or given back"):
                again = await self._step()
            pause = None if again is None else max(0.0, again - self._now())
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def _step(self) -> float | None:
        """Do what is due now; return when to look again, `None` if nothing is asked."""
        now = self._now()
        was_active = self._active
        for ups, supply in list(self._supplies.items()):
            supply.follow(now)
            if supply.gone and supply.demand is Demand.NOTHING:
                del self._supplies[ups]
        if self._active is not was_active:
            _LOGGER.info("A UPS %s", "holds loads back" if self._active else "gives loads back")
        cuts, returns = await self._survey()
        if any(supply.report is None for supply in self._supplies.values()):
            # After a restart the cut that a load awaits the end of may go on.
            returns = []
        if now >= self._next and (
            await self._cut_next(cuts) or await self._return_next(returns, now)
        ):
            self._next = self._now() + self._ground.timing.shed_step
        dues = [due for s in self._supplies.values() if (due := s.due()) is not None]
        if self._active or returns:
            dues.append(max(self._next, now + self._ground.timing.shed_step))
        return min(dues, default=None)

    @property
    def _active(self) -> bool:
        return any(s.demand is not Demand.NOTHING for s in self._supplies.values())

    # -- loads

    async def _survey(
        self,
    ) -> tuple[list[tuple[EquipmentStatus, Shed]], list[EquipmentStatus]]:
        """Hold back what is off; return what is to be cut, and what to be given back."""
        cuts: list[tuple[EquipmentStatus, Shed]] = []
        returns: list[EquipmentStatus] = []
        shed_before = self._journal.shed
        async for status in paced(list(self._ground.store.statuses.values())):
            target = self._target(status)
            if target is None:
                if status.shed is not None or status.equipment.id in shed_before:
                    returns.append(status)
            elif self._is_on_again(status, target):
                cuts.append((status, target))
            elif status.shed == target:
                continue
            elif (status.shed is not None and status.shed.off) or (
                target.off and self._awaits_return(status)
            ):
                self._ask(status, target)
            elif target.off and self._is_on(status, target):
                cuts.append((status, target))
            elif status.shed != _SUSPENDED:
                self._ask(status, _SUSPENDED)
        return cuts, returns

    def _target(self, status: EquipmentStatus) -> Shed | None:
        asked: Shed | None = None
        for supply in self._supplies.values():
            if supply.protection.covers(status.equipment):
                asked = both(asked, supply.protection.shed(supply.demand))
        return asked

    def _ask(self, status: EquipmentStatus, shed: Shed) -> None:
        """Ask something of a load, and order what follows."""
        status.shed = shed
        self._executor.hold_back(status.equipment.id, "suspended")
        self._goals.look_again([status.equipment.id])

    def _is_on(self, status: EquipmentStatus, target: Shed) -> bool:
        """Whether shedding would cut the load: it is on, or may be, and may be cut."""
        equipment, typology = status.equipment, status.typology
        if typology is None or typology.presses or not equipment.driven:
            return False
        if equipment.state.mode == Mode.MANUAL:
            return cuts_manual(self._snapshot(status, target))
        if equipment.continuous:
            return equipment.state.control != ControlState.OFF or status.reported_on is True
        return target.one_shots and self._ground.metering.drawing(status) is True

    def _is_on_again(self, status: EquipmentStatus, target: Shed) -> bool:
        """Whether a load that people drive is to be cut, and it is not remembered to give it back."""
        if not target.off or status.equipment.state.mode != Mode.MANUAL:
            return False
        return not self._journal.is_as_cut(status.equipment) and self._is_on(status, target)

    def _snapshot(self, status: EquipmentStatus, shed: Shed) -> Snapshot:
        now = self._ground.clock.now()
        forced_off = self._journal.forced_off(status.equipment.id)
        return Snapshot(
            status.equipment,
            now,
            slot_start(now),
            ready=True,
            forced_off=forced_off,
            reported_on=status.reported_since,
            shed=shed,
        )

    async def _cut_next(self, cuts: list[tuple[EquipmentStatus, Shed]]) -> bool:
        """Cut the least important load; whether there was one."""
        if not cuts:
            return False
        rank = self._ranking()
        status, target = min(cuts, key=lambda cut: rank(cut[0]))
        equipment = status.equipment
        self._cut_at[equipment.id] = self._now()
        if equipment.state.mode == Mode.MANUAL:
            # No plan switches it on again: it is remembered, across restarts too.
            self._journal.shed[equipment.id] = self._ground.clock.now()
            await self._journal.note()
        _LOGGER.info("Load %s is shed", equipment.id)
        self._ask(status, target)
        return True

    async def _return_next(self, returns: list[EquipmentStatus], now: float) -> bool:
        """Give loads back, the most important first, until one is switched on; whether one was."""
        returns.sort(key=self._ranking(), reverse=True)
        pace = Pace()
        for status in returns:
            await pace.turn()
            cut_at = self._cut_at.get(status.equipment.id)
            if cut_at is not None and now < cut_at + self._ground.timing.min_off:
                continue
            if await self._give_back(status):
                _LOGGER.info("Load %s is given back", status.equipment.id)
                return True
        return False

    async def _give_back(self, status: EquipmentStatus) -> bool:
        """Ask nothing more of a load; whether it is switched on therefore."""
        equipment = status.equipment
        self._cut_at.pop(equipment.id, None)
        if equipment.id in self._journal.shed:
            if self._awaits_return(status):
                if status.shed is not None and status.shed.back:
                    return False
                status.shed = Shed(back=True)
                self._goals.look_again([equipment.id])
                return True
            del self._journal.shed[equipment.id]
            await self._journal.note()
        status.shed = None
        self._goals.look_again([equipment.id])
        return status.decision is not None and status.decision.act in _STARTS

    def _awaits_return(self, status: EquipmentStatus) -> bool:
        """Whether a load that was cut in manual mode is still as it was left."""
        state = status.equipment.state
        off = state.mode == Mode.MANUAL and state.control != ControlState.ON
        return off and self._journal.is_as_cut(status.equipment)

    def _ranking(self) -> Callable[[EquipmentStatus], tuple[float, float, int]]:
        """Return what puts the least important load first."""
        first = [i for s in self._supplies.values() for i in s.protection.shed_first]
        priorities = self._surplus.priorities

        def rank(status: EquipmentStatus) -> tuple[float, float, int]:
            equipment_id = status.equipment.id
            if equipment_id in first:
                return (0, first.index(equipment_id), 0)
            if (priority := priorities.get(equipment_id)) is not None:
                return (1, -priority, -equipment_id)
            return (2, 0, -equipment_id)

        return rank

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
