"""Cards of a dashboard: plain ones of Home Assistant's own."""

from collections.abc import Iterable, Mapping
from typing import Any

from demo.meters import unique_id
from demo.territory import Equipment

DOMAIN = "elfe_commande"

type Card = dict[str, Any]

ROWS = ("mode", "decision", "next_start", "running")


class Registry:
    """Entities by what they mean."""

    def __init__(self, entry_id: str, entities: Iterable[Mapping[str, Any]]) -> None:
        """Keep the rows of the entity registry; those that are disabled are nobody's."""
        self._entry_id = entry_id
        self._ids = {
            (entity["platform"], entity["unique_id"]): entity
            for entity in entities
            if entity["disabled_by"] is None
        }

    def of(self, equipment_id: int, key: str) -> Mapping[str, Any] | None:
        """Return an entity of an equipment."""
        return self._ids.get((DOMAIN, f"{self._entry_id}_{equipment_id}_{key}"))

    def hub(self, key: str) -> Mapping[str, Any] | None:
        """Return an entity of the entry's own device."""
        return self._ids.get((DOMAIN, f"{self._entry_id}_{key}"))

    def ending(self, *keys: str) -> list[Mapping[str, Any]]:
        """Return the entry's entities whose unique ids end in one of these keys, in their order."""
        return [
            entity
            for key in keys
            for (platform, name), entity in self._ids.items()
            if platform == DOMAIN and name.startswith(self._entry_id) and name.endswith(f"_{key}")
        ]

    def mqtt(self, name: str) -> Mapping[str, Any] | None:
        """Return an entity that came by MQTT discovery."""
        return self._ids.get(("mqtt", name))

    def power(self, equipment_id: int) -> Mapping[str, Any] | None:
        """Return what a load draws."""
        return self._ids.get(("mqtt", unique_id(equipment_id)))


def equipment_card(
    registry: Registry,
    words: Mapping[str, str],
    equipment: Equipment,
    number: int | None = None,
    more: Iterable[Card] = (),
) -> Card | None:
    """Return the card of an equipment, `None` if Home Assistant has nothing of it.

    `number` is its id in the entry, its own by default; `more` are rows for the end.
    """
    number = equipment.id if number is None else number
    rows: list[Card] = []
    if found := registry.of(number, "pilot"):
        rows.append({"entity": found["entity_id"], "name": words["piloted"]})
    for key in ROWS:
        if found := registry.of(number, key):
            rows.append({"entity": found["entity_id"], "name": found["original_name"]})
            if key == "decision":
                rows.append(_reason(found["entity_id"], words))
    if found := registry.power(equipment.id):
        rows.append({"entity": found["entity_id"], "name": words["power"]})
    if not rows:
        return None
    card = {"type": "entities", "title": equipment.name, "entities": [*rows, *more]}
    return card | {"show_header_toggle": False, "state_color": True}


def heading(text: str, icon: str) -> Card:
    """Return a heading."""
    return {"type": "heading", "heading": text, "icon": icon}


def tile(entity: Mapping[str, Any], *, half: bool = False) -> Card:
    """Return the tile of an entity, under its own name, as wide as its section or half of it."""
    return {
        "type": "tile",
        "entity": entity["entity_id"],
        "name": entity["original_name"],
        "grid_options": {"columns": 6 if half else "full"},
    }


def _reason(entity_id: str, words: Mapping[str, str]) -> Card:
    return {
        "type": "attribute",
        "entity": entity_id,
        "attribute": "reason",
        "name": words["reason"],
        "icon": "mdi:comment-question-outline",
    }
