"""What is expected of rows and orders, and how that is held against what happened."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .corpus import Moment, Scenario, fits
from .reference import Course
from .situation import EPOM, Situation
from .wired import canonical

type Changes = dict[tuple[str, str], dict[str, Any]]
"""Changed columns by table and id."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """One order tried again; `pause` are the seconds each try takes at least before the wait."""

    payload: str
    pause: float


@dataclass(slots=True)
class Expected:
    """Rows and, by command topic, orders: in order, or one that is repeated."""

    rows: Changes = field(default_factory=dict)
    orders: dict[str, list[str] | Repeated] = field(default_factory=dict)


def recorded(scenario: Scenario, moment: Moment) -> Expected:
    """Return what was recorded, messages to screens left out."""
    given = moment.rows(scenario.given)
    expected = Expected(
        rows={
            (table, number): dict(columns)
            for table, rows in scenario.rows.items()
            for number, columns in rows.items()
        }
    )
    expected.rows = changed(given, expected.rows)
    for topic, payload in scenario.orders:
        if topic.startswith(("hasp/", "INDICATEURS/")):
            continue
        orders = expected.orders.setdefault(topic, [])
        assert isinstance(orders, list)
        orders.append(canonical(payload))
    return expected


def from_courses(
    scenario: Scenario, moment: Moment, courses: Iterable[tuple[Situation, Course]]
) -> Expected:
    """Return what these courses of the scenario's equipments amount to."""
    expected = Expected()
    for situation, course in courses:
        expected.rows[EPOM, str(situation.row["id"])] = dict(course.rows)
        for sent in course.orders:
            topic, payload = sent.device.command, sent.device.payload(sent.on)
            assert payload is not None
            if sent.tries is not None:
                assert topic not in expected.orders
                expected.orders[topic] = Repeated(payload, sent.tries)
                continue
            orders = expected.orders.setdefault(topic, [])
            assert isinstance(orders, list)
            orders.append(payload)
    expected.rows = changed(moment.rows(scenario.given), expected.rows)
    return expected


def changed(given: Mapping[str, Sequence[Mapping[str, Any]]], rows: Changes) -> Changes:
    """Leave out the columns that keep the value they had."""
    kept: Changes = {}
    for (table, number), columns in rows.items():
        before = next((r for r in given[table] if str(r["id"]) == number), {})
        differing = {k: v for k, v in columns.items() if v != before.get(k)}
        if differing:
            kept[table, number] = differing
    return kept


@dataclass(slots=True)
class Observed:
    """What happened: changed columns, messages by topic with the seconds they came at."""

    rows: Changes
    orders: dict[str, list[tuple[float, str]]]
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a try may be repeated: the engine's waits, scaled; in seconds."""

    scale: float
    first: float
    longest: float
    window: float

    def tries(self, pause: float) -> tuple[int, list[float]]:
        """Return how many tries fit, and the least wait after each of them."""
        at, backoff = 0.0, self.first
        waits: list[float] = []
        while at + pause + backoff < self.window:
            waits.append(pause + backoff)
            at += pause + backoff
            backoff = min(backoff * 2, self.longest)
        return len(waits) + 1, waits


def differences(expected: Expected, observed: Observed, pace: Pace) -> Iterator[str]:
    """Yield, in words, everything that is not as expected."""
    for key in sorted(expected.rows.keys() | observed.rows.keys()):
        wanted, found = expected.rows.get(key, {}), observed.rows.get(key, {})
        for column in sorted(wanted.keys() | found.keys()):
            if column not in found:
                yield f"{key}: {column} unchanged instead of {wanted[column]}"
            elif column not in wanted:
                yield f"{key}: {column} became {found[column]} and should not change"
            elif not fits(wanted[column], found[column], observed.began, observed.ended):
                yield f"{key}: {column} became {found[column]} instead of {wanted[column]}"
    for topic in sorted(expected.orders.keys() | observed.orders.keys()):
        came = observed.orders.get(topic, [])
        orders = expected.orders.get(topic, [])
        if isinstance(orders, Repeated):
            yield from _repeated(topic, orders, came, pace)
        elif [canonical(payload) for _, payload in came] != orders:
            yield f"{topic}: {[payload for _, payload in came]} instead of {orders}"


def _repeated(
    topic: str, order: Repeated, came: list[tuple[float, str]], pace: Pace
) -> Iterator[str]:
    if other := [payload for _, payload in came if canonical(payload) != order.payload]:
        yield f"{topic}: {other} among the tries of {order.payload}"
    most, waits = pace.tries(order.pause)
    if not min(2, most) <= len(came) <= most:
        yield f"{topic}: {len(came)} tries instead of 2 to {most}"
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(came)]
    for wait, gap in zip(waits, gaps, strict=False):
        # Messages may be noticed late, and the next one less so.
        if gap < 0.7 * wait * pace.scale - 0.05:
            yield f"{topic}: tried again after {gap:.2f} s, before {wait * pace.scale:.2f} s"
