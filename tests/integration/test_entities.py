"""What dashboards show and take, with real devices and rows behind it."""

from dataclasses import replace

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util
import pytest

from custom_components.elfe_commande.core.model import EquipmentId, HomeId
from custom_components.elfe_commande.devices.identifiers import (
    equipment_identifier,
    home_identifier,
    hub_identifier,
)
from custom_components.elfe_commande.engine.ground.status import DRAWING_FROM
from demo.database import SCHEMA, quarter
from demo.territory import Equipment, Household, install
from tests.engine.bench import COMMAND, CONTROL, EMS, MODE, calm, set_row, until_row
from tests.fixtures_home_assistant import ANNA, Installed, wait_for

from .homes import (
    DISHES,
    DRYING,
    FINGER,
    FINGER_COMMAND,
    HEATER,
    MEASURED,
    METER,
    PLUG,
    RELAY,
    WASHING,
    WASHING_COMMAND,
    live_in,
)

SWITCHES = ("switch", "select", "button")


def powered(household: Household, name: str) -> bool:
    return household.devices[name].on


async def ready(installed: Installed, *equipments: Equipment) -> Household:
    """Install equipments, start, and let a first cycle pass."""
    household = await live_in(installed, *equipments)
    await installed.setup()
    await installed.cycle()
    return household


# ------------------------------------------------------------------------------- wishes


@pytest.mark.usefixtures("every_entity")
async def test_the_switch_hands_over_and_back(installed: Installed) -> None:
    household = await ready(installed, WASHING)
    world = installed.world

    await installed.act("switch", "turn_off", PLUG, "pilot")

    # The reference's manual is powered; nobody forced it on all the same.
    assert powered(household, "I102")
    assert installed.state("switch", PLUG, "pilot").state == STATE_OFF
    assert installed.state("select", PLUG, "mode").state == "by_hand"
    await until_row(world, PLUG, **{MODE: 20, COMMAND: 13, CONTROL: 15})
    event = installed.state("event", PLUG, "activity")
    assert event.context.user_id == ANNA
    assert event.attributes["origin"] == "dashboard"

    await installed.act("switch", "turn_on", PLUG, "pilot")

    assert not powered(household, "I102")
    assert installed.state("switch", PLUG, "pilot").state == STATE_ON
    await until_row(world, PLUG, **{MODE: 30, COMMAND: 11, CONTROL: 25})


async def test_the_select_forces_and_gives_back(installed: Installed) -> None:
    household = await ready(installed, HEATER)
    world = installed.world
    assert installed.state("select", RELAY, "mode").state == "automatic"
    for option, on, row in (
        ("forced_on", True, {MODE: 20, COMMAND: 13, CONTROL: 15}),
        ("forced_off", False, {MODE: 20, COMMAND: 1, CONTROL: 25, EMS: False}),
        ("automatic", False, {MODE: 30, CONTROL: 25, EMS: False}),
    ):
        await installed.act("select", "select_option", RELAY, "mode", option=option)

        assert installed.state("select", RELAY, "mode").state == option
        assert powered(household, "I103") is on
        await until_row(world, RELAY, **row)


@pytest.mark.usefixtures("every_entity")
async def test_the_button_starts_a_machine(installed: Installed) -> None:
    household = await ready(installed, DISHES)

    await installed.act("button", "press", FINGER, "start")

    assert household.machine(FINGER).presses == 1
    assert installed.world.orders(FINGER_COMMAND) != []
    await until_row(installed.world, FINGER, **{MODE: 20, COMMAND: 13})
    outcome = installed.state("sensor", FINGER, "last_outcome")
    assert outcome.state == "acknowledged"
    assert outcome.attributes["act"] == "start"
    assert outcome.attributes["tries"] == 1


async def test_machines_with_fingers_have_no_select(installed: Installed) -> None:
    await ready(installed, DISHES, WASHING)

    assert installed.find("select", FINGER, "mode") is None
    assert installed.find("select", PLUG, "mode")


# ------------------------------------------------------------------------------ what is told


