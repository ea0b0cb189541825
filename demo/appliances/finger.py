"""SwitchBot finger behind an ESP32 gateway (type 311): JSON status of each attempt."""

from collections.abc import Iterator
import json
from typing import ClassVar, override

from .device import Behaviour, Device, Dialect, Load, Message, Order, Topics

ORDERS = {b"ON", b"OFF", b"PRESS"}
USAGE_BUTTONS = {31: "power", 32: "start"}


class Finger(Device[str]):
    """Presses a button of its load once per order; the recorded ones left `command` out.

    The relay keywords of Device mean nothing here: a press is not a state.
    """

    type_id = 311
    online: ClassVar[str] = "online"
    offline: ClassVar[str] = "offline"

    def __init__(
        self,
        identifier: str,
        topics: Topics,
        *,
        button: str = "start",
        behaviour: Behaviour = Behaviour.ACK,
        dialect: Dialect = Dialect.REAL,
        delay: float = 0.1,
        answer: str | bytes = b"",
        initial_retained: str | bytes | None = None,
        obeys_silently: bool = False,
        load: Load | None = None,
    ) -> None:
        """Prepare a finger in front of a button, "power" or "start"."""
        super().__init__(
            identifier,
            topics,
            behaviour=behaviour,
            dialect=dialect,
            delay=delay,
            answer=answer,
            initial_retained=initial_retained,
            obeys_silently=obeys_silently,
            load=load,
        )
        self.button = button
        self.presses = 0

    @override
    def understand(self, payload: bytes) -> Order[str] | None:
        word = payload.strip().upper()
        return Order(word.decode()) if word in ORDERS else None

    @override
    def act(self, order: Order[str]) -> None:
        self.presses += 1
        if self.load:
            self.load.press(self.button)

    @override
    def announce(self, order: Order[str]) -> Iterator[Message]:
        if self.recorded or self.behaviour not in {Behaviour.ACK, Behaviour.LATE}:
            return
        yield self._status("commandSent", order)

    @override
    def confirm(self, order: Order[str]) -> Iterator[Message]:
        if self.recorded:
            yield Message(self.topics.control, '{"status": "success", "value": "ON"}')
            return
        yield self._status("success", order, value=1)

    @override
    def contradict(self, order: Order[str]) -> Iterator[Message]:
        yield self._status("errorConnect", order)

    @property
    def status_topic(self) -> str:
        """Return where results go: beside `.../attributes`, where the database names that."""
        base, _, leaf = self.topics.control.rpartition("/")
        return f"{base}/status" if leaf == "attributes" else self.topics.control

    def _status(self, status: str, order: Order[str], **more: object) -> Message:
        if self.recorded:
            return Message(self.topics.control, json.dumps({"status": status}))
        report = {"status": status, **more, "command": order.value}
        return Message(self.status_topic, json.dumps(report))
