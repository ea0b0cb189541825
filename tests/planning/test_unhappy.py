"""Bad input ends in a reason for the load it belongs to: never an exception, never another load."""

from dataclasses import replace
from math import inf, nan
from random import Random

import pytest

from custom_components.elfe_commande.planning.planner import Superseded, plan
from custom_components.elfe_commande.planning.request import Outlook
from custom_components.elfe_commande.planning.result import Reason

from .requests import NOON, PARIS, load, only, outlook, random_request, slots_of

QUICK = 300_000
GOOD = load(99, minutes=30)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("power", nan),
        ("power", inf),
        ("power", -100.0),
        ("power", 0.0),
        ("power", ()),
        ("power", (100.0, nan)),
        ("power", (0.0, 0.0)),
        ("power", "a lot"),
        ("minutes", nan),
        ("minutes", inf),
        ("minutes", -5),
        ("minutes", 1e9),
        ("earliest", nan),
        ("latest", nan),
        ("latest", -inf),
        ("minimum_run", nan),
        ("minimum_run", -1),
        ("most_starts", -1),
        ("most_minutes", nan),
        ("most_minutes", -1),
        ("starts_today", -1),
        ("minutes_today", inf),
        ("highest_price", nan),
        ("running_since", nan),
        ("start_cost", -1.0),
        ("start_cost", nan),
        ("missed", nan),
        ("missed", -1),
    ],
)
def test_a_value_without_sense_is_named(field, value):
    bad, good = plan(outlook(), [load(**{field: value}), GOOD]).loads
    assert (bad.reason, bad.detail) == (Reason.INVALID, field)
    assert bad.runs == ()
    assert good.reason is Reason.PLANNED
    assert len(slots_of(good)) == 2


@pytest.mark.parametrize(
    ("values", "reason", "missing", "placed"),
    [
        ({"minutes": 0}, Reason.NOTHING_DUE, 0, 0),
        ({"latest": NOON - 1}, Reason.WINDOW_OVER, 60, 0),
        ({"latest": NOON - 1, "splittable": True}, Reason.WINDOW_OVER, 60, 0),
        ({"latest": NOON + 2700}, Reason.WINDOW_SHORT, 60, 0),
        ({"latest": NOON + 2700, "splittable": True}, Reason.WINDOW_SHORT, 15, 3),
        ({"latest": NOON + 100, "splittable": True}, Reason.WINDOW_SHORT, 60, 0),
        ({"earliest": NOON + 1800, "latest": NOON + 1800}, Reason.INVALID, 0, 0),
        ({"earliest": NOON + 40 * 900}, Reason.LATER, 60, 0),
        ({"earliest": NOON + 30 * 900}, Reason.LATER, 60, 0),
        ({"earliest": NOON + 30 * 900, "splittable": True}, Reason.LATER, 30, 2),
        ({"most_starts": 0, "splittable": True}, Reason.LIMITS, 60, 0),
        ({"most_starts": 0}, Reason.LIMITS, 60, 0),
        ({"most_starts": 1, "starts_today": 1}, Reason.LIMITS, 60, 0),
        ({"most_minutes": 30}, Reason.LIMITS, 60, 0),
        ({"most_minutes": 30, "splittable": True}, Reason.LIMITS, 30, 2),
        (
            {"most_minutes": 30, "minimum_run": 45, "splittable": True},
            Reason.LIMITS,
            60,
            0,
        ),
        ({"highest_price": 0.19}, Reason.TOO_DEAR, 60, 0),
        ({"highest_price": 0.21}, Reason.PLANNED, 0, 4),
        ({"minutes": 9990, "splittable": True}, Reason.LATER, 9510, 32),
        ({"minimum_run": 1e6, "splittable": True}, Reason.PLANNED, 0, 4),
        ({"running_since": NOON + 3600}, Reason.PLANNED, 0, 4),
        ({"missed": 60}, Reason.WINDOW_SHORT, 60, 4),
        ({"missed": 20, "minutes": 0}, Reason.WINDOW_SHORT, 30, 0),
        ({"missed": 60, "earliest": NOON + 40 * 900}, Reason.WINDOW_SHORT, 60, 0),
        ({"power": [500.0] * 4, "running_since": NOON - 7200}, Reason.NOTHING_DUE, 0, 0),
    ],
)
def test_what_has_no_room_says_why(values, reason, missing, placed):
    bad, good = plan(outlook(), [load(**values), GOOD]).loads
    assert (bad.reason, bad.missing, len(slots_of(bad))) == (reason, missing, placed)
    assert good.reason is Reason.PLANNED


def test_an_optional_load_takes_the_part_that_is_cheap():
    price = [0.3] * 10 + [0.1] * 2 + [0.3] * 20
    found = only(outlook(import_price=price), load(splittable=True, highest_price=0.2))
    assert slots_of(found) == [10, 11]
    assert (found.reason, found.missing) == (Reason.TOO_DEAR, 30)


def test_a_window_that_ends_within_the_present_quarter_hour_is_not_stretched():
    # At 12:07 an hour until 13:00 is too long, although the quarter-hour began at 12:00.
    late = outlook(now=NOON + 420)
    assert only(late, load(latest=NOON + 3600)).reason is Reason.WINDOW_SHORT
    assert slots_of(only(late, load(minutes=45, latest=NOON + 3600))) == [0, 1, 2]