@pytest.mark.usefixtures("every_entity")
async def test_sensors_tell_the_plan_and_what_became_of_it(installed: Installed) -> None:
    world = installed.world
    await live_in(installed, WASHING)
    await world.plan(PLUG, [0, 1])
    await installed.setup()
    await installed.cycle()
    start = quarter(world.clock.now()) + 900

    decision = installed.state("sensor", PLUG, "decision")
    assert (decision.state, decision.attributes["source"]) == ("off", "ems")
    assert decision.attributes["reason"] == "waiting"
    assert decision.attributes["slots"][:3] == [0, 1, 0]
    next_start = installed.state("sensor", PLUG, "next_start")
    assert next_start.state == dt_util.utc_from_timestamp(start).isoformat()
    assert installed.state("binary_sensor", PLUG, "scheduled_on").state == STATE_OFF

    await installed.act("button", "press", PLUG, "start")

    assert installed.state("sensor", PLUG, "last_outcome").state == "acknowledged"
    assert installed.state("sensor", PLUG, "command_state").state == "on"
    assert installed.state("sensor", PLUG, "control_state").state == "on"
    assert installed.state("sensor", PLUG, "last_start").state != "unknown"
    decision = installed.state("sensor", PLUG, "decision")
    assert (decision.attributes["source"], decision.attributes["reason"]) == ("user", "manual")
    assert world.orders(WASHING_COMMAND)[-1:] == ["on"]


async def test_running_follows_the_meter(installed: Installed) -> None:
    household = await ready(installed, DISHES)
    machine, meter = household.machine(FINGER), household.devices["I101"]
    installed.world.fleet.report(meter)
    await installed.until("binary_sensor", FINGER, "running", STATE_OFF)

    machine.press("start")
    await wait_for(lambda: machine.watts > DRAWING_FROM)
    installed.world.fleet.report(meter)

    await installed.until("binary_sensor", FINGER, "running", STATE_ON)


async def test_a_device_that_is_gone_looks_gone(installed: Installed) -> None:
    household = await ready(installed, WASHING)
    fleet, plug = installed.world.fleet, household.devices["I102"]
    fleet.report(plug)
    await installed.until("binary_sensor", PLUG, "running", STATE_OFF)
    await installed.until("binary_sensor", PLUG, "connected", STATE_ON)

    fleet.lose(plug)

    await installed.until("binary_sensor", PLUG, "connected", STATE_OFF)
    await installed.until("binary_sensor", PLUG, "running", STATE_UNKNOWN)
    # The row is still there to be changed, and the mode will be ordered.
    assert installed.state("switch", PLUG, "pilot").state == STATE_ON


async def test_feedback_that_is_old_is_unknown(installed: Installed) -> None:
    household = await live_in(installed, WASHING)
    installed.world.timing = calm(feedback_fresh_for=3.0)
    await installed.setup()
    installed.world.fleet.report(household.devices["I102"])
    await installed.until("binary_sensor", PLUG, "running", STATE_OFF)

    # Nothing happens any more.
    await installed.until("binary_sensor", PLUG, "running", STATE_UNKNOWN)


async def test_the_hub_tells_of_its_cycles(installed: Installed) -> None:
    world = installed.world
    await live_in(installed, WASHING, DISHES)
    await world.plan(PLUG, [1])
    await installed.setup()
    assert installed.state("sensor", None, "lifecycle").attributes["code"] == 20
    assert installed.state("sensor", None, "last_cycle").state == "unknown"

    await installed.act("button", "press", None, "run_cycle")

    cycle = await installed_cycle(installed)
    assert cycle["equipments"] == 2
    assert cycle["acknowledged"] == 1
    assert cycle["degraded"] is False
    assert installed.state("binary_sensor", None, "ems_connection").state == STATE_ON
    assert installed.state("sensor", None, "newest_plan").state != "unknown"


async def installed_cycle(installed: Installed) -> dict[str, object]:
    await wait_for(lambda: installed.state("sensor", None, "last_cycle").state != "unknown")
    return dict(installed.state("sensor", None, "last_cycle").attributes)


@pytest.mark.usefixtures("every_entity")
async def test_a_mode_changed_elsewhere_is_told(installed: Installed) -> None:
    await ready(installed, WASHING)
    await set_row(installed.world, PLUG, **{MODE: 20})

    await installed.cycle()

    event = installed.state("event", PLUG, "activity")
    assert event.attributes["event_type"] == "mode_changed"
    assert event.attributes["origin"] == "elsewhere"
    assert (event.attributes["before"], event.attributes["after"]) == ("piloted", "manual")
    assert installed.state("switch", PLUG, "pilot").state == STATE_OFF


