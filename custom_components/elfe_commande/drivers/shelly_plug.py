"""Device type 111: Shelly Plug S, first generation (`shellies/<id>/relay/0`)."""

from typing import override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, Topics, measures, number_of, text_of


class ShellyPlug(Driver):
    """Publishes its state as bare text and its power, in watts, one level below."""

    type_id = DeviceTypeId(111)
    name = "shelly_plug"
    example = "shellies/shellyplug-s-A1B2C3"

    @override
    def topics_of(self, name: str) -> Topics | None:
        relay = f"{name}/relay/0"
        return Topics(relay, f"{relay}/command", f"{name}/online")

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        if measures(device):
            return (device.control_topic, f"{device.control_topic}/power")
        return (device.control_topic,)

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message:
        return Message(device.command_topic, "on" if on else "off")

    @override
    def question(self, device: Device) -> Message | None:
        # `shellies/<id>/command` makes it publish all that it knows.
        prefix, _, _ = device.command_topic.partition("/relay/")
        if not prefix.startswith("shellies/"):
            return None
        return Message(f"{prefix}/command", "update")

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        text = text_of(payload)
        if topic == device.control_topic:
            # Exact and in lower case. "overpower" answers no order: it is a fault.
            state = {"on": True, "off": False}.get(text)
            return None if state is None else Reading(on=state)
        power = number_of(text)
        return None if power is None else Reading(power=power)


DRIVER = ShellyPlug()
