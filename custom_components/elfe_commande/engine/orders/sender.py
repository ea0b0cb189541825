"""Sends one order to one device and hears its answer; makes sequences of presses."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from ...core.lifecycle import Lifecycle, NotRunningError
from ...core.model import Device, DeviceId, Equipment
from ...core.timing import Timing
from ...drivers import DRIVERS, Driver, Message, RevertingDriver
from ...typologies import Order
from ..ground.goal import Goal
from ..ground.owner import Owner
from ..ground.ports import Messenger, MessengerError
from ..ground.status import meter_of
from .acks import Acks, Answer, PendingOrder
from .pursuit import Pursuit
from .reverts import Reverts

_PRESS_TRIES = 3
_DONE = frozenset({Answer.ACKNOWLEDGED, Answer.DOUBTFUL})
"""What lets a scenario go on to its next order."""

type Moot = Callable[[], str | None]
"""Why nobody wants an order any more that waited, `None` if somebody does."""


@dataclass(slots=True, eq=False)
class Attempt:
    """How one try went.

    `reached` counts the orders of the scenario that were begun; more than one only in a
    sequence. `pending` still hears a late answer.
    """

    answer: Answer
    reached: int = 1
    pending: PendingOrder | None = None
    reason: str | None = None
    """Why nothing was sent, when it was not the broker."""
    refusal: str | None = None
    """Why the device refused, when it said so."""
    detail: str = ""
    """The same in its own words."""
    final: bool = False
    """It would refuse again."""
    device_id: DeviceId | None = None
    """Which device the last order of it went to."""
    sent_at: float = 0.0
    """The loop's time of that."""


