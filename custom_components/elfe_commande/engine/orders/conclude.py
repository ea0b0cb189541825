"""From what a device said to what is written and told: the outcome of an order."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from ...core.decision import Act, can_still_finish
from ...core.model import CommandState, Mode
from ...core.outcome import NOTHING, Outcome, Result, Settles, Step, Writes
from ..ground.goal import Goal
from ..ground.ground import Ground
from ..ground.owner import NOT_OURS
from ..ground.status import Doubt
from ..rows.rows import Rows
from ..rows.standing import StandingWish
from .acks import Answer
from .halves import Halves
from .presses import PressGuard, tell_end
from .pursuit import Pursuit
from .sender import Attempt
from .starts import is_noted

_ONCE: Final = frozenset({Act.START, Act.ON, Act.OFF})
"""What is wished of a load once, and is no mode that lasts."""
_NO_NEWS: Final = frozenset({"superseded", "interrupted", "not_running"})
"""Ends of an order that was to be tried again after which nobody waits for one."""
_STANDS_AFTER: Final = frozenset({"superseded", "interrupted", "not_running", NOT_OURS})
"""After these a person's wish is not over: the next start goes on with it, or the home once it
is ours again, or what took its place let go of it itself."""


@dataclass(slots=True)
class Conclusion:
    """Concludes pursuits; called with the lock of their load held."""

    ground: Ground
    rows: Rows
    presses: PressGuard
    halves: Halves

    async def acknowledged(self, pursuit: Pursuit) -> None:
        """Write that the goal was reached: the device confirmed it."""
        reason = "acknowledged" if pursuit.goal.scenario.orders else "no_order_needed"
        await self._done(pursuit, Outcome.ACKNOWLEDGED, reason)

    async def unconfirmed(self, pursuit: Pursuit) -> None:
        """Write an order as carried out that the device took, and cannot confirm."""
        await self._done(pursuit, Outcome.DOUBTFUL, "unconfirmed")
        if (status := self.ground.store.statuses.get(pursuit.goal.equipment_id)) is not None:
            status.doubt = Doubt(not pursuit.goal.cuts, partial(self._confirmed, pursuit))

    def _confirmed(self, pursuit: Pursuit) -> None:
        """Tell that an order was carried out, which nothing confirmed when it was taken."""
        goal = pursuit.goal
        status = self.ground.store.statuses.get(goal.equipment_id)
        if status is None or self.ground.clock.now() > goal.until:
            return
        status.reached_on = not goal.cuts
        tell_end(self.ground, goal, self._result(pursuit, Outcome.ACKNOWLEDGED, "acknowledged"))

    async def _done(self, pursuit: Pursuit, outcome: Outcome, reason: str) -> None:
        goal = pursuit.goal
        pursuit.reached = True
        self.halves.over(goal.equipment_id)
        status = self.ground.store.statuses[goal.equipment_id]
        if goal.scenario.orders:
            # What the load said before this order tells nothing of it now.
            status.sent_at = asyncio.get_running_loop().time()
        if outcome is Outcome.ACKNOWLEDGED:
            status.reached_on = not goal.cuts if goal.scenario.orders else None
        writes = goal.scenario.acknowledged
        if goal.act is Act.KEEP_OFF:
            writes = self._off_after_all(goal)
        if pursuit.mode_written:
            writes = replace(writes, mode=None, programmed=False)
        written = await self._write(pursuit, writes)
        if goal.advance_end and not pursuit.mode_written:
            await self.rows.advance_end(goal.equipment_id)
        self._told_of_end(goal)
        self._finish(pursuit, _told_of(self._result(pursuit, outcome, reason, written), writes))

    def _off_after_all(self, goal: Goal) -> Writes:
        """Return what a load that is kept off writes: nothing, unless its row is in error."""
        state = self.ground.store.statuses[goal.equipment_id].equipment.state
        if state.command != CommandState.ERROR:
            return NOTHING
        act = Act.TO_PILOTED if state.mode == Mode.PILOTED else Act.FORCED_OFF
        return replace(goal.typology.scenarios[act].acknowledged, mode=None, programmed=False)

    async def missed(self, pursuit: Pursuit, attempt: Attempt) -> None:
        """Tell that the first try was not acknowledged, and that others follow.

        A person wins at once, whatever the device does: the mode wished is written.
        """
        await self._note_half(pursuit, attempt)
        if pursuit.first.done():
            pursuit.settle(self._failure(pursuit, attempt, NOTHING, will_retry=True))
            return
        goal = pursuit.goal
        written = NOTHING
        if goal.by_person and not goal.presses:
            now = int(self.ground.clock.now())
            if (wish := self._standing(goal)) is not None:
                # On disk before it is in the row: ours is not taken for somebody else's.
                wish.mode_at = now
                await self.rows.journal.note()
            written = await self._write(pursuit, goal.scenario.failed, over=False, at=now)
            pursuit.mode_written = written.mode is not None
            if goal.advance_end:
                await self.rows.advance_end(goal.equipment_id)
        self._announce(pursuit, self._failure(pursuit, attempt, written, will_retry=True))

    async def failed(self, pursuit: Pursuit, attempt: Attempt) -> None:
        """Write that an order, or a press known not to have been made, was never done."""
        await self._note_half(pursuit, attempt)
        goal = pursuit.goal
        equipment = self.ground.store.statuses[goal.equipment_id].equipment
        writes = goal.scenario.failed
        if pursuit.mode_written:
            writes = NOTHING
        elif goal.act is Act.START and not can_still_finish(equipment, self.ground.clock.now()):
            writes = goal.scenario.given_up
        if is_noted(goal) and pursuit.sent_at is None:
            self.rows.journal.unconfirmed.pop(goal.equipment_id, None)
        written = await self._write(pursuit, writes, over=False)
        self._given_up(pursuit)
        self._finish(pursuit, self._failure(pursuit, attempt, written, will_retry=False))

    async def doubtful(self, pursuit: Pursuit) -> None:
        """Write a press without an answer as made: it is not made again."""
        writes = pursuit.goal.scenario.doubtful
        self.rows.journal.doubt(pursuit.goal.claim)
        written = await self._write(pursuit, writes)
        self._finish(
            pursuit, _told_of(self._result(pursuit, Outcome.DOUBTFUL, "silent", written), writes)
        )

    async def broken(self, pursuit: Pursuit) -> None:
        """Write that a sequence stopped after its first press, and ask a person to look."""
        written = await self._write(pursuit, pursuit.goal.scenario.broken)
        self.presses.report("sequence_broken", pursuit.goal.equipment_id)
        result = self._result(pursuit, Outcome.FAILED, "sequence_broken", written)
        self._finish(pursuit, result)

    def put_off(self, pursuit: Pursuit, reason: str) -> Attempt:
        """Tell that nothing was sent; another try may be possible within the slot."""
        result = self._result(pursuit, Outcome.SKIPPED, reason)
        result = replace(result, will_retry=True, retry_until=pursuit.goal.until)
        if pursuit.first.done():
            pursuit.settle(result)
        else:
            self._announce(pursuit, result)
        return Attempt(Answer.UNSENT, reason=reason)

    def skipped(self, pursuit: Pursuit, reason: str) -> None:
        """Tell that the order is not sent, or not again.

        A person's word stands for the next start where the engine stops before it is reached,
        and where a newer one took its place that one stands.
        """
        if reason == "unsupported_order":
            self.presses.report("unsupported_order", pursuit.goal.equipment_id)
        result = self._result(pursuit, Outcome.SKIPPED, reason)
        if reason == "superseded" and self._is_outlived(pursuit):
            # It was to be tried again, and the plan's next word came first.
            self.presses.report("wish_given_up", pursuit.goal.equipment_id)
            self._announce(pursuit, replace(result, reason="slot_over"))
        elif not self._stands_after(pursuit, reason) and self._given_up(pursuit):
            self._announce(pursuit, result)
        else:
            self._finish(pursuit, result)

    def _stands_after(self, pursuit: Pursuit, reason: str) -> bool:
        """Whether a person's wish is not over with this end of an order."""
        if reason != NOT_OURS:
            return reason in _STANDS_AFTER
        # Whoever waits for a first answer is told to ask the other. Were it done once the home
        # is ours again, what they asked there would be undone.
        wish = self._standing(pursuit.goal)
        return pursuit.first.done() or (wish is not None and wish.resumed)

    def let_go(self, goal: Goal, reason: str) -> None:
        """Tell that a person's wish is given up which nothing pursues any more."""
        self.rows.journal.drop_wish(goal.equipment_id, goal.wish)
        self.presses.report("wish_given_up", goal.equipment_id)
        now = self.ground.clock.now()
        tell_end(self.ground, goal, Result(Outcome.SKIPPED, reason, on=goal.powers, at=now))

    def crashed(self, pursuit: Pursuit) -> None:
        """Tell that a mistake of ours ended the order; the log has it."""
        self._finish(pursuit, self._result(pursuit, Outcome.FAILED, "internal_error"))

    def _standing(self, goal: Goal) -> StandingWish | None:
        wish = self.rows.journal.wishes.get(goal.equipment_id)
        return wish if wish is not None and wish.id == goal.wish else None

    def _is_outlived(self, pursuit: Pursuit) -> bool:
        """Whether something that a person wished once ended with no newer wish of anybody's."""
        goal = pursuit.goal
        told = goal.wish is not None and pursuit.first.done() and not pursuit.cancelled
        return told and goal.act in _ONCE and goal.equipment_id not in self.rows.journal.wishes

    def _given_up(self, pursuit: Pursuit) -> bool:
        """Let go of a person's wish; whether they had been told that it would be tried again."""
        goal = pursuit.goal
        wish = self._standing(goal)
        if wish is None:
            return False
        self.rows.journal.drop_wish(goal.equipment_id)
        if not (pursuit.first.done() or wish.resumed):
            return False
        self.presses.report("wish_given_up", goal.equipment_id)
        return True

    def _told_of_end(self, goal: Goal) -> None:
        """Show no longer that an earlier wish was given up, once one was reached."""
        if goal.by_person:
            self.ground.problems.settle("wish_given_up", str(goal.equipment_id))

    async def _write(
        self, pursuit: Pursuit, writes: Writes, *, over: bool = True, at: int | None = None
    ) -> Writes:
        """Write what follows from an outcome; return what was, or will be, written.

        `over`: a person's wish ends with it. `at` is the unix time of the act, if not now.
        """
        goal = pursuit.goal
        settles = Settles(
            claim=goal.claim if goal.presses else None,
            wish=goal.wish if over else None,
            start=writes.started and not goal.presses,
        )
        if at is None:
            at = int(self.ground.clock.now())
        step = Step(goal.equipment_id, writes, at, goal.mode, settles=settles)
        if pursuit.taken is not None:
            # The claim took the row out of mode 30: it is as we left it, or somebody programmed it.
            known = pursuit.taken.last_programmed
            step = replace(step, expected_mode=Mode.MANUAL, programmed_at=known)
        elif goal.presses:
            await self.ground.owner.prove()
            if self.ground.owner.has_lost(goal.equipment_id):
                # Who drives it by now knows nothing of the press; what was said there since counts.
                pressed_at = self.rows.journal.last_press(goal.equipment_id)
                step = replace(step, not_after=int(pressed_at or at))
        by = (goal.origin, goal.user_id)
        fate = await self.rows.write(step, by, urgent=goal.by_person)
        return writes if fate.stands else NOTHING

    async def _note_half(self, pursuit: Pursuit, attempt: Attempt) -> None:
        if attempt.refusal == "pair_stays_on":
            await self.halves.stays(pursuit.goal.equipment_id)

    def _failure(
        self, pursuit: Pursuit, attempt: Attempt, written: Writes, *, will_retry: bool
    ) -> Result:
        told = {
            Answer.REFUSED: "not_pressed" if pursuit.goal.presses else "refused",
            Answer.UNSENT: "disconnected",
        }.get(attempt.answer, "silent")
        reason = attempt.refusal or attempt.reason or told
        result = self._result(pursuit, Outcome.FAILED, reason, written)
        until = pursuit.goal.until if will_retry else None
        return replace(result, will_retry=will_retry, retry_until=until, detail=attempt.detail)

    def _result(
        self, pursuit: Pursuit, outcome: Outcome, reason: str, written: Writes = NOTHING
    ) -> Result:
        latency = None
        if outcome is Outcome.ACKNOWLEDGED and pursuit.sent_at is not None:
            latency = asyncio.get_running_loop().time() - pursuit.sent_at
        return Result(
            outcome=outcome,
            reason=reason,
            on=pursuit.goal.powers,
            at=self.ground.clock.now(),
            latency=latency,
            tries=pursuit.tries,
            written=written,
        )

    def _announce(self, pursuit: Pursuit, result: Result) -> None:
        # Whoever awaits it goes on, whatever those do who are told.
        pursuit.settle(result)
        goal = pursuit.goal
        self.rows.followed.leave(goal, result, sent=pursuit.sent_at is not None)
        tell_end(self.ground, goal, result)

    def _finish(self, pursuit: Pursuit, result: Result) -> None:
        if result.reason in _NO_NEWS and pursuit.first.done():
            # Its first result was told, and what took its place tells of its own.
            pursuit.settle(result)
            self.rows.followed.leave(pursuit.goal, result, sent=pursuit.sent_at is not None)
            return
        self._announce(pursuit, result)


def _told_of(result: Result, writes: Writes) -> Result:
    """Return the result, which says so if the row did not take what was to be written."""
    return replace(result, unwritten=writes != NOTHING and result.written == NOTHING)
