"""Orders as calls of services: one for an entity, a sequence for several that are one load.

A call is never broken off: what replaces its order waits until it has returned. Of a pair each
half is waited for before the next is ordered. One that does not follow ends the order: what was
begun is undone, and where that fails it is tried again until it is, or until there is a newer
order.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
import logging
from typing import Final, NamedTuple

from homeassistant.const import ATTR_ASSUMED_STATE, ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers.event import async_track_state_change_event
import voluptuous as vol

from ..core.actuators import Actuator, Part, Value, worded
from .entity_target import Target

_LOGGER = logging.getLogger(__name__)

FOLLOWS: Final = 20.0
"""Seconds in which one half of a pair shows what it was ordered."""
CALL_LIMIT: Final = 60.0
"""Seconds that a call may take."""
AGAIN_FIRST: Final = 30.0
"""Seconds to the next try to undo what was begun; doubled after each, up to `_AGAIN_MOST`."""
_AGAIN_MOST: Final = 600.0


_BEFORE_IT_ACTS: Final = (ServiceValidationError, Unauthorized, vol.Invalid)
"""Errors of a call that did nothing yet: there is no such service, or it takes no such order."""
_UNKNOWN: Final = "unknown"
"""Why a call ended of which nobody knows how far it got."""


class Ended(NamedTuple):
    """How an order ended: why it was refused, if it was, and in whose words."""

    reason: str | None = None
    detail: str = ""


type Answer = Callable[[Ended], None]


class _UnderWay(NamedTuple):
    """An order that is being carried out, and who is to be told how it ends."""

    task: asyncio.Task[None]
    on: bool
    answers: list[Answer]


class EntityOrders:
    """Carries out one order at a time for each load."""

    def __init__(self, hass: HomeAssistant, ordered: Callable[..., Context]) -> None:
        """Have ordered nothing; `ordered` takes note of an order and returns its context."""
        self._hass = hass
        self._ordered = ordered
        self._under_way: dict[str, _UnderWay] = {}
        self._calls: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """What replaces an order waits for the call that it has begun."""

    @callback
    def close(self) -> None:
        """Go on with nothing."""
        for order in tuple(self._under_way.values()):
            order.task.cancel()

    @callback
    def let_go(self, target: Target) -> None:
        """Go on with nothing for a load that somebody took over, or that is gone."""
        if (order := self._under_way.pop(target.topic, None)) is not None:
            order.task.cancel()

    @callback
    def begin(self, target: Target, *, on: bool, answer: Answer) -> None:
        """Begin to carry out an order, in place of one under way; one that cannot be ends at once."""
        actuator = target.actuator
        if actuator is None:
            answer(Ended("device_unavailable"))
            return
        if (ended := _refusal(target, actuator, on=on)) is not None:
            answer(ended)
            return
        if len(actuator.parts) > 1:
            self._run(target, self._sequence(target, actuator, on, answer), on, [])
            return
        order = self._under_way.get(target.topic)
        if order is not None and order.on is on and not order.task.done():
            # A second call would only wait for the first.
            order.answers.append(answer)
            return
        answers = [answer]
        self._run(target, self._single(target, actuator, on, answers), on, answers)

    def _run(
        self,
        target: Target,
        work: Coroutine[None, None, None],
        on: bool,
        answers: list[Answer],
    ) -> None:
        self.let_go(target)
        task = self._hass.async_create_background_task(work, f"order {target.entity_ids}")
        self._under_way[target.topic] = _UnderWay(task, on, answers)
        task.add_done_callback(lambda _: self._over(target.topic, task))

    def _over(self, topic: str, task: asyncio.Task[None]) -> None:
        order = self._under_way.get(topic)
        if order is not None and order.task is task:
            del self._under_way[topic]

    # -- one entity

    async def _single(
        self, target: Target, actuator: Actuator, on: bool, answers: list[Answer]
    ) -> None:
        context = self._ordered(target, on=on)
        ((part, value),) = actuator.steps(on=on)
        ended = await self._call(target, part, value, context)
        if ended.reason != _UNKNOWN:
            for answer in answers:
                answer(ended)

    async def _call(self, target: Target, part: Part, value: Value, context: Context) -> Ended:
        """Call what gives an entity a value, once a call before it has returned."""
        lock = self._calls[target.topic]
        await lock.acquire()
        pair = len(target.entity_ids) > 1
        begin = self._hass.async_create_background_task if pair else self._hass.async_create_task
        call = begin(self._called(target, part, value, context), f"order {part.entity_id}")
        call.add_done_callback(lambda _: lock.release())
        # Never broken off in the middle: the device would be left as nobody ordered it.
        return await asyncio.shield(call)

    async def _called(self, target: Target, part: Part, value: Value, context: Context) -> Ended:
        call = part.way.call(value)
        data = {ATTR_ENTITY_ID: part.entity_id, **call.data}
        domain = part.entity_id.partition(".")[0]
        try:
            async with asyncio.timeout(CALL_LIMIT):
                await self._hass.services.async_call(
                    domain, call.service, data, blocking=True, context=context
                )
        except TimeoutError:
            # It must not act by the time that something newer was ordered.
            _LOGGER.warning("No end of an order after %s s: %s", CALL_LIMIT, part.entity_id)
            return Ended(_UNKNOWN)
        except (HomeAssistantError, vol.Invalid) as error:
            _LOGGER.warning("%s refused an order: %s", part.entity_id, error)
            # A press may have been made that nothing confirmed.
            known = not target.presses or isinstance(error, _BEFORE_IT_ACTS)
            return Ended("refused" if known else _UNKNOWN, str(error))
        except Exception as failure:
            # A mistake of that integration: nobody knows how far it got.
            _LOGGER.exception("%s failed while it was ordered", part.entity_id)
            return Ended(_UNKNOWN, repr(failure))
        return Ended()

    # -- several as one

    async def _sequence(self, target: Target, actuator: Actuator, on: bool, answer: Answer) -> None:
        context = self._ordered(target, on=on)
        failed = await self._steps(target, actuator, context, on=on)
        if not failed:
            answer(Ended())
            return
        if not on:
            answer(Ended("pair_stays_on", failed))
            await self._rescue(target, actuator)
            return
        if not await self._steps(target, actuator, self._ordered(target, on=False), on=False):
            answer(Ended("pair_incomplete", failed))
            return
        answer(Ended("pair_stays_on", failed))
        await self._rescue(target, actuator)

    async def _steps(
        self, target: Target, actuator: Actuator, context: Context, *, on: bool
    ) -> str:
        """Order one after the other; return what refused or did not follow, nothing if all did.

        On ends with what fails; off is asked of every part.
        """
        failed: list[str] = []
        for part, value in actuator.steps(on=on):
            error = await self._step(target, part, value, context, on=on)
            if error is None:
                continue
            failed.append(f"{part.entity_id} ({error})" if error else part.entity_id)
            if on:
                break
        return ", ".join(failed)

    async def _step(
        self, target: Target, part: Part, value: Value, context: Context, *, on: bool
    ) -> str | None:
        """Order one part and see it follow; return why it did not, as far as that is known."""
        ended = await self._call(target, part, value, context)
        if ended.reason is not None:
            return ended.detail
        return None if await self._followed(target, part, on=on) else ""

    async def _followed(self, target: Target, part: Part, *, on: bool) -> bool:
        """Wait until an entity shows what it was ordered; one that only supposes it does."""
        there = asyncio.Event()

        @callback
        def look(*_: object) -> None:
            state = target.state(part.entity_id)
            supposed = state is not None and state.attributes.get(ATTR_ASSUMED_STATE)
            if supposed or part.fits(target.look(part.entity_id), on=on):
                there.set()

        end: CALLBACK_TYPE = async_track_state_change_event(self._hass, part.entity_id, look)
        try:
            look()
            async with asyncio.timeout(FOLLOWS):
                await there.wait()
        except TimeoutError:
            return False
        finally:
            end()
        return True

    async def _rescue(self, target: Target, actuator: Actuator) -> None:
        """Bring what stayed half on to off, until it is or something newer is ordered."""
        wait = AGAIN_FIRST
        while True:
            await asyncio.sleep(wait)
            context = self._ordered(target, on=False)
            if not await self._steps(target, actuator, context, on=False):
                return
            wait = min(wait * 2, _AGAIN_MOST)


def _refusal(target: Target, actuator: Actuator, *, on: bool) -> Ended | None:
    """Return why an order cannot be given, `None` if it can be tried."""
    for part, value in actuator.steps(on=on):
        state = target.state(part.entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            return Ended("device_unavailable")
        if not part.way.takes(value, state.attributes):
            return Ended("value_gone", f"{part.entity_id}: {worded(value)}")
    return None
