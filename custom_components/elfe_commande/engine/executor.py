"""Carries orders out, one of each equipment at a time: the newest takes the place of the rest."""

import asyncio
import logging

from ..core.decision import Act
from ..core.model import EquipmentId
from ..core.outcome import Result
from .background import Background
from .conclude import Conclusion
from .context import EngineContext
from .jobs import Job
from .presses import PressGuard
from .sender import Sender
from .tries import Tries
from .turnstile import Turnstile

_LOGGER = logging.getLogger(__name__)

_MANY = 100
"""First tries to come from which on what can wait should."""


class Executor:
    """One job at a time on each equipment."""

    def __init__(
        self, context: EngineContext, sender: Sender, presses: PressGuard, at_once: int
    ) -> None:
        """Carry out nothing yet; `at_once` orders at most wait for their devices together."""
        self._context = context
        self._sender = sender
        self._presses = presses
        self._conclusion = conclusion = Conclusion(context, presses)
        self._turnstile = turnstile = Turnstile(context.traffic, context.timing)
        self._tries = Tries(
            context, sender, presses, conclusion, turnstile, at_once, self._watch_meter
        )
        self._jobs: dict[EquipmentId, Job] = {}
        self._to_come = 0
        self._running = Background()
        self._watching = Background()
        context.fresh.companions = self.waiting

    def submit(self, job: Job) -> asyncio.Future[Result]:
        """Start a job in place of the equipment's present one; the result of its first try."""
        present = self._jobs.get(job.equipment_id)
        if present is not None and (
            job.by_person or present.first.done() or not present.begun or job.contradicts(present)
        ):
            present.supersede()
        self._jobs[job.equipment_id] = job
        self._to_come += 1
        job.first.add_done_callback(self._tried)
        if job.by_person:
            self._turnstile.give_way()
        self._running.begin(self._run(job), f"{job.act} {job.equipment_id}")
        return job.first

    @property
    def busy(self) -> bool:
        """Whether so many first tries are to come as only a cycle over many loads brings."""
        return self._to_come >= _MANY

    def _tried(self, _: asyncio.Future[Result]) -> None:
        self._to_come -= 1

    def has(self, job: Job) -> bool:
        """Whether a job is under way."""
        return self._jobs.get(job.equipment_id) is job

    def waiting(self) -> list[EquipmentId]:
        """Return the equipments whose order awaits its turn, or its next try."""
        return [
            equipment_id
            for equipment_id, job in self._jobs.items()
            if job.waits and not job.by_person and not self.waits_for_meter(job)
        ]

    def waits_for_meter(self, job: Job) -> bool:
        """Whether the job is held back until its load's meter had time to speak."""
        return job.act is Act.KEEP_OFF and self._context.meter_is_awaited(job.equipment_id)

    def _watch_meter(self, job: Job) -> None:
        self._watching.begin(self._presses.confirm(job), f"meter {job.equipment_id}")

    def cancel(self, equipment_id: EquipmentId) -> None:
        """Give up what is under way for an equipment that is gone."""
        if job := self._jobs.get(equipment_id):
            job.supersede()

    def hold_back(self, equipment_id: EquipmentId) -> None:
        """Give up the tries of an automatic start; presses already begun are made."""
        job = self._jobs.get(equipment_id)
        if job is not None and not job.by_person and job.act in (Act.START, Act.ON):
            job.supersede()

    async def close(self, allowance: float) -> list[str]:
        """Stop: no further try; return the names of tasks that did not end in time.

        A press under way stays claimed on disk and is reported by the next start.
        """
        self._watching.cancel()
        for job in self._jobs.values():
            job.supersede()
        await self._turnstile.close()
        late = await self._running.ended(allowance)
        self._running.cancel()
        await self._running.ended(allowance)
        return sorted(task.get_name() for task in late)

    async def _run(self, job: Job) -> None:
        try:
            await self._tries.carry_out(job)
        except asyncio.CancelledError:
            self._conclusion.skipped(job, "interrupted")
            raise
        except Exception:
            _LOGGER.exception("Order %s of equipment %s failed", job.act, job.equipment_id)
            self._conclusion.crashed(job)
        finally:
            if not job.first.done():
                self._conclusion.crashed(job)
            self._sender.forget(job)
            self._context.starts.over(job)
            if self._jobs.get(job.equipment_id) is job:
                del self._jobs[job.equipment_id]
