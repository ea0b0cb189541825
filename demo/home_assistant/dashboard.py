"""The dashboard: it writes itself, and what is the demonstration's own is said beside."""

from collections.abc import Iterable, Mapping
from typing import Any

from demo.solar import MAINS, ROOF

DASHBOARD = "elfe-demo"
STRATEGY = "custom:elfe-commande"
HOURS = 1
"""Of the graph: a day of sun takes a quarter of an hour."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "ELFE demo",
        "heading": "What you can do here",
        "about": (
            "A planner writes a plan for two homes every quarter-hour, and **ELFE Commande** makes it"
            " happen. The third home has a roof, a meter and a UPS, and needs no server. All of it is"
            " simulated, and talks the real protocols."
            "\n\n- Its **switch** leaves an appliance to the plan, or hands it to you."
            "\n- A day of sun takes a quarter of an hour: **rules** follow the surplus."
            "\n- Cut the **mains**: what follows rules is switched off, one by one."
            "\n- One **repair** is there on purpose, the cellar dryer’s."
        ),
    },
    "fr": {
        "title": "Démo ELFE",
        "heading": "À essayer ici",
        "about": (
            "Un planificateur écrit chaque quart d’heure un plan pour deux foyers, **ELFE Commande**"
            " l’exécute. Le troisième foyer a un toit, un compteur et un onduleur, sans serveur. Tout est"
            " simulé, et parle les vrais protocoles."
            "\n\n- Son **interrupteur** laisse un appareil au plan, ou vous le confie."
            "\n- Une journée de soleil dure un quart d’heure\u00a0: les **règles** suivent le surplus."
            "\n- Coupez le **secteur**\u00a0: ce qui suit des règles est coupé, un par un."
            "\n- Une **réparation** est là exprès, celle du sèche-linge de la cave."
        ),
    },
}


def describe(entities: Iterable[Mapping[str, Any]], language: str) -> dict[str, Any]:
    """Return the dashboard's configuration; `entities` are the rows of the entity registry."""
    words = WORDS[language]
    known = {each["unique_id"]: each["entity_id"] for each in entities}
    beside = {
        "heading": words["heading"],
        "text": words["about"],
        "entities": [known[each] for each in (ROOF, MAINS) if each in known],
    }
    return {"strategy": {"type": STRATEGY, "hours_to_show": HOURS, "also": [beside]}}
