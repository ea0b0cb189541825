"""The dashboard's view of the solar home: watch the surplus rise and the loads follow."""

from collections.abc import Iterable, Mapping
from typing import Any

from demo.solar import MAINS, ROOF, solar_home

from .cards import Card, Registry, equipment_card, heading, tile

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Solar home",
        "about": (
            "No server here: a roof, a smart meter and three appliances, all in Home Assistant."
            "\n\n- A day of sunshine passes in a quarter of an hour. When the **surplus** reaches what"
            " an appliance draws, its rule switches it on; one at a time, by priority."
            "\n- Cut the **mains**: the UPS tells, and the appliances that follow rules are switched"
            " off one by one. Restore the mains, and they come back."
            "\n- Any **mode** can be chosen; what a person has forced is left alone."
        ),
        "sun": "Sun and surplus",
        "meter": "Smart meter",
        "ups": "UPS",
        "loads": "Appliances",
        "engine": "Engine",
        "piloted": "Follows plan and rules",
        "reason": "Reason",
        "power": "Power drawn",
        "rule": "Rule",
    },
    "fr": {
        "title": "Maison solaire",
        "about": (
            "Aucun serveur ici : un toit, un compteur et trois appareils, tous dans Home Assistant."
            "\n\n- Une journée de soleil passe en un quart d’heure. Quand le **surplus** atteint ce que"
            " consomme un appareil, sa règle l’allume ; un seul à la fois, par priorité."
            "\n- Coupez le **secteur** : l’onduleur le signale, et les appareils qui suivent des"
            " règles sont coupés un par un. Rétablissez-le, et ils reprennent."
            "\n- Chaque **mode** peut être choisi ; ce qu’une personne a forcé n’est pas touché."
        ),
        "sun": "Soleil et surplus",
        "meter": "Compteur",
        "ups": "Onduleur",
        "loads": "Appareils",
        "engine": "Moteur",
        "piloted": "Suit le plan et les règles",
        "reason": "Motif",
        "power": "Puissance consommée",
        "rule": "Règle",
    },
}


def describe_solar(
    entry_id: str, entities: Iterable[Mapping[str, Any]], language: str
) -> dict[str, Any]:
    """Return the view; `entities` are the rows of the entity registry."""
    words = WORDS[language]
    registry = Registry(entry_id, entities)
    return {
        "title": words["title"],
        "path": "solar",
        "icon": "mdi:solar-power",
        "type": "sections",
        "max_columns": 3,
        "sections": [
            {"type": "grid", "cards": _sun(registry, words)},
            {"type": "grid", "cards": _loads(registry, words)},
            {"type": "grid", "cards": _protection(registry, words)},
        ],
    }


def _sun(registry: Registry, words: Mapping[str, str]) -> list[Card]:
    flows = registry.ending("surplus", "net_power")
    if (roof := registry.mqtt(ROOF)) is not None:
        flows.insert(0, roof)
    graph = [{"entity": each["entity_id"], "name": each["original_name"]} for each in flows]
    graph += [
        {"entity": found["entity_id"], "name": each.name}
        for each in solar_home()
        if (found := registry.power(each.id))
    ]
    return [
        heading(words["sun"], "mdi:white-balance-sunny"),
        {"type": "markdown", "content": words["about"]},
        *(tile(each, half=True) for each in flows),
        {
            "type": "history-graph",
            "entities": graph,
            "hours_to_show": 0.5,
            "grid_options": {"columns": "full"},
        },
        heading(words["meter"], "mdi:meter-electric"),
        *_tiles(registry, "1-0:1.8.0*255", "1-0:2.8.0*255", "last_telegram", "connection"),
    ]


def _loads(registry: Registry, words: Mapping[str, str]) -> list[Card]:
    rules = registry.ending("rule")
    cards: list[Card] = [heading(words["loads"], "mdi:power-plug")]
    for number, (each, rule) in enumerate(zip(solar_home(), rules, strict=False), start=1):
        row = {"entity": rule["entity_id"], "name": words["rule"]}
        if card := equipment_card(registry, words, each, number, [row]):
            cards.append(card)
    return cards


def _protection(registry: Registry, words: Mapping[str, str]) -> list[Card]:
    cards: list[Card] = [heading(words["ups"], "mdi:power-plug-battery")]
    if mains := registry.mqtt(MAINS):
        inline = {"features": [{"type": "toggle"}], "features_position": "inline"}
        cards.append(tile(mains) | inline)
    cards += _tiles(registry, "status", "charge", "input_voltage", "on_battery")
    cards.append(heading(words["engine"], "mdi:engine-outline"))
    cards += [tile(found) for key in ("lifecycle", "last_cycle") if (found := registry.hub(key))]
    told = [each["entity_id"] for each in registry.ending("event", "activity", "pilot")]
    cards.append({"type": "logbook", "target": {"entity_id": told}, "hours_to_show": 1})
    return cards


def _tiles(registry: Registry, *keys: str) -> list[Card]:
    return [tile(each, half=True) for each in registry.ending(*keys)]
