"""An evening that never was, in the shapes that cards are told: for pictures, and for many at once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from demo.home_assistant import time_zone

SLOT = 900
NOW = int(datetime(2026, 11, 30, 18, 5, tzinfo=ZoneInfo(time_zone())).timestamp())
"""18:05 on 30 November 2026 where the homes are."""
HOME = "Maison"
ENTRY = "evening"
_KINDS = ("dishwasher", "washing_machine", "water_heater", "heater", "electric_car")


def told(appliances: list[dict[str, Any]], **health: Any) -> dict[str, Any]:
    """Return what is told first."""
    well = {"lifecycle": 20, "running": True, "ems": True, "broker": True, "plan_at": NOW - 540}
    return {
        "type": "all",
        "now": NOW,
        "slot": SLOT,
        "health": {ENTRY: well | health},
        "away": {},
        "equipments": appliances,
    }


def appliance(number: int, name: str, kind: str, **given: Any) -> dict[str, Any]:
    """Return one appliance, off and without a plan but for what is given."""
    return {
        "id": f"{ENTRY}_{number}",
        "equipment_id": number,
        "entity_id": f"switch.{kind}_{number}",
        "name": name,
        "home": HOME,
        "kind": kind,
        "mode": "piloted",
        "running": False,
        "connected": True,
        "power": None,
        "wished_end": None,
        "ready_at": None,
        "late": False,
        "next_start": None,
        "decision": {"on": "off", "source": "ems", "reason": "planned", "sentence": ""},
        "can": ["pilot", "start"],
        "plan": None,
        "past": [],
    } | given


def decided(sentence: str, source: str = "ems", reason: str = "planned") -> dict[str, Any]:
    return {"on": None, "source": source, "reason": reason, "sentence": sentence}


def at(hours: float) -> int:
    """Return a time by the hours from now, on a quarter-hour."""
    return NOW // SLOT * SLOT + round(hours * 4) * SLOT


def plan(*runs: tuple[float, float], owner: str = "ems", changed: tuple[float, ...] = ()) -> Any:
    """Return a day from now on that has these runs."""
    slots = "".join(
        "1" if any(start <= index / 4 < end for start, end in runs) else "0" for index in range(96)
    )
    return {
        "start": at(0),
        "slots": slots,
        "owner": owner,
        "valid": True,
        "changed": [at(h) for h in changed],
    }


def past(*rows: tuple[float, float, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last six hours, off but for these rows."""
    return list(_past(rows))


def _past(rows: tuple[tuple[float, float, dict[str, Any]], ...]) -> Iterator[dict[str, Any]]:
    off = {"planned": False, "on": False, "source": "ems", "reason": "planned", "ran": 0}
    nothing = {"outcome": None, "failure": None, "energy": None}
    begin = -6.0
    for start, end, given in (*rows, (0.0, 0.0, {})):
        if start > begin:
            yield off | nothing | {"at": at(begin), "until": at(start)}
        if end > start:
            yield off | nothing | given | {"at": at(start), "until": at(end)}
        begin = end


RAN = {"planned": True, "on": True, "outcome": "acknowledged", "ran": SLOT, "energy": 480.0}

SILENT = {"outcome": "failed", "failure": "silent", "ran": None, "energy": None}


def an_evening() -> list[dict[str, Any]]:
    """Return one appliance for each thing that a strip can show."""
    return [
        appliance(
            *(1, "Dishwasher", "dishwasher"),
            decision=decided("Waits: the EMS’s plan starts it at 02:15", reason="waiting"),
            can=["pilot", "start", "mode", "deadline"],
            next_start=at(8.25),
            ready_at=at(10.25),
            wished_end=at(13),
            plan=plan((8.25, 8.5), changed=(8.25, 9.5)),
            past=past((-5.5, -3.5, RAN)),
        ),
        appliance(
            *(2, "Hot-water tank", "water_heater"),
            decision=decided("On until 19:30: the EMS’s plan wants it"),
            can=["pilot", "start", "mode"],
            running=True,
            power=2030.0,
            plan=plan((0, 1.5), (8, 11)),
            past=past((-4.25, -2.75, RAN), (-0.5, 0, RAN)),
        ),
        appliance(
            *(3, "Living-room heating", "heater"),
            decision=decided("Off: the EMS’s plan wants it on at 20:00"),
            can=["pilot", "start", "mode"],
            next_start=at(2),
            plan=plan((2, 4.5), (11.5, 13.5)),
            past=past(
                (-5, -3, RAN),
                (-3, -2.5, RAN | SILENT),
                (-2.5, -1.5, RAN),
            ),
        ),
        appliance(
            *(4, "Washing machine", "washing_machine"),
            decision=decided("By hand: neither plan nor rule switches it", "user", "manual"),
            can=["pilot", "start", "mode", "deadline"],
            mode="manual",
            plan=plan((3, 3.25)),
            past=past(
                (-4, -3.75, {"planned": True, "on": True, "outcome": "doubtful", "ran": 0}),
                (-2, -1.75, {"planned": True}),
            ),
        ),
        appliance(
            *(5, "Electric car", "electric_car"),
            decision=decided("Waits: the EMS’s plan starts it at 22:00", reason="waiting"),
            can=["pilot", "start", "deadline"],
            next_start=at(4),
            ready_at=at(13.5),
            wished_end=at(13),
            late=True,
            plan=plan((4, 13.5)),
            past=past(),
        ),
        appliance(
            *(6, "Pool pump", "generic_machine"),
            connected=False,
            decision=decided("Not enough surplus", "surplus", "not_enough_surplus"),
            past=past((-5.75, -2.25, RAN | {"planned": None, "source": "surplus"})),
        ),
    ]


def many(number: int, turn: int = 0) -> list[dict[str, Any]]:
    """Return many appliances with a busy past and plan; each turn all of them are otherwise."""
    rows = [(h / 2, h / 2 + 0.25 + 0.25 * (h % 2), RAN) for h in range(-12, 0)]
    return [
        appliance(
            index,
            f"Appliance {index:02}",
            _KINDS[index % len(_KINDS)],
            running=(index + turn) % 2 == 0,
            power=100.0 * index + turn,
            decision=decided(f"On until 19:30, for the {turn}th time"),
            can=["pilot", "start", "mode"],
            wished_end=at(9 + index % 4),
            plan=plan(*((h + turn % 3 / 4, h + 1) for h in range(0, 18, 2)), changed=(2.0, 4.25)),
            past=past(*rows),
        )
        for index in range(1, number + 1)
    ]
