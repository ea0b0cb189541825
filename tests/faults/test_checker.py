"""Histories made by hand: each rule is broken once, and what only looks like it is let pass."""

from collections.abc import Iterable
from typing import Any

import pytest

from .checker import Rule, check, given_up
from .history import (
    ERROR,
    MANUAL,
    OFF,
    ON,
    PILOTED,
    RUNNING,
    SLOT,
    Answered,
    Asked,
    Drew,
    End,
    Heard,
    History,
    Lived,
    Load,
    Planned,
    Pressed,
    Stuck,
    Told,
    Wished,
)

T = 900_000
"""The last slot."""
TANK = Load(1, "tank", PILOTED, continuous=True)
WASHER = Load(2, "washing machine", PILOTED)
DISHES = Load(3, "dishwasher", PILOTED, presses=1)
DOUBLE = Load(4, "pressed twice", PILOTED, presses=2)

DONE = {"outcome": "acknowledged", "reason": "acknowledged"}
AGAIN = {"outcome": "failed", "reason": "no_answer", "will_retry": True}
FAILED = {"outcome": "failed", "reason": "no_answer"}
RUNS = {"mode": MANUAL, "control": ON, "command": RUNNING}
IS_OFF = {"mode": MANUAL, "control": OFF, "command": 1}
WAITS = {"mode": PILOTED, "control": OFF, "command": 12}


def history(load: Load, **records: Any) -> History:
    """Return a run of one load, in which the last fault was over after 100 s."""
    return History(slot=T, calm=100.0, loads=[load], **records)


def end(load: Load, powered: bool | None, *, programmed: int = 0, **row: Any) -> list[End]:
    return [End(load.id, powered, programmed=programmed, **row)]


def plan(load: Load, *decisions: int, at: float = 0.0, first: int = T) -> Planned:
    return Planned(at, load.id, first, decisions)


def wish(load: Load, intent: str, *, at: float = 50.0, name: str = "w", wall: float = T) -> Wished:
    return Wished(at, name, load.id, intent, wall)


def answer(name: str = "w", *, at: float = 51.0, **answered: Any) -> Answered:
    return Answered(at, name, **answered)


def told(load: Load, act: str, *, at: float = 60.0, source: str = "user", **result: Any) -> Told:
    return Told(at, load.id, act, source, "dashboard", **result)


def rules(found: History) -> set[Rule]:
    return {each.rule for each in check(found)}


# ---------------------------------------------------------------------------- presses


def presses(load: Load, *times: float) -> list[Pressed]:
    return [Pressed(at, load.id, "F") for at in times]


def pressed_history(load: Load, times: Iterable[float], **more: Any) -> History:
    ends = end(load, None, **RUNS)
    return history(load, presses=presses(load, *times), ends=ends, **more)


@pytest.mark.parametrize(
    ("load", "times", "right"),
    [
        (DISHES, (10.0,), True),
        (DISHES, (10.0, 11.0), False),
        (DOUBLE, (10.0, 11.0), True),
        (DOUBLE, (10.0, 11.0, 12.0), False),
    ],
)
def test_a_pulse_is_pressed_once(load, times, right) -> None:
    found = pressed_history(load, times, plans=[plan(load, 1, 0, at=5.0)])
    assert (Rule.DOUBLE_PRESS not in rules(found)) is right


def test_a_plan_without_a_pulse_allows_no_press() -> None:
    found = pressed_history(DISHES, (10.0,), plans=[plan(DISHES, 0, 0)])
    assert Rule.DOUBLE_PRESS in rules(found)


def test_a_pulse_is_not_kept_for_later() -> None:
    old = [plan(DISHES, 1, at=5.0, first=T - 3 * SLOT)]
    newer = [plan(DISHES, 0, at=20.0 + n, first=T + (n - 2) * SLOT) for n in range(3)]
    assert Rule.DOUBLE_PRESS not in rules(pressed_history(DISHES, (20.5,), plans=old + newer))
    assert Rule.DOUBLE_PRESS in rules(pressed_history(DISHES, (23.0,), plans=old + newer))


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        ([answer(**DONE)], True),
        ([], True),
        ([answer(refused="not_running")], False),
    ],
)
def test_a_wish_is_pressed_once_also_without_an_answer(answers, right) -> None:
    found = pressed_history(DISHES, (55.0,), wishes=[wish(DISHES, "start")], answers=answers)
    assert (Rule.DOUBLE_PRESS not in rules(found)) is right
    found.presses += presses(DISHES, 56.0)
    assert Rule.DOUBLE_PRESS in rules(found)


def test_no_press_before_the_wish() -> None:
    found = pressed_history(
        DISHES, (40.0,), wishes=[wish(DISHES, "start")], answers=[answer(**DONE)]
    )
    assert Rule.DOUBLE_PRESS in rules(found)


# --------------------------------------------------------------------- people's wishes


