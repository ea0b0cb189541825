"""Listens to every device all the time, and matches what they say with orders under way."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
import logging

from ...core.model import Device, DeviceId, Equipment, EquipmentId
from ...core.news import Known, Word
from ...drivers import DRIVERS, Driver, Hand, Message, Reading
from ..ground.background import Background
from ..ground.ports import Arrival, Messenger, MessengerError, Unsubscribe
from ..ground.status import DRAWING_FROM, EquipmentStatus, Observation
from ..ground.telling import Telling
from .liveness import Liveness

_LOGGER = logging.getLogger(__name__)

_ASKED_AGAIN = 2.0
"""Seconds between two questions to one device."""


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
    drifted: Callable[[], None] = lambda: None
    """Called when the device, asked already, says that it is in another state than ordered."""
    taken: bool = False
    """The device took the order and cannot tell more."""
    reason: str | None = None
    """Why it refused, when it said so; a key of the translations."""
    detail: str = ""
    """The same in its own words."""
    final: bool = False
    """It would refuse again."""

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
            self.reason, self.detail, self.final = reply.reason, reply.detail, reply.final
            self.answer.set_result(Answer.ACKNOWLEDGED if reply.ok else Answer.REFUSED)
        elif reading.fault is not None and self.on and not self.driver.presses:
            self.detail, self.final = reading.fault, True
            self.answer.set_result(Answer.REFUSED)
        elif reading.on is not None and not self.driver.presses:
            if reading.on is self.on:
                self._take_state(reading)
            elif reading.certain:
                self.drifted()

    def _take_state(self, reading: Reading) -> None:
        """Take the state ordered for the answer, unless it may be an echo and more will tell."""
        proved = not reading.echo or not (self.measured or reading.watched)
        if proved or reading.works is self.load_on:
            self.answer.set_result(Answer.ACKNOWLEDGED)
        else:
            self.taken = True

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
        period_told: Callable[[Equipment, Device, float], None] = lambda *_: None,
        timer_told: Callable[[EquipmentStatus, Device, bool], None] = lambda *_: None,
        drifted: Callable[[EquipmentStatus], None] = lambda _: None,
        strayed: Callable[[EquipmentStatus], None] = lambda _: None,
        measured: Callable[[EquipmentId], None] = lambda _: None,
    ) -> None:
        """Route nothing yet.

        `changed` is called when something shown of a device changes, `returned` when a
        device that was offline is back: it may have forgotten the state it was ordered;
        `by_hand` when somebody else changed the device itself, `arrived` with each message,
        `period_told` with the seconds between the reports of a device, by its own settings.
        `timer_told` with whether one stands on a device that brings it back by itself, `drifted`
        once with a load that is no longer as it was brought to, by nobody's hand that is known;
        `strayed` with one of which a person has to say whether it was somebody's; `measured` when
        the meter of a load says another power and nothing else changes.
        `telling` guards what is read of one device from what goes wrong with another.
        """
        self._messenger = messenger
        self._changed = changed
        self._returned = returned
        self._by_hand = by_hand
        self._arrived = arrived
        self._period_told = period_told
        self._timer_told = timer_told
        self._drifted = drifted
        self._strayed = strayed
        self._measured = measured
        self._liveness = liveness
        self._telling = telling
        self._routes: dict[str, list[_Route]] = {}
        self._topics: dict[EquipmentId, tuple[str, ...]] = {}
        self._wired: dict[EquipmentId, tuple[Device, ...]] = {}
        self._unsubscribe: dict[str, Unsubscribe] = {}
        """Ends listening to a topic that the broker granted."""
        self._asked_for: set[str] = set()
        """Asked for, and not answered yet."""
        self._deaf = False
        """The broker did not grant everything, which was told."""
        self._pending: dict[DeviceId, PendingOrder] = {}
        self._known: dict[DeviceId, Known] = {}
        self._asked_at: dict[DeviceId, float] = {}
        self._asking = Background()

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
            # What a device said that it has no longer, or that is another one now, tells nothing.
            for device in set(self._wired.get(equipment.id, ())) - set(equipment.devices):
                status.observations.pop(device.id, None)
            self.unwire(equipment.id)
            wanted.extend(self._route(status, equipment))
        await self._listen(dict.fromkeys(wanted))

    async def listen_again(self) -> bool:
        """Ask for the topics that the broker did not grant; whether it granted any of them."""
        before = len(self._unsubscribe)
        await self._listen(self._routes)
        return len(self._unsubscribe) > before

    @property
    def ungranted(self) -> set[str]:
        """The topics that the broker did not grant when it was last asked."""
        return self._routes.keys() - self._unsubscribe.keys() - self._asked_for

    async def _listen(self, topics: Iterable[str]) -> None:
        """Ask for topics that are not heard yet."""
        wanted = [t for t in topics if t not in self._unsubscribe and t not in self._asked_for]
        self._asked_for.update(wanted)
        try:
            await self._messenger.subscribe_each(wanted, self._receive, self._granted)
        finally:
            self._asked_for.difference_update(wanted)
        deaf = self.ungranted
        if deaf and not self._deaf:
            _LOGGER.warning(
                "The broker did not grant %d topics of devices, %s the first: asked for every minute",
                len(deaf),
                min(deaf),
            )
        elif self._deaf and not deaf:
            _LOGGER.info("The broker granted all that devices say")
        self._deaf = bool(deaf)

    def unwire(self, equipment_id: EquipmentId) -> None:
        """Stop listening to the devices of an equipment."""
        self._wired.pop(equipment_id, None)
        for topic in self._topics.pop(equipment_id, ()):
            routes = self._routes.get(topic, [])
            routes[:] = [r for r in routes if r.status.equipment.id != equipment_id]
            if not routes:
                self._routes.pop(topic, None)
                if unsubscribe := self._unsubscribe.pop(topic, None):
                    self._telling.tell(unsubscribe)

    def close(self) -> None:
        """Stop listening to everything."""
        for equipment_id in list(self._topics):
            self.unwire(equipment_id)
        self._asking.cancel()
        self._liveness.close()

    def hears(self, device: Device) -> bool:
        """Whether the broker granted the topics on which the device answers."""
        driver = DRIVERS[device.type_id]
        return all(topic in self._unsubscribe for topic in driver.answers(device))

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

    def _granted(self, topic: str, end: Unsubscribe | Exception) -> None:
        self._asked_for.discard(topic)
        match end:
            case MessengerError():
                _LOGGER.debug("Cannot listen to %s: %s", topic, end)
            case Exception():
                self._telling.note(f"Cannot listen to {topic}", end)
            case _ if topic in self._routes:
                self._unsubscribe[topic] = end
            case _:
                self._telling.tell(end)

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
        reading = self._news(route, reading, arrival.at)
        if reading.ask is not None:
            self._ask(route.device, reading.ask, arrival.at)
        if pending := self._pending.get(route.device.id):
            reading = self._settle(route, pending, reading, arrival.at)
        works = reading.works
        if reading.power is not None and route.status.meter == route.device:
            works = reading.power >= DRAWING_FROM
            self._consider_power(route.status.equipment, reading.power, arrival.at)
        self._end_doubt(route.status, works)
        if reading.hand is not None:
            # What a hand did is no drift.
            route.status.reached_on = route.status.doubt = None
        if reading.strayed:
            self._strayed(route.status)
        if reading.reverts is not None:
            self._timer_told(route.status, route.device, reading.reverts)
        self._observe(route, reading, arrival)
        if reading.hand is not None:
            self._by_hand(route.status.equipment.id, route.device, reading.hand)

    def _news(self, route: _Route, reading: Reading, at: float) -> Reading:
        """Return what of a reading is news; of an old state the device is asked for the new one."""
        if reading.on is None or not route.driver.lag:
            return reading
        known = self._known.setdefault(route.device.id, Known())
        lag = route.driver.lag
        if known.judge(reading.on, at, certain=reading.certain, lag=lag) is Word.OLD:
            return replace(reading, on=None, power=None, ask=route.driver.question(route.device))
        if reading.certain:
            known.note(reading.on, at)
        return reading

    def _settle(self, route: _Route, pending: PendingOrder, reading: Reading, at: float) -> Reading:
        """Settle an order; one that the device says was done tells how it is, too."""
        waited = not pending.answer.done()
        pending.consider(reading, at)
        done = waited and pending.answer.done()
        named = reading.reply is not None and reading.reply.request is not None
        if not (done and named) or pending.answer.result() is not Answer.ACKNOWLEDGED:
            return reading
        if route.driver.presses:
            return reading
        self._known.setdefault(route.device.id, Known()).note(pending.on, at)
        return reading if reading.on is not None else replace(reading, on=pending.on)

    def _ask(self, device: Device, question: Message, at: float) -> None:
        """Ask a device for what could not be taken from what it said, not more than now and then."""
        if at - self._asked_at.get(device.id, float("-inf")) < _ASKED_AGAIN:
            return
        self._asked_at[device.id] = at
        self._asking.begin(self._put(question), f"question to {device.id}")

    async def _put(self, question: Message) -> None:
        try:
            await self._messenger.publish(question.topic, question.payload)
        except MessengerError as error:
            _LOGGER.debug("A question was not sent: %s", error)

    def _consider_power(self, equipment: Equipment, power: float, at: float) -> None:
        for device in equipment.devices:
            if pending := self._pending.get(device.id):
                pending.consider_power(power, at)

    def _end_doubt(self, status: EquipmentStatus, works: bool | None) -> None:
        """Let what is measured confirm an order that the device took and could not confirm."""
        doubt = status.doubt
        if doubt is not None and works is doubt.on:
            status.doubt = None
            doubt.end()

    def _observe(self, route: _Route, reading: Reading, arrival: Arrival) -> None:
        status, driver, at = route.status, route.driver, arrival.at
        seen = status.observations.setdefault(route.device.id, Observation())
        before = (status.running, status.reported_on, status.connected, status.differs)
        drawn = seen.power
        seen.take(reading, at, lasting=driver.lasting)
        if reading.on is not None and reading.power is None and status.is_off_by(route.device):
            seen.cut_off()
        was_offline = seen.online is False
        if reading.online is not None:
            seen.online = reading.online
        elif was_offline and not route.lwt and not driver.lasting:
            # Whoever speaks is there: its last will was kept from another time.
            seen.online = True
        if reading.period is not None:
            seen.period = reading.period
            self._period_told(status.equipment, route.device, reading.period)
        self._liveness.heard(status, seen, driver, reading, arrival)
        if was_offline and reading.online:
            self._returned(status.equipment.id)
        after = (status.running, status.reported_on, status.connected, status.differs)
        if before != after:
            self._changed(status.equipment.id)
        elif seen.power != drawn and status.meter == route.device:
            self._measured(status.equipment.id)
        if status.differs and not before[-1]:
            self._drifted(status)
