"""The web portal: it wrote the tables, we follow what it changed."""

import asyncio
from typing import Any
from unittest.mock import AsyncMock

import pytest

from custom_components.elfe_commande.core.wish import Intent, Origin
from custom_components.elfe_commande.engine.ground.events import (
    ModeChanged,
    OrderEnded,
    PortalUpdated,
)
from custom_components.elfe_commande.engine.ground.ports import StorageUnreachableError
from demo.appliances import Behaviour
from demo.database import SCHEMA
from demo.territory import MANUAL, PILOTED
from tests.fixtures_engine import World

from .bench import (
    COMMAND,
    CONTROL,
    MODE,
    events_of,
    impatient,
    set_row,
    status_of,
    stubborn,
    until,
    until_row,
)
from .wall import (
    CYCLES,
    HALL,
    KITCHEN,
    MACHINES,
    NEIGHBOUR,
    WASHER,
    Wall,
    announce,
    dryer,
    machine_page,
    together,
    washer,
)

TOPIC = f"viriya/update/{WASHER}"


@pytest.mark.parametrize(
    ("before", "after", "order", "command"),
    [(MANUAL, PILOTED, "off", 11), (PILOTED, MANUAL, "on", 13)],
)
async def test_a_changed_mode_is_carried_out_and_shown_on_all_screens(
    world: World, before: int, after: int, order: str, command: int
) -> None:
    wall = await Wall.of(world, washer(mode=before, hours_ahead=-30.0), dryer())
    end = await wall.end()
    await set_row(world, WASHER, **{MODE: after})
    wall.say(TOPIC)
    await wall.refreshed(HALL, KITCHEN)
    assert wall.orders("X7") == [order]
    row = await world.row(WASHER)
    assert (row[MODE], row[COMMAND]) == (after, command)
    # Unlike a switch of a screen, it moves no end.
    assert await wall.end() == end
    expected = machine_page(3, end, piloted=after == PILOTED)
    assert wall.lines(HALL)[-9:] == wall.lines(KITCHEN)[-9:] == expected
    assert wall.lines(NEIGHBOUR) == []
    (told,) = events_of(world, PortalUpdated)
    assert "mode" in told.changed
    assert told.before.state.mode == before
    (changed,) = events_of(world, ModeChanged)
    assert (changed.after, changed.origin) == (after, Origin.PORTAL)


async def test_a_plug_that_was_exchanged_with_the_mode_is_the_one_that_is_ordered(
    world: World,
) -> None:
    """What the tables say of the devices is read with it: the one before is another load's now."""
    wall = await Wall.of(world, washer(mode=MANUAL), dryer(mode=MANUAL))
    topics = "topic_mqtt_controle_json, topic_mqtt_commande_text, topic_mqtt_lwt"
    table = f"{SCHEMA}.equipement_domotique_shellyplugs_shellycloud_v1"
    await world.owner.execute(
        f"UPDATE {table} SET ({topics}) = (SELECT {topics} FROM {table}"
        " WHERE equipement_domotique_id = 'X8') WHERE equipement_domotique_id = 'X7'"
    )
    await set_row(world, WASHER, **{MODE: PILOTED})
    wall.say(TOPIC)
    await until(lambda: wall.orders("X8"), "the order")
    await until_row(world, WASHER, **{MODE: PILOTED, COMMAND: 11})
    assert (wall.orders("X7"), wall.orders("X8")) == ([], ["off"])


async def test_a_mode_that_nothing_can_be_done_about_is_said_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    wall = await Wall.of(world, washer(typology=110))
    await set_row(world, WASHER, **{MODE: MANUAL})
    wall.say(TOPIC)
    await until(lambda: events_of(world, PortalUpdated), "the update")
    await world.settled()
    assert f"Portal, equipment {WASHER}: unsupported_typology" in caplog.text
    assert (await world.row(WASHER))[MODE] == MANUAL


async def test_a_mode_told_twice_is_ordered_once(world: World) -> None:
    wall = await Wall.of(world, washer())
    await set_row(world, WASHER, **{MODE: MANUAL})
    for _ in range(3):
        wall.say(TOPIC)
    await wall.refreshed(HALL)
    wall.say(TOPIC, "again")
    await wall.refreshed(HALL)
    assert wall.orders("X7") == ["on"]


