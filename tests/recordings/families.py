"""Families of scenarios made up: combinations that no recording has."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

from .made import MACHINE, TANK, Case, Gear

BEHAVIOURS = ("ack", "silent", "late", "wrong")
ENTRIES: tuple[dict[str, Any], ...] = (
    {"plan": ((0, 1),)},
    {"plan": ((0, 0),)},
    {"plan": ((0, 1),), "type_id": TANK},
    {"plan": ((0, 0),), "type_id": TANK},
    {"press": 0},
    {"press": 1, "mode": 20},
)
"""A start, a wait, on, off, to manual, to piloted."""
SWITCHING = {120: 11, 140: 11, 180: 12, 190: 11}
RELAYS = (111, 112, 411, 811)


def switched() -> Iterator[Case]:
    """Every switching typology, entry and behaviour, each with a relay in turn."""
    for i, (entry, behaviour) in enumerate(product(ENTRIES, BEHAVIOURS)):
        for j, (typology, usage) in enumerate(SWITCHING.items()):
            relay = RELAYS[(i + i // 4 + j) % 4]
            yield Case(typology, (Gear(relay, usage, behaviour),), **entry)


def pressed() -> Iterator[Case]:
    """Every pressing typology and entry, with fingers that do all they can do."""
    meter = Gear(111, 21)
    for entry, first in product(ENTRIES, BEHAVIOURS):
        for typology in (130, 160):
            yield Case(typology, (meter, Gear(311, 32, first)), **entry)
        for second in BEHAVIOURS:
            yield Case(150, (Gear(311, 31, first), Gear(311, 32, second)), **entry)


def planned() -> Iterator[Case]:
    """Rows of the plan begun long ago, just now, and to begin."""
    plug = (Gear(111, 11),)
    offsets = (-97, -96, -95, -1, 1, 2, 3, 4, 5, 6, 7, 8, 20, 101, 106, 107, 120)
    for offset, decision, type_id in product(offsets, (0, 1), (MACHINE, TANK)):
        yield Case(120, plug, type_id=type_id, plan=((offset, decision),))
    for rows, type_id in product(
        (((-4, 0), (1, 1)), ((-4, 1), (2, 0)), ((0, 1), (0, 0)), ((0, 0), (0, 1))),
        (MACHINE, TANK),
    ):
        yield Case(190, plug, type_id=type_id, plan=rows)
    for programmed in ("<now-60>", "<quarter+0>", "<quarter-1>"):
        for type_id in (MACHINE, TANK):
            yield Case(180, (Gear(411, 12),), type_id, plan=((0, 1),), programmed=programmed)


def driven() -> Iterator[Case]:
    """Every mode and control state."""
    for mode, control, entry in product((1, 10, 20, 30, 70, 80), (15, 25, 60, 70), ENTRIES):
        if control in (60, 70) or mode == 30:
            yield Case(120, (Gear(111, 11),), **(entry | {"mode": mode, "control": control}))
    for typology, entry in product((110, 170, 200), ENTRIES):
        yield Case(typology, (Gear(111, 11), Gear(411, 12), Gear(311, 32)), **entry)


def wired() -> Iterator[Case]:
    """Devices that are missing, double, elsewhere, not assigned, or without their row."""
    for typology, type_id, usages in (
        (120, 111, (11,)),
        (140, 411, (11, 12)),
        (180, 411, (11, 12)),
        (150, 311, (31, 32)),
    ):
        both = tuple(Gear(type_id, usage) for usage in usages)
        extra = Gear(411, 21)
        wirings = (
            (),
            *((gear,) for gear in both),
            both,
            (*both, replace(extra, described=False)),
            (*both, both[-1]),
            tuple(replace(gear, assigned=False) for gear in both),
            tuple(replace(gear, elsewhere=True) for gear in both),
            (replace(both[0], described=False), *both[1:]),
            (*both[:-1], replace(both[-1], type_id=211)),
        )
        for gear, entry in product(wirings, ENTRIES):
            yield Case(typology, gear, **entry)


ANSWERS = {
    111: ("", " on ", "On", "off", "bonjour", '{"ison":true}'),
    112: ("ON", "success", '{"POWER":"off"}', '{"POWER1":"ON"}', '{"POWER":1}', "[]"),
    411: ("", "on", '{"id":"on","result":{}}', '{"id": "on", "error": {}}', '{"id":null}'),
    811: ("", "1", "10000000", "00100000", "11011111", "101", "true", "1790000000"),
    311: ("success", '{"status":"busy"}', '{"status":"success","command":"OFF"}'),
}


def answered() -> Iterator[Case]:
    """Answers by the letter, early and late, and states that the broker retained."""
    for type_id, answers in ANSWERS.items():
        typology, usage = (130, 32) if type_id == 311 else (120, 11)
        for answer, entry in product(answers, ENTRIES):
            yield Case(typology, (Gear(type_id, usage, answer=answer),), **entry)
    for retained, entry in product(("on", "off"), ENTRIES):
        yield Case(120, (Gear(111, 11, "silent", retained=retained),), **entry)
    for delay, entry in product((4.0, 10.0), ENTRIES):
        yield Case(120, (Gear(111, 11, delay=delay),), **entry)
        yield Case(120, (Gear(811, 11, delay=delay),), **entry)
        yield Case(130, (Gear(311, 32, delay=delay),), **entry)


def unable() -> Iterator[Case]:
    """Devices that have no such order."""
    for behaviour, entry in product(("ack", "silent", "wrong"), ENTRIES):
        yield Case(120, (Gear(311, 11, behaviour),), **entry)


def late() -> Iterator[Case]:
    """Starts that fail too late for the wished end, or without one."""
    ends: tuple[int | str, ...] = (0, "<now+3600>", "<now-60>")
    for end in ends:
        for typology, usage in SWITCHING.items():
            yield Case(typology, (Gear(111, usage, "silent"),), plan=((0, 1),), end=end)
        yield Case(130, (Gear(311, 32, "wrong"),), plan=((0, 1),), end=end)


FAMILIES = (switched, pressed, planned, driven, wired, answered, unable, late)
