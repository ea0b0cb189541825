"""Shadow mode in a real Home Assistant, beside a controller that really drives the loads."""

from typing import Any

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.elfe_commande.configuration.entry_settings import async_postgres_settings
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.model import EquipmentId, Mode
from custom_components.elfe_commande.core.outcome import Outcome, Step, Writes
from custom_components.elfe_commande.core.plan import SLOT, slot_start
from custom_components.elfe_commande.engine.ground.events import OrderEnded
from custom_components.elfe_commande.engine.ground.ports import StorageError
from custom_components.elfe_commande.storage.postgres import PostgresStorage
from custom_components.elfe_commande.system_health import async_info
from demo.appliances import Screen
from demo.appliances.device import Message
from tests.engine.bench import MODE, PROGRAMMED, set_row
from tests.fixtures_home_assistant import Installed, no_yaml, wait_for

from .shadowed import DISHES, DRYER, EQUIPMENTS, HEATER, NONE, TANK, WASHER, Stage, shadow, staged


@pytest.fixture
async def stage(installed: Installed) -> Stage:
    """An entry in shadow mode, not set up yet."""
    shadow(installed)
    return await staged(installed)


def screen_of(stage: Stage) -> Screen:
    return stage.world.household.screens["SHADOW1"]


async def test_nothing_is_sent_and_nothing_is_written(stage: Stage) -> None:
    """Whatever plans and people want: not an order, a question, a drawing; no row is touched."""
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [1, 0, 1, 1])
    await world.plan(WASHER, [1, *NONE])
    await world.plan(TANK, [1, 1, 0, 1])
    await world.plan(DISHES, [0, 1])
    before = await stage.rows()
    await installed.setup()
    for _ in range(3):
        await installed.cycle()
        # What people do at screens and in the portal is for whoever drives the home.
        world.fleet.say(screen_of(stage).toggle(3, 3, 0))
        world.fleet.say([Message(f"viriya/update/{WASHER}", "")])
        await installed.hub.engine.refresh_screens()
        stage.begin()
    await installed.cycle()
    await world.heard()
    await installed.hass.async_block_till_done()
    would = [e for e in world.events if isinstance(e, OrderEnded)]
    assert {e.result.reason for e in would} == {"shadow"}
    assert {e.result.outcome for e in would} == {Outcome.SKIPPED}
    assert {(e.equipment_id, e.act) for e in would} >= {
        (HEATER, Act.ON),
        (HEATER, Act.OFF),
        (WASHER, Act.START),
        (TANK, Act.ON),
        (DRYER, Act.KEEP_OFF),
        (DISHES, Act.START),
    }
    await installed.reload()
    await installed.cycle()
    await installed.unload()

    assert stage.orders() == []
    assert await stage.rows() == before


async def test_the_server_refuses_what_a_mistake_would_write(stage: Stage) -> None:
    """Beneath the storage that does not write, sessions that cannot."""
    await stage.installed.setup()
    sessions = await stage.world.owner.fetch(
        "SELECT application_name FROM pg_stat_activity WHERE usename = $1 AND datname = $2",
        stage.world.database.access.user,
        stage.world.database.name,
    )
    names = {name.split(" ")[0] for (name,) in sessions}
    assert names == {"elfe_commande_shadow"}
    locks = await stage.world.owner.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    assert locks == 0
    installed = stage.installed
    beneath = PostgresStorage(await async_postgres_settings(installed.hass, installed.entry))
    await beneath.open()
    with pytest.raises(StorageError):
        await beneath.write([Step(EquipmentId(WASHER), Writes(mode=Mode.MANUAL), 1)])
    await beneath.close()


async def test_they_agree(stage: Stage) -> None:
    """A plan that both follow, as tables and broker show it."""
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [0, 1, 1, 0])
    await world.plan(WASHER, [0, 1, *NONE])
    await world.plan(TANK, [0, 1, 0, 1])
    await world.plan(DISHES, [0, 0, 1, *NONE])
    await installed.setup()
    first = await stage.quarter()
    second = await stage.quarter()
    third = await stage.quarter()

    report = await stage.compared(third)
    assert report.differ == ()
    for slot, agree in ((first, 4), (second, 4), (third, 3)):
        found = await stage.report(slot)
        assert (found.agree, found.differ, found.unseen, found.people) == (agree, (), 0, 0)
    assert stage.orders() == stage.controller.sent
    assert (await world.row(WASHER))[MODE] == 20