@pytest.mark.defect("D-65")
@pytest.mark.parametrize("mode", [MANUAL, PILOTED])
async def test_changed_wishes_alone_order_nothing(world: World, mode: int) -> None:
    wall = await Wall.of(world, washer(mode=mode))
    before = await world.row(WASHER)
    end = wall.next_at(4, 15)
    await wall.change(MACHINES, WASHER, timestamp_de_fin_souhaite=end)
    await wall.change(CYCLES, WASHER, duree_cycle=9000)
    wall.say(TOPIC)
    await wall.refreshed(HALL, KITCHEN)
    assert wall.orders("X7") == []
    assert await world.row(WASHER) == before
    expected = machine_page(3, end, 9000, piloted=mode == PILOTED)
    assert wall.lines(HALL) == wall.lines(KITCHEN) == expected
    (told,) = events_of(world, PortalUpdated)
    assert told.changed == {"wished_end", "cycle_duration"}
    assert told.before.constraints.cycle_duration == 5400
    assert (told.after.constraints.wished_end, told.after.constraints.cycle_duration) == (end, 9000)


@pytest.mark.defect("D-65")
@pytest.mark.parametrize("before", [MANUAL, PILOTED])
@pytest.mark.parametrize("mode", [1, 10, 70, 80])
async def test_what_is_disabled_or_removed_is_never_switched_on(
    world: World, before: int, mode: int
) -> None:
    wall = await Wall.of(world, washer(mode=before))
    await set_row(world, WASHER, **{MODE: mode})
    row = await world.row(WASHER)
    wall.say(TOPIC)
    await world.settled()
    assert wall.orders("X7") == []
    assert await world.row(WASHER) == row
    assert events_of(world, OrderEnded) == []
    if mode == 70:
        assert wall.screen(KITCHEN).shown(3, 3) == {"val": 0}
    # Nor when it is handed back in a mode that was ordered for before.
    await set_row(world, WASHER, **{MODE: before})
    wall.say(TOPIC)
    await wall.refreshed(HALL, KITCHEN)
    assert wall.screen(HALL).shown(3, 3) == {"val": int(before == PILOTED)}


@pytest.mark.defect("D-65")
async def test_in_communication_error_it_is_left_alone(world: World) -> None:
    wall = await Wall.of(world, washer())
    await set_row(world, WASHER, **{MODE: MANUAL, CONTROL: 60})
    row = await world.row(WASHER)
    wall.say(TOPIC)
    await world.settled()
    assert wall.orders("X7") == []
    assert await world.row(WASHER) == row


async def test_the_mode_it_wrote_stays_when_the_device_is_silent(world: World) -> None:
    wall = await Wall.of(world, washer(mode=MANUAL), timing=impatient(0.2))
    wall.household.devices["X7"].behaviour = Behaviour.SILENT
    await set_row(world, WASHER, **{MODE: PILOTED})
    wall.say(TOPIC)
    await wall.refreshed(HALL, KITCHEN)
    row = await world.row(WASHER)
    assert (row[MODE], row[COMMAND]) == (PILOTED, 30)
    assert wall.screen(HALL).shown(3, 3) == {"val": 1}


async def test_a_retained_update_is_not_replayed_by_a_start(world: World) -> None:
    await announce(world, TOPIC, "1")
    try:
        wall = await Wall.of(world, washer())
        assert wall.orders("X7") == []
        assert events_of(world, PortalUpdated) == []
    finally:
        await announce(world, TOPIC, "")


