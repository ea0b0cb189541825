"""The integration's own actions: what they answer once devices and database have."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from demo.appliances import Behaviour
from demo.database import quarter
from tests.engine.bench import COMMAND, CONTROL, MODE, calm, impatient, set_row, until_row
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import (
    DISHES,
    FINGER,
    HEATER,
    MEASURED,
    METER,
    PLUG,
    RELAY,
    WASHING,
    WASHING_COMMAND,
    live_in,
)


async def test_run_typology_answers_with_what_devices_did(installed: Installed) -> None:
    household = await live_in(installed, WASHING, HEATER)
    await installed.setup()

    answer = await installed.call("run_typology", equipment_id=[PLUG, RELAY], order="on")

    plug, relay = answer["equipments"]
    assert (plug["equipment_id"], plug["name"]) == (PLUG, "Lave-linge")
    for each in (plug, relay):
        assert (each["outcome"], each["ordered"], each["tries"]) == ("acknowledged", True, 1)
        assert 0 <= each["latency"] < 3
    assert plug["written"]["mode"] == 20
    assert plug["written"]["started"] is True
    assert household.devices["I102"].on
    assert household.devices["I103"].on
    await until_row(installed.world, PLUG, **{MODE: 20, COMMAND: 13, CONTROL: 15})

    answer = await installed.call("run_typology", equipment_id=RELAY, order="off")

    assert answer["equipments"][0]["ordered"] is False
    assert not household.devices["I103"].on


async def test_a_silent_device_is_an_answer(installed: Installed) -> None:
    household = await live_in(installed, WASHING)
    installed.world.timing = impatient()
    household.devices["I102"].behaviour = Behaviour.SILENT
    await installed.setup()

    answer = await installed.call("init_typology", equipment_id=PLUG, mode="manual")

    [each] = answer["equipments"]
    assert (each["outcome"], each["reason"], each["acknowledged"]) == ("failed", "silent", False)
    # A person wins whatever the device does.
    assert each["written"]["mode"] == 20
    await until_row(installed.world, PLUG, **{MODE: 20})


async def test_modes_are_set_and_answered(installed: Installed) -> None:
    household = await live_in(installed, HEATER)
    await installed.setup()
    for mode, stored, on in (("forced_on", 20, True), ("forced_off", 20, False)):
        answer = await installed.call("set_mode", equipment_id=RELAY, mode=mode)
        assert answer["equipments"][0]["written"]["mode"] == stored
        assert household.devices["I103"].on is on
    answer = await installed.call("init_typology", equipment_id=RELAY, mode="piloted")
    assert answer["equipments"][0]["written"]["mode"] == 30


async def test_a_cycle_and_a_plan_are_answered(installed: Installed) -> None:
    world = installed.world
    await live_in(installed, WASHING, HEATER)
    await world.plan(PLUG, [1, 1, 0, 1])
    await installed.setup()

    report = await installed.call("run_cycle")
    plans = await installed.call("get_plan", equipment_id=[PLUG, RELAY])

    assert report["equipments"] == 2
    assert report["acknowledged"] >= 1
    assert (report["failed"], report["degraded"]) == (0, False)
    assert world.orders(WASHING_COMMAND) == ["on"]
    plug, relay = plans["equipments"]
    start = dt_util.utc_from_timestamp(quarter(world.clock.now())).isoformat()
    assert plug["plan"]["start"] == start
    assert plug["plan"]["slots"][:5] == [True, True, False, True, False]
    assert len(plug["plan"]["runs"]) == 2
    assert relay["plan"] is None


async def test_refusals_are_told_in_words(installed: Installed) -> None:
    await live_in(installed, WASHING, MEASURED, DISHES)
    await installed.setup()
    await set_row(installed.world, PLUG, **{CONTROL: 60})
    await installed.cycle()
    for action, data, key, words in (
        ("set_mode", {"equipment_id": 4711, "mode": "automatic"}, "unknown_equipment", "4711"),
        ("set_mode", {"equipment_id": PLUG, "mode": "automatic"}, "communication_error", "Lave-l"),
        ("set_mode", {"equipment_id": METER, "mode": "automatic"}, "mode_not_driven", "Compteur"),
        ("set_mode", {"equipment_id": FINGER, "mode": "forced_off"}, "act_not_supported", "Lave-v"),
        ("set_mode", {"mode": "automatic"}, "no_equipment", "Choose"),
    ):
        with pytest.raises(HomeAssistantError) as refused:
            await installed.call(action, **data)
        assert refused.value.translation_key == key
        assert words in str(refused.value)
    assert len(installed.world.fleet.recorder) == 0


async def test_without_a_loaded_entry_there_is_a_clear_error(installed: Installed) -> None:
    await live_in(installed, WASHING)
    await installed.setup()
    switch = installed.entity_id("switch", PLUG, "pilot")
    await installed.unload()

    with pytest.raises(ServiceValidationError) as refused:
        await installed.call("set_mode", entity_id=switch, mode="automatic")
    assert refused.value.translation_key == "entry_not_loaded"
    with pytest.raises(ServiceValidationError):
        await installed.call("run_cycle")


async def test_without_the_database_no_button_is_pressed(installed_alone: Installed) -> None:
    installed = installed_alone
    household = await live_in(installed, DISHES)
    installed.world.timing = calm(fresh_for=0.0)
    await installed.setup()
    await installed.world.database.server.stop()

    answer = await installed.call("run_typology", equipment_id=FINGER, order="on")

    [each] = answer["equipments"]
    assert (each["outcome"], each["reason"]) == ("skipped", "database_unavailable")
    assert household.machine(FINGER).presses == 0


async def test_what_became_of_the_plan_of_an_ems(installed: Installed) -> None:
    world = installed.world
    household = await live_in(installed, WASHING, HEATER)
    household.devices["I103"].behaviour = Behaviour.SILENT
    world.timing = impatient()
    for number in (PLUG, RELAY):
        await world.plan(number, [1, 1, 0, 1])
    await installed.setup()
    await installed.call("run_cycle")
    await wait_for(lambda: household.devices["I102"].on)

    answer = await installed.call("get_report", equipment_id=[PLUG, RELAY], days=1)

    plug, relay = answer["equipments"]
    (made,), (missed,) = plug["days"], relay["days"]
    for day in (made, missed):
        assert [run["source"] for run in day["planned"]["runs"]] == ["ems"]
    assert (made["ordered"]["acknowledged"], made["why_not"]) == (1, None)
    assert missed["on"] == 0
    assert (missed["why_not"]["act"], missed["why_not"]["reason"]) == ("on", "silent")
    # Nobody said how much a day a heater of a territory owes.
    assert relay["due"] is None


async def test_a_compact_entry_keeps_no_report(installed: Installed) -> None:
    await live_in(installed, WASHING)
    installed.hass.config_entries.async_update_entry(installed.entry, options={"compact": True})
    await installed.setup()

    with pytest.raises(ServiceValidationError) as caught:
        await installed.call("get_report", equipment_id=PLUG)

    assert caught.value.translation_key == "no_report"
