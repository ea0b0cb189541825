"""What an entity of Home Assistant says and is told, as the adapter for entities words it.

The "topic" of an entity is `entity/<entity_id>`, for orders and for what it says. An order is
`{"on": true, "request": "..."}`. What is said is an object with:

- `available`: whether the entity can be used at all;
- `state`: `on` or `off` where it is as it is ordered then, else its state as text; `power`: watts, of a power sensor;
- `assumed`: Home Assistant only supposes the state;
- `answer`: `{"request", "ok", "reason", "detail"}` once the call of an order returned;
- `hand`: `{"on", "user", "automation"}` when somebody else than us changed it; `on` is null where
  it is now neither on nor off;
- `echo`, `watched`, `works`, `strayed`: as the fields of a `Reading`, of what is given other
  values than on and off.
"""

from abc import abstractmethod
from collections.abc import Mapping
import json
from typing import Any, override

from ..core.model import Device
from .base import Driver, Hand, Message, Reading, Reply, object_of


class EntityDriver(Driver):
    """An entity; its own power, if it has any, is another entity's."""

    measures_load = False
    lasting = True
    period = float("inf")

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        return (device.control_topic,)

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        return Message(device.command_topic, json.dumps({"on": on, "request": request}))

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        values = object_of(payload)
        return None if values is None else self._read(values)

    @abstractmethod
    def _read(self, values: Mapping[str, Any]) -> Reading | None:
        """Return what an entity says."""


def reply_of(values: Mapping[str, Any], *, sure: bool) -> Reply | None:
    """Return the answer to an order; one that is not `sure` only says that it was taken."""
    answer = values.get("answer")
    if not isinstance(answer, dict) or not isinstance(answer.get("request"), str):
        return None
    request, reason, detail = answer["request"], answer.get("reason"), answer.get("detail")
    if answer.get("ok") is True:
        return Reply(ok=True, request=request, sure=sure)
    return Reply(
        ok=False,
        request=request,
        detail=detail if isinstance(detail, str) else "",
        reason=reason if isinstance(reason, str) else None,
    )


def hand_of(values: Mapping[str, Any]) -> Hand | None:
    """Return who else changed the entity, and to what."""
    hand = values.get("hand")
    if not isinstance(hand, dict) or not isinstance(hand.get("on", 0), bool | None):
        return None
    user = hand.get("user")
    return Hand(
        hand["on"],
        user if isinstance(user, str) else None,
        automation=hand.get("automation") is True,
    )