@pytest.mark.defect("D-66")
async def test_nothing_is_printed(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    wall = await Wall.of(world, washer())
    capfd.readouterr()
    wall.say(TOPIC)
    await wall.refreshed(HALL)
    for number in ("999", "-1", "0", "abc", "2147483648", "7/8"):
        wall.say(f"viriya/update/{number}")
    world.fleet.recorder.clear()
    await wall.nothing()
    assert capfd.readouterr() == ("", "")
    assert len(events_of(world, PortalUpdated)) == 1


async def test_a_mode_changed_on_a_screen_is_no_change_of_the_portal(world: World) -> None:
    wall = await Wall.of(world, washer(), timing=together())
    wall.turn(HALL, 3, 0)
    await wall.refreshed(HALL)
    assert wall.orders("X7") == ["on"]
    wall.say(TOPIC)
    await wall.refreshed(HALL)
    assert wall.orders("X7") == ["on"]


async def test_a_mode_that_could_not_be_read_is_carried_out_once_it_can_be(world: World) -> None:
    """The portal reaches the database, and for a moment this engine does not."""
    storage = stubborn(world)
    wall = await Wall.of(world, washer())
    await set_row(world, WASHER, **{MODE: MANUAL})
    storage.failures["all"] = StorageUnreachableError("gone")
    read = AsyncMock(side_effect=StorageUnreachableError("gone"))
    real, storage.read_equipments = storage.read_equipments, read  # type: ignore[method-assign]
    wall.say(TOPIC)
    await until(lambda: read.called, "the reading")
    await world.settled()
    assert wall.orders("X7") == []

    storage.failures.clear()
    storage.read_equipments = real  # type: ignore[method-assign]
    await world.engine.run_cycle()

    await until(lambda: wall.orders("X7") == ["on"], "the order")
    await until_row(world, WASHER, **{MODE: MANUAL, CONTROL: 15, COMMAND: 13})
    await until(lambda: events_of(world, PortalUpdated), "what is told of it")
    (changed,) = events_of(world, PortalUpdated)
    assert changed.after.state.mode == MANUAL


@pytest.mark.parametrize(
    ("intent", "order"), [(Intent.TO_MANUAL, "on"), (Intent.FORCED_OFF, "off")]
)
async def test_a_word_that_waits_to_be_written_is_not_undone(
    world: World, intent: Intent, order: str
) -> None:
    """The row is as before what a person chose, and only its wished end is of the portal."""
    storage = stubborn(world)
    wall = await Wall.of(world, washer())
    storage.failures["write"] = StorageUnreachableError("gone")
    await world.wish(WASHER, intent)
    end = wall.next_at(4, 15)
    await wall.change(MACHINES, WASHER, timestamp_de_fin_souhaite=end)

    wall.say(TOPIC)

    await until(lambda: events_of(world, PortalUpdated), "what is told of it")
    (told,) = events_of(world, PortalUpdated)
    assert told.changed == {"wished_end"}
    await world.recorded()
    assert wall.orders("X7") == [order]
    assert status_of(world, WASHER).equipment.state.mode == MANUAL
    storage.failures.clear()
    await until_row(world, WASHER, **{MODE: MANUAL})
    await world.settled()
    assert wall.orders("X7") == [order]
    assert await wall.end() == end


async def test_a_mode_of_the_portal_counts_although_an_outcome_waits_to_be_written(
    world: World,
) -> None:
    storage = stubborn(world)
    wall = await Wall.of(world, washer(mode=MANUAL))
    storage.failures["write"] = StorageUnreachableError("gone")
    await world.wish(WASHER, Intent.FORCED_OFF)
    programmed = {"timestamp_derniere_programmation": int(world.clock.now()) + 60}
    await set_row(world, WASHER, **{MODE: PILOTED}, **programmed)

    wall.say(TOPIC)

    await until(lambda: events_of(world, PortalUpdated), "what is told of it")
    await world.recorded()
    assert wall.orders("X7") == ["off", "off"]
    assert [each.origin for each in world.ended(WASHER)] == [Origin.DASHBOARD, Origin.PORTAL]


async def test_a_word_that_is_written_while_the_row_is_read_is_not_undone(world: World) -> None:
    storage = stubborn(world)
    wall = await Wall.of(world, washer())
    real, read, coming = storage.read_equipments, asyncio.Event(), asyncio.Event()

    async def slow(ids: Any) -> Any:
        found = await real(ids)
        read.set()
        await coming.wait()
        return found

    storage.read_equipments = slow  # type: ignore[method-assign]
    await wall.change(MACHINES, WASHER, timestamp_de_fin_souhaite=wall.next_at(4, 15))
    wall.say(TOPIC)
    await read.wait()
    await world.wish(WASHER, Intent.FORCED_OFF)
    coming.set()

    await until(lambda: events_of(world, PortalUpdated), "what is told of it")
    await world.settled()
    assert status_of(world, WASHER).equipment.state.mode == MANUAL
    assert status_of(world, WASHER).settled_mode == MANUAL
    assert wall.orders("X7") == ["off"]