async def test_what_is_different_is_told(stage: Stage, hass_ws_client: Any) -> None:
    """The other one leaves a start out, makes one for nothing, and keeps a heater off."""
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [0, 1, 1, 1])
    await world.plan(WASHER, [0, 1, *NONE])
    await world.plan(DRYER, [0, 0, 0, 0])
    await installed.setup()
    slot = await stage.quarter(skip={WASHER}, extra={DRYER})
    report = await stage.compared(slot)
    told = {each.equipment_id: each for each in report.differ}
    assert told.keys() == {WASHER, DRYER}
    assert (told[WASHER].ours, told[WASHER].seen, told[WASHER].ways) == ("start", None, ())
    assert (told[DRYER].ours, told[DRYER].seen) == ("keep_off", True)
    assert {"command", "row"} <= set(told[DRYER].ways)
    # Who was left out is not asked for again and again: what we would have started runs for us.
    following = await stage.quarter(skip={HEATER})
    assert (await stage.compared(following)).differ == ()

    answer = await installed.call("get_shadow_report")
    (entry,) = answer["entries"]
    assert entry["shadow"]
    assert {(each["name"], each["ours"], each["seen"]) for each in entry["differ"]} == {
        ("Lave-linge", "start", None),
        ("Sèche-linge", "keep_off", "on"),
    }
    client = await hass_ws_client(installed.hass)
    asked = {
        "type": f"{DOMAIN}/shadow/report",
        "config_entry_id": installed.entry.entry_id,
        "from": slot,
        "to": slot + SLOT,
    }
    await client.send_json_auto_id(asked)
    found = (await client.receive_json())["result"]
    assert {each["id"] for each in found["differ"]} == {WASHER, DRYER}
    assert {each["slot"] for each in found["differ"]} == {slot}
    assert (found["agree"], found["more"]) == (report.agree, 0)
    await client.close()


async def test_what_a_person_did_is_no_difference(stage: Stage) -> None:
    installed, world = stage.installed, stage.world
    await world.plan(DRYER, NONE)
    await installed.setup()
    slot = stage.begin()
    await installed.cycle()
    # Somebody takes it back at a screen: the other one powers it, and writes when that was.
    await stage.controller.start(EQUIPMENTS[DRYER - 1])
    now = int(world.clock.now())
    await set_row(world, DRYER, **{MODE: 20, PROGRAMMED: now})
    await world.heard()
    report = await stage.compared(slot)
    assert (report.differ, report.people) == ((), 1)


async def test_who_asks_is_refused_in_words(stage: Stage) -> None:
    installed = stage.installed
    await installed.setup()
    switch = installed.entity_id("switch", WASHER, "pilot")
    before = await stage.rows()
    for action, data, key in (
        ("set_mode", {"equipment_id": WASHER, "mode": "forced_off"}, "shadow"),
        ("run_typology", {"equipment_id": WASHER, "order": True}, "shadow"),
        ("set_deadline", {"equipment_id": WASHER, "time": "07:00:00"}, "shadow"),
        ("refresh_screens", {}, "shadow_entry"),
    ):
        with pytest.raises(HomeAssistantError) as refused:
            await installed.call(action, **data)
        assert refused.value.translation_key == key
    with pytest.raises(HomeAssistantError) as refused:
        await installed.act("switch", "turn_off", WASHER, "pilot")
    assert "Shadow mode" in str(refused.value)
    assert installed.hass.states.get(switch).state == "on"
    assert stage.orders() == []
    assert await stage.rows() == before


async def test_it_is_shown(stage: Stage, hass_ws_client: Any) -> None:
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [1, 1])
    await world.plan(WASHER, [0, 0, 1])
    await installed.setup()
    await installed.cycle()
    await installed.until("binary_sensor", None, "shadow", "on")
    await installed.until("sensor", HEATER, "decision", "on")
    assert installed.state("sensor", None, "driven_homes").state == "0"
    client = await hass_ws_client(installed.hass)
    await client.send_json_auto_id({"type": f"{DOMAIN}/overview"})
    assert (await client.receive_json())["result"]["entries"][0]["shadow"]
    await client.send_json_auto_id({"type": f"{DOMAIN}/plan/subscribe"})
    await client.receive_json()
    health = (await client.receive_json())["event"]["health"]
    assert health[installed.entry.entry_id]["shadow"]
    heater = installed.entity_id("switch", HEATER, "pilot")
    await client.send_json_auto_id(
        {"type": f"{DOMAIN}/plan/simulate", "entity_id": heater, "mode": "manual"}
    )
    while (answer := await client.receive_json())["type"] != "result":
        pass
    assert answer["result"]["notes"][0]["key"] == "shadow"
    washer, wished = installed.entity_id("switch", WASHER, "pilot"), int(world.clock.now()) + 60
    await client.send_json_auto_id(
        {"type": f"{DOMAIN}/plan/simulate", "entity_id": washer, "wished_end": wished}
    )
    while (answer := await client.receive_json())["type"] != "result":
        pass
    # What the EMS makes of it, it alone knows.
    notes = {note["key"]: note["text"] for note in answer["result"]["notes"]}
    assert notes["next_plan"].startswith("Shown by the EMS’s plan")
    await client.close()
    record = await installed.call("get_record", equipment_id=HEATER, kinds=["events"])
    (order,) = [e for e in record["equipments"][0]["events"] if e["kind"] == "order"]
    assert (order["act"], order["outcome"], order["reason"]) == ("on", "skipped", "shadow")
    assert (await async_info(installed.hass))["shadow"] == "ELFE"


