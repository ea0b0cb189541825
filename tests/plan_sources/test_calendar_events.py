"""Calendars: which appliance an event means, and which quarter-hours."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, Owner
from custom_components.elfe_commande.sources.plans import (
    PLAN_SOURCES,
    Answer,
    Ask,
    Events,
    Finding,
    Followed,
    Reading,
)

CALENDAR = PLAN_SOURCES["calendar"]
PARIS = ZoneInfo("Europe/Paris")
HEATER, WASHER, CELLAR = EquipmentId(1), EquipmentId(2), EquipmentId(3)
LOADS = (
    Followed(HEATER, {}, ("Ballon d’eau chaude", "Été")),
    Followed(WASHER, {}, ("Lave-linge",)),
    Followed(CELLAR, {}, ("Lave-linge cave",)),
)
MORNING = "2026-06-16T08:03:00+02:00"


def event(summary: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {"summary": summary, "start": start, "end": end, **more}


def read(*events: Any, now: str = MORNING, loads: tuple[Followed, ...] = LOADS) -> Reading:
    ask = Ask({"calendar": "calendar.home"}, loads, datetime.fromisoformat(now).timestamp(), PARIS)
    return CALENDAR.read(ask, [Answer(200, list(events))])


def planned(reading: Reading) -> dict[int, list[str]]:
    """Return when each appliance runs, by the clocks of Paris; those that are planned at all."""
    found = {}
    for plan in reading.plans:
        if not plan.withdrawn:
            day = DayPlan(plan.equipment_id, plan.first_valid, plan.decisions)
            found[plan.equipment_id] = [f"{at(start)}-{at(end)}" for start, end in day.runs()]
    return found


def at(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, PARIS):%d %H:%M}"


def test_it_asks_for_the_coming_day():
    now = datetime.fromisoformat(MORNING).timestamp()
    start = int(now) - 180
    (question,) = CALENDAR.questions(Ask({"calendar": "calendar.home"}, LOADS, now, PARIS))
    assert question == Events("calendar.home", start, start + DAY * SLOT)
    assert CALENDAR.owner is Owner.CALENDAR


def test_an_event_has_an_appliance_run():
    reading = read(
        event("Lave-linge", "2026-06-16T14:00:00+02:00", "2026-06-16T16:00:00+02:00"),
        event("Dentiste", "2026-06-16T10:00:00+02:00", "2026-06-16T11:00:00+02:00"),
    )
    assert reading.finding is Finding.OK
    assert planned(reading) == {WASHER: ["16 14:00-16 16:00"]}
    assert {plan.made_at for plan in reading.plans} == {None}
    assert {len(plan.decisions) for plan in reading.plans} == {DAY}


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("lave linge", {WASHER}),
        ("LAVE-LINGE !", {WASHER}),
        ("Faire tourner le lave-linge avant midi", {WASHER}),
        ("Lave-linge cave", {CELLAR}),
        ("Lave-linge et lave-linge cave", {WASHER, CELLAR}),
        ("Ballon d'eau chaude + lave-linge", {HEATER, WASHER}),
        ("ete", {HEATER}),
        ("Étéocle", set()),
        ("Lave-linges", set()),
        ("", set()),
        (None, set()),
    ],
)
def test_titles_that_name_an_appliance(title, meant):
    """Its name or a label, as whole words; within a longer name a shorter one is none."""
    reading = read(event(title, "2026-06-16T14:00:00+02:00", "2026-06-16T16:00:00+02:00"))
    assert set(planned(reading)) == meant


def test_words_take_the_place_of_names():
    loads = (Followed(HEATER, {"words": ["heures creuses", "HC"]}, ("Ballon",)), LOADS[1])
    day = ("2026-06-16T14:00:00+02:00", "2026-06-16T16:00:00+02:00")
    assert set(planned(read(event("Heures  creuses", *day), loads=loads))) == {HEATER}
    assert set(planned(read(event("hc", *day), loads=loads))) == {HEATER}
    assert planned(read(event("Ballon", *day), loads=loads)) == {}
    # What a pattern would mean is a text here.
    strange = (Followed(HEATER, {"words": [".*", "(", "  "]}, ("Ballon",)),)
    assert planned(read(event("Dentiste", *day), loads=strange)) == {}


def test_whole_days_and_events_that_began_before():
    assert planned(read(event("Été", "2026-06-16", "2026-06-17"))) == {
        HEATER: ["16 08:00-17 00:00"]
    }
    assert planned(read(event("Été", "2026-06-10", "2026-07-01"))) == {
        HEATER: ["16 08:00-17 08:00"]
    }
    over_night = event("Été", "2026-06-15T22:00:00+02:00", "2026-06-16T10:00:00+02:00")
    assert planned(read(over_night)) == {HEATER: ["16 08:00-16 10:00"]}


def test_neighbours_are_left_out():
    """Some calendars answer with more than was asked for."""
    reading = read(
        event("Été", "2026-06-16T06:00:00+02:00", "2026-06-16T07:00:00+02:00"),
        event("Été", "2026-06-17T09:00:00+02:00", "2026-06-17T10:00:00+02:00"),
    )
    assert (reading.finding, planned(reading)) == (Finding.NOTHING, {})


def test_events_that_recur_and_overlap_are_joined():
    reading = read(
        event("Été", "2026-06-16T12:00:00+02:00", "2026-06-16T13:00:00+02:00"),
        event("Été", "2026-06-16T12:30:00+02:00", "2026-06-16T14:00:00+02:00"),
        event("Été", "2026-06-17T07:00:00+02:00", "2026-06-17T09:00:00+02:00"),
    )
    assert planned(reading) == {HEATER: ["16 12:00-16 14:00", "17 07:00-17 08:00"]}


@pytest.mark.parametrize(
    ("start", "end", "run"),
    [
        ("14:07", "15:08", "14:00-15:15"),
        ("14:08", "15:07", "14:15-15:00"),
        # As short as a start is: the quarter-hour in which it begins.
        ("14:20", "14:20", "14:15-14:30"),
        ("14:10", "14:13", "14:00-14:15"),
    ],
)
def test_quarter_hours_of_which_half_is_covered(start, end, run):
    found = event("Été", f"2026-06-16T{start}:00+02:00", f"2026-06-16T{end}:00+02:00")
    (runs,) = planned(read(found)).values()
    assert [each.replace("16 ", "") for each in runs] == [run]


def test_zones_and_clocks_that_change():
    # New York's two o'clock is eight in Paris.
    abroad = event("Été", "2026-06-16T02:00:00-04:00", "2026-06-16T03:00:00-04:00")
    assert planned(read(abroad)) == {HEATER: ["16 08:00-16 09:00"]}
    # Without an offset it is local time.
    local = event("Été", "2026-06-16T10:00:00", "2026-06-16 11:00:00")
    assert planned(read(local)) == {HEATER: ["16 10:00-16 11:00"]}


@pytest.mark.parametrize(
    ("night", "hours"), [("2026-10-24T23:00:00+02:00", 25), ("2027-03-27T23:00:00+01:00", 23)]
)
def test_a_whole_day_has_as_many_hours_as_it_has(night, hours):
    """From its midnight to the next: 25 hours in autumn, of which a plan holds 23 here."""
    day = datetime.fromisoformat(night).date()
    sunday, monday = day.replace(day=day.day + 1), day.replace(day=day.day + 2)
    (plan,) = (
        p for p in read(event("Été", str(sunday), str(monday)), now=night).plans if not p.withdrawn
    )
    assert plan.decisions.find(1) == 4
    assert plan.decisions.count(1) == min(hours * 4, DAY - 4)
    if hours == 23:
        assert not any(plan.decisions[4 + 23 * 4 :])


def test_what_the_calendar_does_not_name_is_not_planned():
    """No plan at all, rather than off all day: the appliance's other rules go on."""
    reading = read()
    assert reading.finding is Finding.NOTHING
    assert {plan.withdrawn for plan in reading.plans} == {True}


