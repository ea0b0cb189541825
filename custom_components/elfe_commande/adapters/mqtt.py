"""Home Assistant's MQTT integration as the engine's messenger."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from itertools import batched
from typing import override

from homeassistant.components import mqtt
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..core.pace import paced
from ..engine.ground.ports import (
    Arrival,
    Granted,
    Handler,
    Messenger,
    MessengerError,
    Unsubscribe,
    attempted,
    handed_over,
)

AT_MOST_ONCE, AT_LEAST_ONCE = 0, 1
QUALITIES = (AT_MOST_ONCE, AT_LEAST_ONCE, 2)
GRANT_TIMEOUT = 30.0
"""Seconds the broker has to grant a subscription before the engine goes on without."""
GRANTED_TOGETHER = 500
"""Topics without wildcards that the client sends for at once."""


class _Ear:
    """One subscription; there are several for each appliance, so it is kept small."""

    __slots__ = ("_messenger", "ends", "handler", "topics")

    def __init__(self, messenger: MqttMessenger, handler: Handler, topics: tuple[str, ...]) -> None:
        self._messenger = messenger
        self.handler: Handler | None = handler
        self.topics = topics
        self.ends: tuple[CALLBACK_TYPE, ...] = ()

    @callback
    def receive(self, message: mqtt.ReceiveMessage) -> None:
        """Hand a message on, unless nobody listens any more."""
        if self.handler is None or self._messenger.closed:
            return
        payload = message.payload
        data = payload if isinstance(payload, bytes) else str(payload).encode()
        now = asyncio.get_running_loop().time()
        self.handler(Arrival(message.topic, data, message.retain, now))

    @callback
    def stop_hearing(self) -> None:
        """Hand nothing on any more."""
        self.handler = None
        self._messenger.topics.difference_update(self.topics)

    @callback
    def unsubscribe(self) -> None:
        """Hand nothing on any more, and have Home Assistant forget it."""
        self.stop_hearing()
        ends, self.ends = self.ends, ()
        for end in ends:
            end()


class MqttMessenger(Messenger):
    """Publishes orders at QoS 0: one issued while disconnected must not fire late."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Use the MQTT client of this Home Assistant, which must be set up."""
        self._hass = hass
        self.closed = False
        """Nothing is heard any more."""
        self.topics: set[str] = set()
        """What the broker has to grant anew after each reconnection."""
        self._deaf = False
        self._ungranted: set[str] = set()
        self._unwatch = mqtt.async_subscribe_connection_status(hass, self._connection_changed)
        self._stops: list[CALLBACK_TYPE] = []
        self._watchers: list[Callable[[bool], None]] = []

    @callback
    def close(self) -> None:
        """Let no handler be called again.

        Unsubscribing is not enough: after a reload of the MQTT entry it acts on the old client
        while the new one has restored the subscription.
        """
        self.closed = True
        self._unwatch()
        self._hear()

    @property
    @override
    def connected(self) -> bool:
        return mqtt.is_connected(self._hass) and not self._deaf

    @callback
    def _connection_changed(self, connected: bool) -> None:
        """After a reconnection, wait until our topics are granted anew.

        A device answers in milliseconds: an order sent before that is answered unheard, and
        a press without an answer is never made again.
        """
        self._hear()
        if connected and self.topics:
            self._deaf = True
            # The client asks for them once it has told everybody that it is connected.
            self._stops.append(self._hass.loop.call_soon(self._await_grants).cancel)

    @callback
    def _await_grants(self) -> None:
        # The client asks for wildcards first, one by one, then for the others by their names.
        wildcards = set(filter(_is_wild, self.topics))
        last = max(self.topics - wildcards, default=None)
        self._ungranted = wildcards if last is None else wildcards | {last}
        self._stops.append(self._hass.loop.call_later(GRANT_TIMEOUT, self._hear).cancel)
        for topic in tuple(self._ungranted):
            granted = partial(self._grant, self._ungranted, topic)
            self._stops.extend(self._when_granted(topic, granted))

    @callback
    def _grant(self, ungranted: set[str], topic: str) -> None:
        """Take note of a grant; one of an earlier connection changes nothing."""
        ungranted.discard(topic)
        if not ungranted and ungranted is self._ungranted:
            self._hear()

    def _when_granted(self, topic: str, granted: CALLBACK_TYPE) -> list[CALLBACK_TYPE]:
        """Call `granted` once the broker granted a topic; return what stops that.

        It is granted at the highest quality that anybody in Home Assistant wants of it.
        """
        return [mqtt.async_on_subscribe_done(self._hass, topic, qos, granted) for qos in QUALITIES]

    @callback
    def _hear(self) -> None:
        deaf, self._deaf = self._deaf, False
        while self._stops:
            self._stops.pop()()
        if deaf and self.connected:
            # Only now can orders be sent: those who were told of the connection came too early.
            for tell in tuple(self._watchers):
                tell(True)

    @override
    async def publish(self, topic: str, payload: str) -> None:
        await self._publish(topic, payload, AT_MOST_ONCE)

    @override
    async def publish_together(
        self, messages: Iterable[tuple[str, str]], *, at_once: bool = False
    ) -> None:
        """Send in order; with `at_once` so that the broker says of each at once that it has it.

        The client's system keeps a small message back until the one before is confirmed, for which
        the broker's takes its time where it has nothing else to say: up to 40 ms.
        """
        quality = AT_LEAST_ONCE if at_once else AT_MOST_ONCE
        await handed_over(self._publish(topic, payload, quality) for topic, payload in messages)

    async def _publish(self, topic: str, payload: str, quality: int) -> None:
        if not mqtt.is_connected(self._hass):
            # In the middle of a reload the client has no words for it, and one that is away keeps
            # what is to arrive at least once until it is back.
            raise MessengerError("not connected")
        try:
            await mqtt.async_publish(self._hass, topic, payload, quality, False)
        except HomeAssistantError as error:
            raise MessengerError(str(error)) from error

    @override
    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        ear = _Ear(self, handler, tuple(topics))
        try:
            await self._ask(ear)
            await self._granted(ear.topics)
        except BaseException as error:
            self._give_up(ear)
            if isinstance(error, HomeAssistantError | TimeoutError):
                raise _told(error) from error
            raise
        return ear.unsubscribe

    @override
    async def subscribe_each(
        self, topics: Iterable[str], handler: Handler, granted: Granted
    ) -> None:
        """Ask for all of them, then wait: the client gathers for half a second what it is asked.

        It sends for those without wildcards some hundreds at a time, in the order in which they
        were asked for or, connected anew, in that of their names: of each hundred, the last is
        waited for.
        """
        waiting: dict[_Ear, None] = {}

        async def tell(ears: tuple[_Ear, ...]) -> None:
            error = await attempted(self._granted(ears[-1].topics))
            for ear in ears:
                del waiting[ear]
                if error is not None:
                    self._give_up(ear)
                granted(ear.topics[0], ear.unsubscribe if error is None else _told(error))

        try:
            async for topic in paced(sorted(topics)):
                ear = _Ear(self, handler, (topic,))
                if (error := await attempted(self._ask(ear))) is None:
                    waiting[ear] = None
                else:
                    granted(topic, _told(error))
            wild = [(ear,) for ear in waiting if _is_wild(ear.topics[0])]
            plain = [ear for ear in waiting if not _is_wild(ear.topics[0])]
            together = batched(plain, GRANTED_TOGETHER, strict=False)
            await asyncio.gather(*map(tell, (*wild, *together)))
        except asyncio.CancelledError:
            for ear in waiting:
                self._give_up(ear)
            raise

    async def _ask(self, ear: _Ear) -> None:
        for topic in ear.topics:
            end = await mqtt.async_subscribe(self._hass, topic, ear.receive, 0, None)
            ear.ends = (*ear.ends, end)
        self.topics.update(ear.topics)

    @callback
    def _give_up(self, ear: _Ear) -> None:
        """Hear nothing more by it, and end it as soon as the client bears it."""
        ear.stop_hearing()
        for topic, end in zip(ear.topics, ear.ends, strict=False):
            self._once_granted(topic, end)

    def _once_granted(self, topic: str, unsubscribe: CALLBACK_TYPE) -> None:
        """Give a topic up once it is granted.

        While the client asks for several, it does not bear that one of them is gone: the
        others, of whatever integration, would never be heard.
        """
        stops: list[CALLBACK_TYPE] = []

        @callback
        def granted() -> None:
            # Of a topic that it has sent for, the client tells at once, for every quality.
            if not stops:
                return
            while stops:
                stops.pop()()
            unsubscribe()

        stops.extend(self._when_granted(topic, granted))

    async def _granted(self, topics: Iterable[str]) -> None:
        """Wait for the broker to grant every topic; `TimeoutError` if it does not."""
        stops: list[CALLBACK_TYPE] = []
        try:
            async with asyncio.timeout(GRANT_TIMEOUT):
                for topic in topics:
                    granted = asyncio.Event()
                    stops.extend(self._when_granted(topic, granted.set))
                    await granted.wait()
        finally:
            for stop in stops:
                stop()

    @override
    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        @callback
        def tell(connected: bool) -> None:
            # A plain function would be called in another thread.
            if not self.closed:
                changed(connected)

        self._watchers.append(tell)
        unwatch = mqtt.async_subscribe_connection_status(self._hass, tell)

        def end() -> None:
            self._watchers.remove(tell)
            unwatch()

        return end


def _is_wild(topic: str) -> bool:
    return "+" in topic or "#" in topic


def _told(error: Exception) -> Exception:
    """Return an error in our words, if it is one of those that are known of the client."""
    if isinstance(error, HomeAssistantError | TimeoutError):
        return MessengerError(str(error) or "not granted in time")
    return error
