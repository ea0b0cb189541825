"""From the mains that fail on a real UPS server to the load on a real broker, and back."""

from unittest.mock import patch

from homeassistant.const import STATE_ON
import pytest

from custom_components.elfe_commande.subentries.upses.unit import UpsUnit
from demo.specs import relay
from demo.territory import MANUAL, Equipment
from demo.ups import FakeUps, NutServer, find_nut
from tests.engine.bench import CONTROL, MODE, calm, furnish, until_row
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import WASHING
from .upses import add, shown

HEATER = Equipment(3, "R001", "Ballon d'eau chaude", 131, 140, (relay("U103"),))
RADIATOR = Equipment(4, "R001", "Radiateur", 151, 140, (relay("U104"),))
FORCED = Equipment(5, "R001", "Congélateur", 151, 140, (relay("U105"),), mode=MANUAL)
LOADS = (HEATER, RADIATOR, FORCED, WASHING)
NAMES = {HEATER.id: "U103", RADIATOR.id: "U104", FORCED.id: "U105", WASHING.id: "I102"}


@pytest.fixture(params=["nut", "played"])
async def ups(request, socket_enabled: None):
    """The real server, and the played one that takes its place where it is not installed."""
    if request.param == "nut" and find_nut() is None:
        pytest.skip("needs NUT's server (package nut-server)")
    async with NutServer() if request.param == "nut" else FakeUps() as found:
        yield found


async def test_mains_cut_and_given_back(installed: Installed, ups):
    world = installed.world
    household = await furnish(world, *LOADS, timing=calm(shed_step=0.2, min_off=0.0))
    on = {load.id: household.devices[NAMES[load.id]] for load in LOADS}
    for load in LOADS:
        await world.plan(load.id, [], fill=1)
    await installed.setup()
    subentry = await add(installed, ups, shedding={"policy": "shed"})
    await installed.act("switch", "turn_on", FORCED.id, "pilot")
    await installed.act("switch", "turn_off", FORCED.id, "pilot")
    await installed.cycle()
    assert all(device.on for device in on.values())
    await until_row(world, WASHING.id, **{MODE: 20, CONTROL: 15})
    topics = {load.id: load.devices[0].topics.command for load in LOADS}
    before = {number: len(world.orders(topic)) for number, topic in topics.items()}

    await ups.set_mains(False)

    await wait_for(lambda: not on[HEATER.id].on and not on[RADIATOR.id].on)
    await until_row(world, HEATER.id, **{MODE: 30, CONTROL: 25})
    decision = installed.state("sensor", HEATER.id, "decision")
    assert (decision.state, decision.attributes["source"]) == ("off", "safety")
    assert decision.attributes["reason"] == "shed"
    # What a person switched on, and a machine in its cycle, hear nothing of it.
    await installed.cycle()
    for load in (FORCED, WASHING):
        assert on[load.id].on
        assert len(world.orders(topics[load.id])) == before[load.id]
    assert shown(installed, subentry, "binary_sensor", "on_battery").state == STATE_ON

    await ups.set_mains(True)

    await wait_for(lambda: on[HEATER.id].on and on[RADIATOR.id].on)
    await until_row(world, HEATER.id, **{MODE: 30, CONTROL: 15})
    await wait_for(
        lambda: installed.state("sensor", HEATER.id, "decision").attributes["source"] == "ems"
    )


@pytest.mark.usefixtures("socket_enabled")
async def test_nothing_is_given_back_before_the_ups_is_heard(installed: Installed):
    """After a restart in a power cut, a first look that fails is no news of the mains."""
    await furnish(installed.world, HEATER, timing=calm())
    await installed.setup()
    async with FakeUps() as fake:
        await add(installed, fake, shedding={"policy": "shed"}, looks={"misses": 100})
        fake.error = "DATA-STALE"
        shedding = installed.hub.engine.shedding
        heard = []
        with patch.object(shedding, "report", lambda *report: heard.append(report)):
            (unit,) = installed.hub.subentries.units(UpsUnit)
            await unit.async_stop()
            await unit.async_start()
            await wait_for(lambda: unit.state.trouble is not None)
            assert not heard
            fake.error = None
            await wait_for(lambda: heard and heard[-1][1].mains is True)


@pytest.mark.field("T2-23")
@pytest.mark.field("T2-24")
@pytest.mark.usefixtures("socket_enabled")
async def test_what_a_shutdown_cut_comes_back_and_a_test_cuts_nothing(installed: Installed):
    """`FSD` stays for ever, as upsd keeps it; a calibration empties the battery on purpose."""
    world = installed.world
    household = await furnish(world, HEATER, timing=calm(shed_step=0.2, min_off=0.0))
    heater = household.devices[NAMES[HEATER.id]]
    await world.plan(HEATER.id, [], fill=1)
    await installed.setup()
    async with FakeUps() as fake:
        subentry = await add(installed, fake, shedding={"policy": "shed"})
        await installed.cycle()
        assert heater.on
        for status in ("OB DISCHRG CAL", "OB DISCHRG LB CAL", "OL CHRG"):
            await fake.set({"ups.status": status})
            await wait_for(
                lambda status=status: (
                    shown(installed, subentry, "sensor", "status").attributes["tokens"]
                    == status.split()
                )
            )
        await installed.cycle()
        assert heater.on
        assert not [o for o in world.orders(HEATER.devices[0].topics.command) if "false" in o]

        await fake.set({"ups.status": "FSD OB DISCHRG LB"})
        await wait_for(lambda: not heater.on)
        await fake.set({"ups.status": "FSD OL CHRG", "battery.charge": "40"})
        await wait_for(lambda: heater.on)
