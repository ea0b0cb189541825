"""Shadow mode switched on and off while an entry lives, and what it means for a UPS."""

import asyncio
from typing import Any

from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest

from demo.appliances import Behaviour
from demo.ups import FakeUps
from tests.engine.bench import MODE
from tests.fixtures_home_assistant import Installed, wait_for

from .shadowed import DRYER, HEATER, NONE, WASHER, Stage, shadow, staged
from .upses import add, entity_id


@pytest.fixture
async def stage(installed: Installed) -> Stage:
    """An entry in shadow mode, not set up yet."""
    shadow(installed)
    return await staged(installed)


async def choose(installed: Installed, **given: Any) -> dict[str, Any]:
    options = installed.hass.config_entries.options
    menu = await options.async_init(installed.entry.entry_id)
    form = await options.async_configure(menu["flow_id"], {"next_step_id": "shadow"})
    return dict(await options.async_configure(form["flow_id"], given))


async def test_switched_off_it_acts_on_the_present_quarter_hour(stage: Stage) -> None:
    """Nothing of what would have been is caught up."""
    installed, world = stage.installed, stage.world
    await world.plan(HEATER, [0, 1, 0, 0, 1])
    await world.plan(WASHER, [0, 1, 0, 0, 0])
    await world.plan(DRYER, [0, 0, 0, 0, 1])
    await installed.setup()
    for _ in range(2):
        # The other one does nothing at all.
        stage.begin()
        await installed.cycle()
    assert stage.orders() == []
    former = installed.hub
    result = await choose(installed, shadow=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await installed.running_again(former)
    assert not installed.hub.shadow
    await installed.cycle()
    await world.settled()
    assert (await world.row(WASHER))[MODE] == 30
    assert "ON" not in world.told("SH2")
    assert set(world.told("SH1")) == {"off"}
    stage.begin()
    stage.begin()
    await installed.cycle()
    await wait_for(lambda: "on" in world.told("SH4"))
    await wait_for(lambda: "on" in world.told("SH1"))
    # What was found then can still be read.
    assert not (await installed.call("get_shadow_report"))["entries"][0]["shadow"]


async def test_switched_on_while_orders_run(installed: Installed) -> None:
    """They end as at an unload, and nothing follows."""
    stage = await staged(installed)
    world = stage.world
    await world.plan(WASHER, [1, *NONE])
    await world.plan(HEATER, [1, 1, 1])
    for identifier in ("SH1", "SH2"):
        world.device(identifier).behaviour = Behaviour.SILENT
    await installed.setup()
    cycling = asyncio.create_task(installed.cycle())
    await world.until_told("SH1")
    await world.until_told("SH2")
    former = installed.hub
    result = await choose(installed, shadow=True)
    if result["type"] is FlowResultType.FORM:
        assert result["errors"] == {"shadow": "outcomes_wait"}
    await installed.running_again(former)
    cycling.cancel()
    await asyncio.gather(cycling, return_exceptions=True)
    assert installed.hub.shadow
    await world.settled()
    world.fleet.recorder.clear()
    before = await stage.rows()
    stage.begin()
    await installed.cycle()
    await world.heard()
    assert stage.orders() == []
    assert await stage.rows() == before


async def test_a_wish_that_stands_is_given_up_in_words(installed: Installed) -> None:
    """Nobody pursues here any more what was asked before."""
    stage = await staged(installed)
    world = stage.world
    world.device("SH2").behaviour = Behaviour.SILENT
    await installed.setup()
    with pytest.raises(HomeAssistantError):
        await installed.act("switch", "turn_off", WASHER, "pilot")
    former = installed.hub
    assert (await choose(installed, shadow=True))["type"] is FlowResultType.CREATE_ENTRY
    await installed.running_again(former)
    await wait_for(lambda: not installed.hub.engine.rooms.rows.journal.wishes)
    assert any(p.key == "wish_given_up" for p in installed.hub.engine.problems)
    world.fleet.recorder.clear()
    await installed.cycle()
    await world.heard()
    assert stage.orders() == []


async def test_a_ups_is_given_no_command(stage: Stage, socket_enabled: None) -> None:
    """Past the engine too: neither by a button nor by an action."""
    installed = stage.installed
    async with FakeUps() as fake:
        fake.commands = {"beeper.toggle", "test.battery.start.quick"}
        await installed.setup()
        subentry = await add(installed, fake)
        status = entity_id(installed, subentry, "sensor", "status")
        button = entity_id(installed, subentry, "button", "battery_test")
        with pytest.raises(HomeAssistantError) as refused:
            await installed.call("ups_command", entity_id=status, command="beeper.toggle")
        assert refused.value.translation_key == "shadow_entry"
        with pytest.raises(HomeAssistantError) as refused:
            await installed.hass.services.async_call(
                "button", "press", {"entity_id": button}, blocking=True
            )
        assert refused.value.translation_key == "shadow_entry"
        assert fake.given == []
        await installed.unload()


async def test_a_role_that_may_only_read_is_enough(stage: Stage) -> None:
    installed = stage.installed
    reader = stage.world.database.ems
    data = {**installed.entry.data, "username": reader.user, "password": reader.password}
    installed.hass.config_entries.async_update_entry(installed.entry, data=data)
    await installed.setup()
    await installed.cycle()
    assert installed.hub.engine.connected
    # To act it is not, which the form says before anything is set up anew.
    result = await choose(installed, shadow=False)
    assert result["errors"] == {"shadow": "missing_privileges"}
    assert "UPDATE" in result["description_placeholders"]["privileges"]
