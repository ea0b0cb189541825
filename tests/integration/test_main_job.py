"""The main job from Home Assistant: plan, order, acknowledgement, row, switch."""

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

    await hass.services.async_call("switch", "turn_on", {"entity_id": switch}, blocking=True)

    await wait_for(lambda: hass.states.get(switch).state == STATE_ON)
    row = await world.row(2)
    assert (row["equipement_pilote_ou_mesure_mode_id"], row["etat_commande_id"]) == (30, 11)
    assert [m.payload for m in world.fleet.recorder.messages] == [b"on", b"off"]
