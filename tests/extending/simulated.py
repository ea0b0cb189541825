"""The device that the page describes, simulated."""

from collections.abc import Iterator
import json
from typing import Any, override

from demo.appliances import Device, Message, Order


class SimulatedRelay(Device[bool]):
    """The device that the page describes."""

    type_id = 412

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        order = json.loads(payload)
        return Order(order["on"], f"{self.topics.control}/reply", order["id"])

    @override
    def act(self, order: Order[bool]) -> None:
        self.switch(order.value)

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, id=order.id, done=True)

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, id="somebody-else", done=True)

    @override
    def fail(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, id=order.id, done=False, why="too hot")

    @override
    def state(self) -> Iterator[Message]:
        yield Message(self.topics.control, json.dumps({"on": self.on, "watts": 41.5 * self.on}))

    def _reply(self, order: Order[bool], **values: Any) -> Message:
        return Message(order.reply_to, json.dumps(values))
