"""What the chain will do with a load, asked before somebody presses."""

from dataclasses import replace
from typing import Any

from custom_components.elfe_commande.core.decision import Combination, Proposal, Shed, Snapshot
from custom_components.elfe_commande.core.foresight import (
    BY_HAND,
    DURATION,
    NEXT_PLAN,
    NO_PLAN,
    NOT_RUNNING,
    RULE,
    UPS,
    Asked,
    Foreseen,
    foresee,
)
from custom_components.elfe_commande.core.model import HandOver, Mode
from custom_components.elfe_commande.core.plan import SLOT, DayPlan
from custom_components.elfe_commande.core.wish import Intent

from .snapshots import NOW, SLOT0, day, snapshot

HOUR = 3600


def told(
    seen: Snapshot, *plans: DayPlan, intent: Intent | None = None, slots: int = 8, **more: Any
) -> Foreseen:
    """Return what becomes of a load in the next two hours."""
    asked = Asked(intent, more.pop("wished_end", None))
    seen = replace(seen, plan=plans[0] if plans else None)
    return foresee(seen, plans, asked, slots=slots, **more)


def test_a_plan_is_followed_until_the_next_one_begins():
    heater = snapshot(continuous=True)
    later = day(0, first=SLOT0 + 4 * SLOT)
    found = told(heater, day(0, 1, 6), later)
    assert (found.start, found.slots) == (SLOT0, "11001000")
    assert not found.notes


def test_beyond_the_plan_nobody_can_tell():
    heater = snapshot(continuous=True)
    found = told(heater, day(95, first=SLOT0 - 92 * SLOT))
    assert found.slots == "0001----"
    assert found.notes == [NO_PLAN]


def test_a_machine_runs_from_its_pulse_until_it_is_done():
    machine = snapshot(cycle=HOUR, end=SLOT0 + 2 * HOUR)
    found = told(machine, day(2))
    assert found.slots == "00111100"
    assert found.ready_at == SLOT0 + 2 * SLOT + HOUR
    assert not found.late


def test_a_start_now_is_foreseen_with_its_end():
    machine = snapshot(cycle=HOUR, end=NOW + HOUR - 60)
    found = told(machine, day(2), intent=Intent.START)
    assert found.slots == "11111000"
    assert found.ready_at == NOW + HOUR
    assert found.late


def test_an_end_that_had_passed_was_wished_of_another_run():
    old = snapshot(cycle=HOUR, end=NOW - HOUR)
    found = told(old, day(2), intent=Intent.START)
    assert (found.ready_at, found.late) == (NOW + HOUR, False)
    under_way = told(old, run=(NOW - 60.0, NOW + HOUR))
    assert (under_way.ready_at, under_way.late) == (NOW + HOUR, False)


def test_an_earlier_wish_makes_it_late_until_the_next_plan():
    machine = snapshot(cycle=HOUR, end=SLOT0 + 4 * HOUR)
    found = told(machine, day(2), wished_end=SLOT0 + HOUR)
    assert found.late
    assert found.notes == [NEXT_PLAN]


def test_what_is_handed_over_now_awaits_a_plan_that_knows_of_it():
    machine = snapshot(mode=Mode.MANUAL, cycle=HOUR)
    found = told(machine, day(2), intent=Intent.TO_PILOTED)
    assert found.slots == "--------"
    assert found.ready_at is None
    assert found.notes == [NEXT_PLAN]
    # What follows its plan all the time takes the one there is.
    heater = snapshot(mode=Mode.MANUAL, continuous=True)
    assert told(heater, day(2), intent=Intent.TO_PILOTED).slots == "00100000"


def test_modes_that_stay():
    heater = snapshot(continuous=True)
    plan = day(2)
    assert told(heater, plan, intent=Intent.FORCED_ON).slots == "11111111"
    assert told(heater, plan, intent=Intent.FORCED_OFF, running=True).slots == "00000000"
    assert told(heater, plan, intent=Intent.TO_MANUAL).slots == "11111111"
    left = replace(heater, equipment=replace(heater.equipment, hand_over=HandOver.LEAVE))
    assert told(left, plan, intent=Intent.TO_MANUAL, running=False).slots == "00000000"
    assert told(left, plan, intent=Intent.TO_MANUAL).slots == "--------"
    assert told(heater, plan, intent=Intent.FORCED_ON).notes == [BY_HAND]
    off = snapshot(mode=Mode.MANUAL, continuous=True, forced_off=True)
    assert told(off, plan).slots == "00000000"


def test_a_start_of_what_follows_its_plan_lasts_until_the_next_quarter():
    assert told(snapshot(continuous=True), day(2), intent=Intent.START).slots == "10100000"


def test_a_run_under_way_ends():
    machine = snapshot(mode=Mode.MANUAL, cycle=HOUR)
    found = told(machine, run=(SLOT0 - 2 * SLOT, SLOT0 + 2 * SLOT))
    assert (found.slots, found.ready_at) == ("11000000", SLOT0 + 2 * SLOT)
    unknown = told(snapshot(), day(1))
    assert unknown.slots == "01------"
    assert unknown.notes == [DURATION]


def test_what_hangs_on_a_rule_is_open():
    def seen(combination: Combination) -> Snapshot:
        proposal = Proposal(on=True, reason="surplus", combination=combination)
        return snapshot(continuous=True, proposal=proposal)

    plan = day(0, 2, first=SLOT0)
    assert told(seen(Combination.EMS_FIRST), plan).slots == "10100000"
    assert told(seen(Combination.EMS_FIRST)).slots == "1-------"
    assert told(seen(Combination.SURPLUS_FIRST), plan).slots == "1-------"
    assert told(seen(Combination.EITHER), plan).slots == "1-1-----"
    both = told(seen(Combination.BOTH), plan)
    assert (both.slots, both.notes) == ("10-00000", [RULE])


def test_what_holds_everything_back_is_told():
    found = told(snapshot(continuous=True, ready=False, shed=Shed(off=True)), day(1))
    assert found.notes == [NOT_RUNNING, UPS]
    assert found.slots[1] == "1"


def test_a_missed_pulse_is_caught_up_as_the_chain_does():
    begun = SLOT0 - 4 * HOUR
    machine = snapshot(cycle=HOUR, programmed=begun, last_slot=SLOT0 - 2 * SLOT, last_on=False)
    assert told(machine, day(3, first=SLOT0 - 4 * SLOT)).slots == "11111000"
