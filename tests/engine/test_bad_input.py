"""Rows that are wrong: told once to who must mend them; every other equipment is served."""

from dataclasses import replace
import logging
from typing import Any

import pytest

from custom_components.elfe_commande.core.outcome import Outcome
from demo.appliances import Message, ShellyPlug, Topics
from demo.database import PlanRow, insert_plans, pad, quarter
from demo.specs import DeviceSpec, finger, plug
from demo.territory import Equipment
from tests.fixtures_engine import World

from .bench import MODE, furnish, pass_slots, set_row, status_of

GOOD = Equipment(2, "R001", "Bonne", 112, 120, (plug("GOOD"),))
BAD = Equipment(3, "R001", "Mauvaise", 112, 120, (plug("BAD"),))
SCHEMA = "bdd_coordination_schema"
PLUGS = f"{SCHEMA}.equipement_domotique_shellyplugs_shellycloud_v1"


async def cycle_and_check(
    world: World, caplog: pytest.LogCaptureFixture, *problems: str, bad: int = 0
) -> None:
    """Run three cycles: the good one is started, the problems are told, the log is quiet."""
    await world.plan(2, [1])
    await world.plan(3, [1])
    caplog.set_level(logging.INFO, logger="custom_components.elfe_commande")
    await world.start()
    await world.engine.run_cycle()
    assert world.ended(2)[0].result.outcome is Outcome.ACKNOWLEDGED
    assert (await world.row(2))[MODE] == 20
    assert len(world.orders(BAD.devices[0].topics.command)) == bad
    for _ in range(2):
        pass_slots(world, 1)
        await world.engine.run_cycle()
    assert sorted(p.key for p in world.engine.problems) == sorted(problems)
    told = [p for p in world.engine.problems if p.equipment_id == 3]
    assert len(told) == len(problems)
    ours = [r for r in caplog.records if r.name.startswith("custom_components.elfe_commande")]
    assert not [r for r in ours if r.exc_info]
    texts = [r.getMessage() for r in ours if r.levelno >= logging.WARNING]
    assert len(texts) == len(set(texts))


