"""A dashboard of both homes: plain cards of Home Assistant's own, one per equipment."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from demo.territory import Equipment, two_homes

from .cards import Card, Registry, equipment_card, heading, tile

DASHBOARD = "elfe-demo"

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "ELFE demo",
        "hub": "Engine",
        "home": "Home",
        "power": "Power drawn",
        "piloted": "Piloted by the plan",
        "reason": "Reason",
        "happened": "What happened",
        "powers": "Power of the appliances",
        "about": (
            "Every quarter-hour a planner writes a plan, and **ELFE Commande** makes it happen."
            "\n\n- A switch that is **on** leaves the appliance to the plan; **off** hands it to you."
            "\n- The **mode**, where there is one, forces an appliance on or off."
            "\n- Within a minute of the start, the plan starts an appliance of the first home."
            "\n\nThe appliances are simulated, but they talk the real protocols and draw power."
        ),
    },
    "fr": {
        "title": "Démo ELFE",
        "hub": "Moteur",
        "home": "Foyer",
        "power": "Puissance consommée",
        "piloted": "Piloté par le plan",
        "reason": "Motif",
        "happened": "Ce qui s’est passé",
        "powers": "Puissance des appareils",
        "about": (
            "Chaque quart d’heure un planificateur écrit un plan, **ELFE Commande** l’exécute."
            "\n\n- Interrupteur **allumé** : l’appareil suit le plan ; **éteint** : il est à vous."
            "\n- Le **mode**, là où il existe, force un appareil en marche ou à l’arrêt."
            "\n- Dans la minute qui suit le démarrage, le plan lance un appareil du premier foyer."
            "\n\nLes appareils sont simulés, mais parlent les vrais protocoles et consomment."
        ),
    },
}
HUB = ("lifecycle", "ems_connection", "last_cycle", "newest_plan")


def describe(entry_id: str, entities: Iterable[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """Return the dashboard's configuration; `entities` are the rows of the entity registry."""
    words = WORDS[language]
    registry = Registry(entry_id, entities)
    equipments = two_homes()
    sections = [_hub_section(registry, words, equipments)]
    for home in dict.fromkeys(each.home for each in equipments):
        mine = [each for each in equipments if each.home == home]
        sections.append(_home_section(registry, words, home, mine))
    view = {
        "title": words["title"],
        "path": "homes",
        "icon": "mdi:home-lightning-bolt",
        "type": "sections",
        "max_columns": 3,
        "sections": sections,
    }
    return {"title": words["title"], "views": [view]}


def _hub_section(
    registry: Registry, words: Mapping[str, str], equipments: Iterable[Equipment]
) -> Card:
    cards: list[Card] = [
        heading(words["hub"], "mdi:engine-outline"),
        {"type": "markdown", "content": words["about"]},
    ]
    cards += [tile(found) for key in HUB if (found := registry.hub(key))]
    if button := registry.hub("run_cycle"):
        cards.append(tile(button) | {"hide_state": True})
    cards += _history(registry, words, tuple(equipments))
    return {"type": "grid", "cards": cards}


def _home_section(
    registry: Registry, words: Mapping[str, str], home: str, equipments: Iterable[Equipment]
) -> Card:
    cards = [heading(f"{words['home']} {home}", "mdi:home-outline")]
    cards += [
        card for each in equipments if (card := equipment_card(registry, words, each)) is not None
    ]
    return {"type": "grid", "cards": cards}


def _history(
    registry: Registry, words: Mapping[str, str], equipments: Sequence[Equipment]
) -> list[Card]:
    powers = [
        {"entity": found["entity_id"], "name": f"{each.name} {each.home}"}
        for each in equipments
        if (found := registry.power(each.id))
    ]
    told = [
        found["entity_id"]
        for each in equipments
        for key in ("pilot", "activity", "running")
        if (found := registry.of(each.id, key))
    ]
    return [
        heading(words["happened"], "mdi:history"),
        {"type": "logbook", "target": {"entity_id": told}, "hours_to_show": 1},
        heading(words["powers"], "mdi:flash"),
        {"type": "history-graph", "entities": powers, "hours_to_show": 1},
    ]
