"""Devices described by a recorded scenario."""

from collections.abc import Mapping
from typing import Any

from .device import Behaviour, Device, Dialect, Topics
from .finger import Finger
from .screen import Screen
from .shelly_plug import ShellyPlug
from .shelly_plus import ShellyPlus
from .socorel import SocorelChannel
from .tasmota import Tasmota

KINDS: dict[str, type[Device[Any]]] = {
    "shelly_plug": ShellyPlug,
    "tasmota": Tasmota,
    "doigt": Finger,
    "shelly_plus": ShellyPlus,
    "socorel": SocorelChannel,
}


def recorded_device(identifier: str, description: Mapping[str, Any]) -> Device[Any] | Screen:
    """Return the device that one entry of a scenario's `devices` describes.

    It speaks as the recorded one did and says nothing of its presence.
    """
    topics = Topics(description["control_topic"], description["command_topic"])
    kind = description["kind"]
    if kind == "screen":
        return Screen(topics.command.split("/")[1], topics)
    return KINDS[kind](
        identifier,
        topics,
        behaviour=Behaviour(description["behaviour"]),
        dialect=Dialect.RECORDED,
        delay=description.get("delay_ms", 100) / 1000,
        answer=_answer(description),
        initial_retained=description.get("initial_retained"),
    )


def _answer(description: Mapping[str, Any]) -> str | bytes:
    if (text := description.get("answer_hex")) is not None:
        return bytes.fromhex(text)
    answer: str = description.get("answer_payload", "")
    return answer
