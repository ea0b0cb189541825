"""Device type 811: one output of a Socorel PLC."""

import re
from typing import override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, Topics, text_of

_NUMBERED = re.compile(r"\d$")
_CHANNEL = re.compile(r"([1-8])$")
_WORD = re.compile(r"[01]{8}")


class Socorel(Driver):
    """Publishes the state of its outputs, each on its own topic or all in one word.

    The channel is the last digit of the command topic; in the eight-digit word of
    `EtatSorties` it is the position from the left.
    """

    type_id = DeviceTypeId(811)
    name = "socorel"
    example = "Socorel/PLC001/sortie3"

    @override
    def topics_of(self, name: str) -> Topics | None:
        plc, _, output = name.rpartition("/")
        if not plc or _NUMBERED.search(output) is None:
            return None
        return Topics(f"{plc}/EtatSortie{output[-1]}", name)

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        return (device.control_topic,)

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        if not _NUMBERED.search(device.command_topic):
            return None
        return Message(device.command_topic, "1" if on else "0")

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        text = text_of(payload)
        if _WORD.fullmatch(text) and (channel := _CHANNEL.search(device.command_topic)):
            return Reading(on=text[int(channel[1]) - 1] == "1")
        return Reading(on=text == "1") if text in ("0", "1") else None


DRIVER = Socorel()
