"""What a person may send of a panel: what is where, and what it shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from ...configuration.redaction import Redactor
from .panel_settings import CONF_DISPLAY, switches_of, wirings
from .unit import PanelUnit


def entities_used(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entities that a panel of this subentry is made of."""
    yield from switches_of(data)
    if display := data.get(CONF_DISPLAY):
        yield str(display)


def describe_panel(unit: PanelUnit, redactor: Redactor) -> dict[str, Any]:
    """Return which loads are where, the panel's LEDs and its last press."""
    data = unit.hub.entry.subentries[unit.subentry_id].data
    return {
        "positions": [
            None
            if wiring is None
            else {
                "equipment_id": wiring.equipment_id,
                "button": redactor.entity(wiring.button),
                "led": redactor.entity(wiring.led),
            }
            for wiring in wirings(data)
        ],
        "display": redactor.entity(data.get(CONF_DISPLAY)),
        "leds": list(unit.picture.leds),
        "pressed": None if unit.pressed is None else unit.pressed[0],
    }