@pytest.mark.parametrize("answered", [DONE, AGAIN])
@pytest.mark.parametrize(
    ("intent", "powered", "row", "broken"),
    [
        ("forced_off", False, IS_OFF, set()),
        ("forced_off", True, IS_OFF, {Rule.WRONG_DEVICE}),
        ("forced_off", False, RUNS, {Rule.WRONG_ROW}),
        ("forced_off", False, WAITS, {Rule.LOST_WISH}),
        ("to_manual", True, RUNS, set()),
        ("to_manual", False, RUNS, {Rule.WRONG_DEVICE}),
        ("to_manual", True, RUNS | {"command": ERROR}, {Rule.WRONG_ROW}),
        ("to_manual", True, IS_OFF, {Rule.WRONG_ROW}),
        ("to_manual", False, WAITS, {Rule.LOST_WISH, Rule.WRONG_DEVICE, Rule.WRONG_ROW}),
        ("to_piloted", True, RUNS, {Rule.LOST_WISH}),
        ("to_piloted", True, WAITS | {"control": ON}, set()),
        ("to_piloted", False, WAITS, {Rule.WRONG_DEVICE, Rule.WRONG_ROW}),
    ],
)
def test_the_last_wish_is_how_it_ends(answered, intent, powered, row, broken) -> None:
    found = history(
        TANK,
        plans=[plan(TANK, 1)],
        wishes=[wish(TANK, "to_manual", at=40.0, name="before"), wish(TANK, intent)],
        answers=[answer("before", at=41.0, **DONE), answer(**answered)],
        ends=end(TANK, powered, **row),
    )
    assert rules(found) == broken


@pytest.mark.parametrize(
    "declined",
    [
        {"refused": "not_running"},
        {"outcome": "skipped", "reason": "machine_running"},
        {"outcome": "skipped", "reason": "slot_over"},
    ],
)
def test_what_was_declined_leaves_the_word_to_others(declined) -> None:
    found = history(
        TANK,
        plans=[plan(TANK, 1)],
        wishes=[wish(TANK, "forced_off")],
        answers=[answer(**declined)],
        ends=end(TANK, True, **WAITS | {"control": ON}),
    )
    assert rules(found) == set()


@pytest.mark.parametrize("answered", [AGAIN, {"outcome": "skipped", "reason": "superseded"}])
def test_a_wish_that_a_cycle_took_the_place_of_is_still_one(answered) -> None:
    found = history(
        TANK,
        wishes=[wish(TANK, "forced_off")],
        answers=[answer(**answered)],
        told=[
            told(TANK, "forced_off", at=51.0, **AGAIN),
            told(TANK, "forced_off", outcome="skipped", reason="superseded"),
        ],
        ends=end(TANK, True, **IS_OFF),
    )
    assert rules(found) == {Rule.WRONG_DEVICE}


@pytest.mark.parametrize(("powered", "row"), [(False, IS_OFF), (True, RUNS)])
def test_a_wish_without_an_answer_was_done_or_not(powered, row) -> None:
    found = history(
        TANK,
        wishes=[wish(TANK, "to_manual", at=40.0, name="before"), wish(TANK, "forced_off")],
        answers=[answer("before", at=41.0, **DONE)],
        ends=end(TANK, powered, **row),
    )
    assert rules(found) == set()
    found.ends = end(TANK, not powered, **row)
    assert rules(found) & {Rule.WRONG_DEVICE, Rule.WRONG_ROW}


def test_what_is_given_up_in_words_is_counted_and_let_pass() -> None:
    found = history(
        TANK,
        wishes=[wish(TANK, "forced_off")],
        answers=[answer(**AGAIN)],
        told=[told(TANK, "forced_off", at=51.0, **AGAIN), told(TANK, "forced_off", **FAILED)],
        ends=end(TANK, True, **RUNS | {"command": ERROR}),
    )
    assert rules(found) == set()
    assert given_up(found) == 1


@pytest.mark.parametrize(
    ("source", "at", "right"),
    [("user", 60.0, True), ("ems", 60.0, False), ("ems", 110.0, True), ("user", 45.0, False)],
)
def test_what_the_plan_gives_up_counts_once_nothing_breaks(source, at, right) -> None:
    found = history(
        TANK,
        plans=[plan(TANK, 1)],
        wishes=[wish(TANK, "to_piloted")],
        answers=[answer(**DONE)],
        told=[told(TANK, "on", at=at, source=source, **FAILED)],
        ends=end(TANK, False, **WAITS),
    )
    assert (rules(found) == set()) is right
    assert given_up(found) == right


def test_what_was_given_up_before_the_wish_says_nothing_of_it() -> None:
    found = history(
        TANK,
        wishes=[wish(TANK, "forced_off")],
        answers=[answer(**DONE)],
        told=[told(TANK, "to_manual", at=45.0, **FAILED), told(TANK, "forced_off", **DONE)],
        ends=end(TANK, True, **RUNS),
    )
    assert rules(found) == {Rule.WRONG_DEVICE, Rule.WRONG_ROW}
    assert given_up(found) == 0


# ------------------------------------------------------------------------- the plan


