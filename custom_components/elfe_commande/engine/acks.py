"""Listens to every device all the time, and matches what they say with orders under way."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
import logging

from ..core.model import Device, DeviceId, Equipment, EquipmentId
from ..drivers import DRIVERS, Driver, Hand, Reading
from .liveness import Liveness
from .ports import Arrival, Messenger, MessengerError, Unsubscribe
from .status import DRAWING_FROM, EquipmentStatus, Observation
from .telling import Telling

_LOGGER = logging.getLogger(__name__)

_SUBSCRIPTIONS_AT_ONCE = 500


class Answer(StrEnum):
    """What a device said to one order."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    """It said that it was not done."""
    SILENT = "silent"
    DOUBTFUL = "doubtful"
    """It took the order and cannot tell what became of it."""
    UNSENT = "unsent"
    """The order never left: no broker, or the device's answer could not be heard."""
    INTERRUPTED = "interrupted"
    """A person's wish came in between."""


@dataclass(slots=True, eq=False)
class PendingOrder:
    """An order that waits for its device's answer, over all of its tries."""

    driver: Driver
    on: bool
    answer: asyncio.Future[Answer]
    command: str = ""
    requests: set[str] = field(default_factory=set)
    sent_at: float = float("inf")
    """The loop's time of the first try."""
    load_on: bool = True
    """What the order makes of the load."""
    measured: bool = False
    """A meter will tell what became of an order that the device cannot tell about."""
    taken: bool = False
    """The device took the order and cannot tell more."""
    reason: str | None = None
    """Why it refused, when it said so; a key of the translations."""
    detail: str = ""
    """The same in its own words."""

    def consider(self, reading: Reading, at: float) -> None:
        """Take the answer if this is one: typed, newer than the order and matching it."""
        if self.answer.done() or at < self.sent_at:
            return
        reply = reading.reply
        if reply is not None:
            if reply.request is not None and reply.request not in self.requests:
                return
            if reply.command is not None and reply.command.upper() != self.command.upper():
                return
            if reply.ok and not reply.sure:
                self.taken = True
                if not self.measured:
                    self.answer.set_result(Answer.DOUBTFUL)
                return
            self.reason, self.detail = reply.reason, reply.detail
            self.answer.set_result(Answer.ACKNOWLEDGED if reply.ok else Answer.REFUSED)
        elif reading.on is self.on and not self.driver.presses:
            self.answer.set_result(Answer.ACKNOWLEDGED)

    def consider_power(self, power: float, at: float) -> None:
        """Take what the load draws (watts) for the answer of a device that cannot tell."""
        if self.answer.done() or not self.taken or at < self.sent_at:
            return
        if (power >= DRAWING_FROM) is self.load_on:
            self.answer.set_result(Answer.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class _Route:
    status: EquipmentStatus
    device: Device
    driver: Driver
    lwt: bool


class Acks:
    """The permanent subscriptions, and the orders that wait for an answer."""

    def __init__(
        self,
        messenger: Messenger,
        *,
        changed: Callable[[EquipmentId], None],
        returned: Callable[[EquipmentId], None],
        by_hand: Callable[[EquipmentId, Device, Hand], None],
        arrived: Callable[[], None],
        liveness: Liveness,
        telling: Telling,
    ) -> None:
        """Route nothing yet.

        `changed` is called when something shown of a device changes, `returned` when a
        device that was offline is back: it may have forgotten the state it was ordered;
        `by_hand` when somebody else changed the device itself, `arrived` with each message.
        `telling` guards what is read of one device from what goes wrong with another.
        """
        self._messenger = messenger
        self._changed = changed
        self._returned = returned
        self._by_hand = by_hand
        self._arrived = arrived
        self._liveness = liveness
        self._telling = telling
        self._routes: dict[str, list[_Route]] = {}
        self._topics: dict[EquipmentId, tuple[str, ...]] = {}
        self._wired: dict[EquipmentId, tuple[Device, ...]] = {}
        self._unsubscribe: dict[str, Unsubscribe] = {}
        self._granted: set[str] = set()
        self._pending: dict[DeviceId, PendingOrder] = {}

    async def wire(self, statuses: Iterable[EquipmentStatus]) -> None:
        """Listen to the devices of these equipments, where they changed.

        Returns once the broker granted what is new.
        """
        self._liveness.watch_broker(self._messenger)
        wanted: list[str] = []
        for status in statuses:
            equipment = status.equipment
            if self._wired.get(equipment.id) is equipment.devices:
                continue
            if self._wired.get(equipment.id) == equipment.devices:
                self._wired[equipment.id] = equipment.devices
                continue
            self.unwire(equipment.id)
            wanted.extend(self._route(status, equipment))
        topics = [t for t in dict.fromkeys(wanted) if t not in self._unsubscribe]
        for start in range(0, len(topics), _SUBSCRIPTIONS_AT_ONCE):
            await self._subscribe(topics[start : start + _SUBSCRIPTIONS_AT_ONCE])

    def unwire(self, equipment_id: EquipmentId) -> None:
        """Stop listening to the devices of an equipment."""
        self._wired.pop(equipment_id, None)
        for topic in self._topics.pop(equipment_id, ()):
            routes = self._routes.get(topic, [])
            routes[:] = [r for r in routes if r.status.equipment.id != equipment_id]
            if not routes:
                self._routes.pop(topic, None)
                self._granted.discard(topic)
                if unsubscribe := self._unsubscribe.pop(topic, None):
                    self._telling.tell(unsubscribe)

    def close(self) -> None:
        """Stop listening to everything."""
        for equipment_id in list(self._topics):
            self.unwire(equipment_id)
        self._liveness.close()

    def hears(self, device: Device) -> bool:
        """Whether the broker granted the topics on which the device answers."""
        driver = DRIVERS[device.type_id]
        return all(topic in self._granted for topic in driver.topics(device))

    def expect(self, device: Device, pending: PendingOrder) -> None:
        """Let an order wait for this device from now on, in place of any other."""
        self._pending[device.id] = pending

    def forget(self, device: Device, pending: PendingOrder) -> None:
        """Wait for this order no longer."""
        if self._pending.get(device.id) is pending:
            del self._pending[device.id]

    def _route(self, status: EquipmentStatus, equipment: Equipment) -> list[str]:
        routed: list[str] = []
        for device in equipment.devices:
            driver = DRIVERS.get(device.type_id)
            if driver is None:
                continue
            status.observations.setdefault(device.id, Observation())
            for topic in driver.topics(device):
                self._routes.setdefault(topic, []).append(_Route(status, device, driver, False))
                routed.append(topic)
            if device.lwt_topic and device.lwt_topic not in routed:
                route = _Route(status, device, driver, lwt=True)
                self._routes.setdefault(device.lwt_topic, []).append(route)
                routed.append(device.lwt_topic)
        self._wired[equipment.id] = equipment.devices
        self._topics[equipment.id] = tuple(routed)
        return routed

    async def _subscribe(self, topics: list[str]) -> None:
        async def subscribe(topic: str) -> None:
            try:
                unsubscribe = await self._messenger.subscribe((topic,), self._receive)
            except MessengerError as error:
                _LOGGER.warning("Cannot listen to %s: %s", topic, error)
                return
            except Exception as error:  # noqa: BLE001
                self._telling.note(f"Cannot listen to {topic}", error)
                return
            if topic in self._routes:
                self._unsubscribe[topic] = unsubscribe
                self._granted.add(topic)
            else:
                unsubscribe()

        await asyncio.gather(*(subscribe(topic) for topic in topics))

    def _receive(self, arrival: Arrival) -> None:
        """Take a message for every device it is about; nothing of it reaches the messenger."""
        self._arrived()
        for route in tuple(self._routes.get(arrival.topic, ())):
            self._telling.tell(self._hear, route, arrival)

    def _hear(self, route: _Route, arrival: Arrival) -> None:
        """Settle what waits for the device's word, then tell of what it says."""
        if route.lwt:
            reading = route.driver.read_online(arrival.payload)
        elif arrival.retained:
            # A retained state may be that of a device dead for days.
            return
        else:
            reading = route.driver.read(route.device, arrival.topic, arrival.payload)
        if reading is None:
            return
        if pending := self._pending.get(route.device.id):
            pending.consider(reading, arrival.at)
        if reading.power is not None and route.status.meter is route.device:
            self._consider_power(route.status.equipment, reading.power, arrival.at)
        self._observe(route, reading, arrival)
        if reading.hand is not None:
            self._by_hand(route.status.equipment.id, route.device, reading.hand)

    def _consider_power(self, equipment: Equipment, power: float, at: float) -> None:
        for device in equipment.devices:
            if pending := self._pending.get(device.id):
                pending.consider_power(power, at)

    def _observe(self, route: _Route, reading: Reading, arrival: Arrival) -> None:
        status, driver, at = route.status, route.driver, arrival.at
        seen = status.observations.setdefault(route.device.id, Observation())
        before = (status.running, status.reported_on, status.connected)
        if reading.on is not None or driver.lasting:
            seen.on, seen.on_at = reading.on, at
        if reading.power is not None or driver.lasting:
            seen.power, seen.power_at = reading.power, at
        was_offline = seen.online is False
        if reading.online is not None:
            seen.online = reading.online
        if reading.available is not None:
            seen.available = reading.available
        self._liveness.heard(status, seen, driver, reading, arrival)
        if was_offline and reading.online:
            self._returned(status.equipment.id)
        if before != (status.running, status.reported_on, status.connected):
            self._changed(status.equipment.id)
