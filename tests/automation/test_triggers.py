"""Triggers, each in a real automation: what they hear, say and leave out."""

from dataclasses import replace

import pytest

from custom_components.elfe_commande.core.decision import Source
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.model import Constraints, EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.plan import DAY, DayPlan
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.devices.identifiers import home_identifier
from custom_components.elfe_commande.engine.ground.events import (
    EquipmentChanged,
    LifecycleChanged,
    PlanReceived,
    PortalUpdated,
)
from tests.entities.conftest import Start
from tests.entities.world import ANNA, ENTRY_ID, START, status_of

from .conftest import Automate
from .told import (
    about,
    device_id,
    mode_changed,
    order_ended,
    plugged,
    report,
    tell,
    touched,
    variables,
    wanted_by,
)

# -------------------------------------------------------------------------- what they say


async def test_mode_changed(start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate({"trigger": "elfe_commande.mode_changed"})

    await tell(world, mode_changed(origin=Origin.DASHBOARD, user_id=ANNA))

    assert variables(runs[0]) == about(world, 1) | {
        "before": "piloted",
        "after": "manual",
        "origin": "dashboard",
        "user_id": ANNA,
    }
    assert runs[0].data["trigger"]["description"] == "mode changed of Machine 1"
    assert len(runs) == 1


async def test_mode_changed_leaves_out_what_is_not_chosen(start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate(
        {
            "trigger": "elfe_commande.mode_changed",
            "options": {"from": "piloted", "to": ["manual"], "origin": ["screen", "portal"]},
        }
    )

    await tell(
        world,
        mode_changed(origin=Origin.EMS),
        mode_changed(modes=(Mode.MANUAL, Mode.PILOTED)),
        mode_changed(modes=(Mode.DISABLED, Mode.MANUAL)),
        mode_changed(modes=(42, Mode.MANUAL)),
        mode_changed(origin=Origin.PORTAL),
    )

    assert [run.data["trigger"]["origin"] for run in runs] == ["portal"]


async def test_order_failed(start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate({"trigger": "elfe_commande.order_failed"})

    await tell(
        world,
        order_ended(will_retry=True),
        order_ended(outcome=Outcome.ACKNOWLEDGED),
        order_ended(outcome=Outcome.SKIPPED),
        order_ended(),
        order_ended(outcome=Outcome.DOUBTFUL),
    )

    assert [run.data["trigger"]["outcome"] for run in runs] == ["failed", "doubtful"]
    assert variables(runs[0]) == about(world, 1) | {
        "act": "start",
        "act_text": "Start",
        "outcome": "failed",
        "reason": "silent",
        "reason_text": "The device did not answer",
        "origin": "ems",
        "origin_text": "Plan",
        "source": "ems",
        "tries": 3,
        "latency": None,
        "will_retry": False,
        "user_id": None,
    }


async def test_what_a_person_asked_for_counts_at_its_first_try(start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate({"trigger": "elfe_commande.order_failed"})
    asked = {"origin": Origin.DASHBOARD, "source": Source.USER}

    await tell(
        world,
        order_ended(will_retry=True),
        order_ended(will_retry=True, **asked),
        # Its device is away: it was not sent, and is tried again.
        order_ended(outcome=Outcome.SKIPPED, will_retry=True, **asked),
        order_ended(outcome=Outcome.SKIPPED, **asked),
        order_ended(outcome=Outcome.ACKNOWLEDGED, **asked),
    )

    assert [(run.data["trigger"]["origin"], run.data["trigger"]["outcome"]) for run in runs] == [
        ("dashboard", "failed"),
        ("dashboard", "skipped"),
    ]


async def test_order_failed_with_first_tries(start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate(
        {
            "trigger": "elfe_commande.order_failed",
            "options": {"outcome": ["failed", "skipped"], "retried": True},
        }
    )

    await tell(
        world,
        order_ended(will_retry=True),
        order_ended(outcome=Outcome.DOUBTFUL),
        order_ended(outcome=Outcome.SKIPPED),
    )

    assert [run.data["trigger"]["outcome"] for run in runs] == ["failed", "skipped"]


async def test_portal_update(start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate(
        {"trigger": "elfe_commande.portal_update", "options": {"changed": ["wished_end", "mode"]}}
    )
    before = replace(
        world.engine.statuses[EquipmentId(1)].equipment,
        constraints=Constraints(wished_end=0, cycle_duration=3600),
    )
    after = replace(before, constraints=Constraints(wished_end=START, cycle_duration=3600))

    await tell(
        world,
        PortalUpdated(before, after, frozenset({"name"})),
        PortalUpdated(before, after, frozenset({"wished_end", "colour"})),
    )

    assert [variables(run) for run in runs] == [
        about(world, 1)
        | {
            "changed": ["colour", "wished_end"],
            "before": {"wished_end": None},
            "after": {"wished_end": "2026-11-18T11:15:00+00:00"},
        }
    ]


async def test_screen_event(start: Start, automate: Automate):
    world = await start([status_of(1)])
    runs = await automate(
        {
            "trigger": "elfe_commande.screen_event",
            "options": {"plate": "PLATE01", "home": "R001", "page": 2, "object": 5, "event": "up"},
        }
    )

    await tell(world, touched(page=3), touched(event="down"), touched(item=6), touched())

    assert [variables(run) for run in runs] == [
        {
            "plate": "Plate01",
            "home": "R001",
            "device_id": device_id(world.hass, home_identifier(ENTRY_ID, "R001")),
            "config_entry_id": ENTRY_ID,
            "page": 2,
            "object": 5,
            "event": "up",
            "value": 1,
            "text": None,
        }
    ]
    described = runs[0].data["trigger"]["description"]
    assert described == "up of object 5 on page 2 of screen Plate01"


async def test_screen_event_of_any_screen(start: Start, automate: Automate):
    world = await start()
    runs = await automate({"trigger": "elfe_commande.screen_event"})

    await tell(world, touched(), touched(page=7))

    assert [run.data["trigger"]["page"] for run in runs] == [2, 7]
    assert runs[0].data["trigger"]["device_id"] is None


async def test_equipment_started_and_stopped_tell_what_the_meter_says(
    start: Start, automate: Automate
):
    world = await start([plugged(1), status_of(2)])
    runs = await automate(
        [
            {"trigger": "elfe_commande.equipment_started", "id": "started"},
            {"trigger": "elfe_commande.equipment_stopped", "id": "stopped"},
        ]
    )

    # What was never known has not stopped now.
    for power in (2.0, 800.0, 900.0, None, 1.0, 700.0):
        await report(world, 1, power)
    # An order, even a successful one, is no start.
    await tell(world, order_ended(2, Outcome.ACKNOWLEDGED))

    assert [run.data["trigger"]["id"] for run in runs] == ["started", "stopped", "started"]
    assert variables(runs[0]) == about(world, 1) | {
        "mode": "piloted",
        "power": 800.0,
        "source": "ems",
        "reason": "waiting",
    }


async def test_plan_received_tells_once_for_all(start: Start, automate: Automate):
    world = await start([status_of(n) for n in (1, 2, 3)])
    runs = await automate({"trigger": "elfe_commande.plan_received"})

    await tell(world, PlanReceived(frozenset(map(EquipmentId, (3, 1, 9)))))
    await tell(world, PlanReceived(frozenset({EquipmentId(9)})))

    assert [variables(run) for run in runs] == [
        {
            "config_entry_id": ENTRY_ID,
            "equipment_ids": [1, 3],
            "count": 2,
            "plan_start": "2026-11-18T11:15:00+00:00",
        }
    ]
    assert runs[0].data["trigger"]["description"] == "new plan of 2 appliances"


async def test_lifecycle_changed(start: Start, automate: Automate):
    world = await start()
    runs = await automate(
        {"trigger": "elfe_commande.lifecycle_changed", "options": {"to": ["running", "stopped"]}}
    )

    await tell(world, LifecycleChanged(Code.CONNECTED), LifecycleChanged(Code.RUNNING))

    assert [variables(run) for run in runs] == [
        {
            "config_entry_id": ENTRY_ID,
            "name": "Territory",
            "code": 20,
            "state": "running",
            "details": "",
        }
    ]
    assert runs[0].data["trigger"]["description"] == "lifecycle changed of Territory"


# ----------------------------------------------------------------- late, before it is late


IN_TIME = START + 900 + 3600


@pytest.mark.parametrize(
    ("wished_end", "changes", "ready_at"),
    [
        pytest.param(IN_TIME - 60, {}, "2026-11-18T12:30:00+00:00", id="planned too late"),
        pytest.param(IN_TIME, {}, False, id="planned in time"),
        pytest.param(IN_TIME + 60, {"next_start": None}, None, id="never started"),
        pytest.param(START - 60, {"next_start": None}, False, id="end is past"),
        pytest.param(0, {"next_start": None}, False, id="no end"),
        pytest.param(None, {"next_start": None}, False, id="no such value"),
        pytest.param(IN_TIME, {"mode": Mode.MANUAL, "next_start": None}, False, id="manual"),
        pytest.param(IN_TIME, {"control": 60, "next_start": None}, False, id="out of reach"),
        pytest.param(IN_TIME, {"plan": None, "next_start": None}, False, id="no plan yet"),
        pytest.param(START + 1800, {"plan": None}, None, id="no plan, and too late for one"),
    ],
)
async def test_will_be_late(
    start: Start, automate: Automate, freezer, *, wished_end, changes, ready_at
):
    freezer.move_to("2026-11-18T11:15:30+00:00")
    world = await start([status_of(1)])
    runs = await automate({"trigger": "elfe_commande.will_be_late"})
    status = wanted_by(
        1, wished_end, mode=changes.pop("mode", 30), control=changes.pop("control", 25)
    )
    # Made since this end was wished.
    status.plan = replace(status.plan, known_at=START + 60)
    for name, value in changes.items():
        setattr(status, name, value)

    await world.put(status)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))

    assert [run.data["trigger"]["ready_at"] for run in runs] == (
        [] if ready_at is False else [ready_at]
    )
    if runs:
        assert variables(runs[0]).items() >= about(world, 1).items()
        assert runs[0].data["trigger"]["wished_end"].startswith("2026-11-18T1")


@pytest.mark.parametrize("sooner", [60, 300, 800])
async def test_an_earlier_end_is_late_once_a_plan_can_know_of_it(
    start: Start, automate: Automate, freezer, sooner: int
):
    freezer.move_to("2026-11-18T11:15:30+00:00")
    world = await start([wanted_by(1, IN_TIME)])
    runs = await automate({"trigger": "elfe_commande.will_be_late"})

    earlier = wanted_by(1, IN_TIME - sooner)
    await world.put(earlier)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))
    assert runs == []

    earlier.coming = (DayPlan(EquipmentId(1), START + 900, bytes(DAY), 2, START + 31),)
    await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))
    assert len(runs) == 1


async def test_will_be_late_tells_again_after_it_was_in_time(
    start: Start, automate: Automate, freezer
):
    freezer.move_to("2026-11-18T11:15:30+00:00")
    world = await start([wanted_by(1, IN_TIME)])
    runs = await automate({"trigger": "elfe_commande.will_be_late"})
    status = world.engine.statuses[EquipmentId(1)]

    for next_start in (START + 1800, START + 2700, START, START + 1800):
        status.next_start = next_start
        status.plan = DayPlan(status.equipment.id, START, bytes(DAY))
        await tell(world, EquipmentChanged(frozenset({EquipmentId(1)})))

    assert len(runs) == 2
