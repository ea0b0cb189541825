"""From what a device said to what is written and told: the outcome of an order."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from ..core.decision import Act, can_still_finish
from ..core.outcome import NOTHING, Outcome, Result, Writes
from .acks import Answer
from .context import EngineContext
from .jobs import Job
from .presses import PressGuard
from .sender import Attempt
from .write_back import Fate


@dataclass(slots=True)
class Conclusion:
    """Concludes jobs; called with the lock of their equipment held."""

    context: EngineContext
    presses: PressGuard

    async def acknowledged(self, job: Job) -> None:
        """Write that the order was carried out."""
        reason = "acknowledged" if job.scenario.orders else "no_order_needed"
        await self._done(job, Outcome.ACKNOWLEDGED, reason)

    async def unconfirmed(self, job: Job) -> None:
        """Write an order as carried out that the device took, and cannot confirm."""
        await self._done(job, Outcome.DOUBTFUL, "unconfirmed")

    async def _done(self, job: Job, outcome: Outcome, reason: str) -> None:
        context = self.context
        writes = job.scenario.acknowledged
        if job.mode_written:
            writes = replace(writes, mode=None, programmed=False)
        context.load_acknowledged(context.statuses[job.equipment_id], job)
        written = await self._write(job, writes)
        if not job.mode_written:
            await context.advance_end(job)
        self._finish(job, _told_of(self._result(job, outcome, reason, written), writes))

    async def missed(self, job: Job, attempt: Attempt) -> None:
        """Tell that the first try was not acknowledged, and that others follow.

        A person wins at once, whatever the device does: the mode wished is written.
        """
        if job.first.done():
            return
        written = NOTHING
        if job.by_person and not job.presses:
            written = await self._write(job, job.scenario.failed)
            job.mode_written = written.mode is not None
            await self.context.advance_end(job)
        self._announce(job, self._failure(job, attempt, written, will_retry=True))

    async def failed(self, job: Job, attempt: Attempt) -> None:
        """Write that an order, or a press known not to have been made, was never done."""
        context = self.context
        equipment = context.statuses[job.equipment_id].equipment
        writes = job.scenario.failed
        if job.mode_written:
            writes = NOTHING
        elif job.act is Act.START and not can_still_finish(equipment, context.clock.now()):
            writes = job.scenario.given_up
        if job.act is Act.START and not job.presses and job.sent_at is None:
            context.starts.settled(job.equipment_id)
        written = await self._write(job, writes)
        self._finish(job, self._failure(job, attempt, written, will_retry=False))

    async def doubtful(self, job: Job) -> None:
        """Write a press without an answer as made: it is not made again."""
        written = await self._write(job, job.scenario.doubtful)
        result = self._result(job, Outcome.DOUBTFUL, "silent", written)
        self._finish(job, _told_of(result, job.scenario.doubtful))

    async def broken(self, job: Job) -> None:
        """Write that a sequence stopped after its first press, and ask a person to look."""
        written = await self._write(job, job.scenario.broken)
        self.presses.report("sequence_broken", job.equipment_id)
        self._finish(job, self._result(job, Outcome.FAILED, "sequence_broken", written))

    def put_off(self, job: Job, reason: str) -> Attempt:
        """Tell that nothing was sent; another try may be possible within the slot."""
        if not job.first.done():
            result = self._result(job, Outcome.SKIPPED, reason)
            self._announce(job, replace(result, will_retry=True, retry_until=job.deadline))
        return Attempt(Answer.UNSENT, reason=reason)

    def skipped(self, job: Job, reason: str) -> None:
        """Tell that the order is not sent, or not again."""
        if reason == "unsupported_order":
            self.presses.report("unsupported_order", job.equipment_id)
        self._finish(job, self._result(job, Outcome.SKIPPED, reason))

    def crashed(self, job: Job) -> None:
        """Tell that a mistake of ours ended the order; the log has it."""
        self._finish(job, self._result(job, Outcome.FAILED, "internal_error"))

    async def _write(self, job: Job, writes: Writes) -> Writes:
        """Write what follows from an outcome; return what was, or will be, written."""
        fate = await self.context.write(
            job,
            writes,
            expected_mode=job.mode,
            written=self._settler(job, writes),
        )
        return writes if fate in (Fate.WRITTEN, Fate.DEFERRED) else NOTHING

    def _settler(self, job: Job, writes: Writes) -> Callable[[], None] | None:
        """Return what to call once the outcome is in the database, whenever that is."""
        if job.presses:
            return self.presses.settler(job.claim)
        if not writes.started:
            return None
        return partial(self.context.starts.settled, job.equipment_id)

    def _failure(self, job: Job, attempt: Attempt, written: Writes, *, will_retry: bool) -> Result:
        told = {
            Answer.REFUSED: "not_pressed" if job.presses else "refused",
            Answer.UNSENT: "disconnected",
        }.get(attempt.answer, "silent")
        reason = attempt.refusal or attempt.reason or told
        result = self._result(job, Outcome.FAILED, reason, written)
        until = job.deadline if will_retry else None
        return replace(result, will_retry=will_retry, retry_until=until, detail=attempt.detail)

    def _result(self, job: Job, outcome: Outcome, reason: str, written: Writes = NOTHING) -> Result:
        latency = None
        if outcome is Outcome.ACKNOWLEDGED and job.sent_at is not None:
            latency = asyncio.get_running_loop().time() - job.sent_at
        return Result(
            outcome=outcome,
            reason=reason,
            on=job.powers,
            at=self.context.clock.now(),
            latency=latency,
            tries=job.tries,
            written=written,
        )

    def _announce(self, job: Job, result: Result) -> None:
        # Whoever awaits it goes on, whatever those do who are told.
        if not job.first.done():
            job.first.set_result(result)
        self.context.order_ended(job, result)

    def _finish(self, job: Job, result: Result) -> None:
        if result.outcome is Outcome.SKIPPED and job.first.done():
            # Its first result was told; that nothing more follows is no news.
            self.context.leave_to_catch_up(job, result)
            return
        self._announce(job, result)


def _told_of(result: Result, writes: Writes) -> Result:
    """Return the result, which says so if the row did not take what was to be written."""
    return replace(result, unwritten=writes != NOTHING and result.written == NOTHING)
