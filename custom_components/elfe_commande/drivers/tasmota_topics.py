"""Where a Tasmota speaks, from the topics that a row or a person names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Final

from ..core.model import Device

_PREFIX: Final = re.compile(r"(?P<prefix>cmnd|stat|tele)", re.IGNORECASE)
_RELAY: Final = re.compile(r"POWER(?P<channel>[0-9]{0,2})", re.IGNORECASE)
_LEAF: Final = re.compile(
    r"RESULT|STATE|SENSOR|STATUS[0-9]{0,2}|WARNING|LWT|INFO[0-9]|POWER[0-9]{0,2}", re.IGNORECASE
)
_SPOKEN: Final[Mapping[str, str]] = {
    "RESULT": "stat",
    "STATUS": "stat",
    "WARNING": "stat",
    "POWER": "stat",
    "STATE": "tele",
    "SENSOR": "tele",
}
"""Which prefix stands before these ends of a topic."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The two folders in which it speaks, and the one in which it takes commands.

    Each is a topic without its last level, `None` where nothing tells it.
    """

    commands: str | None
    answers: str | None
    reports: str | None


def channel_of(topic: str) -> int | None:
    """Return the relay that a topic `.../POWER<n>` is about: 0 is all, `None` no relay."""
    found = _RELAY.fullmatch(topic.rpartition("/")[2])
    if found is None:
        return None
    return int(found["channel"]) if found["channel"] else 1


def folders_of(device: Device) -> Folders:
    """Return the folders by any FullTopic that has its prefix as a level of its own.

    Prefixes of somebody's own are known only where a topic names them.
    """
    command, control = device.command_topic, device.control_topic
    commands = command.rpartition("/")[0] or None
    answers, reports = _beside((command, True), (control, False))
    if (folder := control.rpartition("/")[0]) and (spoken := _spoken(control)):
        # It is named outright.
        answers = folder if spoken == "stat" else answers
        reports = folder if spoken == "tele" else reports
    return Folders(commands, answers, reports)


def _beside(*topics: tuple[str, bool]) -> tuple[str | None, str | None]:
    """Return the folders of answers and reports that a topic with a usual prefix implies.

    Each topic comes with whether its last level is the command, whatever that is.
    """
    for topic, ends_in_command in topics:
        levels = topic.split("/")
        if len(levels) < 2:  # noqa: PLR2004
            continue
        if (ends_in_command and len(levels) > 2) or _LEAF.fullmatch(levels[-1]):  # noqa: PLR2004
            levels = levels[:-1]
        wanted = ("cmnd",) if ends_in_command else ("stat", "tele")
        if (place := _place(levels, wanted)) is None:
            continue
        return _folder(levels, place, "stat"), _folder(levels, place, "tele")
    return None, None


def _place(levels: list[str], prefixes: Iterable[str]) -> int | None:
    """Return which level is the prefix: the first or the last one where several could be."""
    found = [
        place
        for place, level in enumerate(levels)
        if (match := _PREFIX.fullmatch(level)) and match["prefix"].lower() in prefixes
    ]
    if not found:
        return None
    return found[-1] if found[-1] == len(levels) - 1 else found[0]


def _folder(levels: list[str], place: int, prefix: str) -> str:
    return "/".join((*levels[:place], prefix, *levels[place + 1 :]))


def _spoken(topic: str) -> str | None:
    """Return the prefix that must stand before a topic that ends like this."""
    leaf = topic.rpartition("/")[2].upper().rstrip("0123456789")
    return _SPOKEN.get(leaf)
