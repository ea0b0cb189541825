"""One load alone is placed exactly: as good as trying every way."""

from itertools import combinations, pairwise
from random import Random

import pytest

from custom_components.elfe_commande.planning.planner import plan
from custom_components.elfe_commande.planning.result import HomePlan, LoadPlan, Run

from .requests import NOON, breaches, cost_of, load, only, outlook, slots_of


def plan_of(view, wanted, slots):
    """Return the plan that runs a load in these quarter-hours."""
    cuts = [0, *(i for i in range(1, len(slots)) if slots[i] > slots[i - 1] + 1), len(slots)]
    runs = tuple(
        Run(NOON + 900 * slots[a], NOON + 900 * (slots[b - 1] + 1), 0, 0, 0, estimated=False)
        for a, b in pairwise(cuts)
        if a < b
    )
    return HomePlan(NOON, view.slots, (LoadPlan(wanted.equipment_id, "planned", runs),))


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_cheaper(seed):
    rng = Random(seed)
    slots, due = rng.randint(8, 11), rng.randint(2, 5)
    # Across midnight, so that limits of a day matter.
    view = outlook(
        now=NOON + 12 * 3600 - 900 * rng.randint(0, slots),
        slots=slots,
        import_price=[rng.choice((0.1, 0.2, 0.3, -0.1)) for _ in range(slots)],
        export_price=[rng.choice((0.0, 0.05, 0.25)) for _ in range(slots)],
        pv=[rng.choice((0, 500, 1500)) for _ in range(slots)],
        base=[rng.choice((100, 600)) for _ in range(slots)],
    )
    wanted = load(
        power=1000.0,
        minutes=15 * due,
        splittable=rng.random() < 0.8,
        minimum_run=rng.choice((0, 15, 30, 45)),
        most_starts=rng.choice((None, 1, 2)),
        most_minutes=rng.choice((None, 30, 45, 60)),
        starts_today=rng.choice((0, 0, 1)),
        minutes_today=rng.choice((0, 0, 15)),
    )
    start = int(view.now)
    ways = []
    for count in range(due, 0, -1):
        for chosen in combinations(range(slots), count):
            shifted = [slot + (start - NOON) // 900 for slot in chosen]
            way = plan_of(view, wanted, shifted)
            if breaches(view, wanted, way.loads[0]) in ([], [MISSING.format(count, due)]):
                ways.append(cost_of(view, [wanted], way))
        if ways:
            break
    found = plan(view, [wanted])
    assert breaches(view, wanted, found.loads[0]) == []
    if not ways:
        assert not found.loads[0].runs
    elif wanted.splittable or count == due:
        assert len(slots_of(found.loads[0])) == count
        assert found.cost == pytest.approx(min(ways), abs=1e-9)


MISSING = "{} of {} placed, 0.0 min missing"


def test_a_profile_meets_the_sun_where_it_is_strongest():
    # 100 W, 2000 W, 100 W: the middle belongs into the one sunny quarter-hour.
    pv = [0] * 32
    pv[10] = 2200
    found = only(outlook(pv=pv), load(power=[100.0, 2000.0, 100.0]))
    assert slots_of(found) == [9, 10, 11]
    assert found.energy == pytest.approx(0.55)
    assert found.sun == pytest.approx(0.5)


def test_the_last_quarter_hour_of_a_run_counts_as_far_as_it_goes():
    found = only(outlook(), load(minutes=50))
    assert len(slots_of(found)) == 4
    assert found.energy == pytest.approx(50 / 60, abs=1e-4)
    assert found.cost == pytest.approx(0.2 * 50 / 60, abs=1e-4)


@pytest.mark.parametrize(("late", "slots"), [(False, range(4)), (True, range(28, 32))])
@pytest.mark.parametrize("splittable", [False, True])
def test_equal_costs_leave_one_run_at_the_wanted_end(late, slots, splittable):
    found = only(outlook(), load(late=late, splittable=splittable))
    assert slots_of(found) == list(slots)


def test_a_start_that_costs_joins_runs_that_gain_less():
    price = [0.2] * 32
    price[5] = price[9] = 0.19
    apart = only(outlook(import_price=price), load(minutes=30, splittable=True))
    joined = only(outlook(import_price=price), load(minutes=30, splittable=True, start_cost=0.005))
    assert slots_of(apart) == [5, 9]
    assert slots_of(joined) in ([4, 5], [5, 6], [8, 9], [9, 10])


def test_a_run_under_way_is_no_start():
    # Two cheap quarter-hours right after what is under way, three cheaper ones later.
    price = [0.3] * 32
    price[1] = price[2] = 0.1
    price[20:23] = [0.05] * 3
    wanted = load(minutes=60, splittable=True, minimum_run=15, running_since=NOON - 60)
    found = only(outlook(import_price=price), wanted)
    assert slots_of(found) == [0, 20, 21, 22]
    bound = load(
        minutes=60,
        splittable=True,
        minimum_run=15,
        running_since=NOON - 60,
        most_starts=1,
        starts_today=1,
    )
    assert slots_of(only(outlook(import_price=price), bound)) == [0, 1, 2, 3]
