"""The rules of presses: claimed on disk, made at most once, never on a running machine."""

import asyncio
from enum import Enum, auto
from typing import Final

from ...core.decision import Act, Source
from ...core.model import CommandState, EquipmentId, Mode, State
from ...core.outcome import Outcome, Result, Settles, Step, Writes
from ...core.wish import Origin
from ..ground.events import OrderEnded
from ..ground.goal import Goal
from ..ground.ground import Ground
from ..ground.ports import Problem, StorageError
from ..ground.status import DRAWING_FROM, EquipmentStatus
from ..rows.journal import Claim, ClaimState
from ..rows.rows import Rows
from ..rows.takings import Takings, is_taken
from .pursuit import Pursuit

DEFAULT_CYCLE: Final = 7200
"""Seconds a machine without a known cycle is taken to run."""
_LOOKS: Final = 60
"""How often is looked at the meter after a doubtful press, over the whole wait."""


class _Doubt(Enum):
    """What became of a press that no device answered."""

    RUNS = auto()
    IDLE = auto()
    LASTS = auto()
    """Nothing measures the machine, or its meter said nothing."""
    VOID = auto()
    """Somebody handed the machine over again, or it is gone."""


class PressGuard:
    """Says whether a press may be made, and follows what became of it."""

    def __init__(self, ground: Ground, rows: Rows) -> None:
        self._ground = ground
        self._rows = rows
        self._journal = rows.journal
        self._takings = Takings(rows)

    def refusal(self, status: EquipmentStatus, goal: Goal, *, writable: bool) -> str | None:
        """Return why the press must not be made, `None` if it may."""
        if not writable or (goal.source is Source.EMS and self._rows.plans_due):
            return "database_unavailable"
        if self._journal.claimed(goal.claim):
            return "already_claimed"
        if any(
            (seen := status.observations.get(device.id)) is not None and seen.online is False
            for order in goal.scenario.orders
            if (device := status.equipment.device(order.usage)) is not None
        ):
            return "device_unavailable"
        if goal.force:
            return None
        drawing = self._ground.metering.drawing(status)
        if drawing:
            return "machine_running"
        last = self._journal.last_press(goal.equipment_id)
        if drawing is None and last is not None:
            cycle = status.equipment.constraints.cycle_duration or DEFAULT_CYCLE
            if self._ground.clock.now() < last + cycle:
                return "recently_pressed"
        return None

    async def claim(self, pursuit: Pursuit) -> str | None:
        """Claim presses before the first is made, on disk and, of the plan's, in the row.

        Returns why they are not claimed, `None` if they are.
        """
        goal = pursuit.goal
        claim = Claim(
            goal.equipment_id,
            self._ground.clock.now(),
            len(goal.scenario.orders),
            piloted=not goal.by_person,
        )
        try:
            await self._journal.claim(goal.claim, claim)
        except OSError:
            return "disk_unwritable"
        if not _leaves_pilot(goal):
            return None
        reason = await self._take(pursuit)
        if reason is not None:
            await self._journal.release(goal.claim)
        return reason

    async def _take(self, pursuit: Pursuit) -> str | None:
        """Take the row out of mode 30 before anybody else does."""
        goal = pursuit.goal
        equipment_id, by = goal.equipment_id, (goal.origin, goal.user_id)
        before = self._ground.store.statuses[equipment_id].equipment.state
        now = self._ground.clock.now()
        try:
            taken = await self._takings.take(equipment_id, before, now)
        except StorageError:
            # Nobody knows whether it was written: what was is undone once the database is back.
            await self._takings.give_back(equipment_id, before, by, now)
            return "database_unavailable"
        if taken is None:
            return await self._lost_to(equipment_id, before)
        pursuit.taken = before
        self._ground.store.claim(equipment_id, taken)
        return None

    async def _lost_to(self, equipment_id: EquipmentId, before: State) -> str:
        """Read what the row is by now; return whose it is."""
        await self._rows.refresh_now(equipment_id)
        status = self._ground.store.statuses.get(equipment_id)
        if status is None:
            return "removed"
        programmed = status.equipment.state.last_programmed != before.last_programmed
        return "mode_changed" if programmed or not status.equipment.driven else "already_claimed"

    async def release(self, pursuit: Pursuit) -> None:
        """Give the claim back: nothing was pressed."""
        goal = pursuit.goal
        before, pursuit.taken = pursuit.taken, None
        if before is not None:
            by = (goal.origin, goal.user_id)
            now = self._ground.clock.now()
            await self._takings.give_back(goal.equipment_id, before, by, now)
        await self._journal.release(goal.claim)

    def report(self, key: str, equipment_id: EquipmentId) -> None:
        """Ask a person to look at the machine."""
        status = self._ground.store.statuses.get(equipment_id)
        name = str(equipment_id) if status is None else status.equipment.name
        self._ground.problems.report(
            Problem(
                key, str(equipment_id), {"equipment": name, "id": str(equipment_id)}, equipment_id
            )
        )

    # -- doubt

    async def end_doubt(self, pursuit: Pursuit) -> None:
        """Let the meter say what became of a doubtful press; where none does, ask a person."""
        goal = pursuit.goal
        match await self._what_became(goal):
            case _Doubt.IDLE:
                await self._failed(pursuit)
            case _Doubt.LASTS:
                self.report("press_doubtful", goal.equipment_id)
            case _Doubt.RUNS | _Doubt.VOID:
                pass
        await self._journal.settle(goal.claim, self._ground.clock.now(), known=True)

    async def _what_became(self, goal: Goal) -> _Doubt:
        loop = asyncio.get_running_loop()
        wait = self._ground.timing.idle_confirm
        pressed_at = loop.time()
        doubt = _Doubt.LASTS
        while loop.time() < pressed_at + wait:
            status = self._ground.store.statuses.get(goal.equipment_id)
            if status is None or (_leaves_pilot(goal) and status.equipment.piloted):
                return _Doubt.VOID
            if (meter := status.meter) is None:
                break
            await asyncio.sleep(wait / _LOOKS)
            seen = status.observations.get(meter.id)
            if seen is None or seen.power is None or seen.power_at <= pressed_at:
                continue
            if seen.power >= DRAWING_FROM:
                return _Doubt.RUNS
            doubt = _Doubt.IDLE
        return doubt

    async def _failed(self, pursuit: Pursuit) -> None:
        """Write that the machine did not start, and ask a person."""
        goal, now = pursuit.goal, self._ground.clock.now()
        writes = Writes(command=CommandState.ERROR)
        by = (goal.origin, goal.user_id)
        await self._rows.write(Step(goal.equipment_id, writes, int(now)), by, urgent=False)
        self.report("press_failed", goal.equipment_id)
        result = Result(
            Outcome.FAILED,
            "idle_after_press",
            on=True,
            at=now,
            tries=pursuit.tries,
            written=writes,
        )
        tell_end(self._ground, goal, result)

    async def report_open(self, claims: dict[str, Claim]) -> None:
        """Report presses that a stop left without an outcome; they are not made again."""
        kept = {step.settles.claim for step in self._rows.write_back.kept()}
        for key, claim in claims.items():
            # What became of it was written at the start, or is known and waits to be written.
            if claim.state is ClaimState.SETTLED or (
                claim.state is ClaimState.OPEN and key in kept
            ):
                continue
            status = self._ground.store.statuses.get(claim.equipment_id)
            # Without the database, a conclusion is what we remember and perhaps never wrote.
            if (
                status is None
                or status.typology is None
                or _programmed_since(status, claim)
                or (_concluded(status, claim) and self._rows.connected)
            ):
                if status is not None and claim.state is ClaimState.DOUBTFUL:
                    self._still_doubtful(status, claim)
                await self._journal.settle(key, self._ground.clock.now(), known=True)
                continue
            await self._write_open(key, claim, status)

    def _still_doubtful(self, status: EquipmentStatus, claim: Claim) -> None:
        """Ask about it, unless the machine was handed over again: as when nothing had been stopped."""
        if not status.equipment.piloted and not self._ground.metering.drawing(status):
            self.report("press_doubtful", claim.equipment_id)

    async def _write_open(self, key: str, claim: Claim, status: EquipmentStatus) -> None:
        """Write a press that may have been made as made, and ask a person to look."""
        if status.typology is None:
            return
        scenario = status.typology.scenarios[Act.START]
        concluded = _concluded(status, claim)
        broken = claim.presses > 1 and not concluded
        if not concluded:
            self.report("sequence_broken" if broken else "press_doubtful", claim.equipment_id)
        claim.state = ClaimState.OPEN
        planned = _is_planned(status, claim)
        state = status.equipment.state
        # What was remembered without the database may be older than the claim in the row.
        piloted = planned and self._rows.connected and not is_taken(state)
        await self._rows.write(
            Step(
                claim.equipment_id,
                scenario.broken if broken else scenario.doubtful,
                int(claim.at),
                expected_mode=Mode.PILOTED if piloted else None,
                programmed_at=state.last_programmed if planned else None,
                not_after=None if planned else int(claim.at),
                settles=Settles(claim=key),
            ),
            (Origin.EMS if claim.piloted else Origin.DASHBOARD, None),
            urgent=False,
        )