@pytest.mark.parametrize(
    ("wanted", "powered", "row", "broken"),
    [
        (1, True, WAITS | {"control": ON}, set()),
        (1, False, WAITS | {"control": ON}, {Rule.WRONG_DEVICE}),
        (0, False, WAITS, set()),
        (0, True, WAITS, {Rule.WRONG_DEVICE}),
        (0, False, WAITS | {"control": ON}, {Rule.WRONG_ROW}),
        (0, False, WAITS | {"command": ERROR}, {Rule.WRONG_ROW}),
        (0, False, IS_OFF, {Rule.LOST_WISH}),
    ],
)
def test_a_piloted_load_is_as_the_last_slot_wants_it(wanted, powered, row, broken) -> None:
    plans = [plan(TANK, 1 - wanted, first=T - SLOT), plan(TANK, wanted)]
    found = history(TANK, plans=plans, ends=end(TANK, powered, **row))
    assert rules(found) == broken


def test_a_plan_older_than_the_programming_has_no_say() -> None:
    ends = end(TANK, True, programmed=T - 10, **WAITS)
    assert rules(history(TANK, plans=[plan(TANK, 0)], ends=ends)) == set()


@pytest.mark.parametrize(
    ("pulse", "powered", "row", "broken"),
    [
        (1, True, RUNS, set()),
        (1, False, RUNS, {Rule.WRONG_DEVICE}),
        (1, False, WAITS, {Rule.WRONG_DEVICE}),
        (0, False, WAITS, set()),
        (0, True, WAITS, {Rule.WRONG_DEVICE}),
        (0, False, WAITS | {"control": ON}, {Rule.WRONG_ROW}),
        (0, True, RUNS, {Rule.LOST_WISH}),
    ],
)
def test_a_machine_is_started_by_its_pulse_only(pulse, powered, row, broken) -> None:
    found = history(WASHER, plans=[plan(WASHER, pulse)], ends=end(WASHER, powered, **row))
    assert rules(found) == broken


def test_a_machine_started_by_hand_is_recorded_as_started() -> None:
    found = history(WASHER, drew=[Drew(20.0, WASHER.id)], ends=end(WASHER, True, **RUNS))
    assert rules(found) == set()


# --------------------------------------------------------------------------- outcomes


def heard(at: float) -> list[Heard]:
    return [Heard(at, TANK.id, "Z", "on")]


def test_an_order_that_nothing_was_told_of() -> None:
    after = [told(TANK, "on", at=21.0, **DONE)]
    assert rules(history(TANK, heard=heard(20.0), told=after)) == set()
    assert rules(history(TANK, heard=heard(30.0), told=after)) == {Rule.NO_OUTCOME}
    assert rules(history(TANK, heard=heard(20.0))) == {Rule.NO_OUTCOME}


@pytest.mark.parametrize(("killed", "broken"), [(True, set()), (False, {Rule.NO_OUTCOME})])
def test_an_engine_that_was_killed_tells_no_more(killed, broken) -> None:
    lives = [Lived(0.0, 22.0, killed=killed)]
    assert rules(history(TANK, heard=heard(20.0), lives=lives)) == broken


def test_what_was_to_be_tried_again_has_an_end() -> None:
    first = told(TANK, "on", at=20.0, **AGAIN)
    assert rules(history(TANK, told=[first])) == {Rule.NO_OUTCOME}
    assert rules(history(TANK, told=[first, told(TANK, "on", at=21.0, **FAILED)])) == set()
    assert rules(history(TANK, told=[first], lives=[Lived(0.0, 22.0, killed=True)])) == set()


DOUBT = {"outcome": "doubtful", "reason": "no_answer"}


def in_doubt(**more: Any) -> History:
    return history(
        DISHES,
        plans=[plan(DISHES, 1)],
        told=[told(DISHES, "start", source="ems", **DOUBT)],
        ends=end(DISHES, None, **RUNS),
        **more,
    )


def test_a_press_in_doubt_was_made_or_a_person_is_asked() -> None:
    assert rules(in_doubt()) == {Rule.UNTOLD}
    assert rules(in_doubt(presses=presses(DISHES, 59.0))) == set()
    assert rules(in_doubt(asked=[Asked(61.0, DISHES.id, "press_doubtful")])) == set()
    failed = in_doubt()
    failed.ends = end(DISHES, None, **RUNS | {"command": ERROR})
    assert rules(failed) == set()
    again = in_doubt()
    again.told += [told(DISHES, "to_manual", at=62.0, **DONE)]
    assert rules(again) == {Rule.UNTOLD}
    again.told += [told(DISHES, "to_piloted", at=63.0, **DONE)]
    assert rules(again) == set(), "handed over to be started anew"


def test_hangs_and_tracebacks_are_told() -> None:
    assert rules(history(TANK, stuck=[Stuck("a wish", TANK.id)])) == {Rule.HANG}
    assert rules(history(TANK, tracebacks=["ValueError"])) == {Rule.TRACEBACK}
