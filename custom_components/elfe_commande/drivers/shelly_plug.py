"""Device type 111: Shelly Plug S, first generation (`shellies/<id>/relay/0`)."""

import re
from typing import Final, override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, Topics, measures, number_of, text_of

_RELAY: Final = re.compile(r"(.+/relay/[0-9])/command")
_FAULT: Final = "overpower"
_OVERHEATED: Final = "overtemperature"
_READINGS: Final = {"on": Reading(on=True), "off": Reading(on=False)}


class ShellyPlug(Driver):
    """Publishes its state as bare text and its power, in watts, one level below.

    Of a device with several relays the command topic says which one it is about.
    """

    type_id = DeviceTypeId(111)
    name = "shelly_plug"
    example = "shellies/shellyplug-s-A1B2C3"
    period = 30.0

    @override
    def topics_of(self, name: str) -> Topics | None:
        relay = f"{name}/relay/0"
        return Topics(relay, f"{relay}/command", f"{name}/online")

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        state, heat = _state_topic(device), _heat_topic(device)
        power = f"{state}/power" if measures(device) else None
        return tuple(topic for topic in (state, power, heat) if topic is not None)

    @override
    def answers(self, device: Device) -> tuple[str, ...]:
        return tuple(topic for topic in self.topics(device) if topic != _heat_topic(device))

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
        text, state = text_of(payload), _state_topic(device)
        if topic == state:
            # Exact and in lower case.
            if text == _FAULT:
                # It switched the load off: a fault, and no answer to an order.
                return Reading(on=False, fault=text)
            return _READINGS.get(text)
        if topic == _heat_topic(device):
            # Of the whole device, whichever of its relays this is: it switched them off.
            return Reading(on=False, fault=_OVERHEATED) if text == "1" else Reading()
        if topic != f"{state}/power":
            return None
        power = number_of(text)
        return None if power is None else Reading(power=power)


def _state_topic(device: Device) -> str:
    """Return where the relay that is ordered says its state, whatever relay a row names."""
    found = _RELAY.fullmatch(device.command_topic)
    if found is None or "/relay/" not in device.control_topic:
        return device.control_topic
    return found[1]


def _heat_topic(device: Device) -> str | None:
    """Return where it says that it is too hot; `None` if it is not known which device it is."""
    name, relay, _ = _state_topic(device).rpartition("/relay/")
    return f"{name}/{_OVERHEATED}" if name and relay else None


DRIVER = ShellyPlug()
