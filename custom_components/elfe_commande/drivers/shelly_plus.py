"""Device type 411: Shelly Plus 1PM, second generation, JSON-RPC over MQTT."""

import json
from typing import override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, Reply, Topics, measures, number_of, object_of

_QUESTION = "elfe-state"
"""Id of the request for the state, which no order has."""


class ShellyPlus(Driver):
    """Answers requests on `<src>/rpc`, reports on `.../status/switch:0`.

    `src` is the control topic, as the reference uses it.
    """

    type_id = DeviceTypeId(411)
    name = "shelly_plus"
    example = "shellyplus1pm-a8032ab12345"

    @override
    def topics_of(self, name: str) -> Topics | None:
        return Topics(f"{name}/status/switch:0", f"{name}/rpc", f"{name}/online")

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        return (f"{device.control_topic}/rpc", device.control_topic)

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message:
        payload = {
            "id": request,
            "src": device.control_topic,
            "method": "Switch.Set",
            "params": {"id": 0, "on": on},
        }
        return Message(device.command_topic, json.dumps(payload))

    @override
    def question(self, device: Device) -> Message:
        payload = {
            "id": _QUESTION,
            "src": device.control_topic,
            "method": "Switch.GetStatus",
            "params": {"id": 0},
        }
        return Message(device.command_topic, json.dumps(payload))

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        values = object_of(payload)
        if values is None:
            return None
        if topic != device.control_topic:
            if values.get("id") == _QUESTION:
                values = _result(values)
            else:
                return _reply(values)
        on = values.get("output")
        power = number_of(values.get("apower")) if measures(device) else None
        on = on if isinstance(on, bool) else None
        return None if on is None and power is None else Reading(on=on, power=power)


def _result(values: dict[str, object]) -> dict[str, object]:
    """Return what a request was answered with; it looks like a status."""
    result = values.get("result")
    return result if isinstance(result, dict) else {}


def _reply(values: dict[str, object]) -> Reading | None:
    request = values.get("id")
    if not isinstance(request, str | int) or "method" in values:
        return None
    if "error" in values:
        detail = json.dumps(values["error"])[:200]
        return Reading(reply=Reply(ok=False, request=str(request), detail=detail))
    if "result" not in values:
        return None
    return Reading(reply=Reply(ok=True, request=str(request)))


DRIVER = ShellyPlus()
