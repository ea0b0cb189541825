"""One equipment of a scenario: its rows, its devices, and what these say to an order.

Two judges hear the same answers: the reference, by words, and the contract, by meaning.
Neither is the code under test.
"""

from dataclasses import dataclass
from enum import StrEnum
import json
from typing import Any

from .corpus import SLOT, Moment, Press, Scenario

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
DRIVEN_TYPES = frozenset({111, 112, 311, 411, 811})
SCREEN = 711
PAGES = {2: {111}, 3: {112}, 4: {113}, 5: {221}, 6: {131}, 7: {151, 155}}
CONTINUOUS = frozenset({131, 151, 155})
TIMEOUTS = {111: 5.0, 112: 5.0, 311: 30.0, 411: 5.0, 811: 15.0}
"""Seconds the contract waits for an answer to one try."""
LATE = {811: 17.0}
NOT_PRESSED = frozenset({"errorconnect", "errorcommand", "failed", "error"})


class Heard(StrEnum):
    """What an order's answer amounts to."""

    YES = "yes"
    NO = "no"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Wired:
    """One device of the tables, and the one on the broker that stands for it.

    `answers` is what it says: `None` nothing, else the behaviour's answer or the bytes of
    `custom`; `delay` in seconds.
    """

    id: str
    type_id: int
    usage: int
    home: str
    assigned: bool
    described: bool
    """The row with its topics is there."""
    control: str
    command: str
    behaviour: str
    delay: float
    custom: bytes | None
    retained: bytes | None

    def payload(self, on: bool) -> str | None:
        """Return the order, in the form that orders are compared in; `None`: it has none."""
        match self.type_id:
            case 111:
                return "on" if on else "off"
            case 112:
                return "ON" if on else "OFF"
            case 311:
                return "ON" if on else None
            case 411:
                return canonical(
                    json.dumps(
                        {
                            "src": self.control,
                            "method": "Switch.Set",
                            "params": {"id": 0, "on": on},
                        }
                    )
                )
            case 811:
                numbered = self.command[-1:].isdecimal()
                return ("1" if on else "0") if numbered else None
        return None

    @property
    def poisonous(self) -> bool:
        """Whether it answers with bytes that are no text."""
        if self.custom is None:
            return False
        try:
            self.custom.decode()
        except UnicodeDecodeError:
            return True
        return False

    def says(self, on: bool) -> str | None:
        """Return the text of its answer to an order, "<id>" where the order's own id stands."""
        if self.behaviour == "silent":
            return None
        if self.custom is not None:
            return self.custom.decode("utf-8", "replace")
        order = on if self.behaviour != "wrong" else not on
        word = "ON" if on else "OFF"
        status = "error" if self.behaviour == "wrong" else "success"
        match self.type_id:
            case 111:
                return "on" if order else "off"
            case 112 if self.behaviour == "native":
                return f'{{"POWER":"{word}"}}'
            case 112:
                return f'{{"POWER": "{word}", "status": "{status}"}}'
            case 311:
                return '{"status": "errorConnect"}' if order != on else '{"status": "success"}'
            case 411:
                return '{"id":"<id>","result":{}}' if order == on else '{"id":"?","result":{}}'
            case 811:
                return self._output(order)
        return None

    def _output(self, on: bool) -> str:
        digit = "1" if on else "0"
        if not self.control.endswith("EtatSorties"):
            return digit
        channel = int(self.command[-1])
        return "0" * (channel - 1) + digit + "0" * (8 - channel)

    def reference_hears(self, on: bool) -> bool:
        """Whether the reference takes the order for acknowledged: its word is in an answer."""
        word = {
            111: "on" if on else "off",
            112: "success",
            311: "success",
            411: f'"id":"{"on" if on else "off"}"',
            811: "1" if on else "0",
        }[self.type_id]
        if self.retained is not None and self.type_id != 411:
            # To a PLC told on, it listens before it knows which word to wait for.
            if word in self.retained.decode("utf-8", "replace") or (self.type_id == 811 and on):
                return True
        patience = {811: 15.0 if on else 30.0}.get(self.type_id, 5.0)
        said = self.says(on)
        if said is None or self.poisonous or self.delay > patience:
            return False
        return word in said.replace("<id>", "on" if on else "off")

    def contract_hears(self, on: bool) -> Heard:
        """Return what the answer means: typed, not retained, matched to the order."""
        said = self.says(on)
        if said is None or self.poisonous:
            return Heard.NOTHING
        if self.type_id == 311:
            return self._status(said)
        if self.type_id == 411:
            return Heard.YES if self.custom is None and "<id>" in said else Heard.NOTHING
        state = {111: _word, 112: _tasmota, 811: self._channel}[self.type_id](said.strip())
        return Heard.YES if state is on else Heard.NOTHING

    def _status(self, said: str) -> Heard:
        values = _object(said)
        if values.get("command", "ON") != "ON" or self.delay >= TIMEOUTS[311]:
            return Heard.NOTHING
        status = str(values.get("status"))
        if status == "success":
            return Heard.YES
        return Heard.NO if status.lower() in NOT_PRESSED else Heard.NOTHING

    def _channel(self, said: str) -> bool | None:
        if len(said) == 8 and set(said) <= {"0", "1"}:
            return said[int(self.command[-1]) - 1] == "1"
        return {"1": True, "0": False}.get(said)


def canonical(payload: str) -> str:
    """Return a payload with what is the sender's own left out: the id of a request."""
    values = _object(payload)
    if "method" not in values:
        return payload
    values.pop("id", None)
    return json.dumps(values, sort_keys=True)


def _object(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _word(said: str) -> bool | None:
    return {"on": True, "off": False}.get(said)


def _tasmota(said: str) -> bool | None:
    values = _object(said)
    said = str(values.get("POWER", values.get("POWER1", said)))
    return _word(said.lower())


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
    topics = tuple((detail or {}).values())
    names = tuple(detail or {})
    return Wired(
        id=str(row["id"]),
        type_id=type_id,
        usage=row["equipement_domotique_usage_id"],
        home=row["utilisateur"],
        assigned=row["utilisateur_affecte"],
        described=detail is not None,
        control=next((t for n, t in zip(names, topics) if n.startswith("topic_mqtt_controle")), ""),
        command=next((t for n, t in zip(names, topics) if n.startswith("topic_mqtt_commande")), ""),
        behaviour=behaviour,
        delay=there["delay_ms"] / 1000 if "delay_ms" in there else late,
        custom=bytes.fromhex(hexed) if hexed else custom.encode() if custom is not None else None,
        retained=retained.encode() if retained is not None else None,
    )


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
