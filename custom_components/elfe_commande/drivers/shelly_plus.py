"""Device type 411: Shelly Plus 1PM and later, second generation, JSON-RPC over MQTT."""

from collections.abc import Mapping
import json
import re
from typing import Any, Final, override

from ..core.model import Device, DeviceTypeId
from .base import Message, Reading, Reply, RevertingDriver, Topics, measures, number_of, object_of

_QUESTION: Final = "elfe-state"
"""Id of the request for the state, which no order has."""
_SWITCH: Final = re.compile(r"switch:([0-9]{1,3})$")
_NOTIFICATIONS: Final = frozenset({"NotifyStatus", "NotifyFullStatus"})
_FINAL: Final = frozenset({-103, -105, -109, 401, 403, 404})
"""Codes of errors that the same request meets again: wrong argument, no such switch, a condition
that is not fulfilled, a password that is missing, no such method."""
_LOCKED: Final = frozenset({401, 403})
_WORDS: Final = 200


class ShellyPlus(RevertingDriver):
    """Answers requests on `<src>/rpc`, reports on `.../status/switch:<n>` and `.../events/rpc`.

    `src` is the control topic, as the reference uses it; which switch it is about is in it. Of its
    two kinds of reports either may be switched off, the first one is as it is delivered. Some
    firmware says there how things were before the change it tells of; what it answers and what it
    notifies is right. An order with `toggle_after` ends by itself; any later one takes the place
    of its timer.
    """

    type_id = DeviceTypeId(411)
    name = "shelly_plus"
    example = "shellyplus1pm-a8032ab12345"
    lag = 10.0

    @override
    def topics_of(self, name: str) -> Topics | None:
        return Topics(f"{name}/status/switch:0", f"{name}/rpc", f"{name}/online")

    @override
    def output(self, control_topic: str) -> int:
        return _switch(control_topic)

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        found = [f"{device.control_topic}/rpc", device.control_topic]
        if (name := _name(device)) is not None:
            found += [f"{name}/status/switch:{_switch(device.control_topic)}", f"{name}/events/rpc"]
        return tuple(dict.fromkeys(found))

    @override
    def answers(self, device: Device) -> tuple[str, ...]:
        return (f"{device.control_topic}/rpc",)

    @override
    def order(
        self, device: Device, *, on: bool, request: str, revert_after: float | None = None
    ) -> Message:
        timer = {} if revert_after is None else {"toggle_after": revert_after}
        return self._request(device, request, "Switch.Set", on=on, **timer)

    @override
    def stay(self, device: Device, *, on: bool | None, request: str) -> Message | None:
        # It cannot be told to forget its timer without being told its state.
        return None if on is None else self.order(device, on=on, request=request)

    @override
    def question(self, device: Device) -> Message:
        return self._request(device, _QUESTION, "Switch.GetStatus")

    def _request(self, device: Device, request: str, method: str, **params: Any) -> Message:
        payload = {
            "id": request,
            "src": device.control_topic,
            "method": method,
            "params": {"id": _switch(device.control_topic), **params},
        }
        return Message(device.command_topic, json.dumps(payload))

    @override
    def unheard(self, device: Device) -> tuple[str, ...]:
        if _name(device) is not None or not measures(device):
            return ()
        return () if _SWITCH.search(device.control_topic) else ("power",)

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        values = object_of(payload)
        if values is None:
            return None
        method = values.get("method")
        if isinstance(method, str) and method in _NOTIFICATIONS:
            params = values.get("params")
            switch = (
                params.get(f"switch:{_switch(device.control_topic)}")
                if isinstance(params, dict)
                else None
            )
            return _status(device, switch) if isinstance(switch, dict) else None
        if topic == f"{device.control_topic}/rpc":
            if values.get("id") != _QUESTION:
                return _reply(values)
            result = values.get("result")
            return _status(device, result) if isinstance(result, dict) else _reply(values)
        if topic.endswith("/events/rpc"):
            return None
        return _status(device, values, certain=False)


def _name(device: Device) -> str | None:
    """Return its topic prefix, before `/rpc`."""
    name, _, leaf = device.command_topic.rpartition("/")
    return name if name and leaf == "rpc" else None


def _switch(control_topic: str) -> int:
    """Return the number of the switch, 0 unless the control topic says another."""
    found = _SWITCH.search(control_topic)
    return int(found[1]) if found else 0


def _status(device: Device, values: Mapping[str, Any], *, certain: bool = True) -> Reading | None:
    """Return what a status says, whole or of what changed."""
    number = values.get("id")
    if (
        isinstance(number, int)
        and not isinstance(number, bool)
        and number != _switch(device.control_topic)
    ):
        return None
    on = values.get("output")
    on = on if isinstance(on, bool) else None
    power = number_of(values.get("apower")) if measures(device) else None
    errors = values.get("errors")
    fault = None
    # One that it runs in spite of is none.
    if (
        not on
        and isinstance(errors, list)
        and (words := [word for word in errors if isinstance(word, str)])
    ):
        fault = ", ".join(words)[:_WORDS]
    if on is None and power is None and fault is None:
        return None
    return Reading(on=on, power=power, certain=certain, fault=fault)


def _reply(values: Mapping[str, Any]) -> Reading | None:
    request = values.get("id")
    if not isinstance(request, str | int) or isinstance(request, bool) or "method" in values:
        return None
    if "error" in values:
        return Reading(reply=_refusal(str(request), values["error"]))
    if "result" not in values:
        return None
    return Reading(reply=Reply(ok=True, request=str(request)))


def _refusal(request: str, error: object) -> Reply:
    """Return why it refused: its own words, then its code."""
    known = error if isinstance(error, dict) else {}
    code, message = known.get("code"), known.get("message")
    if code in _LOCKED:
        # What it says then is the beginning of a login.
        message = "Unauthorized"
    words = message.strip() if isinstance(message, str) else ""
    if not known:
        words = json.dumps(error)
    detail = f"{words} ({code})" if words and code is not None else words or f"{code}"
    return Reply(ok=False, request=request, detail=detail[:_WORDS], final=code in _FINAL)


DRIVER = ShellyPlus()
