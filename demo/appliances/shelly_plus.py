"""Shelly Plus 1PM (type 411): JSON-RPC on `<id>/rpc`, answered on `<src>/rpc`."""

from collections.abc import Iterator
import json
from typing import Any, override

from .device import Device, Message, Order

VOLTS = 230.0


class ShellyPlus(Device[bool]):
    """Answers the sender with the id of its request; publishes its status on change."""

    type_id = 411
    online, offline = "true", "false"

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        try:
            request: Any = json.loads(payload)
            if request["method"] != "Switch.Set":
                return None
            wanted = request["params"]["on"]
            source = request["src"]
        except ValueError, KeyError, TypeError:
            return None
        if not isinstance(wanted, bool) or not isinstance(source, str):
            return None
        return Order(wanted, f"{source}/rpc", request.get("id"))

    @override
    def act(self, order: Order[bool]) -> None:
        self.switch(order.value)

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, {"result": {"was_on": not order.value}})
        if not self.recorded:
            yield from self.state()

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        other = Order(order.value, order.reply_to, f"not-{order.id}")
        yield self._reply(other, {"result": {"was_on": not order.value}})

    @override
    def fail(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order, {"error": {"code": -103, "message": "overpower"}})

    @override
    def state(self) -> Iterator[Message]:
        watts = self.watts
        status = {
            "id": 0,
            "source": "MQTT",
            "output": self.on,
            "apower": round(watts, 1),
            "voltage": VOLTS,
            "current": round(watts / VOLTS, 3),
            "aenergy": {"total": 0.0, "by_minute": [0.0, 0.0, 0.0], "minute_ts": 0},
            "temperature": {"tC": 41.2, "tF": 106.2},
        }
        yield Message(self.topics.control, json.dumps(status, separators=(",", ":")))

    @override
    def power(self) -> Iterator[Message]:
        return self.state()

    def _reply(self, order: Order[bool], outcome: dict[str, object]) -> Message:
        body = {"id": order.id, "src": self.identifier, "dst": order.reply_to.removesuffix("/rpc")}
        return Message(order.reply_to, json.dumps(body | outcome, separators=(",", ":")))
