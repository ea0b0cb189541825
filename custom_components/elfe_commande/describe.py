"""What automations and the logbook are told, in words and numbers that JSON has."""

from collections.abc import Callable
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .core.model import Equipment, HomeId, Mode
from .devices.roster import equipment_identifier, home_identifier
from .engine.events import ModeChanged, OrderEnded, PortalUpdated, ScreenEvent
from .entities.base import unique_id_of

PILOT = "pilot"
"""Key of the switch that stands for an equipment."""

MODES = {int(mode): mode.name.lower() for mode in Mode}
MODE_NAMES = tuple(MODES.values())


def mode_name(mode: int) -> str:
    """Return the word for a mode, its number if it has none."""
    return MODES.get(mode, str(mode))


def iso(at: float | None) -> str | None:
    """Return a unix time as text; none is 0 or `None`."""
    return dt_util.utc_from_timestamp(at).isoformat() if at else None


@callback
def about_equipment(hass: HomeAssistant, entry_id: str, equipment: Equipment) -> dict[str, Any]:
    """Return what says which equipment it is."""
    device = dr.async_get(hass).async_get_device_by_identifier(
        equipment_identifier(entry_id, equipment.id), entry_id
    )
    return {
        "equipment_id": int(equipment.id),
        "name": equipment.name,
        "home": str(equipment.home),
        "device_id": None if device is None else device.id,
        "entity_id": er.async_get(hass).async_get_entity_id(
            Platform.SWITCH, DOMAIN, unique_id_of(entry_id, equipment.id, PILOT)
        ),
        "config_entry_id": entry_id,
    }


def about_order(event: OrderEnded) -> dict[str, Any]:
    """Return who ordered what, and how it ended."""
    result = event.result
    return {
        "act": event.act.value,
        "outcome": result.outcome.value,
        "reason": result.reason,
        "origin": event.origin.value,
        "source": event.source.value,
        "tries": result.tries,
        "latency": None if result.latency is None else round(result.latency, 3),
        "will_retry": result.will_retry,
        "user_id": event.user_id,
    }


def about_mode(event: ModeChanged) -> dict[str, Any]:
    """Return who changed a mode, and how."""
    return {
        "before": mode_name(event.before),
        "after": mode_name(event.after),
        "origin": event.origin.value,
        "user_id": event.user_id,
    }


_COLUMNS: dict[str, Callable[[Equipment], Any]] = {
    "mode": lambda e: mode_name(e.state.mode),
    "name": lambda e: e.name,
    "home": lambda e: str(e.home),
    "equipment_type": lambda e: int(e.type_id),
    "typology": lambda e: int(e.typology_id),
    "wished_end": lambda e: iso(e.constraints.wished_end),
    "cycle_duration": lambda e: e.constraints.cycle_duration,
    "charge_left": lambda e: e.constraints.charge_left,
}


def about_portal(event: PortalUpdated) -> dict[str, Any]:
    """Return what the portal changed; before and after have what can be told of it."""
    changed = sorted(event.changed)
    told = [name for name in changed if name in _COLUMNS]
    return {
        "changed": changed,
        "before": {name: _COLUMNS[name](event.before) for name in told},
        "after": {name: _COLUMNS[name](event.after) for name in told},
    }


@callback
def about_touch(hass: HomeAssistant, entry_id: str, event: ScreenEvent) -> dict[str, Any]:
    """Return which object of which screen was touched, and how. The device is the home's."""
    touched = event.touched
    home = HomeId(event.screen.home)
    device = dr.async_get(hass).async_get_device_by_identifier(
        home_identifier(entry_id, home), entry_id
    )
    return {
        "plate": touched.plate,
        "home": str(home),
        "device_id": None if device is None else device.id,
        "config_entry_id": entry_id,
        "page": touched.page,
        "object": touched.item,
        "event": touched.event,
        "value": touched.value,
        "text": touched.text,
    }


@callback
def words_for(hass: HomeAssistant) -> Callable[[str, str], str]:
    """Return what finds a text in the language of Home Assistant, given its category and key."""
    language = hass.config.language

    def word(category: str, key: str) -> str:
        texts = async_get_cached_translations(hass, language, category, DOMAIN)
        return texts.get(f"component.{DOMAIN}.{category}.{key}", key.rpartition(".")[2])

    return word


def activity_word(hass: HomeAssistant, attribute: str, value: str) -> str:
    """Return the text of an attribute's value of the activity event."""
    return words_for(hass)("entity", f"event.activity.state_attributes.{attribute}.state.{value}")