# ------------------------------------------------------------------------------ availability


@pytest.mark.usefixtures("every_entity")
@pytest.mark.parametrize("columns", [{MODE: 70}, {MODE: 10}, {CONTROL: 60}])
async def test_what_nobody_may_order_cannot_be_switched(
    installed: Installed, columns: dict[str, int]
) -> None:
    await ready(installed, HEATER)
    await set_row(installed.world, RELAY, **columns)
    await installed.cycle()

    for platform, key in (("switch", "pilot"), ("select", "mode"), ("button", "start")):
        assert installed.state(platform, RELAY, key).state == STATE_UNAVAILABLE
    for platform, key in (
        ("sensor", "decision"),
        ("sensor", "control_state"),
        ("event", "activity"),
        ("binary_sensor", "running"),
    ):
        assert installed.state(platform, RELAY, key).state != STATE_UNAVAILABLE

    await set_row(installed.world, RELAY, **{MODE: 30, CONTROL: 25})
    await installed.cycle()
    assert installed.state("switch", RELAY, "pilot").state == STATE_ON


@pytest.mark.usefixtures("every_entity")
async def test_losing_the_database_makes_nothing_unavailable(installed_alone: Installed) -> None:
    installed = installed_alone
    await ready(installed, WASHING, HEATER, DISHES)
    server = installed.world.database.server

    def gone() -> set[str]:
        states = installed.hass.states.async_all()
        return {found.entity_id for found in states if found.state == STATE_UNAVAILABLE}

    assert not gone()
    await server.stop()
    await installed.cycle()

    assert installed.state("binary_sensor", None, "ems_connection").state == STATE_OFF
    assert not gone()
    assert installed.state("sensor", None, "last_cycle").attributes["degraded"] is True
    # A person still has the last word over a plug.
    await installed.act("switch", "turn_off", PLUG, "pilot")
    assert installed.state("switch", PLUG, "pilot").state == STATE_OFF

    await server.start()
    await installed.cycle()
    assert installed.state("binary_sensor", None, "ems_connection").state == STATE_ON
    assert installed.state("switch", PLUG, "pilot").state == STATE_OFF


# ------------------------------------------------------------------------------ inventory


def devices(installed: Installed) -> dict[tuple[str, str], dr.DeviceEntry]:
    """Return the entry's devices by identifier."""
    found = dr.async_entries_for_config_entry(
        dr.async_get(installed.hass), installed.entry.entry_id
    )
    return {next(iter(device.identifiers)): device for device in found}


async def test_devices_follow_the_tables(installed: Installed) -> None:
    world, entry_id = installed.world, installed.entry.entry_id
    plug, meter, dryer = (
        equipment_identifier(entry_id, EquipmentId(number)) for number in (PLUG, METER, DRYING.id)
    )
    homes = [home_identifier(entry_id, HomeId(name)) for name in ("R001", "R002")]
    hub = hub_identifier(entry_id)
    await ready(installed, WASHING)
    assert devices(installed).keys() == {hub, homes[0], plug}

    await install(world.owner, [replace(MEASURED, devices=()), replace(DRYING, devices=())])
    await installed.cycle()
    await wait_for(lambda: installed.find("switch", DRYING.id, "pilot"))
    assert devices(installed).keys() == {hub, *homes, plug, meter, dryer}
    assert installed.find("switch", METER, "pilot") is None

    await set_row(world, PLUG, nom_humain="Machine du palier")
    await installed.cycle()
    assert devices(installed)[plug].name == "Machine du palier"

    await set_row(world, DRYING.id, **{MODE: 80})
    await installed.cycle()
    await wait_for(lambda: dryer not in devices(installed))
    assert installed.find("switch", DRYING.id, "pilot") is None

    for table in ("equipement_mesure_compteur_electrique", "equipement_pilote_ou_mesure"):
        await world.owner.execute(f"DELETE FROM {SCHEMA}.{table} WHERE id = $1", METER)
    await installed.cycle()
    # The home that is empty now goes with it.
    await wait_for(lambda: devices(installed).keys() == {hub, homes[0], plug})