async def test_an_equipment_of_nobody(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await furnish(world, GOOD, BAD)
    await set_row(world, 3, utilisateur=None)
    await cycle_and_check(world, caplog, "missing_home")
    assert 3 not in world.engine.statuses


async def test_a_decision_of_seven(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Anything but zero means on, as the reference reads it; a person is told."""
    await furnish(world, GOOD, replace(BAD, type=131))
    first = quarter(world.clock.now())
    await insert_plans(world.owner, [PlanRow(3, first, pad([7], 1))])
    await world.plan(2, [1])
    await world.start()
    await world.engine.run_cycle()
    assert world.orders(BAD.devices[0].topics.command) == ["on"]
    assert world.ended(2)[0].result.outcome is Outcome.ACKNOWLEDGED
    (problem,) = world.engine.problems
    assert (problem.key, problem.equipment_id) == ("unexpected_decision", 3)
    assert problem.placeholders["values"] == "7"


async def test_a_kind_of_device_nobody_can_talk_to(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    thermometer = DeviceSpec("TH3", 611, 11, Topics("shellies/TH3/sensor/temperature", "x"))
    await furnish(world, GOOD, replace(BAD, devices=(thermometer,)))
    await cycle_and_check(world, caplog, "unsupported_device_type")
    assert world.ended(3)[0].result.reason == "missing_device"


async def test_a_device_without_its_detail_row(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, GOOD, BAD)
    await world.owner.execute(f"DELETE FROM {PLUGS} WHERE equipement_domotique_id = 'BAD'")
    await cycle_and_check(world, caplog, "missing_topics")
    assert (await world.row(3))[MODE] == 30


@pytest.mark.defect("D-24")
async def test_a_device_that_no_scenario_needs_may_be_incomplete(world: World) -> None:
    pair = replace(GOOD, devices=(plug("GOOD"), plug("USELESS", 21)))
    await furnish(world, pair)
    await world.owner.execute(f"DELETE FROM {PLUGS} WHERE equipement_domotique_id = 'USELESS'")
    await world.plan(2, [1])
    await world.start()
    await world.engine.run_cycle()
    assert world.ended(2)[0].result.outcome is Outcome.ACKNOWLEDGED


# The broker's own, a share of others' messages; what Mosquitto cuts its clients off for.
UNUSABLE = ("$SYS/broker/load", "$share/all/a/b", "a\nb", "a\x85b", "a\ufdd0b", "/" * 300)


@pytest.mark.parametrize("topic", ["", "a/#", "+/b", "aucun", "x" * 70_000, *UNUSABLE])
@pytest.mark.parametrize("column", ["topic_mqtt_controle_json", "topic_mqtt_commande_text"])
async def test_a_topic_that_is_none(
    world: World, caplog: pytest.LogCaptureFixture, topic: str, column: str
) -> None:
    await furnish(world, GOOD, BAD)
    await world.owner.execute(
        f"UPDATE {PLUGS} SET {column} = $1 WHERE equipement_domotique_id = 'BAD'", topic
    )
    await cycle_and_check(world, caplog, "invalid_topic")


@pytest.mark.parametrize("topic", ["#", *UNUSABLE])
async def test_a_last_will_that_is_none_costs_only_the_presence(
    world: World, caplog: pytest.LogCaptureFixture, topic: str
) -> None:
    await furnish(world, GOOD, BAD)
    await world.owner.execute(
        f"UPDATE {PLUGS} SET topic_mqtt_lwt = $1 WHERE equipement_domotique_id = 'BAD'", topic
    )
    await cycle_and_check(world, caplog, "invalid_topic", bad=1)
    assert status_of(world, 3).online is None


@pytest.mark.defect("D-25")
async def test_two_devices_with_one_role(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """The lowest id is ordered, always; a person is told."""
    await furnish(world, GOOD, replace(BAD, devices=(plug("ZED"), plug("BAD"))))
    await cycle_and_check(world, caplog, "duplicate_usage", bad=1)
    assert not world.orders(plug("ZED").topics.command)


@pytest.mark.defect("D-27")
async def test_a_typology_of_the_future(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await furnish(world, GOOD, BAD)
    await world.owner.execute(
        f"INSERT INTO {SCHEMA}.equipement_pilote_typologie_installation_domotique"
        " VALUES (777, 'x', 'x', 'x')"
    )
    await set_row(world, 3, typologie_installation_domotique_id=777)
    await cycle_and_check(world, caplog, "unsupported_typology")


@pytest.mark.defect("D-42")
async def test_no_device_at_all(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await furnish(world, GOOD, replace(BAD, devices=()))
    await cycle_and_check(world, caplog, "missing_device")
    assert (await world.row(3))[MODE] == 30


async def test_several_rows_for_one_slot(world: World) -> None:
    """The one written last is followed."""
    await furnish(world, GOOD, BAD)
    first = quarter(world.clock.now())
    await insert_plans(
        world.owner,
        [
            PlanRow(2, first, pad([0])),
            PlanRow(2, first, pad([1])),
            PlanRow(3, first, pad([1])),
            PlanRow(3, first, pad([0, 1])),
        ],
    )
    await world.start()
    await world.engine.run_cycle()
    assert world.orders(GOOD.devices[0].topics.command) == ["on"]
    assert world.orders(BAD.devices[0].topics.command) == ["off"]


@pytest.mark.parametrize("slots", [-96, -5000, 1, 96, 100_000])
async def test_a_plan_of_another_day(world: World, slots: int) -> None:
    await furnish(world, GOOD, replace(BAD, type=131))
    for number in (2, 3):
        await world.plan(number, [1], offset=slots, fill=1)
    await world.start()
    await world.engine.run_cycle()
    assert world.orders(GOOD.devices[0].topics.command) == ["off"]
    assert not world.orders(BAD.devices[0].topics.command)


async def test_a_plan_for_nobody_or_for_what_is_not_driven(world: World) -> None:
    await furnish(world, GOOD, replace(BAD, mode=1))
    rows = [PlanRow(n, quarter(world.clock.now()), pad([1])) for n in (2, 3, 0, -1, 2**31 - 1)]
    await insert_plans(world.owner, rows)
    await world.start()
    report = await world.engine.run_cycle()
    assert (report.equipments, report.ordered) == (2, 1)
    assert not world.orders(BAD.devices[0].topics.command)


async def test_values_of_other_enumerations(world: World) -> None:
    """Ids that the enumerations did not have are shown, never driven."""
    await furnish(world, GOOD, BAD)
    for table in (
        "equipement_pilote_ou_mesure_mode",
        "equipement_pilote_etat_controle",
        "equipement_pilote_etat_commande",
    ):
        await world.owner.execute(f"INSERT INTO {SCHEMA}.{table} VALUES (99999, 'x', 'x', 'x')")
    values: dict[str, Any] = {"etat_controle_id": 99999, "etat_commande_id": 99999}
    await set_row(world, 3, **{MODE: 99999}, **values)
    await world.plan(3, [1])
    await world.start()
    await world.engine.run_cycle()
    assert not world.orders(BAD.devices[0].topics.command)
    assert status_of(world, 3).decision.reason == "unknown_mode"


async def delete_bad(world: World) -> None:
    """Delete the rows of an equipment, its devices' first."""
    for table, column, value in (
        ("equipement_domotique_shellyplugs_shellycloud_v1", "equipement_domotique_id", "BAD"),
        ("equipement_domotique", "id", "BAD"),
        ("equipement_pilote_machine_generique_cycle", "id", 3),
        ("equipement_pilote_machine_generique", "id", 3),
        ("equipement_pilote_ou_mesure", "id", 3),
    ):
        await world.owner.execute(f"DELETE FROM {SCHEMA}.{table} WHERE {column} = $1", value)


async def test_an_equipment_that_is_deleted_while_it_runs(world: World) -> None:
    await furnish(world, GOOD, BAD)
    await world.start()
    await world.engine.run_cycle()
    await delete_bad(world)
    await world.plan(2, [1])
    await world.engine.run_cycle()
    assert set(world.engine.statuses) == {2}
    assert world.ended(2)[-1].result.outcome is Outcome.ACKNOWLEDGED


async def test_one_that_the_portal_tells_of_as_it_is_deleted(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await furnish(world, GOOD, BAD)
    await world.start()
    await delete_bad(world)
    world.fleet.say([Message("viriya/update/3", "")])
    await world.settled()
    assert not world.orders(BAD.devices[0].topics.command)
    assert not [each for each in caplog.records if each.exc_info]


async def test_a_finger_and_a_plug_that_changed_their_topics(world: World) -> None:
    """Topics come from the tables, at every cycle."""
    await furnish(world, GOOD, replace(BAD, typology=130, devices=(plug("M3", 21), finger("F3"))))
    await world.start()
    await world.engine.run_cycle()
    moved = plug("MOVED")
    await world.owner.execute(
        f"UPDATE {PLUGS} SET topic_mqtt_controle_json = $1, topic_mqtt_commande_text = $2"
        " WHERE equipement_domotique_id = 'GOOD'",
        moved.topics.control,
        moved.topics.command,
    )
    device = ShellyPlug("MOVED", moved.topics)
    await world.fleet.add(device)
    await world.plan(2, [1])
    await world.engine.run_cycle()
    assert world.ended(2)[-1].result.outcome is Outcome.ACKNOWLEDGED
    assert device.orders == 1
