"""The main job from Home Assistant: plan, order, acknowledgement, row, switch."""

from itertools import groupby
import re

from homeassistant.const import STATE_OFF, STATE_ON

from demo.territory import build, install, two_homes
from tests.fixtures_home_assistant import Installed, wait_for


async def test_a_planned_start_and_a_switch(installed: Installed) -> None:
    """The plan starts the machine; the switch hands it over to the plan again."""
    hass, world = installed.hass, installed.world
    washing = [e for e in two_homes() if e.id == 2]
    await install(world.owner, washing)
    await world.fleet.add(*build(washing).everything)
    await world.plan(2, [1])
    await installed.setup()
    (switch,) = hass.states.async_entity_ids("switch")
    assert hass.states.get(switch).state == STATE_ON

    await installed.cycle()

    await wait_for(lambda: hass.states.get(switch).state == STATE_OFF)
    assert (await world.row(2))["equipement_pilote_ou_mesure_mode_id"] == 20
    why = r"Started by the EMS’s plan at \d\d:\d\d, done about \d\d:\d\d"
    await wait_for(lambda: re.fullmatch(why, installed.state("sensor", 2, "reason").state))
    # What is started is in the hands of people, who forced nothing.
    assert installed.state("select", 2, "mode").state == "by_hand"
    assert installed.state("sensor", 2, "next_start").state == "unknown"

    await installed.reload()
    await wait_for(lambda: re.fullmatch(why, installed.state("sensor", 2, "reason").state))

    await hass.services.async_call("switch", "turn_on", {"entity_id": switch}, blocking=True)

    await wait_for(lambda: hass.states.get(switch).state == STATE_ON)
    row = await world.row(2)
    assert (row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]) == (30, 11)
    # Off is kept alive by a cycle, and the first one may come meanwhile.
    orders = [message.payload for message in world.fleet.recorder.messages]
    assert [order for order, _ in groupby(orders)] == [b"on", b"off"]
