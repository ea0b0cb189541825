"""The chain of decision against tables written by hand, every combination of them."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from custom_components.elfe_commande.core.decision import (
    Act,
    Combination,
    Decision,
    Proposal,
    Shed,
    Snapshot,
    Source,
    decide,
)
from custom_components.elfe_commande.core.model import ControlState, Mode
from custom_components.elfe_commande.core.plan import DayPlan

from .snapshots import SLOT0, day, snapshot, told

PLANS: dict[str, DayPlan | None] = {"on": day(0), "off": day(5), "none": None}
RULES: dict[str, bool | None] = {"on": True, "off": False, "abstain": None}
SHEDS = {"no": None, "yes": Shed(off=True), "hold": Shed()}
SHOWN = {True: "on", False: "off", None: "-"}
LIFECYCLES, LOADS, MODES = ("16", "20", "31"), ("continuous", "one_shot"), ("0", "1", "2", "3")
COMBINATIONS = tuple(product(LIFECYCLES, LOADS, MODES, PLANS, RULES, SHEDS))


def rows(name: str) -> Iterator[list[str]]:
    for line in Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


@cache
def chain() -> list[list[str]]:
    return list(rows("chain.txt"))


def expected(found: tuple[str, ...]) -> tuple[int, list[str]]:
    for number, row in enumerate(chain()):
        fits = zip(row, found, strict=False)
        if all(pattern == "*" or value in pattern.split("|") for pattern, value in fits):
            return number, row[len(found) :]
    pytest.fail(f"no line fits {found}")


def situation(found: tuple[str, ...]) -> Snapshot:
    lifecycle, load, mode, ems, rule, shed = found
    on = mode in "23"
    continuous = load == "continuous"
    return snapshot(
        mode=Mode.MANUAL if mode in "03" else Mode.PILOTED,
        control=ControlState.ON if on else ControlState.OFF,
        continuous=continuous,
        ready=lifecycle == "20",
        forced_off=mode == "0",
        drawing=True if mode == "2" and not continuous else None,
        plan=PLANS[ems],
        proposal=Proposal(RULES[rule], "told", alone=ems == "none"),
        shed=SHEDS[shed],
    )


def decided(decision: Decision) -> list[str]:
    act = "-" if decision.act is None else decision.act.value
    return [decision.source.value, SHOWN[decision.on], act]


def test_every_combination_is_decided_as_written() -> None:
    assert len(COMBINATIONS) == 3 * 2 * 4 * 3 * 3 * 3
    used = set()
    for found in COMBINATIONS:
        number, wanted = expected(found)
        used.add(number)
        assert decided(decide(situation(found))) == wanted, found
    assert used == set(range(len(chain()))), "a line that nothing fits"


@pytest.mark.parametrize("row", list(rows("combinations.txt")), ids="-".join)
def test_plan_and_rule_together(row: list[str]) -> None:
    combination, ems, rule, what, who = row
    proposal = Proposal(RULES[rule], "told", combination=Combination(combination))
    found = decide(snapshot(continuous=True, plan=PLANS[ems], proposal=proposal))
    acts = {"on": Act.ON, "off": Act.OFF, "keep": None}
    assert (found.act, found.source) == (acts[what], Source(who))


def test_the_table_of_combinations_has_them_all() -> None:
    wanted = set(product((str(c.value) for c in Combination), PLANS, RULES))
    assert {tuple(row[:3]) for row in rows("combinations.txt")} == wanted


class TestShedding:
    """A UPS on battery, beyond the table."""

    def test_a_running_machine_is_cut_by_its_option_only(self) -> None:
        values: dict[str, Any] = {
            "mode": Mode.MANUAL,
            "control": ControlState.ON,
            "programmed": SLOT0 - 3600,
        }
        running = snapshot(**values)
        running = replace(
            running,
            equipment=running.equipment.with_state(
                replace(running.equipment.state, last_start=SLOT0 - 600)
            ),
        )
        kept = decide(replace(running, shed=Shed(off=True, forced=True)))
        cut = decide(replace(running, shed=Shed(off=True, one_shots=True)))
        assert told(kept) == (Source.USER, "manual", None)
        assert told(cut) == (Source.SAFETY, "shed", Act.OFF)
        drawing = snapshot(drawing=True, shed=Shed(off=True, one_shots=True))
        assert told(decide(drawing)) == (Source.SAFETY, "shed", Act.OFF)

    def test_a_load_that_a_person_switched_on_is_cut_by_its_option_only(self) -> None:
        forced = snapshot(
            mode=Mode.MANUAL, control=ControlState.ON, continuous=True, shed=Shed(off=True)
        )
        assert decide(forced).source is Source.USER
        cut = replace(forced, shed=Shed(off=True, forced=True))
        assert told(decide(cut)) == (Source.SAFETY, "shed", Act.OFF)
        assert decide(replace(cut, presses=True)).act is None
        assert decide(replace(cut, forced_off=True)).act is Act.KEEP_OFF
        assert decide(replace(cut, shed=Shed(forced=True))).source is Source.USER

    def test_buttons_are_not_pressed_to_stop(self) -> None:
        for continuous in (False, True):
            found = decide(snapshot(presses=True, continuous=continuous, shed=Shed(off=True)))
            assert told(found) == (Source.SAFETY, "shed", None)
        running = snapshot(presses=True, drawing=True, shed=Shed(off=True, one_shots=True))
        assert decide(running).act is Act.RECORD_STARTED

    def test_after_a_start_without_an_answer_no_off_follows(self) -> None:
        for shed in (Shed(off=True), Shed()):
            found = decide(snapshot(plan=day(0), unconfirmed_start=True, shed=shed))
            assert (found.source, found.act) == (Source.SAFETY, None)


class TestRule:
    """What a local rule may do to a load, beyond the tables."""

    def test_it_presses_no_button_of_a_continuous_load(self) -> None:
        for on in (True, False):
            proposal = Proposal(on, "told", alone=True)
            found = decide(snapshot(continuous=True, presses=True, proposal=proposal))
            assert found.act is None

    def test_it_may_press_to_start_a_machine(self) -> None:
        found = decide(snapshot(presses=True, proposal=Proposal(True, "told")))
        assert told(found) == (Source.SURPLUS, "told", Act.START)

    def test_it_does_not_cut_what_may_be_running(self) -> None:
        off = Proposal(False, "told")
        assert decide(snapshot(unconfirmed_start=True, proposal=off)).act is None
        assert decide(snapshot(drawing=True, proposal=off)).act is Act.RECORD_STARTED

    def test_an_outage_of_the_ems_does_not_cut_a_load_that_it_plans(self) -> None:
        silent = Proposal(None, "stale_inputs")
        found = decide(snapshot(continuous=True, proposal=silent))
        assert told(found) == (Source.DEFAULT, "no_plan", None)
        alone = decide(snapshot(continuous=True, proposal=replace(silent, alone=True)))
        assert told(alone) == (Source.DEFAULT, "stale_inputs", Act.OFF)