def tell_end(ground: Ground, goal: Goal, result: Result) -> None:
    """Show an order's end, and tell of it."""
    if status := ground.store.statuses.get(goal.equipment_id):
        status.last_result = result
        status.last_act = goal.act
        status.last_origin = goal.origin
        ground.store.changed(goal.equipment_id)
    ground.notify(
        OrderEnded(goal.equipment_id, goal.act, goal.source, goal.origin, result, goal.user_id)
    )


def _leaves_pilot(goal: Goal) -> bool:
    """Whether a press of the plan takes the load out of its hands: the row itself is claimed."""
    return goal.act is Act.START and goal.mode is Mode.PILOTED


def _is_planned(status: EquipmentStatus, claim: Claim) -> bool:
    """Whether the press took the load out of the hands of the plan."""
    return claim.piloted and not status.equipment.continuous


def _concluded(status: EquipmentStatus, claim: Claim) -> bool:
    """Whether the row says what became of the claim, or what a person chose since."""
    if _programmed_since(status, claim):
        return True
    state = status.equipment.state
    return _is_planned(status, claim) and state.mode != Mode.PILOTED and not is_taken(state)


def _programmed_since(status: EquipmentStatus, claim: Claim) -> bool:
    return status.equipment.state.last_programmed > claim.at
