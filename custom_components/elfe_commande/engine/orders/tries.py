"""Tries to bring a load to its goal until it is there, or the goal is over.

First tries of all loads go before any second try, a wait holds neither the lock nor a place
among the orders at once, and a person's wish overtakes whatever is under way, except presses
already begun.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from ...core.decision import Act
from ...core.model import EquipmentId
from ..ground.goal import Goal
from ..ground.ground import Ground
from ..ground.owner import SHADOW, UNPROVED
from ..ground.status import EquipmentStatus
from ..rows.rows import Rows
from .acks import Answer
from .conclude import Conclusion
from .presses import PressGuard
from .pursuit import Pursuit
from .sender import Attempt, Sender
from .starts import Starts, is_noted
from .turnstile import Turnstile

_PUT_OFF: Final = frozenset(
    {"database_unavailable", "device_unavailable", "disk_unwritable", UNPROVED}
)
"""Reasons not to press now that may pass within the slot."""
_OVER: Final = "slot_over"


class Tries:
    """One lock per load, and so many orders that wait for their devices at once."""

    def __init__(
        self,
        ground: Ground,
        rows: Rows,
        *,
        sender: Sender,
        presses: PressGuard,
        conclusion: Conclusion,
        starts: Starts,
        turnstile: Turnstile,
        at_once: int,
        in_doubt: Callable[[Pursuit], None],
    ) -> None:
        """Try nothing yet; `at_once` orders at most wait for their devices together.

        `in_doubt` is called with each press that no device answered.
        """
        self._ground = ground
        self._statuses = ground.store.statuses
        self._rows = rows
        self._sender = sender
        self._presses = presses
        self._conclusion = conclusion
        self._starts = starts
        self._turnstile = turnstile
        self._in_doubt = in_doubt
        self._places = asyncio.Semaphore(at_once)
        self._locks: defaultdict[EquipmentId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def carry_out(self, pursuit: Pursuit) -> None:
        """Try until the goal is reached, given up or over; the outcome is told by then."""
        timing, clock = self._ground.timing, self._ground.clock
        backoff = timing.retry_first
        tried: Attempt | None = None
        while True:
            pursuit.again.clear()
            attempt = await self._one_try(pursuit, tried)
            if attempt is None:
                return
            if attempt.reason is None:
                tried = attempt
            if not await self._wait_for_retry(pursuit, attempt, tried, backoff):
                return
            long = clock.now() > pursuit.goal.since + timing.order_window
            backoff = min(backoff * 2, timing.retry_rest if long else timing.retry_max)

    async def _one_try(self, pursuit: Pursuit, tried: Attempt | None) -> Attempt | None:
        """Try once, after this last one; `None` when the pursuit is over."""
        goal = pursuit.goal
        if goal.by_person:
            return await self._locked_try(pursuit, tried)
        if goal.act is Act.KEEP_OFF:
            await self._ground.metering.heard(goal.equipment_id, pursuit.superseded)
        if is_noted(goal) and not pursuit.tries and self._withheld(goal) is None:
            # Before it waits for its turn: those of a cycle are then noted together.
            await self._starts.coming(pursuit)
        await self._places.acquire()
        pursuit.holds_place = True
        try:
            return await self._locked_try(pursuit, tried)
        finally:
            self._leave_place(pursuit)

    def _leave_place(self, pursuit: Pursuit) -> None:
        """Let another order in: the device answered, what remains is ours to write."""
        if pursuit.holds_place:
            pursuit.holds_place = False
            self._places.release()

    async def _locked_try(self, pursuit: Pursuit, tried: Attempt | None) -> Attempt | None:
        goal = pursuit.goal
        async with self._locks[goal.equipment_id]:
            reason = await self._refusal(pursuit)
            if reason is None and not goal.by_person:
                await self._turnstile.pass_through(pursuit.superseded)
                reason = self._moot(pursuit)
            # What would be sent is known now, and only now.
            reason = reason or self._withheld(goal)
            if reason is None and goal.presses:
                reason = await self._presses.claim(pursuit)
            if reason in _PUT_OFF:
                return self._conclusion.put_off(pursuit, reason)
            if reason is not None:
                await self._not_sent(pursuit, reason, tried)
                return None
            if not goal.presses and is_noted(goal) and (goal.by_person or pursuit.tries):
                await self._starts.coming(pursuit)
            attempt = await self._send(pursuit)
            self._leave_place(pursuit)
            if goal.presses:
                return await self._after_press(pursuit, attempt)
            return await self._after_switch(pursuit, attempt)

    async def _not_sent(self, pursuit: Pursuit, reason: str, tried: Attempt | None) -> None:
        """End a pursuit; one whose time is over after a try has failed, which must be written."""
        if reason == _OVER and tried is not None:
            await self._conclusion.failed(pursuit, tried)
        else:
            self._conclusion.skipped(pursuit, reason)

    async def _send(self, pursuit: Pursuit) -> Attempt:
        goal = pursuit.goal
        status = self._statuses[goal.equipment_id]
        pursuit.tries += 1
        pursuit.waits = False
        pursuit.tried_at = asyncio.get_running_loop().time()
        if goal.scenario.orders:
            status.sent_at, status.reached_on = pursuit.tried_at, None
            status.doubt = None
        # A press has claimed its row: it is no longer as the goal was made for.
        moot = self._outdated if goal.presses else self._moot
        attempt = await self._sender.carry_out(status.equipment, pursuit, partial(moot, pursuit))
        if attempt.answer is Answer.SILENT and attempt.device_id is not None:
            status.note_silence(attempt.device_id, attempt.sent_at)
            self._ground.store.changed(goal.equipment_id)
        return attempt

    async def _refusal(self, pursuit: Pursuit) -> str | None:
        """Return why the order is not to be sent now, `None` if it is."""
        await self._ground.owner.prove()
        if (reason := self._outdated(pursuit)) is not None:
            return reason
        goal = pursuit.goal
        # A press, and a try after the first, is made on a row read just before.
        patient = not pursuit.begun and not goal.presses
        writable = await self._rows.refresh(
            goal.equipment_id, patient=patient, urgent=goal.by_person
        )
        if (reason := self._unfit(goal)) is not None:
            return reason
        status = self._statuses[goal.equipment_id]
        if (reason := self._sender.unable(status.equipment, goal)) is not None:
            return reason
        return self._presses.refusal(status, goal, writable=writable) if goal.presses else None

    def _moot(self, pursuit: Pursuit) -> str | None:
        """Return why an order that waited is not to be sent after all."""
        return self._outdated(pursuit) or self._unfit(pursuit.goal)

    def _unfit(self, goal: Goal) -> str | None:
        """Return why the order does not fit the load as it is known now, `None` if it does."""
        status = self._statuses.get(goal.equipment_id)
        if status is None:
            return "removed"
        if not _mode_allows(status, goal) or self._is_replaced(status, goal):
            return "mode_changed"
        if goal.act is Act.KEEP_OFF and self._ground.metering.drawing(status):
            return "machine_running"
        if goal.powers and not goal.by_person and status.faults:
            return "device_fault"
        return None

    def _is_replaced(self, status: EquipmentStatus, goal: Goal) -> bool:
        """Whether somebody else programmed the load since a person wished this."""
        wish = self._rows.journal.wishes.get(goal.equipment_id)
        if wish is None or wish.id != goal.wish:
            return False
        return wish.is_replaced(status.equipment.state)

    def _outdated(self, pursuit: Pursuit) -> str | None:
        """Return why nobody wants the order any more, `None` if somebody does."""
        if not self._ground.lifecycle.running:
            return "not_running"
        if pursuit.superseded.done():
            return pursuit.why
        status = self._statuses.get(pursuit.goal.equipment_id)
        if status is not None:
            reason = self._ground.owner.refusal(status.equipment.home)
            if reason not in (None, SHADOW):
                return _OVER if self._is_over(pursuit) else reason
        return _OVER if self._is_over(pursuit) else None

    def _withheld(self, goal: Goal) -> str | None:
        """Return why an order that fits is not sent: its home is only looked at."""
        status = self._statuses.get(goal.equipment_id)
        if status is None or not self._ground.owner.only_looks(status.equipment.home):
            return None
        return SHADOW

    def _is_over(self, pursuit: Pursuit) -> bool:
        return self._ground.clock.now() > pursuit.goal.until

    # -- what follows from the device's answer

    async def _after_switch(self, pursuit: Pursuit, attempt: Attempt) -> Attempt | None:
        """Conclude a try of an order that may be repeated; the attempt if more may follow."""
        if attempt.answer is Answer.ACKNOWLEDGED:
            await self._conclusion.acknowledged(pursuit)
            return None
        if attempt.answer is Answer.DOUBTFUL:
            await self._conclusion.unconfirmed(pursuit)
            return None
        if attempt.answer is Answer.INTERRUPTED:
            tried = None if pursuit.sent_at is None else attempt
            await self._not_sent(pursuit, attempt.reason or pursuit.why, tried)
            return None
        if attempt.final and pursuit.goal.powers:
            await self._conclusion.failed(pursuit, attempt)
            return None
        await self._conclusion.missed(pursuit, attempt)
        return attempt

    async def _after_press(self, pursuit: Pursuit, attempt: Attempt) -> Attempt | None:
        """Conclude a claimed press by what the device says of it; the attempt if more may follow."""
        first = attempt.reached == 1
        match attempt.answer:
            case Answer.ACKNOWLEDGED:
                await self._conclusion.acknowledged(pursuit)
            case Answer.INTERRUPTED:
                await self._presses.release(pursuit)
                await self._not_sent(pursuit, attempt.reason or pursuit.why, None)
            case Answer.REFUSED | Answer.UNSENT if first:
                # Known not to have been pressed: the claim is given back, tries may follow.
                await self._presses.release(pursuit)
                await self._conclusion.missed(pursuit, attempt)
                return attempt
            case Answer.DOUBTFUL:
                await self._conclusion.doubtful(pursuit)
                self._in_doubt(pursuit)
            case Answer.SILENT if not first or len(pursuit.goal.scenario.orders) == 1:
                await self._conclusion.doubtful(pursuit)
                self._in_doubt(pursuit)
            case _:
                await self._conclusion.broken(pursuit)
        return None

    async def _wait_for_retry(
        self, pursuit: Pursuit, attempt: Attempt, tried: Attempt | None, backoff: float
    ) -> bool:
        """Wait, hearing late answers; whether another try is due."""
        pursuit.waits = True
        left = pursuit.goal.until - self._ground.clock.now()
        late = await self._late_answer(pursuit, attempt, max(0.0, min(backoff, left)))
        if pursuit.superseded.done():
            self._conclusion.skipped(pursuit, pursuit.why)
            return False
        lock = self._locks[pursuit.goal.equipment_id]
        if late in (Answer.ACKNOWLEDGED, Answer.DOUBTFUL):
            async with lock:
                if not pursuit.superseded.done():
                    await self._after_switch(pursuit, Attempt(late))
                    return False
        if backoff < left or pursuit.again.is_set():
            return True
        reason = attempt.reason if tried is None else None
        async with lock:
            await self._not_sent(pursuit, reason or _OVER, tried)
        return False

    async def _late_answer(
        self, pursuit: Pursuit, attempt: Attempt, seconds: float
    ) -> Answer | None:
        """Wait for that long, or until something makes another try worth it; a late answer."""
        pending = None if pursuit.goal.presses else attempt.pending
        if pending is not None and pending.answer.done():
            answer = pending.answer.result()
            if answer is not attempt.answer:
                # It came while the try was concluded.
                return answer
            pending = None
        sent = attempt.answer is not Answer.UNSENT
        again = asyncio.create_task(self._worth_it(pursuit, sent=sent), name="elfe again")
        waited: list[asyncio.Future[Any]] = [pursuit.superseded, again]
        if pending is not None:
            waited.append(pending.answer)
        try:
            await asyncio.wait(waited, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            again.cancel()
        if pending is not None and pending.answer.done():
            return pending.answer.result()
        return None

    async def _worth_it(self, pursuit: Pursuit, *, sent: bool) -> None:
        """Return once another try is worth it; what was sent is given a moment."""
        await pursuit.again.wait()
        if sent:
            rested = pursuit.tried_at + self._ground.timing.retry_first
            await asyncio.sleep(rested - asyncio.get_running_loop().time())


def _mode_allows(status: EquipmentStatus, goal: Goal) -> bool:
    """Whether the load is still in the mode that the goal was made for."""
    if not status.equipment.driven:
        return False
    return goal.mode is None or status.equipment.state.mode == goal.mode
