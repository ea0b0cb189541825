"""Shelly Plug S, first generation (type 111): bare words on `.../relay/0`."""

from collections.abc import Iterator
from typing import override

from .device import Device, Message, Order, on_off


class ShellyPlug(Device[bool]):
    """Answers with its state; reports power in watts under its state topic."""

    type_id = 111
    online, offline = "true", "false"

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        wanted = on_off(payload)
        return None if wanted is None else Order(wanted)

    @override
    def act(self, order: Order[bool]) -> None:
        self.switch(order.value)

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        yield Message(self.topics.control, "on" if order.value else "off")

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        yield Message(self.topics.control, "off" if order.value else "on")

    @override
    def fail(self, order: Order[bool]) -> Iterator[Message]:
        yield Message(self.topics.control, "overpower")

    @override
    def state(self) -> Iterator[Message]:
        yield Message(self.topics.control, "on" if self.on else "off")

    @override
    def power(self) -> Iterator[Message]:
        yield Message(f"{self.topics.control}/power", f"{self.watts:.2f}")
