"""What the contract wants of screens, portal and PLCs, by rows: neither reference nor engine."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
import json
from typing import Any

from .comparison import Repeated, changed
from .corpus import PARIS, SLOT, Moment, Press
from .reference import MODE, PROG, Course, reference
from .rule import amend
from .rules import RULES
from .situation import DETAILS, DEVICE, EPOM, PAGES, Situation, situations
from .told import Rolled, Seen, Told, Turned, panel, portal, presence, pressing, touched
from .wired import SCREEN

MACHINE = "equipement_pilote_machine_generique"
CYCLE = "equipement_pilote_machine_generique_cycle"
CAR = "equipement_pilote_vehicule_electrique_generique"
ON_PILOT = "equipement_pilote_ou_mesure_id"
LEDS = {2: 12, 3: 13, 4: 14, 5: 15, 6: 16, 7: 17}
DRIVEN, DISABLED = (20, 30), 70
PLC = 811

type Row = dict[str, Any]


@dataclass(slots=True)
class Home:
    """The rows of a scenario as they change, and what becomes of it."""

    told: Told
    moment: Moment
    rows: dict[str, list[Row]]
    seen: Seen = field(default_factory=Seen)
    shown: set[int] = field(default_factory=set)
    """Equipments to be shown on all screens of their home."""
    returned: set[str] = field(default_factory=set)
    """Plates to be shown everything."""
    rolled: dict[int, dict[str, int]] = field(default_factory=dict)
    mode_before: dict[int, int] = field(default_factory=dict)
    applied: set[str] = field(default_factory=set)
    """Rules about orders, by their ids."""

    # -- rows

    def equipment(self, number: int) -> Row | None:
        return next((r for r in self.rows.get(EPOM, ()) if r["id"] == number), None)

    def detail(self, table: str, number: int) -> Row | None:
        found = [r for r in self.rows.get(table, ()) if r[ON_PILOT] == number]
        return min(found, key=lambda r: r["id"], default=None)

    def cycle(self, number: int) -> Row | None:
        machine = self.detail(MACHINE, number)
        chosen = machine and machine["cycle_equipement_pilote_machine_generique_id"]
        return next((r for r in self.rows.get(CYCLE, ()) if r["id"] == chosen), None)

    def end(self, number: int) -> tuple[str, Row, str] | None:
        for table, column in (
            (MACHINE, "timestamp_de_fin_souhaite"),
            (CAR, "timestamp_dispo_souhaitee"),
        ):
            if row := self.detail(table, number):
                return table, row, column
        return None

    def write(self, table: str, row: Row, **columns: Any) -> None:
        self.seen.rows.setdefault((table, str(row["id"])), {}).update(columns)
        row.update({k: self.moment.resolve(v) for k, v in columns.items()})

    # -- who is where

    def screens(self) -> Iterator[tuple[str, str, str]]:
        """Yield plate, home and command topic of each screen that is somebody's."""
        details = {str(r["id"]): r for r in self.rows.get(DETAILS[SCREEN], ())}
        for row in self.rows.get(DEVICE, ()):
            detail = details.get(str(row["equipement_domotique_specifique_id"]))
            mine = row["equipement_domotique_type_id"] == SCREEN and row["utilisateur_affecte"]
            if mine and detail and row["utilisateur"]:
                plate = str(row["id_materiel"]).lower()
                yield plate, row["utilisateur"], detail["topic_mqtt_commande_text"]

    def holder(self, home: str, page: int) -> Row | None:
        """Return the equipment that a page shows."""
        there = [
            row
            for row in self.rows.get(EPOM, ())
            if row["utilisateur"] == home
            and row["equipement_pilote_ou_mesure_type_id"] in PAGES.get(page, ())
        ]
        for modes in (DRIVEN, (DISABLED,)):
            found = [row for row in there if row[MODE] in modes]
            if found:
                return min(found, key=lambda row: row["id"])
        return None

    def on_page(self, plate: str, page: int) -> Row | None:
        home = next((h for p, h, _ in self.screens() if p == plate), None)
        return None if home is None else self.holder(home, page)

    # -- what happens

    def press(self, row: Row, value: int, page: int = 0) -> None:
        """Take a press, or what amounts to one."""
        number = row["id"]
        scenario = pressing(self.told, Press("", page, value))
        base = next(s for s in situations(scenario, self.moment) if s.row["id"] == number)
        situation: Situation = replace(base, row=dict(row), pressed=value, touched=True)
        course, because = amend(RULES, situation, reference(situation))
        self.applied.update(because)
        self._take(row, course)
        if page and PROG in course.rows:
            self._advance(number)
        self.shown.add(number)

    def _take(self, row: Row, course: Course) -> None:
        self.write(EPOM, row, **course.rows)
        for sent in course.orders:
            payload = sent.device.payload(sent.on)
            assert payload is not None
            if sent.tries is None:
                before = self.seen.orders.setdefault(sent.device.command, [])
                assert isinstance(before, list)
                before.append(payload)
            else:
                self.seen.orders[sent.device.command] = Repeated(payload, sent.tries)

    def _advance(self, number: int) -> None:
        if (found := self.end(number)) is None:
            return
        table, row, column = found
        rounded = row[column] // SLOT * SLOT
        if rounded < self.moment.now:
            local = datetime.fromtimestamp(rounded, PARIS)
            rounded = self.next(local.hour, local.minute)
        self.write(table, row, **{column: rounded})

    def next(self, hour: int, minute: int) -> int:
        resolved = self.moment.resolve(f"<next {hour:02}:{minute:02}>")
        assert isinstance(resolved, int)
        return resolved

    def roll(self, rolled: Rolled) -> None:
        row = self.on_page(rolled.plate, rolled.page)
        if row is None:
            return
        self.shown.add(row["id"])
        if rolled.value is not None and row[MODE] in DRIVEN and row["etat_controle_id"] != 60:
            self.rolled.setdefault(row["id"], {})[rolled.wheel] = rolled.value

    def settle(self) -> None:
        """Write what was rolled."""
        for number, values in self.rolled.items():
            end, cycle, car = self.end(number), self.cycle(number), self.detail(CAR, number)
            if end and values.keys() & {"hour", "minute"}:
                table, row, column = end
                local = datetime.fromtimestamp(row[column], PARIS) if row[column] else None
                hour = values.get("hour", local.hour if local else 0)
                minute = values.get("minute", local.minute // 15 * 15 if local else 0)
                self.write(table, row, **{column: self.next(hour, minute)})
            if cycle and values.keys() & {"hours", "minutes"}:
                before = cycle["duree_cycle"]
                rest = values["minutes"] * 60 if "minutes" in values else before % 3600
                duration = values.get("hours", before // 3600) * 3600 + rest
                if duration:
                    self.write(CYCLE, cycle, duree_cycle=duration)
            if car and "charge" in values:
                self.write(CAR, car, pourcentage_charge_restant=values["charge"])

    def panel(self, serial: str, *, manual: bool) -> None:
        for device in self.rows.get(DEVICE, ()):
            mine = str(device["id_materiel"]).lower() == serial and device["utilisateur_affecte"]
            row = self.equipment(device[ON_PILOT])
            if device["equipement_domotique_type_id"] != PLC or not mine or row is None:
                continue
            self.shown.add(row["id"])
            if row["etat_controle_id"] == 60:
                continue
            if manual and row[MODE] in DRIVEN:
                self.mode_before[row["id"]] = row[MODE]
                self.write(EPOM, row, **{MODE: DISABLED})
            elif not manual and row[MODE] == DISABLED:
                self.write(EPOM, row, **{MODE: self.mode_before.get(row["id"], 20)})
                self.press(row, int(row[MODE] == 30))

    # -- what is shown

    def draw(self) -> None:
        """Show the equipments touched on all screens of their homes, all on screens back."""
        for plate, home, topic in self.screens():
            for page in PAGES:
                row = self.holder(home, page)
                if row is not None and (row["id"] in self.shown or plate in self.returned):
                    self.seen.shown[topic, str(page)] = self.lines(page, row)

    def lines(self, page: int, row: Row) -> list[str]:
        """Return the lines that show an equipment on its page."""
        number, name = row["id"], str(page)
        color = "#00FF00" if row[MODE] == 30 else "#FF0000"
        end, cycle, car = self.end(number), self.cycle(number), self.detail(CAR, number)
        at = datetime.fromtimestamp(end[1][end[2]], PARIS) if end and end[1][end[2]] else None
        clock = [] if at is None else [at.hour, at.minute // 15]
        rollers: list[tuple[int, int]] = []
        if page == 5:
            rollers = list(zip((5, 6), clock, strict=False))
            rollers += [(8, car["pourcentage_charge_restant"] // 10)] if car else []
        elif page < 5:
            rollers = list(zip((8, 9), clock, strict=False))
            seconds = cycle["duree_cycle"] if cycle else None
            if seconds is not None:
                rollers += [(5, seconds // 3600), (6, seconds % 3600 // SLOT)]
        lines: list[Row] = [{"page": name, "id": 10, "bg_color": color}]
        lines += [{"page": name, "id": item, "val": value} for item, value in rollers]
        lines += [
            {"page": name, "id": 3, "val": int(row[MODE] == 30)},
            {"page": 9, "id": 8, "text": "ecran connecté"},
            {"page": 9, "id": 8, "text_color": "#208020"},
            {"page": "8", "id": LEDS[page], "bg_color": color},
        ]
        return [json.dumps(line) for line in lines]


def contract(told: Told, moment: Moment) -> tuple[Seen, frozenset[str]]:
    """Return what is wanted, and the rules about orders for which it differs from the recording."""
    home = Home(told, moment, moment.rows(told.scenario.given))
    for message in told.messages:
        gesture = touched(message)
        if isinstance(gesture, Rolled):
            home.roll(gesture)
        elif isinstance(gesture, Turned):
            row = home.on_page(gesture.plate, gesture.page)
            if row is not None and gesture.value is not None:
                home.press(row, gesture.value, gesture.page)
            elif row is not None:
                home.shown.add(row["id"])
        elif (number := portal(message)) is not None:
            home.shown.add(number)
        elif (turned := panel(message)) is not None:
            home.panel(turned[0], manual=turned[1])
        elif (plate := presence(message)) is not None:
            home.returned.add(plate)
    home.settle()
    home.draw()
    home.seen.rows = changed(moment.rows(told.scenario.given), home.seen.rows)
    return home.seen, frozenset(home.applied)
