"""Sends one order to one device and hears its answer; makes sequences of presses."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from itertools import count
from typing import Any

from ..core.decision import Act
from ..core.lifecycle import Lifecycle, NotRunningError
from ..core.model import Device, DeviceId, Equipment
from ..core.timing import Timing
from ..drivers import DRIVERS
from ..typologies import Order
from .acks import Acks, Answer, PendingOrder
from .jobs import Job
from .ports import Messenger, MessengerError
from .status import meter_of

_PRESS_TRIES = 3
_LOAD_OFF = frozenset({Act.OFF, Act.KEEP_OFF, Act.TO_PILOTED, Act.FORCED_OFF})
_DONE = frozenset({Answer.ACKNOWLEDGED, Answer.DOUBTFUL})
"""What lets a scenario go on to its next order."""


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
    device_id: DeviceId | None = None
    """Which device the last order of it went to."""
    sent_at: float = 0.0
    """The loop's time of that."""


class Sender:
    """One order in flight per command topic, and the gate in front of each."""

    def __init__(
        self, messenger: Messenger, acks: Acks, timing: Timing, lifecycle: Lifecycle
    ) -> None:
        self._lifecycle = lifecycle
        self._messenger = messenger
        self._acks = acks
        self._timing = timing
        self._topic_locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._requests = count(1)
        self._pending: dict[int, tuple[Device, PendingOrder]] = {}

    def unable(self, equipment: Equipment, job: Job) -> str | None:
        """Return why the devices cannot carry out the scenario, `None` if they can."""
        for order in job.scenario.orders:
            device = equipment.device(order.usage)
            driver = None if device is None else DRIVERS.get(device.type_id)
            if device is None or driver is None or not driver.drives:
                return "missing_device"
            if driver.presses and not job.typology.presses:
                # A button toggles: it would be pressed again and again to hold a state.
                return "unsupported_order"
            if driver.order(device, on=order.on, request="0") is None:
                return "unsupported_order"
        return None

    async def switch(self, equipment: Equipment, job: Job) -> Attempt:
        """Try a scenario that may be ordered again; a person's wish cuts the wait short."""
        attempt = Attempt(Answer.ACKNOWLEDGED)
        for index, order in enumerate(job.scenario.orders):
            if index:
                await asyncio.sleep(self._timing.press_pause)
            attempt = await self._send(equipment, order, job, interruptible=True)
            attempt.reached = index + 1
            if attempt.answer not in _DONE:
                break
        return attempt

    async def press(self, equipment: Equipment, job: Job) -> Attempt:
        """Make a sequence of presses; once begun it is never interrupted.

        A press of it that was reported as not made is tried again on the spot; one without
        an answer is not.
        """
        attempt = Attempt(Answer.ACKNOWLEDGED)
        for index, order in enumerate(job.scenario.orders):
            if index:
                await asyncio.sleep(self._timing.press_pause)
            attempt = await self._send(equipment, order, job, interruptible=False)
            for _ in range(_PRESS_TRIES - 1 if index else 0):
                if attempt.answer not in (Answer.REFUSED, Answer.UNSENT):
                    break
                await asyncio.sleep(self._timing.press_retry)
                attempt = await self._send(equipment, order, job, interruptible=False)
            attempt.reached = index + 1
            if attempt.answer not in _DONE:
                break
        return attempt

    def forget(self, job: Job) -> None:
        """Hear late answers to the job no longer."""
        if kept := self._pending.pop(id(job), None):
            self._acks.forget(*kept)

    async def _send(
        self, equipment: Equipment, order: Order, job: Job, *, interruptible: bool
    ) -> Attempt:
        device = equipment.device(order.usage)
        if device is None:
            return Attempt(Answer.UNSENT)
        driver = DRIVERS[device.type_id]
        if not self._messenger.reaches(device.command_topic) or not self._acks.hears(device):
            return Attempt(Answer.UNSENT)
        async with self._topic_locks[device.command_topic]:
            try:
                self._lifecycle.require_running()
            except NotRunningError:
                return Attempt(Answer.UNSENT, reason="not_running")
            pending = self._expect(equipment, device, order, job)
            request = f"elfe-{next(self._requests)}"
            message = driver.order(device, on=order.on, request=request)
            if message is None:
                return Attempt(Answer.UNSENT)
            pending.requests.add(request)
            pending.command = message.payload
            loop = asyncio.get_running_loop()
            now = loop.time()
            pending.sent_at = min(pending.sent_at, now)
            if job.sent_at is None:
                job.sent_at = now
            try:
                await self._messenger.publish(message.topic, message.payload)
            except MessengerError:
                return Attempt(Answer.UNSENT, pending=pending)
            answer = await self._wait(pending, device, job, interruptible=interruptible)
            return Attempt(
                answer,
                pending=pending,
                refusal=pending.reason,
                detail=pending.detail,
                device_id=device.id,
                sent_at=now,
            )

    def _expect(self, equipment: Equipment, device: Device, order: Order, job: Job) -> PendingOrder:
        """Return the pending order of this job: further tries of one order share it."""
        kept = self._pending.get(id(job))
        if kept is not None and kept[0] is device and not kept[1].answer.done():
            return kept[1]
        pending = PendingOrder(
            DRIVERS[device.type_id],
            order.on,
            asyncio.get_running_loop().create_future(),
            load_on=job.act not in _LOAD_OFF,
            # Between two presses of a sequence the load draws nothing yet.
            measured=order is job.scenario.orders[-1] and meter_of(equipment) is not None,
        )
        self._acks.expect(device, pending)
        self._pending[id(job)] = (device, pending)
        return pending

    async def _wait(
        self, pending: PendingOrder, device: Device, job: Job, *, interruptible: bool
    ) -> Answer:
        waited: list[asyncio.Future[Any]] = [pending.answer]
        if interruptible:
            waited.append(job.superseded)
        timeouts = [self._timing.ack_for(device.type_id), self._timing.meter_wait]
        for timeout in timeouts if pending.measured else timeouts[:1]:
            await asyncio.wait(waited, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            if pending.answer.done():
                return pending.answer.result()
            if interruptible and job.superseded.done():
                return Answer.INTERRUPTED
            if not pending.taken:
                return Answer.SILENT
        return Answer.DOUBTFUL
