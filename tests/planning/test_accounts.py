"""What the planner says a plan costs is what its days add up to."""

from datetime import date, datetime
import json

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.planning.home.accounts import (
    Share,
    added,
    drawn,
    quarters,
    shared,
)
from custom_components.elfe_commande.planning.home.ledger import Booked, Ledger
from custom_components.elfe_commande.planning.planner import plan
from custom_components.elfe_commande.planning.request import Load, Outlook

from .price_shapes import PARIS

NOON = int(datetime(2026, 6, 14, 12, tzinfo=PARIS).timestamp())
FIRST, SECOND = EquipmentId(1), EquipmentId(2)


def outlook(**other: object) -> Outlook:
    given = {
        "now": NOON,
        "slots": 12,
        "import_price": [0.3] * 6 + [0.2] * 6,
        "export_price": [0.06] * 12,
        "pv": [2500.0] * 5 + [500.0] * 7,
        "base": [300.0] * 12,
    }
    return Outlook(**(given | other))  # type: ignore[arg-type]


LOADS = [
    Load(equipment_id=FIRST, power=1800.0, minutes=70),
    Load(equipment_id=SECOND, power=2000.0, minutes=90, splittable=True),
]


def test_quarters_add_up_to_the_runs():
    ahead = outlook()
    found = plan(ahead, LOADS)
    watts, market = drawn(found, LOADS), {each.at: each for each in quarters(ahead)}
    shares: dict[EquipmentId, list[Share]] = {FIRST: [], SECOND: []}
    for at, loads in watts.items():
        for load, share in shared(market[at], loads).items():
            shares[load].append(share)
    for planned in found.loads:
        total = added(shares[planned.equipment_id])
        assert total.energy == pytest.approx(planned.energy, abs=1e-4)
        assert total.sun == pytest.approx(planned.sun, abs=1e-4)
        assert total.cost == pytest.approx(planned.cost, abs=1e-4)


def test_without_prices_there_is_sun_and_no_cost():
    (quarter, *_) = quarters(outlook(import_price=[]))
    share = shared(quarter, {FIRST: 4400.0})[FIRST]
    assert (share.energy, share.sun, share.cost) == (1.1, pytest.approx(0.55), None)


def ledger() -> Ledger:
    found = Ledger()
    found.foresee(quarters(outlook()))
    found.settle(NOON, {})
    return found


def test_what_was_is_booked_by_how_long_loads_were_on():
    book = ledger()
    task = (FIRST, "a")
    book.settle(NOON + 1800, {task: {NOON: 1800.0, NOON + 900: 900.0, NOON + 1800: 1.0}})
    day = book.day(date(2026, 6, 14), PARIS, [])
    assert day.energy == pytest.approx(0.675)
    assert day.sun == pytest.approx(0.675)
    assert day.cost == pytest.approx(0.675 * 0.06)
    # The same quarter-hours are not booked twice.
    book.settle(NOON + 1800, {task: {NOON: 1800.0}})
    assert book.day(date(2026, 6, 14), PARIS, []) == day


def test_savings_are_against_the_same_energy_at_once():
    book = ledger()
    task = (FIRST, "a")
    book.ask(task, 0.45, 0.14)
    book.ask(task, 0.45, 99.0)
    rest = Booked(NOON + 1800, task, Share(0.45, 0.0, 0.05))
    book.settle(NOON + 900, {task: {NOON: 1800.0}})
    day = book.day(date(2026, 6, 14), PARIS, [rest])
    assert day.cost == pytest.approx(0.45 * 0.06 + 0.05)
    assert day.saved == pytest.approx(2 * 0.14 - 0.45 * 0.06 - 0.05)
    # It ends today: tomorrow knows nothing of it.
    assert book.day(date(2026, 6, 15), PARIS, [rest]).saved is None


def test_what_is_planned_in_the_past_does_not_count():
    book = ledger()
    past = Booked(NOON - 900, (FIRST, "a"), Share(1.0, 0.0, 0.5))
    assert book.day(date(2026, 6, 14), PARIS, [past]).energy == 0


def test_what_a_restart_finds_unbooked_is_booked_then():
    book = ledger()
    task = (FIRST, "a")
    book.watts = {task: 1800.0}
    again = Ledger()
    again.load(json.loads(json.dumps(book.dump())))
    assert again.watts == {task: 1800.0}
    for each in (book, again):
        each.settle(NOON + 900, {task: {NOON: 1800.0}})
    day = date(2026, 6, 14)
    assert again.day(day, PARIS, []) == book.day(day, PARIS, [])
    assert again.day(day, PARIS, []).energy == pytest.approx(0.45)


def test_what_an_earlier_version_kept_has_neither_prices_nor_powers():
    book = ledger()
    kept = book.dump()
    again = Ledger()
    again.load({key: kept[key] for key in ("until", "past", "at_once")})
    assert (again.until, again.watts) == (NOON, {})


def test_it_outlives_a_restart():
    book = ledger()
    task = (FIRST, "a")
    book.ask(task, 0.45, 0.14)
    book.settle(NOON + 900, {task: {NOON: 1800.0}})
    again = Ledger()
    again.load(book.dump())
    day = date(2026, 6, 14)
    assert again.day(day, PARIS, []) == book.day(day, PARIS, [])
    assert again.until == NOON + 900
    again.load({"past": "x"})
    assert again.day(day, PARIS, []) == book.day(day, PARIS, [])
