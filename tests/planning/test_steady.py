"""A plan that moves for nothing is a complaint everywhere."""

from dataclasses import replace
from random import Random

import pytest

from custom_components.elfe_commande.planning.planner import plan
from custom_components.elfe_commande.planning.request import Hysteresis

from .requests import NOON, breaches, load, outlook, random_request, slots_of

QUICK = 300_000
NONE = Hysteresis(load_kwh=0, plan_kwh=0, plan_share=0)


def runs(*slots):
    return [(NOON + 900 * low, NOON + 900 * high) for low, high in slots]


def test_a_little_cheaper_does_not_move_a_run():
    price = [0.2] * 32
    price[20:24] = [0.195] * 4
    former = {1: runs((4, 8))}
    found = plan(outlook(import_price=price), [load()], former=former)
    assert slots_of(found.loads[0]) == [4, 5, 6, 7]
    assert found.loads[0].kept
    assert not found.changed
    moved = plan(outlook(import_price=price), [load()], former=former, hysteresis=NONE)
    assert slots_of(moved.loads[0]) == [20, 21, 22, 23]
    assert moved.changed


def test_much_cheaper_moves_it():
    price = [0.2] * 32
    price[20:24] = [0.1] * 4
    found = plan(outlook(import_price=price), [load()], former={1: runs((4, 8))})
    assert slots_of(found.loads[0]) == [20, 21, 22, 23]
    assert found.changed
    assert not found.loads[0].kept


def test_one_load_that_gains_does_not_move_those_that_do_not():
    price = [0.2] * 32
    price[20:24] = [0.195] * 4
    loads = [load(1, power=100.0), load(2, power=9000.0, latest=NOON + 24 * 900)]
    former = {1: runs((4, 8)), 2: runs((12, 16))}
    found = plan(outlook(import_price=price), loads, former=former)
    assert slots_of(found.loads[0]) == [4, 5, 6, 7]
    assert found.loads[0].kept
    assert slots_of(found.loads[1]) == [20, 21, 22, 23]
    assert not found.loads[1].kept


@pytest.mark.parametrize("seed", range(14))
def test_planning_again_with_forecasts_a_little_off_changes_nothing(seed):
    view, loads = random_request(seed)
    first = plan(view, loads, effort=QUICK)
    rng = Random(seed)
    wobble = replace(view, pv=[max(0, power + rng.randint(-3, 3)) for power in view.pv])
    again = plan(wobble, loads, former=first.runs(), effort=QUICK, seed=seed)
    gain = first.cost - again.cost
    if again.runs() != first.runs():
        assert gain > 0.01 * 0.2, "moved for nothing"
    for wanted, each in zip(loads, again.loads, strict=True):
        assert breaches(view, wanted, each) == []


@pytest.mark.parametrize("seed", range(14))
def test_what_was_planned_is_kept_as_it_comes_true(seed):
    # A quarter-hour later: what ran has been done, nothing else is new.
    view, loads = random_request(seed)
    loads = [replace(each, most_starts=None, most_minutes=None) for each in loads]
    view = replace(view, now=view.now // 900 * 900, limit=None)
    first = plan(view, loads, effort=QUICK)
    later, rest = view.now + 900, []
    for wanted, each in zip(loads, first.loads, strict=True):
        ran = any(run.start <= view.now < run.end for run in each.runs)
        on = any(run.start <= view.now and later < run.end for run in each.runs)
        since = view.now if on else None
        done = 15 if ran else 0
        rest.append(replace(wanted, minutes=wanted.minutes - done, running_since=since))
    cut = {name: getattr(view, name)[1:] for name in ("import_price", "export_price", "pv", "base")}
    again = plan(
        replace(view, now=later, slots=view.slots - 1, **cut),
        rest,
        former=first.runs(),
        effort=QUICK,
    )
    for wanted, before, after in zip(loads, first.loads, again.loads, strict=True):
        if not isinstance(wanted.power, float) or before.missing:
            continue
        expected = [(max(run.start, later), run.end) for run in before.runs if run.end > later]
        assert [(run.start, run.end) for run in after.runs] == expected


def test_a_load_that_owes_more_keeps_what_it_had():
    price = [0.2] * 32
    price[0:4] = [0.199] * 4
    wanted = load(minutes=90, splittable=True)
    found = plan(outlook(import_price=price), [wanted], former={1: runs((10, 14))})
    assert set(range(10, 14)) <= set(slots_of(found.loads[0]))
    assert len(slots_of(found.loads[0])) == 6


def test_a_former_run_that_is_no_longer_allowed_moves():
    wanted = load(earliest=NOON + 6 * 900, latest=NOON + 20 * 900)
    found = plan(outlook(), [wanted], former={1: runs((4, 8))})
    assert slots_of(found.loads[0]) == [6, 7, 8, 9]


def test_a_run_under_way_goes_on_whatever_is_cheaper():
    price = [0.4] * 8 + [0.01] * 24
    piece = load(1, minutes=45, running_since=NOON - 900)
    profile = load(2, power=[500.0] * 6, running_since=NOON - 1800)
    may_pause = load(3, minutes=60, splittable=True, running_since=NOON - 900)
    found = plan(
        outlook(import_price=price), [piece, profile, may_pause], former={3: runs((-1, 2))}
    )
    first, second, third = found.loads
    assert slots_of(first) == [0, 1, 2]
    assert slots_of(second) == [0, 1, 2, 3]
    assert slots_of(third)[:2] == [0, 1]
    assert min(slots_of(third)[2:]) >= 8
    assert first.runs[0].under_way
    assert third.runs[0].under_way
    assert not third.runs[1].under_way


def test_a_run_under_way_is_kept_past_its_wished_end():
    found = plan(outlook(), [load(minutes=60, latest=NOON - 60, running_since=NOON - 900)])
    assert slots_of(found.loads[0]) == [0, 1, 2, 3]