@pytest.mark.parametrize(
    "former", [[(NOON, NOON + 3600)], [(NOON - 900, NOON + 2700)]], ids=["begun", "not started"]
)
def test_a_start_that_was_planned_for_the_present_quarter_hour_stays(former):
    # Two seconds after noon an hour until 13:00 is too long, and the order is on its way.
    late = outlook(now=NOON + 2)
    found = only(late, load(latest=NOON + 3600), former={1: former})
    assert (found.reason, slots_of(found)) == (Reason.PLANNED, [0, 1, 2, 3])
    # A later quarter-hour is too late, whatever was planned.
    assert not only(late, load(latest=NOON + 2700), former={1: former}).runs


def test_the_same_load_twice_is_planned_once():
    first, second = plan(outlook(), [load(), load()]).loads
    assert first.reason is Reason.PLANNED
    assert (second.reason, second.detail) == (Reason.INVALID, "equipment_id")


@pytest.mark.parametrize("slots", [0, -3])
def test_without_a_horizon_every_load_says_so(slots):
    found = plan(outlook(slots=slots, import_price=[]), [load()])
    assert found.loads[0].reason is Reason.NO_HORIZON
    assert found.slots == 0


@pytest.mark.parametrize("now", [nan, inf, -5.0, 1e18])
def test_a_present_without_sense_plans_nothing(now):
    assert plan(outlook(now=now), [load()]).loads[0].reason is Reason.NO_HORIZON


def test_no_loads_make_an_empty_plan():
    assert plan(outlook(), []).loads == ()


def test_without_prices_the_sun_counts_and_no_money_is_told():
    pv = [0] * 20 + [1500] * 4 + [0] * 8
    found = plan(Outlook(now=NOON, slots=32, pv=pv), [load()])
    assert slots_of(found.loads[0]) == [20, 21, 22, 23]
    assert not found.priced
    assert (found.cost, found.cost_at_once, found.saved) == (None, None, None)
    (run,) = found.loads[0].runs
    assert (run.cost, run.sun) == (None, 1.0)
    assert found.loads[0].at_once.extra is None
    assert found.loads[0].cost is None


def test_a_price_that_ends_early_is_guessed_from_the_day_before_and_marked():
    # 36 hours from noon, known until midnight tomorrow would be known; here one day of them.
    day = [0.3] * 40 + [0.1] * 8 + [0.3] * 48
    view = outlook(slots=144, import_price=day)
    found = plan(view, [load(earliest=NOON + 100 * 900)])
    assert slots_of(found.loads[0]) == [136, 137, 138, 139]
    assert found.loads[0].runs[0].estimated
    assert found.estimated_from == NOON + 96 * 900
    early = plan(view, [load()])
    assert not early.loads[0].runs[0].estimated


@pytest.mark.parametrize("hole", [None, nan, inf, -inf, 1e300])
def test_holes_are_filled_and_do_no_harm(hole):
    price = [0.3] * 16 + [0.1] * 8 + [0.3] * 8
    price[3] = price[18] = hole
    view = outlook(import_price=price, export_price=[hole] * 32, pv=[hole] * 32, base=[hole] * 32)
    found = plan(view, [load()])
    assert slots_of(found.loads[0]) == [19, 20, 21, 22] or slots_of(found.loads[0]) == [
        20,
        21,
        22,
        23,
    ]
    assert found.estimated_from == NOON + 3 * 900


def test_a_sun_that_is_unknown_is_no_sun_and_below_zero_neither():
    found = plan(outlook(slots=4, import_price=[0.2] * 4, pv=[-500, None, nan, -1]), [load()])
    assert found.loads[0].sun == 0
    assert found.cost == pytest.approx(0.2)


@pytest.mark.parametrize("limit", [nan, inf, -1.0])
def test_a_limit_without_sense_is_none(limit):
    assert not only(outlook(limit=limit), load()).over_limit


@pytest.mark.parametrize("after", [0, 1, 5, 50])
def test_it_is_called_off_at_once_wherever_it_is(after):
    view, loads = random_request(3)
    asked = 0

    def cancelled():
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Superseded):
        plan(view, loads, cancelled=cancelled)
    assert asked == after + 1


def test_without_time_there_is_a_plan_all_the_same():
    view, loads = random_request(3)
    assert len(loads) > 1
    found = plan(view, loads, seconds=0)
    assert not found.complete
    assert found.tried == 0
    assert any(each.runs for each in found.loads)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_raises(seed):
    """Any field of a request that makes sense, replaced by something that may not."""
    rng = Random(seed)
    view, loads = random_request(seed)
    strange = (None, nan, inf, -inf, 0, -1, 1e300, -1e300, 1e-300, NOON, (), (nan,), (1.0, 2.0))
    fields = [name for name in type(loads[0]).__dataclass_fields__ if name != "equipment_id"]
    optional = {"earliest", "latest", "most_starts", "most_minutes", "highest_price"}
    for _ in range(4):
        number = rng.randrange(len(loads))
        name = rng.choice(fields)
        value = rng.choice(strange)
        if value is None and name not in optional:
            continue
        loads[number] = replace(loads[number], **{name: value})
    series = rng.choice(("import_price", "export_price", "pv", "base"))
    bad = [rng.choice((None, nan, inf, -1e300, 0.1)) for _ in range(rng.randrange(200))]
    view = replace(view, **{series: bad, "limit": rng.choice((None, nan, 0.0, 1e300))})
    found = plan(view, [*loads, GOOD], effort=QUICK, former={0: [(NOON, NOON - 5), (0, 10**12)]})
    assert len(found.loads) == len(loads) + 1
    assert found.loads[-1].reason is Reason.PLANNED


def test_a_zone_of_quarter_hours_and_the_present_anywhere_in_one():
    found = plan(outlook(now=NOON + 899.9, zone=PARIS), [load()])
    assert found.start == NOON
