"""The panel of a Socorel PLC: an operator takes its outputs over, or gives them back."""

import re
from typing import Final, override
from unicodedata import normalize

from ..core.gesture import Gesture, PanelMode
from ..core.model import DeviceTypeId
from ..core.screens import Layout
from .base import Interface

_SERIAL: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_OUTPUT: Final = DeviceTypeId(811)
MANUAL: Final = "manuel"
"""What a PLC says while its panel has it; in any case."""


class Socorel(Interface):
    """Reads `Socorel/<serial>/Mode`, in any case; the serial is given in lower case.

    A retained message is the PLC's state when we subscribe. That its panel has it is believed:
    nothing is ordered then, and remote orders would not work. That it was given back is not:
    each start would order loads on, also those disabled for another reason.
    """

    name = "socorel"

    def __init__(self, connected: frozenset[str]) -> None:
        self._connected = frozenset(map(_folded, connected))

    @override
    def topics(self) -> tuple[str, ...]:
        # Filters mind the case, PLCs do not.
        return ("Socorel/+/+",)

    @override
    def read(self, topic: str, payload: bytes, *, retained: bool) -> tuple[Gesture, ...]:
        match topic.split("/"):
            case ["Socorel", serial, what] if _SERIAL.fullmatch(serial) and what.lower() == "mode":
                manual = self._manual(payload)
                if manual is not None and (manual or not retained):
                    return (PanelMode(serial.lower(), manual, _OUTPUT),)
        return ()

    def _manual(self, payload: bytes) -> bool | None:
        try:
            word = _folded(payload.decode())
        except UnicodeDecodeError:
            return None
        if word == MANUAL:
            return True
        return False if word in self._connected else None


def _folded(word: str) -> str:
    return normalize("NFC", word).casefold()


def create(layout: Layout) -> Interface:
    """Return the panels of an entry's PLCs."""
    return Socorel(layout.connected_words)
