"""Device type 112: Nous A1T with Tasmota 12."""

from typing import override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, Topics, measures, number_of, object_of, on_off, text_of


class Tasmota(Driver):
    """Answers on `stat/<t>/RESULT`, reports on `tele/<t>/STATE` and `tele/<t>/SENSOR`.

    The tables name any of these, or `tele/<t>`, as control topic.
    """

    type_id = DeviceTypeId(112)
    name = "tasmota"
    example = "tasmota_A1B2C3"

    @override
    def topics_of(self, name: str) -> Topics | None:
        return Topics(f"stat/{name}/RESULT", f"cmnd/{name}/POWER", f"tele/{name}/LWT")

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        control = device.control_topic
        topics = [control]
        name = _name(device)
        if name is not None:
            topics += [f"stat/{name}/RESULT", f"stat/{name}/POWER", f"tele/{name}/STATE"]
            if measures(device):
                topics.append(f"tele/{name}/SENSOR")
        return tuple(dict.fromkeys(topics))

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message:
        return Message(device.command_topic, "ON" if on else "OFF")

    @override
    def question(self, device: Device) -> Message:
        # A command without a payload is answered with the present value.
        return Message(device.command_topic, "")

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        values = object_of(payload)
        if values is None:
            on = on_off(text_of(payload))
            return None if on is None else Reading(on=on)
        on = on_off(values.get("POWER", values.get("POWER1")))
        energy = values.get("ENERGY")
        power = number_of(energy.get("Power")) if isinstance(energy, dict) else None
        if on is None and power is None:
            return None
        return Reading(on=on, power=power)


def _name(device: Device) -> str | None:
    """Return Tasmota's `%topic%`, from the command topic or else the control topic."""
    for topic, prefixes in (
        (device.command_topic, ("cmnd",)),
        (device.control_topic, ("tele", "stat")),
    ):
        parts = topic.split("/")
        if len(parts) > 1 and parts[0] in prefixes:
            return "/".join(parts[1:-1]) or parts[1]
    return None


DRIVER = Tasmota()
