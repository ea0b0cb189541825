"""What a panel's subentry holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...core.model import EquipmentId
from ...interfaces.panel import POSITIONS

SUBENTRY_PANEL: Final = "panel"

CONF_EQUIPMENT: Final = "equipment"
CONF_BUTTON: Final = "button"
CONF_LED: Final = "led"
CONF_DISPLAY: Final = "display"
CONF_DISPLAY_ACTION: Final = "display_action"

SECTIONS: Final = tuple(f"position_{number}" for number in range(1, POSITIONS + 1))
"""One section of data and form per position."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What is at one position: a load, and the entities of its button and LED."""

    equipment_id: EquipmentId
    button: str | None = None
    led: str | None = None


def wirings(data: Mapping[str, Any]) -> list[Wiring | None]:
    """Return what is at each position, `None` where nothing is."""
    return [_wiring(data.get(section, {})) for section in SECTIONS]


def switches_of(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the buttons and LEDs of a panel."""
    for wiring in filter(None, wirings(data)):
        yield from filter(None, (wiring.button, wiring.led))


def _wiring(section: Mapping[str, Any]) -> Wiring | None:
    equipment = section.get(CONF_EQUIPMENT)
    if not equipment:
        return None
    return Wiring(EquipmentId(int(equipment)), section.get(CONF_BUTTON), section.get(CONF_LED))
