"""Shelly Plug S, first generation (type 111): bare words on `.../relay/0`."""

from collections.abc import Iterator
from typing import override

from .device import Device, Message, Order, Question, on_off


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

    @property
    @override
    def question_topic(self) -> str:
        """Return `shellies/<id>/command`, beside `shellies/<id>/relay/0/command`."""
        base, found, _ = self.topics.command.rpartition("/relay/")
        return f"{base}/command" if found else self.topics.command

    @override
    def understand_question(self, payload: bytes) -> Question | None:
        return Question() if payload.strip() == b"update" else None

    @override
    def tell(self, question: Question) -> Iterator[Message]:
        yield from self.state()
        yield from self.power()

    @override
    def state(self) -> Iterator[Message]:
        yield Message(self.topics.control, "on" if self.on else "off")

    @override
    def power(self) -> Iterator[Message]:
        yield Message(f"{self.topics.control}/power", f"{self.watts:.2f}")