def test_cancelled_events_are_none():
    day = ("2026-06-16T14:00:00+02:00", "2026-06-16T16:00:00+02:00")
    assert planned(read(event("Été", *day, status="CANCELLED"))) == {}
    assert planned(read(event("Été", *day, status="tentative"))) != {}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, None),
        Answer(200, {}),
        Answer(200, [None]),
        Answer(200, [{}]),
        Answer(200, [event("Été", "soon", "2026-06-17")]),
        Answer(200, [event("Été", "2026-06-17", "2026-06-16")]),
        Answer(200, [{"summary": "Été", "start": 5, "end": 6}]),
        Answer(200, [event("Été", "0001-01-01", "9999-12-31")]),
        Answer(200, [event("Été", "2026-06-17", "2026-06-18")] * 2001),
    ],
)
def test_half_a_calendar_is_none(answer):
    now = datetime.fromisoformat(MORNING).timestamp()
    reading = CALENDAR.read(Ask({"calendar": "calendar.home"}, LOADS, now, PARIS), [answer])
    assert reading.finding in {Finding.UNREADABLE, Finding.OK}
    assert reading.finding is Finding.UNREADABLE or answer.body[0]["end"] == "9999-12-31"


@pytest.mark.parametrize(
    ("status", "finding"), [(None, Finding.AWAY), (404, Finding.GONE), (500, Finding.REFUSED)]
)
def test_a_calendar_that_does_not_answer(status, finding):
    now = datetime.fromisoformat(MORNING).timestamp()
    ask = Ask({"calendar": "calendar.home"}, LOADS, now, PARIS)
    assert CALENDAR.read(ask, [Answer(status)]) == Reading(finding)