class Sender:
    """One order in flight per command topic, and the gate in front of each."""

    def __init__(
        self,
        messenger: Messenger,
        acks: Acks,
        timing: Timing,
        lifecycle: Lifecycle,
        *,
        reverts: Reverts,
        owner: Owner | None = None,
    ) -> None:
        """Have sent nothing; without an `owner` every home is ours."""
        self._reverts = reverts
        self._lifecycle = lifecycle
        self._owner = owner
        self._messenger = messenger
        self._acks = acks
        self._timing = timing
        self._topic_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._requests = count(1)
        self._pending: dict[int, tuple[Device, PendingOrder]] = {}

    def unable(self, equipment: Equipment, goal: Goal) -> str | None:
        """Return why the devices cannot carry out the scenario, `None` if they can."""
        for order in goal.scenario.orders:
            device = equipment.device(order.usage)
            driver = None if device is None else DRIVERS.get(device.type_id)
            if device is None or driver is None or not driver.drives:
                return "missing_device"
            if driver.presses and not goal.typology.presses:
                # A button toggles: it would be pressed again and again to hold a state.
                return "unsupported_order"
            if driver.order(device, on=order.on, request="0") is None:
                return "unsupported_order"
        return None

    async def carry_out(self, equipment: Equipment, pursuit: Pursuit, moot: Moot) -> Attempt:
        """Try a scenario, one order after the other, until one is not carried out.

        What is `moot` by the time that its turn comes on its topic is not sent. A sequence of
        presses that has begun is never interrupted, and a press of it that was reported as not
        made is tried again on the spot; one without an answer is not.
        """
        attempt = Attempt(Answer.ACKNOWLEDGED)
        for index, order in enumerate(pursuit.goal.scenario.orders):
            if index:
                await asyncio.sleep(self._timing.press_pause)
            begun = index > 0 and pursuit.goal.presses
            before = _never_moot if begun else moot
            attempt = await self._send(equipment, order, pursuit, before)
            for _ in range(_PRESS_TRIES - 1 if begun else 0):
                if attempt.answer not in (Answer.REFUSED, Answer.UNSENT):
                    break
                await asyncio.sleep(self._timing.press_retry)
                attempt = await self._send(equipment, order, pursuit, before)
            attempt.reached = index + 1
            if attempt.answer not in _DONE:
                break
        return attempt

    def forget(self, pursuit: Pursuit) -> None:
        """Hear late answers to a pursuit no longer."""
        if kept := self._pending.pop(id(pursuit), None):
            self._acks.forget(*kept)

    async def _send(
        self, equipment: Equipment, order: Order, pursuit: Pursuit, moot: Moot
    ) -> Attempt:
        device = equipment.device(order.usage)
        if device is None:
            return Attempt(Answer.UNSENT)
        driver = DRIVERS[device.type_id]
        if not self._messenger.reaches(device.command_topic) or not self._acks.hears(device):
            return Attempt(Answer.UNSENT)
        async with self._topic_locks[device.command_topic]:
            wanted = self._reverts.after(equipment, pursuit.goal, device, on=order.on)
            ahead, after = await self._reverts.prepare(equipment.id, device, wanted)
            # No wait from here on: whether it may be sent is asked last.
            if (why := moot()) is not None:
                return Attempt(Answer.INTERRUPTED, reason=why)
            try:
                self._lifecycle.require_running()
            except NotRunningError:
                return Attempt(Answer.UNSENT, reason="not_running")
            # Waits lie between here and where the order was decided: somebody else may act by now.
            reason = None if self._owner is None else self._owner.refusal(equipment.home)
            if reason is not None:
                return Attempt(Answer.UNSENT, reason=reason)
            pending = self._expect(equipment, device, order, pursuit)
            request = f"elfe-{next(self._requests)}"
            message = _message(driver, device, on=order.on, request=request, after=after)
            if message is None:
                return Attempt(Answer.UNSENT)
            pending.requests.add(request)
            pending.command = message.payload
            loop = asyncio.get_running_loop()
            now = loop.time()
            pending.sent_at = min(pending.sent_at, now)
            if pursuit.sent_at is None:
                pursuit.sent_at = now
            try:
                if ahead is not None:
                    await self._messenger.publish(ahead.topic, ahead.payload)
                await self._messenger.publish(message.topic, message.payload)
            except MessengerError:
                return Attempt(Answer.UNSENT, pending=pending)
            answer = await self._wait(pending, device, pursuit)
            if answer is Answer.ACKNOWLEDGED:
                self._reverts.ended(device, after)
            return Attempt(
                answer,
                pending=pending,
                refusal=pending.reason,
                detail=pending.detail,
                final=pending.final,
                device_id=device.id,
                sent_at=now,
            )

    def _expect(
        self, equipment: Equipment, device: Device, order: Order, pursuit: Pursuit
    ) -> PendingOrder:
        """Return the pending order of this pursuit: further tries of one order share it."""
        kept = self._pending.get(id(pursuit))
        if kept is not None and kept[0] == device and not kept[1].answer.done():
            return kept[1]
        pending = PendingOrder(
            DRIVERS[device.type_id],
            order.on,
            asyncio.get_running_loop().create_future(),
            load_on=not pursuit.goal.cuts,
            drifted=partial(pursuit.contradict, self._timing.retry_first),
            # Between two presses of a sequence the load draws nothing yet.
            measured=order is pursuit.goal.scenario.orders[-1] and meter_of(equipment) is not None,
        )
        self._acks.expect(device, pending)
        self._pending[id(pursuit)] = (device, pending)
        return pending

    async def _wait(self, pending: PendingOrder, device: Device, pursuit: Pursuit) -> Answer:
        """Wait for the answer; whoever wants something else cuts it short, but for a press."""
        waited: list[asyncio.Future[Any]] = [pending.answer]
        interruptible = not pursuit.goal.presses
        if interruptible:
            waited.append(pursuit.superseded)
        timing = self._timing
        late = pending.driver.follows_late
        ack = timing.setting_timeout if late else timing.ack_for(device.type_id)
        timeouts = [ack, timing.meter_wait]
        for timeout in timeouts if pending.measured else timeouts[:1]:
            await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if pending.answer.done():
                return pending.answer.result()
            if interruptible and pursuit.superseded.done():
                return Answer.INTERRUPTED
            if not pending.taken:
                return Answer.SILENT
        return Answer.DOUBTFUL


def _never_moot() -> None:
    """Have every press of a sequence follow once the first was made."""


def _message(
    driver: Driver, device: Device, *, on: bool, request: str, after: float | None
) -> Message | None:
    """Return the order, which ends by itself after so many seconds where it can."""
    if isinstance(driver, RevertingDriver):
        return driver.order(device, on=on, request=request, revert_after=after)
    return driver.order(device, on=on, request=request)
