"""The MQTT integration loses its broker, or is reloaded, under the engine."""

from homeassistant.components import mqtt
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.core.outcome import Outcome
from tests.engine.bench import COMMAND, MODE, until_row
from tests.fixtures_home_assistant import Installed, no_yaml, wait_for

from .homes import DISHES, FINGER, FINGER_COMMAND, PLUG, WASHING, WASHING_COMMAND, live_in


async def test_a_press_right_after_a_reconnection_is_heard(
    installed: Installed, mqtt_entry: MockConfigEntry
) -> None:
    """The answer comes in milliseconds; before the topics are granted anew nobody hears it."""
    hass, world = installed.hass, installed.world
    household = await live_in(installed, WASHING, DISHES)
    await installed.setup()
    for machine in (PLUG, FINGER):
        await world.plan(machine, [1])
    # Topics with wildcards are granted first, one by one.
    others = [
        await mqtt.async_subscribe(hass, f"others/{number}/+", lambda _: None, 0)
        for number in range(100)
    ]
    await hass.async_block_till_done()

    with no_yaml():
        assert await hass.config_entries.async_reload(mqtt_entry.entry_id)
    await wait_for(lambda: mqtt.is_connected(hass))
    await installed.cycle()

    for machine in (PLUG, FINGER):
        await until_row(world, machine, **{MODE: 20, COMMAND: 13})
        await wait_for(lambda number=machine: not world.ended(number)[-1].result.will_retry)
        ends = [end.result for end in world.ended(machine)]
        assert ends[-1].outcome is Outcome.ACKNOWLEDGED
        # Those before it were never sent.
        assert {end.reason for end in ends[:-1]} <= {"disconnected"}
    assert household.machine(FINGER).presses == 1
    assert len(world.orders(FINGER_COMMAND)) == 1
    assert world.orders(WASHING_COMMAND) == ["on"]
    assert not installed.hub.engine.problems
    for unsubscribe in others:
        unsubscribe()


async def test_a_topic_that_another_integration_wants_more_of(installed: Installed) -> None:
    """The broker grants the higher quality of the two; the plug is heard all the same."""
    hass, world = installed.hass, installed.world
    await live_in(installed, WASHING)
    await world.plan(PLUG, [1])
    others = [
        await mqtt.async_subscribe(hass, topic, lambda _: None, 1)
        for topic in (WASHING.devices[0].topics.control, WASHING.devices[0].topics.lwt)
    ]

    await installed.setup()
    await installed.cycle()

    assert [end.result.outcome for end in world.ended(PLUG)] == [Outcome.ACKNOWLEDGED]
    for unsubscribe in others:
        unsubscribe()
