"""Shelly Plus 1PM (type 411): JSON-RPC on `<id>/rpc`, answered on `<src>/rpc`."""

from collections.abc import Iterator
import json
from typing import Any, override

from .device import Device, Message, Order, Question

VOLTS = 230.0


class ShellyPlus(Device[bool]):
    """Answers the sender with the id of its request; publishes its status on change."""

    type_id = 411
    online, offline = "true", "false"

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        if (request := _request(payload, "Switch.Set")) is None:
            return None
        params = request.get("params")
        if not isinstance(params, dict):
            return None
        wanted = params.get("on")
        if not isinstance(wanted, bool):
            return None
        after = params.get("toggle_after")
        return Order(
            wanted,
            f"{request['src']}/rpc",
            request.get("id"),
            float(after) if isinstance(after, int | float) else None,
        )

    @override
    def act(self, order: Order[bool]) -> None:
        self.switch(order.value)
        self.set_timer(order.revert_after)

    @override
    def revert(self) -> Iterator[Message]:
        self.switch(not self.on)
        yield from self.state()

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        yield self._reply(order.reply_to, order.id, {"result": {"was_on": not order.value}})
        if not self.recorded:
            yield from self.state()

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        other = f"not-{order.id}"
        yield self._reply(order.reply_to, other, {"result": {"was_on": not order.value}})

    @override
    def fail(self, order: Order[bool]) -> Iterator[Message]:
        error = {"code": -103, "message": "overpower"}
        yield self._reply(order.reply_to, order.id, {"error": error})

    @override
    def understand_question(self, payload: bytes) -> Question | None:
        if (request := _request(payload, "Switch.GetStatus")) is None:
            return None
        return Question(f"{request['src']}/rpc", request.get("id"))

    @override
    def tell(self, question: Question) -> Iterator[Message]:
        yield self._reply(question.reply_to, question.id, {"result": self._status()})

    @override
    def state(self) -> Iterator[Message]:
        yield Message(self.topics.control, json.dumps(self._status(), separators=(",", ":")))

    @override
    def power(self) -> Iterator[Message]:
        return self.state()

    def _status(self) -> dict[str, object]:
        watts = self.watts
        return {
            "id": 0,
            "source": "MQTT",
            "output": self.on,
            "apower": round(watts, 1),
            "voltage": VOLTS,
            "current": round(watts / VOLTS, 3),
            "aenergy": {"total": 0.0, "by_minute": [0.0, 0.0, 0.0], "minute_ts": 0},
            "temperature": {"tC": 41.2, "tF": 106.2},
        }

    def _reply(self, to: str, request: object, outcome: dict[str, object]) -> Message:
        body = {"id": request, "src": self.identifier, "dst": to.removesuffix("/rpc")}
        return Message(to, json.dumps(body | outcome, separators=(",", ":")))


def _request(payload: bytes, method: str) -> dict[str, Any] | None:
    """Return a request for a method whose sender can be answered."""
    try:
        request = json.loads(payload)
    except ValueError:
        return None
    if not isinstance(request, dict) or request.get("method") != method:
        return None
    return request if isinstance(request.get("src"), str) else None
