"""Device type 311: SwitchBot finger robot behind an ESP32 gateway."""

from typing import Final, override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, Reply, Topics, object_of

_ORDER: Final = "ON"
_NOT_PRESSED: Final = frozenset({"errorconnect", "errorcommand", "failed", "error"})


class SwitchBot(Driver):
    """Presses a button; the gateway tells on `.../status` how it went.

    Only its failure statuses mean that nothing was pressed; progress is not an answer.
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
        control = device.control_topic
        if control.endswith("/attributes"):
            return (control, control.removesuffix("attributes") + "status")
        return (control,)

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        return Message(device.command_topic, _ORDER) if on else None

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        values = object_of(payload)
        status = values.get("status") if values else None
        if values is None or not isinstance(status, str):
            return None
        command = values.get("command")
        named = command if isinstance(command, str) else None
        if status == "success":
            return Reading(reply=Reply(ok=True, command=named))
        if status.lower() in _NOT_PRESSED:
            return Reading(reply=Reply(ok=False, command=named, detail=status))
        return None


DRIVER = SwitchBot()
