"""Each run says what it costs, and what another start would."""

import pytest

from custom_components.elfe_commande.planning.planner import plan

from .requests import NOON, load, only, outlook, random_request, slots_of


def test_another_start_is_at_least_an_hour_away():
    price = [0.3] * 32
    price[8:12], price[20:24] = [0.1] * 4, [0.15] * 4
    found = only(outlook(import_price=price), load())
    (run,) = found.runs
    assert run.start == NOON + 8 * 900
    assert run.cost == pytest.approx(0.1)
    assert run.next_best.start == NOON + 20 * 900
    assert run.next_best.extra == pytest.approx(0.05)


def test_a_run_of_several_says_what_would_take_its_place():
    price = [0.3] * 32
    price[8:10], price[14:16], price[20:22] = [0.1] * 2, [0.12] * 2, [0.15] * 2
    found = only(outlook(import_price=price), load(splittable=True))
    first, second = found.runs
    assert (first.start, second.start) == (NOON + 8 * 900, NOON + 14 * 900)
    assert first.next_best.start == NOON + 20 * 900
    assert first.next_best.extra == pytest.approx(0.5 * 0.05)
    assert second.next_best.extra == pytest.approx(0.5 * 0.03)


def test_without_another_place_there_is_no_other_start():
    found = only(outlook(), load(latest=NOON + 5 * 900))
    assert found.runs[0].next_best is None
    full = only(outlook(), load(minutes=480, splittable=True))
    assert full.runs[0].next_best is None


def test_starting_at_once_is_the_first_moment_allowed():
    price = [0.3] * 16 + [0.1] * 16
    found = plan(outlook(import_price=price), [load(1, earliest=NOON + 4 * 900), load(2)])
    first, second = found.loads
    assert first.at_once.start == NOON + 4 * 900
    assert first.at_once.extra == pytest.approx(0.2)
    assert second.at_once.start == NOON
    assert found.cost_at_once - found.cost == found.saved == pytest.approx(0.4)


def test_an_alternative_that_breaks_the_limit_is_none():
    pv = [0] * 8 + [5000] * 4 + [0] * 20
    found = only(outlook(pv=pv, limit=500), load())
    assert slots_of(found) == [8, 9, 10, 11]
    assert found.runs[0].next_best is None


@pytest.mark.parametrize("seed", range(12))
def test_no_alternative_of_a_load_in_one_piece_is_cheaper(seed):
    view, loads = random_request(seed)
    found = plan(view, loads, effort=200_000)
    for wanted, each in zip(loads, found.loads, strict=True):
        for run in each.runs:
            if not wanted.splittable and view.limit is None and run.next_best:
                assert run.next_best.extra >= -1e-9


@pytest.mark.parametrize("seed", range(15))
def test_alternatives_leave_the_plan_as_it_is(seed):
    """The search tries them on its own board; costs told before and after are the same."""
    view, loads = random_request(seed)
    found = plan(view, loads, effort=200_000)
    idle = plan(view, [])
    assert found.cost - idle.cost == pytest.approx(sum(each.cost for each in found.loads))