async def test_the_report_is_for_administrators(stage: Stage) -> None:
    hass = stage.installed.hass
    await stage.installed.setup()
    leo = MockUser(name="Leo").add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            DOMAIN,
            "get_shadow_report",
            {},
            blocking=True,
            return_response=True,
            context=Context(user_id=leo.id),
        )
    with pytest.raises(HomeAssistantError) as refused:
        await stage.installed.call(
            "get_shadow_report", **{"from": "2026-01-02 00:00:00", "to": "2026-01-01 00:00:00"}
        )
    assert refused.value.translation_key == "record_period"


async def test_a_restart_is_no_difference(stage: Stage) -> None:
    """What was not heard proves nothing; what was compared before is there."""
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [0, 1, 1, 1, 1])
    await world.plan(WASHER, [0, 0, 1, *NONE])
    await installed.setup()
    first = await stage.quarter()
    await stage.compared(first)
    # In the quarter-hour that began: the other one orders while nobody hears it.
    await installed.unload()
    await stage.controller.drive()
    await installed.setup()
    await installed.cycle()
    second = slot_start(world.clock.now())
    report = await stage.compared(second)
    assert report.differ == ()
    assert (await stage.report(first)).agree == 3


async def test_the_broker_is_lost(stage: Stage, mqtt_entry: MockConfigEntry) -> None:
    """Its silence is nobody's: what cannot be told is told as that."""
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [0, 1, 1, 1, 1])
    await installed.setup()
    slot = stage.begin()
    await installed.cycle()
    with no_yaml():
        assert await installed.hass.config_entries.async_reload(mqtt_entry.entry_id)
    await wait_for(lambda: installed.hub.messenger.connected)
    report = await stage.compared(slot)
    assert (report.differ, report.unseen) == ((), 1)
    # Heard again, a silence is one: row and device say that it is off.
    slot = stage.begin()
    await installed.cycle()
    (found,) = (await stage.compared(slot)).differ
    assert (found.equipment_id, found.ours) == (HEATER, "on")


async def test_without_the_database_it_follows_what_it_knows(
    installed_alone: Installed,
) -> None:
    """And says of what it cannot know that it does not."""
    shadow(installed_alone)
    stage = await staged(installed_alone)
    world = stage.world
    await world.plan(HEATER, [0, 1, 1, 0, 0, 0, 0])
    await world.plan(DRYER, NONE)
    await installed_alone.setup()
    await installed_alone.cycle()
    await world.owner.close()
    await world.database.server.stop()
    slot = stage.begin()
    await installed_alone.cycle()
    assert not installed_alone.hub.engine.connected
    await stage.controller.start(EQUIPMENTS[HEATER - 1])
    await stage.controller.start(EQUIPMENTS[DRYER - 1])
    await world.heard()
    report = await stage.compared(slot)
    # Seen to be as wanted is seen; against it, a person may have programmed it.
    assert report.differ == ()
    assert report.agree >= 1
    assert report.unseen >= 1
    await world.stop()


async def test_beside_an_installation_of_our_own(stage: Stage) -> None:
    """It is counted by nobody, takes nothing from anybody, and sees that they agree."""
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [0, 1, 0, 1])
    await world.plan(WASHER, [0, 1, *NONE])
    await world.plan(DISHES, [0, 0, 1, *NONE])
    world.shared = True
    acting = await world.start()
    await installed.setup()
    await wait_for(lambda: len(acting.owner.homes) == 2)
    assert acting.owner.installations == 1
    assert not any(problem.key == "another_controller" for problem in acting.problems)

    first = stage.begin()
    await installed.cycle()
    await acting.run_cycle()
    await world.settled()
    assert (await stage.compared(first)).differ == ()
    await world.settled()
    # Here they act first, and we find it done.
    second = stage.begin()
    await acting.run_cycle()
    await world.settled()
    await installed.cycle()
    report = await stage.compared(second)
    assert report.differ == ()
    assert report.agree >= 2
    assert installed.hub.engine.owner.homes == frozenset()
    assert len(acting.owner.homes) == 2
