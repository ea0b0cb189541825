"""Quarter-hours are those of unix time; days are local, of 23, 24 or 25 hours."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from custom_components.elfe_commande.planning.horizon import horizon
from custom_components.elfe_commande.planning.planner import plan

from .requests import PARIS, breaches, load, outlook, random_request, slots_of


def midnight(*day):
    return int(datetime(*day, tzinfo=PARIS).timestamp())


@pytest.mark.parametrize(
    ("day", "slots"), [((2027, 3, 28), 92), ((2026, 6, 15), 96), ((2026, 10, 25), 100)]
)
def test_a_local_day_has_its_own_number_of_quarter_hours(day, slots):
    start = midnight(*day)
    ahead = horizon(outlook(now=start, slots=slots + 4, import_price=[0.2] * slots))
    assert ahead.midnights == (slots,)
    price = [0.3] * slots
    price[slots - 4 :] = [0.1] * 4
    found = plan(outlook(now=start, slots=slots, import_price=price), [load()])
    assert slots_of(found.loads[0], start) == list(range(slots - 4, slots))
    end = datetime.fromtimestamp(found.loads[0].runs[0].end, PARIS)
    assert (end.hour, end.minute) == (0, 0)


def test_a_price_unknown_is_that_of_the_same_time_on_the_clock():
    # The day before the clocks go back is known: cheap at 13:00, which is an hour later then.
    start = midnight(2026, 10, 24)
    price = [0.3] * 96
    price[52:56] = [0.1] * 4
    ahead = horizon(outlook(now=start, slots=196, import_price=price))
    cheap = [index for index, cost in enumerate(ahead.buy) if cost < 0.2]
    times = {datetime.fromtimestamp(ahead.instant(index), PARIS).time() for index in cheap}
    assert len(cheap) == 8
    assert sorted(f"{time:%H:%M}" for time in times) == ["13:00", "13:15", "13:30", "13:45"]
    assert cheap[4:] == [96 + 56, 96 + 57, 96 + 58, 96 + 59]


@pytest.mark.parametrize("day", [(2027, 3, 27), (2026, 10, 24)])
def test_time_and_starts_of_a_day_begin_anew_at_local_midnight(day):
    start = midnight(*day) + 20 * 3600
    slots = 140
    view = outlook(now=start, slots=slots, import_price=[0.2] * slots)
    wanted = load(minutes=150, splittable=True, most_minutes=60, most_starts=1)
    found = plan(view, [wanted])
    assert breaches(view, wanted, found.loads[0]) == []
    days = Counter(
        datetime.fromtimestamp(start + slot * 900, PARIS).date()
        for slot in slots_of(found.loads[0], start)
    )
    first = datetime(*day, tzinfo=PARIS).date()
    assert sorted(days) == [first + timedelta(days=n) for n in range(3)]
    assert sorted(days.values()) == [2, 4, 4]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("day", [(2027, 3, 27), (2026, 10, 24)])
def test_every_limit_is_kept_when_clocks_change(day, seed):
    view, loads = random_request(seed)
    start = midnight(*day) + 900 * (seed * 5 % 96)
    shift = start - view.now
    view = replace(view, now=start)
    loads = [
        replace(
            each,
            earliest=None if each.earliest is None else each.earliest + shift,
            latest=None if each.latest is None else each.latest + shift,
        )
        for each in loads
    ]
    found = plan(view, loads, effort=200_000)
    for wanted, each in zip(loads, found.loads, strict=True):
        assert breaches(view, wanted, each) == []


def test_a_plan_becomes_decisions_of_a_day():
    start = midnight(2026, 6, 15)
    found = plan(outlook(now=start, slots=96, import_price=[0.2] * 96), [load(late=True)])
    decisions = found.loads[0].decisions(start)
    assert decisions == bytes(92) + b"\x01" * 4
    assert found.loads[0].decisions(start + 93 * 900, 5) == b"\x01\x01\x01\x00\x00"
    assert found.of(1) is found.loads[0]
    assert found.of(2) is None
