"""The rules of presses: claimed on disk, made at most once, never on a running machine."""

import asyncio
from collections.abc import Callable

from ..core.decision import Act
from ..core.model import CommandState, EquipmentId, Mode
from ..core.outcome import Outcome, Result, Step, Writes
from ..core.wish import Origin
from .background import Background
from .context import EngineContext
from .jobs import Job
from .journal import Claim
from .ports import Problem
from .status import DRAWING_FROM, EquipmentStatus

DEFAULT_CYCLE = 7200
"""Seconds a machine without a known cycle is taken to run."""
_LOOKS = 60
"""How often is looked at the meter after a doubtful press, over the whole wait."""


class PressGuard:
    """Says whether a press may be made, and follows what became of it."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._settling = Background()

    def refusal(self, status: EquipmentStatus, job: Job, *, writable: bool) -> str | None:
        """Return why the press must not be made, `None` if it may."""
        journal = self._context.journal
        if not writable:
            return "database_unavailable"
        if journal.claimed(job.claim):
            return "already_claimed"
        if any(
            (seen := status.observations.get(device.id)) is not None and seen.online is False
            for order in job.scenario.orders
            if (device := status.equipment.device(order.usage)) is not None
        ):
            return "device_unavailable"
        if job.force:
            return None
        drawing = self._context.drawing(status)
        if drawing:
            return "machine_running"
        last = journal.last_press(job.equipment_id)
        if drawing is None and last is not None:
            cycle = status.equipment.constraints.cycle_duration or DEFAULT_CYCLE
            if self._context.clock.now() < last + cycle:
                return "recently_pressed"
        return None

    async def claim(self, job: Job) -> bool:
        """Claim the presses of the job on disk, before the first is made; whether they are."""
        claim = Claim(
            job.equipment_id,
            self._context.clock.now(),
            len(job.scenario.orders),
            piloted=not job.by_person,
        )
        try:
            await self._context.journal.claim(job.claim, claim)
        except OSError:
            return False
        return True

    async def release(self, job: Job) -> None:
        """Give the claim back: nothing was pressed."""
        await self._context.journal.release(job.claim)

    def settler(self, key: str) -> Callable[[], None]:
        """Return what to call once the outcome of a claim is in the database."""

        def settle() -> None:
            settled = self._context.journal.settle(key, self._context.clock.now())
            self._settling.begin(settled, f"claim {key}")

        return settle

    def report(self, key: str, equipment_id: EquipmentId) -> None:
        """Ask a person to look at the machine."""
        status = self._context.statuses.get(equipment_id)
        name = str(equipment_id) if status is None else status.equipment.name
        self._context.problems.report(
            Problem(
                key, str(equipment_id), {"equipment": name, "id": str(equipment_id)}, equipment_id
            )
        )

    async def confirm(self, job: Job) -> None:
        """After a doubtful press, let the meter say that the machine did not start."""
        context = self._context
        loop = asyncio.get_running_loop()
        pressed_at = loop.time()
        until = pressed_at + context.timing.idle_confirm
        heard = False
        while loop.time() < until:
            await asyncio.sleep(context.timing.idle_confirm / _LOOKS)
            status = context.statuses.get(job.equipment_id)
            meter = None if status is None else status.meter
            seen = None if status is None or meter is None else status.observations.get(meter.id)
            if status is None or status.equipment.piloted:
                return
            if seen is None or seen.power is None or seen.power_at <= pressed_at:
                continue
            if seen.power >= DRAWING_FROM:
                return
            heard = True
        if not heard:
            return
        writes = Writes(command=CommandState.ERROR)
        await context.write(job, writes, expected_mode=None)
        self.report("press_failed", job.equipment_id)
        context.order_ended(
            job,
            Result(
                Outcome.FAILED,
                "idle_after_press",
                on=True,
                at=context.clock.now(),
                tries=job.tries,
                written=writes,
            ),
        )

    async def report_open(self, claims: dict[str, Claim]) -> None:
        """Report presses that a stop left without an outcome; they are not made again."""
        context = self._context
        for key, claim in claims.items():
            status = context.statuses.get(claim.equipment_id)
            concluded = status is not None and _concluded(status, claim)
            # Without the database, a conclusion is what we remember and perhaps never wrote.
            if (
                status is None
                or status.typology is None
                or (concluded and (context.connected or _programmed_since(status, claim)))
            ):
                await context.journal.settle(key, context.clock.now())
                continue
            scenario = status.typology.scenarios[Act.START]
            broken = claim.presses > 1 and not concluded
            writes = scenario.broken if broken else scenario.doubtful
            if not concluded:
                self.report("sequence_broken" if broken else "press_doubtful", claim.equipment_id)
            planned = claim.piloted and not status.equipment.continuous
            await context.write_back.submit(
                Step(
                    claim.equipment_id,
                    writes,
                    int(claim.at),
                    expected_mode=Mode.PILOTED if planned else None,
                ),
                (Origin.EMS if claim.piloted else Origin.DASHBOARD, None),
                written=self.settler(key),
            )


def _concluded(status: EquipmentStatus, claim: Claim) -> bool:
    """Whether the row says what became of the claim, or what a person chose since."""
    if _programmed_since(status, claim):
        return True
    planned = claim.piloted and not status.equipment.continuous
    return planned and status.equipment.state.mode != Mode.PILOTED


def _programmed_since(status: EquipmentStatus, claim: Claim) -> bool:
    return status.equipment.state.last_programmed > claim.at
