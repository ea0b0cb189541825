"""Tries an order until it is done, or its time is over.

First tries of all equipments go before any second try, a wait holds neither the lock nor a
place among the orders at once, and a person's wish overtakes whatever is under way, except
presses already begun.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ..core.decision import Act
from ..core.model import EquipmentId
from .acks import Answer
from .conclude import Conclusion
from .context import EngineContext
from .jobs import Job
from .presses import PressGuard
from .sender import Attempt, Sender
from .status import EquipmentStatus
from .turnstile import Turnstile

_PUT_OFF = frozenset({"database_unavailable", "device_unavailable"})
"""Reasons not to press now that may pass within the slot."""
_SLOT_OVER = "slot_over"


class Tries:
    """One lock per equipment, and so many orders that wait for their devices at once."""

    def __init__(  # noqa: PLR0917
        self,
        context: EngineContext,
        sender: Sender,
        presses: PressGuard,
        conclusion: Conclusion,
        turnstile: Turnstile,
        at_once: int,
        watch_meter: Callable[[Job], None],
    ) -> None:
        """Try nothing yet; `at_once` orders at most wait for their devices together.

        `watch_meter` is called with each press that no device answered.
        """
        self._context = context
        self._sender = sender
        self._presses = presses
        self._conclusion = conclusion
        self._turnstile = turnstile
        self._watch_meter = watch_meter
        self._places = asyncio.Semaphore(at_once)
        self._locks: defaultdict[EquipmentId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def carry_out(self, job: Job) -> None:
        """Try until the order is done, given up or out of time; the outcome is told by then."""
        timing = self._context.timing
        backoff = timing.retry_first
        tried: Attempt | None = None
        while True:
            attempt = await self._one_try(job, tried)
            if attempt is None:
                return
            if attempt.reason is None:
                tried = attempt
            if not await self._wait_for_retry(job, attempt, tried, backoff):
                return
            backoff = min(backoff * 2, timing.retry_max)

    async def _one_try(self, job: Job, tried: Attempt | None) -> Attempt | None:
        """Try once, after this last one; `None` when the job is over."""
        if job.by_person:
            return await self._locked_try(job, tried)
        if job.act is Act.KEEP_OFF:
            await self._context.meter_heard(job)
        if self._to_note(job) and not job.tries:
            # Before it waits for its turn: those of a cycle are then noted together.
            await self._context.starts.coming(job)
        await self._places.acquire()
        job.holds_place = True
        try:
            return await self._locked_try(job, tried)
        finally:
            self._leave_place(job)

    @staticmethod
    def _to_note(job: Job) -> bool:
        """Whether a crash may leave a running machine that no row tells of."""
        return job.act is Act.START and not job.presses

    def _leave_place(self, job: Job) -> None:
        """Let another order in: the device answered, what remains is ours to write."""
        if job.holds_place:
            job.holds_place = False
            self._places.release()

    async def _locked_try(self, job: Job, tried: Attempt | None) -> Attempt | None:
        async with self._locks[job.equipment_id]:
            reason = await self._refusal(job)
            if reason in _PUT_OFF:
                return self._conclusion.put_off(job, reason)
            if reason is not None:
                await self._not_sent(job, reason, tried)
                return None
            if not job.by_person:
                await self._turnstile.pass_through(job.superseded)
                if (reason := self._outdated(job) or self._unfit(job)) is not None:
                    await self._not_sent(job, reason, tried)
                    return None
            if job.presses:
                if not await self._presses.claim(job):
                    return self._conclusion.put_off(job, "disk_unwritable")
            elif self._to_note(job) and (job.by_person or job.tries):
                await self._context.starts.coming(job)
            job.tries += 1
            job.waits = False
            attempt = await self._send(job)
            self._leave_place(job)
            if job.presses:
                return await self._after_press(job, attempt)
            return await self._after_switch(job, attempt)

    async def _not_sent(self, job: Job, reason: str, tried: Attempt | None) -> None:
        """End an order; one whose time is over after a try has failed, which must be written."""
        if reason == _SLOT_OVER and tried is not None:
            await self._conclusion.failed(job, tried)
        else:
            self._conclusion.skipped(job, reason)

    async def _send(self, job: Job) -> Attempt:
        status = self._context.statuses[job.equipment_id]
        if job.scenario.orders:
            status.sent_at = asyncio.get_running_loop().time()
        send = self._sender.press if job.presses else self._sender.switch
        attempt = await send(status.equipment, job)
        if attempt.answer is Answer.SILENT and attempt.device_id is not None:
            status.note_silence(attempt.device_id, attempt.sent_at)
            self._context.changed(job.equipment_id)
        return attempt

    async def _refusal(self, job: Job) -> str | None:
        """Return why the order is not to be sent now, `None` if it is."""
        if (reason := self._outdated(job)) is not None:
            return reason
        # A press, and a try after the first, is made on a row read just before.
        patient = not job.begun and not job.presses
        writable = await self._context.refresh(job.equipment_id, patient=patient)
        if (reason := self._unfit(job)) is not None:
            return reason
        status = self._context.statuses[job.equipment_id]
        if (reason := self._sender.unable(status.equipment, job)) is not None:
            return reason
        return self._presses.refusal(status, job, writable=writable) if job.presses else None

    def _unfit(self, job: Job) -> str | None:
        """Return why the order does not fit the load as it is known now, `None` if it does."""
        status = self._context.statuses.get(job.equipment_id)
        if status is None:
            return "removed"
        if not _mode_allows(status, job):
            return "mode_changed"
        if job.act is Act.KEEP_OFF and self._context.drawing(status):
            return "machine_running"
        return None

    def _outdated(self, job: Job) -> str | None:
        """Return why nobody wants the order any more, `None` if somebody does."""
        if not self._context.lifecycle.running:
            return "not_running"
        if job.superseded.done():
            return "superseded"
        return _SLOT_OVER if self._context.clock.now() > job.deadline else None

    # -- what follows from the device's answer

    async def _after_switch(self, job: Job, attempt: Attempt) -> Attempt | None:
        """Conclude a try of an order that may be repeated; the attempt if more may follow."""
        if attempt.answer is Answer.ACKNOWLEDGED:
            await self._conclusion.acknowledged(job)
            return None
        if attempt.answer is Answer.DOUBTFUL:
            await self._conclusion.unconfirmed(job)
            return None
        if attempt.answer is Answer.INTERRUPTED:
            self._conclusion.skipped(job, "superseded")
            return None
        await self._conclusion.missed(job, attempt)
        return attempt

    async def _after_press(self, job: Job, attempt: Attempt) -> Attempt | None:
        """Conclude a claimed press by what the device says of it; the attempt if more may follow."""
        first = attempt.reached == 1
        match attempt.answer:
            case Answer.ACKNOWLEDGED:
                await self._conclusion.acknowledged(job)
            case Answer.REFUSED | Answer.UNSENT if first:
                # Known not to have been pressed: the claim is given back, tries may follow.
                await self._presses.release(job)
                await self._conclusion.missed(job, attempt)
                return attempt
            case Answer.DOUBTFUL:
                await self._conclusion.doubtful(job)
                self._watch_meter(job)
            case Answer.SILENT if not first or len(job.scenario.orders) == 1:
                await self._conclusion.doubtful(job)
                self._watch_meter(job)
            case _:
                await self._conclusion.broken(job)
        return None

    async def _wait_for_retry(
        self, job: Job, attempt: Attempt, tried: Attempt | None, backoff: float
    ) -> bool:
        """Wait, hearing late answers; whether another try is due."""
        context = self._context
        job.waits = True
        left = job.deadline - context.clock.now()
        waited: list[asyncio.Future[Any]] = [job.superseded]
        pending = attempt.pending
        if pending is not None and not pending.answer.done() and not job.presses:
            waited.append(pending.answer)
        await asyncio.wait(
            waited, timeout=max(0.0, min(backoff, left)), return_when=asyncio.FIRST_COMPLETED
        )
        if job.superseded.done():
            self._conclusion.skipped(job, "superseded")
            return False
        if len(waited) > 1 and waited[1].done():
            async with self._locks[job.equipment_id]:
                late = waited[1].result()
                if late in (Answer.ACKNOWLEDGED, Answer.DOUBTFUL) and not job.superseded.done():
                    await self._after_switch(job, Attempt(late))
                    return False
        if backoff < left:
            return True
        reason = attempt.reason if tried is None else None
        async with self._locks[job.equipment_id]:
            await self._not_sent(job, reason or _SLOT_OVER, tried)
        return False


def _mode_allows(status: EquipmentStatus, job: Job) -> bool:
    """Whether the equipment is still in the mode that the job was made for."""
    if not status.equipment.driven:
        return False
    return job.mode is None or status.equipment.state.mode == job.mode
