"""The recordings of the reference, purely: what was heard, and what screens were shown.

Nothing runs here: every refresh in a recording is held against what we show of the rows, every
message the reference acted upon against what we read. Wanted differences are rules below.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
import json
from pathlib import Path
import re
from typing import Any

import pytest

from custom_components.elfe_commande.core.gesture import ScreenTouched
from custom_components.elfe_commande.core.model import DeviceId, HomeId
from custom_components.elfe_commande.core.screens import Screen
from custom_components.elfe_commande.interfaces import FACTORIES
from custom_components.elfe_commande.interfaces.pages import page_view
from tests.recordings.corpus import PARIS, Moment, recordings

from .homes import LAYOUT, equipment

pytestmark = pytest.mark.recordings

EPOM = "equipement_pilote_ou_mesure"
MACHINE = "equipement_pilote_machine_generique"
CYCLE = "equipement_pilote_machine_generique_cycle"
CAR = "equipement_pilote_vehicule_electrique_generique"
PLATE = "equipement_domotique_m5stackcore2_openhasp_v0"

# They were made in winter, at this time of day.
MOMENT = Moment(int(datetime(2026, 11, 21, 10, 40, tzinfo=UTC).timestamp()))
HASP = FACTORIES["hasp"](LAYOUT)
SURFACES = {name: FACTORIES[name](LAYOUT) for name in ("hasp", "viriya", "socorel")}
PILOTED, MANUAL = 30, 20

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recording:
    """One file: rows before and after, and what was said."""

    name: str
    before: Mapping[str, Sequence[Row]]
    after: Mapping[str, Sequence[Row]]
    heard: tuple[Row, ...]
    said: tuple[Row, ...]
    changed: bool


def recording(path: Path) -> Recording:
    content = json.loads(path.read_text(encoding="utf-8"))
    changes = content["then"]["db"]
    after = {
        table: [row | changes.get(table, {}).get(str(row["id"]), {}) for row in rows]
        for table, rows in content["given"].items()
    }
    return Recording(
        path.stem,
        MOMENT.rows(content["given"]),
        MOMENT.rows(after),
        tuple(content["when"].get("mqtt", ())),
        tuple(content["then"]["mqtt"]),
        bool(changes),
    )


FOLDER = recordings()
FILES = sorted(FOLDER.glob("*.json")) if FOLDER else []


@pytest.fixture(scope="module")
def all_recordings() -> list[Recording]:
    assert FILES, "no recordings in the folder that ELFE_RECORDINGS names"
    return [recording(path) for path in FILES]


def refreshes(of: Recording, topic: str) -> Iterator[list[str]]:
    """Yield what was shown on a screen, one equipment at a time."""
    lines: list[str] = []
    for line in (m["payload"] for m in of.said if m["topic"] == topic):
        if lines and json.loads(line).get("id") == LAYOUT.led:
            yield lines
            lines = []
        lines.append(line)
    if lines:
        yield lines


def expected(row: Row, rows: Mapping[str, Sequence[Row]], mode: int, screen: Screen) -> list[str]:
    """Return what we show of a row in a mode, with the other rows as they are."""
    key = "equipement_pilote_ou_mesure_id"
    machine = next((r for r in rows.get(MACHINE, ()) if r[key] == row["id"]), None)
    car = next((r for r in rows.get(CAR, ()) if r[key] == row["id"]), None)
    chosen = machine and machine["cycle_equipement_pilote_machine_generique_id"]
    cycle = next((r["duree_cycle"] for r in rows.get(CYCLE, ()) if r["id"] == chosen), None)
    end = car["timestamp_dispo_souhaitee"] if car else None
    end = machine["timestamp_de_fin_souhaite"] if machine else end
    charge = car["pourcentage_charge_restant"] if car else None
    kind = row["equipement_pilote_ou_mesure_type_id"]
    of = equipment(kind, mode, end=end or None, cycle=cycle, charge=charge)
    view = page_view(LAYOUT, of, PARIS)
    return [each.payload for each in HASP.show(screen, view)] if view else []


def possible(of: Recording, screen: Screen) -> Iterator[list[str]]:
    """Yield what may be shown, before, in the course of, and after a recording."""
    for rows in (of.before, of.after):
        for row in rows[EPOM]:
            if row["utilisateur"] == screen.home:
                for mode in (row["equipement_pilote_ou_mesure_mode_id"], PILOTED, MANUAL):
                    yield expected(row, rows, mode, screen)


def as_ours(shown: list[str], ours: list[str]) -> list[str]:
    """Return a refresh of the reference without what we do not show.

    Rollers of an equipment without a row, or without a wished end, stay as they are (D-28,
    D-63); the reference shows them as epoch 0, an empty cycle, an empty battery.
    """
    kept = {_object(line) for line in ours}
    rollers = {("2", 5), ("2", 6), ("2", 8), ("2", 9), ("5", 5), ("5", 6), ("5", 8)}
    rollers |= {(str(page), item) for page, item in product((3, 4), (5, 6, 8, 9))}
    gone = rollers - kept
    blank = {0} | {datetime.fromtimestamp(0, PARIS).hour}
    return [
        line for line in shown if not (_object(line) in gone and json.loads(line)["val"] in blank)
    ]


def _object(line: str) -> tuple[Any, Any]:
    content = json.loads(line)
    return content["page"], content["id"]


def screens(of: Recording) -> Iterator[Screen]:
    by_id = {row["id"]: row for row in of.before.get("equipement_domotique", ())}
    for plate in of.before.get(PLATE, ()):
        if device := by_id.get(plate["equipement_domotique_id"]):
            yield Screen(
                DeviceId(str(device["id"])),
                device["id_materiel"].lower(),
                HomeId(device["utilisateur"]),
                plate["topic_mqtt_commande_text"],
            )


def test_every_refresh_is_ours(all_recordings: list[Recording]) -> None:
    wrong: list[str] = []
    count = exact = 0
    for of in all_recordings:
        for screen in screens(of):
            for shown in refreshes(of, screen.command_topic):
                count += 1
                candidates = list(possible(of, screen))
                exact += shown in candidates
                if not any(ours and as_ours(shown, ours) == ours for ours in candidates):
                    wrong.append(f"{of.name}: {shown}")
    assert not wrong, "\n".join(wrong)
    assert exact
    print(f"{count} refreshes, {exact} to the letter")


# What the reference acts upon and we do not, by surface.
STRICTER = {
    "viriya": re.compile(r"viriya/update/(?![0-9]+$)"),  # section 6: a number is digits only
    "socorel": re.compile(r"Socorel/[^/]+/mode", re.IGNORECASE),  # D-67: exact words
}
WORDS = {"manuel", "connecte", "connecté", "auto", "automatique"}


def acted_upon(of: Recording) -> bool:
    return of.changed or bool(of.said)


def test_whatever_the_reference_acts_upon_is_understood(all_recordings: list[Recording]) -> None:
    missed: list[str] = []
    for of in all_recordings:
        if not of.heard or not acted_upon(of):
            continue
        for message in of.heard:
            raw = bytes.fromhex(message["payload_hex"]) if "payload_hex" in message else None
            payload = message.get("payload", "").encode() if raw is None else raw
            topic = message["topic"]
            if STRICTER["viriya"].match(topic):
                continue
            if STRICTER["socorel"].match(topic) and payload.decode().lower() not in WORDS:
                continue
            # The flag is set on what is on the broker before we come, not on what we hear.
            found = [g for s in SURFACES.values() for g in s.read(topic, payload, retained=False)]
            if topic.startswith(("hasp/", "viriya/", "Socorel/")) and "Etat" not in topic:
                understood = [g for g in found if not isinstance(g, ScreenTouched)]
                if not understood and len(of.heard) == 1:
                    missed.append(f"{of.name}: {topic} {payload!r}")
    assert not missed, "\n".join(missed)


def test_what_is_retained_before_the_start_moves_nothing() -> None:
    for path in FILES:
        content = json.loads(path.read_text(encoding="utf-8"))
        for message in content.get("when", {}).get("retained_before_start", ()):
            if message["topic"].startswith(("viriya/", "hasp/")) and "LWT" not in message["topic"]:
                payload = message.get("payload", "").encode()
                for surface in SURFACES.values():
                    assert surface.read(message["topic"], payload, retained=True) == ()
