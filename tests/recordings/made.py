"""Scenarios of our own, made up: what the reference does in them is its model's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from .comparison import Repeated, from_courses
from .corpus import Corpus, Moment, Press, Scenario
from .reference import reference
from .situation import CONTINUOUS, DETAILS, DEVICE, EPOM, PAGES, situations
from .wired import SCREEN

KINDS = {
    111: "shelly_plug",
    112: "tasmota",
    311: "doigt",
    411: "shelly_plus",
    711: "screen",
    811: "socorel",
}
TOPICS = {
    111: ("made/plug{0}/relay/0", "made/plug{0}/relay/0/command"),
    112: ("stat/made{0}/RESULT", "cmnd/made{0}/POWER"),
    211: ("tele/made{0}/SENSOR", "cmnd/made{0}/POWER"),
    311: ("made/finger{0}/status", "made/finger{0}/set"),
    411: ("made/plus{0}/status/switch:0", "made/plus{0}/rpc"),
    711: ("hasp/made{0}/page", "hasp/made{0}/command/jsonl"),
    811: ("made/plc{0}/EtatSortie3", "made/plc{0}/sortie3"),
}
MACHINE, TANK = 111, 131
FIRST = 500_000
"""Identifiers from here on."""


@dataclass(frozen=True)
class Gear:
    """A device to make: its type, its role, what it does, and what is odd about it."""

    type_id: int
    usage: int
    behaviour: str = "ack"
    answer: str | None = None
    retained: str | None = None
    delay: float | None = None
    assigned: bool = True
    elsewhere: bool = False
    described: bool = True


@dataclass(frozen=True)
class Case:
    """An equipment to make. `plan`: offset in quarters and decision of each row."""

    typology: int
    gear: tuple[Gear, ...]
    type_id: int = MACHINE
    mode: int = 30
    control: int = 70
    plan: tuple[tuple[int, int], ...] = ()
    press: int | None = None
    programmed: str | int = 1_700_000_000
    end: str | int = "<next 20:15>"


class Maker:
    """Numbers what it makes, so that all of it can share one database."""

    def __init__(self, moment: Moment) -> None:
        """Make scenarios for a moment."""
        self._numbers = count(FIRST, 10)
        self._moment = moment

    def make(self, case: Case) -> Scenario:
        """Return the scenario, with what the model of the reference does in it."""
        number = next(self._numbers)
        screen = Gear(SCREEN, 71, "silent")
        gear = {number + 1 + i: g for i, g in enumerate((*case.gear, screen))}
        page = next((p for p, types in PAGES.items() if case.type_id in types), 2)
        plate = TOPICS[SCREEN][0].format(number + len(gear)).split("/")[1]
        scenario = Scenario(
            name=f"made {number}: {case}",
            given=self._given(case, number, gear),
            plan={str(number): [_plan(*row) for row in case.plan]} if case.plan else {},
            devices={str(i): _device(i, g) for i, g in gear.items() if g.type_id in KINDS},
            presses=() if case.press is None else (Press(plate, page, case.press),),
            isolated=False,
            rows={},
            orders=(),
        )
        return self._reported(scenario)

    def _reported(self, scenario: Scenario) -> Scenario:
        courses = [(s, reference(s)) for s in situations(scenario, self._moment)]
        expected = from_courses(scenario, self._moment, courses)
        rows: dict[str, dict[str, dict[str, Any]]] = {}
        for (table, number), columns in expected.rows.items():
            rows.setdefault(table, {})[number] = columns
        orders: list[tuple[str, str]] = []
        for topic, payloads in expected.orders.items():
            assert not isinstance(payloads, Repeated)
            orders += [(topic, payload) for payload in payloads]
        return replace(scenario, rows=rows, orders=tuple(orders))

    def _given(
        self, case: Case, number: int, gear: dict[int, Gear]
    ) -> dict[str, list[dict[str, Any]]]:
        home = f"made{number}"
        on = (case.press == 1) or (bool(case.plan) and case.plan[-1][1] == 0)
        given: dict[str, list[dict[str, Any]]] = {
            EPOM: [
                {
                    "id": number,
                    "equipement_pilote_specifique_id": number,
                    "typologie_installation_domotique_id": case.typology,
                    "nom_humain": f"made {number}",
                    "description": "aucun",
                    "equipement_pilote_ou_mesure_type_id": case.type_id,
                    "equipement_pilote_ou_mesure_mode_id": case.mode,
                    "etat_controle_id": case.control,
                    "etat_commande_id": 99,
                    "ems_consigne_marche": on,
                    "timestamp_derniere_mise_en_marche": 1_600_000_000,
                    "timestamp_derniere_programmation": case.programmed,
                    "utilisateur": home,
                }
            ],
            DEVICE: [
                {
                    "id": i,
                    "equipement_pilote_ou_mesure_id": number,
                    "equipement_domotique_type_id": g.type_id,
                    "equipement_domotique_usage_id": g.usage,
                    "id_materiel": f"MADE{i}",
                    "utilisateur": f"{home}x" if g.elsewhere else home,
                    "utilisateur_affecte": g.assigned,
                    "equipement_domotique_specifique_id": i,
                }
                for i, g in gear.items()
            ],
        }
        if case.type_id not in CONTINUOUS:
            given |= _machine(number, case.end)
        for i, g in gear.items():
            if g.described:
                given.setdefault(DETAILS[g.type_id], []).append(_detail(i, g.type_id))
        return given


def _machine(number: int, end: str | int) -> dict[str, list[dict[str, Any]]]:
    return {
        "equipement_pilote_machine_generique": [
            {
                "id": number,
                "equipement_pilote_ou_mesure_id": number,
                "timestamp_de_fin_souhaite": end,
                "delai_attente_maximale_apres_fin": 1800,
                "cycle_equipement_pilote_machine_generique_id": number,
                "mesures_puissance_elec_id": 1,
            }
        ],
        "equipement_pilote_machine_generique_cycle": [
            {
                "id": number,
                "equipement_pilote_machine_generique_id": number,
                "duree_cycle": 7200,
                "nom": "court",
                "description": "aucun",
            }
        ],
    }


def _detail(number: int, type_id: int) -> dict[str, Any]:
    control, command = (topic.format(number) for topic in TOPICS[type_id])
    row = {"id": number, "equipement_domotique_id": str(number)}
    if type_id == 411:
        row |= {
            "topic_mqtt_controle_et_mesure_json": control,
            "topic_mqtt_commande_json": command,
        }
    else:
        row |= {"topic_mqtt_controle_json": control, "topic_mqtt_commande_text": command}
    return row | {"topic_mqtt_lwt": f"made/{number}/lwt"}


def _device(number: int, gear: Gear) -> dict[str, Any]:
    control, command = (topic.format(number) for topic in TOPICS[gear.type_id])
    described: dict[str, Any] = {
        "kind": KINDS[gear.type_id],
        "control_topic": control,
        "command_topic": command,
        "behaviour": gear.behaviour,
    }
    if gear.answer is not None:
        described |= {"behaviour": "custom", "answer_payload": gear.answer}
    if gear.retained is not None:
        described["initial_retained"] = gear.retained
    if gear.delay is not None:
        described["delay_ms"] = int(gear.delay * 1000)
    return described


def _plan(offset: int, decision: int) -> dict[str, Any]:
    return {
        "first_valid_offset_quarters": offset,
        "decisions": [decision],
        "fill": decision,
        "machine_type": MACHINE,
    }


def corpus(cases: Sequence[Case], moment: Moment) -> Corpus:
    """Return the scenarios of these cases."""
    maker = Maker(moment)
    made = Corpus()
    for case in cases:
        (made.cycles if case.press is None else made.presses).append(maker.make(case))
    return made
