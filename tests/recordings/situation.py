"""One equipment of a scenario: its rows, its devices, its plans, and what happens to it."""

from dataclasses import dataclass
from typing import Any

from .corpus import SLOT, Moment, Press, Scenario
from .wired import LATE, SCREEN, Wired

EPOM = "equipement_pilote_ou_mesure"
DEVICE = "equipement_domotique"
DETAILS = {
    111: "equipement_domotique_shellyplugs_shellycloud_v1",
    112: "equipement_domotique_nous_a1t_tasmota_v12",
    211: "equipement_domotique_teleinfo_tasmota_v12",
    311: "equipement_domotique_switchbot_mqtt2ble_v7",
    411: "equipement_domotique_shellyplus1pm_shellycloud_v1",
    611: "equipement_domotique_shellyht_shellycloud_v1",
    711: "equipement_domotique_m5stackcore2_openhasp_v0",
    811: "equipement_domotique_socorel_automate_v0",
}
PAGES = {2: {111}, 3: {112}, 4: {113}, 5: {221}, 6: {131}, 7: {151, 155}}
CONTINUOUS = frozenset({131, 151, 155})


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of the plan as the reference selects it, times resolved."""

    first_valid: int
    columns: tuple[int, ...]
    """first_valid_timestamp, id, machine_id, result_type, machine_type, decisions_0 to 95."""


@dataclass(frozen=True, slots=True)
class Situation:
    """One equipment and what happens to it: a cycle, or `pressed` 0 or 1."""

    row: dict[str, Any]
    devices: tuple[Wired, ...]
    """All that hang on it, screens excluded, in the order of their ids as text."""
    screens_described: bool
    bare: bool
    """Nothing hangs on it, not even a screen."""
    plans: tuple[PlanRow, ...]
    pressed: int | None
    touched: bool
    """The cycle, or the press, is about it."""
    poisoned: bool
    """A device of an equipment ordered before it answers with bytes that are no text."""
    wished_end: int | None
    duration: int
    moment: Moment

    @property
    def typology(self) -> int:
        return int(self.row["typologie_installation_domotique_id"])

    @property
    def continuous(self) -> bool:
        return self.row["equipement_pilote_ou_mesure_type_id"] in CONTINUOUS

    @property
    def mode(self) -> int:
        return int(self.row["equipement_pilote_ou_mesure_mode_id"])

    @property
    def control(self) -> int:
        return int(self.row["etat_controle_id"])

    @property
    def driven(self) -> bool:
        """Whether anyone may order it."""
        return self.mode in (20, 30) and self.control != 60

    @property
    def can_still_finish(self) -> bool:
        """Whether a start now would be done by the wished end."""
        return self.wished_end is None or self.moment.now + self.duration <= self.wished_end


def situations(scenario: Scenario, moment: Moment) -> list[Situation]:
    """Return the equipments of a scenario, in the order the reference goes through them."""
    given = moment.rows(scenario.given)
    poisoned = False
    found: list[Situation] = []
    for row in sorted(given.get(EPOM, ()), key=lambda row: row["id"]):
        hanging = [
            (device, wired(scenario, given, device))
            for device in given.get(DEVICE, ())
            if device["equipement_pilote_ou_mesure_id"] == row["id"]
        ]
        devices = tuple(w for _, w in sorted(hanging, key=lambda p: p[1].id))
        pressed = next((p.value for p in scenario.presses if _target(given, p) == row["id"]), None)
        end, duration = _wishes(given, row["id"])
        found.append(
            Situation(
                row=row,
                devices=tuple(d for d in devices if d.type_id != SCREEN),
                screens_described=all(d.described for d in devices if d.type_id == SCREEN),
                bare=not any(d.home == row["utilisateur"] for d in devices),
                plans=tuple(_plans(scenario, row["id"], moment)),
                pressed=pressed,
                touched=pressed is not None or not scenario.presses,
                poisoned=poisoned,
                wished_end=end,
                duration=duration,
                moment=moment,
            )
        )
        poisoned = poisoned or any(d.poisonous for d in devices)
    return found


def wired(scenario: Scenario, given: dict[str, list[dict[str, Any]]], row: dict[str, Any]) -> Wired:
    """Return a device from its rows and its description."""
    type_id = row["equipement_domotique_type_id"]
    detail = next(
        (
            d
            for d in given.get(DETAILS.get(type_id, ""), ())
            if str(d["id"]) == str(row["equipement_domotique_specifique_id"])
        ),
        None,
    )
    there = scenario.devices.get(str(row["id"]), {})
    behaviour = there.get("behaviour", "silent")
    late = LATE.get(type_id, 7.0) if behaviour == "late" else 0.1
    custom = there.get("answer_payload")
    hexed = there.get("answer_hex")
    retained = there.get("initial_retained")
    return Wired(
        id=str(row["id"]),
        type_id=type_id,
        usage=row["equipement_domotique_usage_id"],
        home=row["utilisateur"],
        assigned=row["utilisateur_affecte"],
        described=detail is not None,
        control=_topic(detail, "topic_mqtt_controle"),
        command=_topic(detail, "topic_mqtt_commande"),
        behaviour=behaviour,
        delay=there["delay_ms"] / 1000 if "delay_ms" in there else late,
        custom=bytes.fromhex(hexed) if hexed else custom.encode() if custom is not None else None,
        retained=retained.encode() if retained is not None else None,
    )


def _topic(detail: dict[str, Any] | None, prefix: str) -> str:
    return next((t for n, t in (detail or {}).items() if n.startswith(prefix)), "")


def _target(given: dict[str, list[dict[str, Any]]], press: Press) -> int | None:
    """Return the equipment that a press is about: the first of the page in the plate's home."""
    homes = [
        d["utilisateur"]
        for d in given.get(DEVICE, ())
        if str(d["id_materiel"]) == press.plate.upper() and d["utilisateur_affecte"]
    ]
    types = PAGES.get(press.page, set())
    ids = [
        row["id"]
        for row in given.get(EPOM, ())
        if row["utilisateur"] in homes and row["equipement_pilote_ou_mesure_type_id"] in types
    ]
    return min(ids, default=None)


def _wishes(given: dict[str, list[dict[str, Any]]], number: int) -> tuple[int | None, int]:
    key = "equipement_pilote_ou_mesure_id"
    machines = [m for m in given.get("equipement_pilote_machine_generique", ()) if m[key] == number]
    if machines:
        machine = min(machines, key=lambda m: m["id"])
        chosen = machine["cycle_equipement_pilote_machine_generique_id"]
        cycles = given.get("equipement_pilote_machine_generique_cycle", ())
        duration = next((c["duree_cycle"] for c in cycles if c["id"] == chosen), 0)
        return machine["timestamp_de_fin_souhaite"] or None, duration
    cars = given.get("equipement_pilote_vehicule_electrique_generique", ())
    ends = [car["timestamp_dispo_souhaitee"] for car in cars if car[key] == number]
    return (ends[0] or None) if ends else None, 0


def _plans(scenario: Scenario, number: int, moment: Moment) -> list[PlanRow]:
    rows: list[PlanRow] = []
    for index, (machine, row) in enumerate(scenario.plan_rows()):
        if machine != number:
            continue
        first = moment.quarter + row["first_valid_offset_quarters"] * SLOT
        fill = row.get("fill", 0)
        decisions = [*row["decisions"], *([fill] * (96 - len(row["decisions"])))]
        kind = row.get("machine_type", 111)
        head = (first, index + 1, machine, row.get("result_type", 0), kind)
        rows.append(PlanRow(first, (*head, *decisions)))
    return rows
