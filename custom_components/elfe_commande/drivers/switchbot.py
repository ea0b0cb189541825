"""Device type 311: SwitchBot finger robot behind an ESP32 gateway."""

from collections.abc import Mapping
from typing import Any, Final, override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, Reply, Topics, object_of

_ORDER: Final = "ON"
_STATUS: Final = "status"
_ATTRIBUTES: Final = "attributes"
_LEAVES: Final = (_STATUS, _ATTRIBUTES)
_NOT_PRESSED: Final = frozenset({"errorconnect", "errorcommand", "failed", "error"})


class SwitchBot(Driver):
    """Presses a button; the gateway tells on `.../status` how it went.

    Only its failure statuses mean that nothing was pressed; progress is not an answer. Whatever
    the gateway says of it, the finger is there: a last will that the broker kept may be older.
    """

    type_id = DeviceTypeId(311)
    name = "switchbot"
    presses = True
    example = "switchbot/esp32/bot/a1b2c3d4e5f6"

    @override
    def topics_of(self, name: str) -> Topics | None:
        gateway, found, _ = name.partition("/bot/")
        lwt = f"{gateway}/lastwill" if found else None
        return Topics(f"{name}/status", f"{name}/set", lwt)

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        base, _, leaf = device.control_topic.rpartition("/")
        if leaf in _LEAVES:
            return (f"{base}/{_STATUS}", f"{base}/{_ATTRIBUTES}")
        return (device.control_topic,)

    @override
    def answers(self, device: Device) -> tuple[str, ...]:
        return self.topics(device)[:1]

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        return Message(device.command_topic, _ORDER) if on else None

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        values = object_of(payload)
        if values is None:
            return None
        return Reading(online=True, reply=_reply(values))


def _reply(values: Mapping[str, Any]) -> Reply | None:
    """Return how a press went."""
    status, command = values.get("status"), values.get("command")
    if not isinstance(status, str):
        return None
    named = command if isinstance(command, str) else None
    if status == "success":
        return Reply(ok=True, command=named)
    if status.lower() in _NOT_PRESSED:
        return Reply(ok=False, command=named, detail=status)
    return None


DRIVER = SwitchBot()
