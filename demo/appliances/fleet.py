"""All simulated devices over one MQTT connection."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
import logging
import random
from types import TracebackType
from typing import Any, Self

import aiomqtt
from paho.mqtt.subscribeoptions import SubscribeOptions

from demo.parts.process import wait_until

from .device import Behaviour, Device, Message, Order
from .recorder import Recorder
from .screen import Screen

_LOGGER = logging.getLogger(__name__)

SUBSCRIBE_AT_ONCE = 200
FLAP = 2.0
RECONNECT = 0.2

type AnyDevice = Device[Any]


class Fleet:
    """Devices and screens that live on a broker; it comes back by itself when the broker does.

    `scale` multiplies every delay and period. `loss` and `duplicates` are probabilities, 0 to 1, of an
    order that never arrives and of an answer that arrives twice; `seed` makes them repeatable.
    """

    def __init__(
        self,
        host: str,
        port: int,
        devices: Iterable[AnyDevice | Screen] = (),
        *,
        scale: float = 1.0,
        state_period: float | None = None,
        power_period: float | None = None,
        record: bool = True,
        watch: Sequence[str] = (),
        loss: float = 0.0,
        duplicates: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Prepare a fleet; periods are in seconds, None for never; `watch` are topics only recorded."""
        self.recorder = Recorder()
        self.devices: dict[str, AnyDevice] = {}
        self.screens: dict[str, Screen] = {}
        self.scale = scale
        self.loss = loss
        self.duplicates = duplicates
        self._host, self._port = host, port
        self._record = record
        self._watch = tuple(watch)
        self._periods = {"state": state_period, "power": power_period}
        self._by_topic: dict[str, AnyDevice | Screen] = {}
        self.chance = random.Random(seed)
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._client: aiomqtt.Client | None = None
        self._ready = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: set[asyncio.TimerHandle] = set()
        self._held: list[tuple[AnyDevice, Callable[[], None]]] = []
        """What devices that are held would say by now."""
        self._reverting: dict[str, asyncio.TimerHandle] = {}
        for device in devices:
            self._add(device)

    def __getitem__(self, identifier: str) -> AnyDevice:
        """Return a device by its identifier."""
        return self.devices[identifier]

    @property
    def connected(self) -> bool:
        """Return whether the fleet is on the broker, its subscriptions made."""
        return self._ready.is_set()

    @property
    def _everything(self) -> tuple[AnyDevice | Screen, ...]:
        return (*self.devices.values(), *self.screens.values())

    async def start(self) -> None:
        """Connect, subscribe and announce everything; returns when orders are heard."""
        self._tasks = [asyncio.create_task(self._stay_connected())]
        self._tasks += [
            asyncio.create_task(self.keep_reporting(kind, period * self.scale))
            for kind, period in self._periods.items()
            if period
        ]
        self._tasks.append(asyncio.create_task(self._flap()))
        await self.wait_connected()

    async def stop(self) -> None:
        """Say goodbye for everybody and disconnect."""
        if self.connected:
            for device in self._everything:
                self.say(device.presence(online=False))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._outbox.join(), 5)
        for timer in (*self._timers, *self._reverting.values()):
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def add(self, *devices: AnyDevice | Screen) -> None:
        """Install devices while the fleet runs; returns once they hear orders."""
        for device in devices:
            self._add(device)
        if self._client and self.connected:
            await self._subscribe(self._client, [t for each in devices for t in _heard_by(each)])
        self._announce(devices)

    async def watch(self, *topics: str) -> None:
        """Record what comes on these topics too; returns once it would be."""
        self._watch += topics
        if self._client and self.connected:
            await self._subscribe(self._client, topics)

    async def wait_connected(self, within: float = 10) -> None:
        """Return once orders are heard, also after the broker came back."""
        await asyncio.wait_for(self._ready.wait(), within)

    async def settle(self, within: float = 10) -> None:
        """Return once every answer due is published."""
        await wait_until(lambda: not self._timers, within, "answers of the fleet", 0.005)
        await self._outbox.join()

    def say(self, messages: Iterable[Message]) -> None:
        """Publish messages, in order."""
        for message in messages:
            self._outbox.put_nowait(message)

    def report(self, device: AnyDevice) -> None:
        """Publish state and power of one device now."""
        self.say((*device.state(), *device.power()))

    def lose(self, device: AnyDevice) -> None:
        """Take a device off the network: its will is published and it hears nothing."""
        device.lost = True
        self.say(device.presence(online=False))

    def recover(self, device: AnyDevice) -> None:
        """Bring a device back, with its state report."""
        device.lost = False
        self.say((*device.presence(online=True), *device.state()))

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()

    def _add(self, device: AnyDevice | Screen) -> None:
        self._by_topic |= dict.fromkeys(_heard_by(device), device)
        if isinstance(device, Screen):
            self.screens[device.identifier] = device
        else:
            self.devices[device.identifier] = device

    def _announce(self, devices: Iterable[AnyDevice | Screen]) -> None:
        for device in devices:
            self.say(device.presence(online=True))
            if isinstance(device, Device) and device.initial_retained is not None:
                self.say([Message(device.topics.control, device.initial_retained, retain=True)])

    async def _stay_connected(self) -> None:
        while True:
            try:
                await self._live()
            except aiomqtt.MqttError as error:
                _LOGGER.debug("The fleet lost the broker: %s", error)
            finally:
                self._ready.clear()
                self._client = None
            await asyncio.sleep(RECONNECT * self.scale)

    async def _live(self) -> None:
        logger = logging.getLogger(f"{__name__}.paho")
        async with aiomqtt.Client(
            self._host, self._port, protocol=aiomqtt.ProtocolVersion.V5, logger=logger
        ) as client:
            client.pending_calls_threshold = 1_000
            await self._subscribe(client, [*self._by_topic, *self._watch])
            self._client = client
            self._announce(self._everything)
            writer = asyncio.create_task(self._write(client))
            self._ready.set()
            try:
                async for message in client.messages:
                    self._hear(message)
            finally:
                writer.cancel()
                await asyncio.gather(writer, return_exceptions=True)

    async def _subscribe(self, client: aiomqtt.Client, topics: Sequence[str]) -> None:
        # QoS 2 and "retain as published" show how the controller really published.
        options = SubscribeOptions(qos=2, retainAsPublished=True)
        for start in range(0, len(topics), SUBSCRIBE_AT_ONCE):
            part = topics[start : start + SUBSCRIBE_AT_ONCE]
            await client.subscribe([(topic, options) for topic in part])

    async def _write(self, client: aiomqtt.Client) -> None:
        while True:
            message = await self._outbox.get()
            try:
                await client.publish(message.topic, message.payload, retain=message.retain)
                if self.duplicates and self.chance.random() < self.duplicates:
                    await client.publish(message.topic, message.payload, retain=message.retain)
            except aiomqtt.MqttError:
                continue
            finally:
                self._outbox.task_done()

    def _hear(self, message: aiomqtt.Message) -> None:
        topic, payload = message.topic.value, message.payload
        data = payload if isinstance(payload, bytes) else b""
        if self._record:
            self.recorder.add(topic, data, message.qos, message.retain)
        device = self._by_topic.get(topic)
        if isinstance(device, Screen):
            device.draw(data)
        elif device is not None:
            self._attend(device, topic, data)

    def _attend(self, device: AnyDevice, topic: str, payload: bytes) -> None:
        if device.lost or (self.loss and self.chance.random() < self.loss):
            return
        if topic in device.settings_topics:
            self.say(device.configure(topic, payload))
            self.count_down(device)
        elif (question := device.question(topic, payload)) is not None:
            if device.behaviour is not Behaviour.SILENT:
                self._after(device, device.delay, lambda: self.say(device.tell(question)))
        elif topic == device.topics.command and (order := device.understand(payload)) is not None:
            self._obey(device, order)

    def _obey(self, device: AnyDevice, order: Order[Any]) -> None:
        device.orders += 1
        self.say(device.announce(order))
        delay = device.delay
        if device.behaviour is Behaviour.LATE:
            delay = device.late_delay
            if device.obeys_silently:
                device.act(order)
        self._after(device, delay, lambda: self._answer(device, order))

    def _after(self, device: AnyDevice, delay: float, answer: Callable[[], None]) -> None:
        """Let a device answer after a delay, unless it is gone by then."""
        if device.held:
            self._held.append((device, answer))
            return
        if delay * self.scale <= 0:
            answer()
            return

        def due() -> None:
            self._timers.discard(timer)
            if not device.lost:
                answer()

        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle = loop.call_later(delay * self.scale, due)
        self._timers.add(timer)

    def let_go(self, device: AnyDevice) -> None:
        """Have a device that was held answer what it was asked since, at once."""
        device.held = False
        answers = [answer for held, answer in self._held if held is device]
        self._held = [(held, answer) for held, answer in self._held if held is not device]
        for answer in answers:
            answer()

    def _answer(self, device: AnyDevice, order: Order[Any]) -> None:
        self.say(device.respond(order))
        self.count_down(device)

    def reverts_at(self, identifier: str) -> float | None:
        """Return the loop's time at which a device goes back by itself, `None` if it does not."""
        timer = self._reverting.get(identifier)
        return None if timer is None else timer.when()

    def count_down(self, device: AnyDevice) -> None:
        """Have a device go back by itself when its timer is over, on the network or not."""
        if not device.timer_set:
            return
        seconds = device.timer_set[-1]
        device.timer_set.clear()
        if (timer := self._reverting.pop(device.identifier, None)) is not None:
            timer.cancel()
        if seconds is None:
            return

        def due() -> None:
            del self._reverting[device.identifier]
            said = tuple(device.revert())
            if not device.lost:
                self.say(said)

        loop = asyncio.get_running_loop()
        self._reverting[device.identifier] = loop.call_later(seconds, due)

    async def keep_reporting(self, kind: str, period: float) -> None:
        """Have every device say its state or its power, every so many seconds, without an end."""
        while True:
            await asyncio.sleep(period)
            for device in self.devices.values():
                if not device.lost:
                    self.say(device.state() if kind == "state" else device.power())

    async def _flap(self) -> None:
        online = False
        while True:
            await asyncio.sleep(FLAP * self.scale)
            for device in self.devices.values():
                if device.behaviour is Behaviour.FLAPPING:
                    self.say(device.presence(online))
            online = not online


def _heard_by(device: AnyDevice | Screen) -> tuple[str, ...]:
    """Return the topics that a device listens to."""
    if isinstance(device, Screen):
        return (device.topics.command,)
    topics = (device.topics.command, device.question_topic, *device.settings_topics)
    return tuple(dict.fromkeys(topics))
