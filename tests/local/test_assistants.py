"""What assistants are told of appliances, and may ask of them."""

from typing import Any
from unittest.mock import patch

from homeassistant.auth.const import GROUP_ID_READ_ONLY
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, llm
from homeassistant.setup import async_setup_component
import pytest
import voluptuous as vol

from custom_components.elfe_commande import llm as platform
from custom_components.elfe_commande.core.wish import Origin
from custom_components.elfe_commande.engine.ground.events import OrderEnded
from tests.fixtures_home_assistant import ANNA, wait_for

from .homes import LocalInstalled
from .test_set_plan import FIRST, relay, water_heater

ASSISTANT = "conversation"
PLAN, START = "elfe_commande__plan_of_today", "elfe_commande__start_now"


@pytest.fixture
async def exposed(home: LocalInstalled) -> LocalInstalled:
    """A home with a water heater, whose mode and switch are exposed."""
    hass = home.hass
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "llm", {})
    number = await water_heater(home)
    for key in (("select", "mode"), ("switch", "pilot"), ("sensor", "reason")):
        expose(home, number, key)
    return home


def expose(
    home: LocalInstalled, number: int, key: tuple[str, str], *, exposes: bool = True
) -> None:
    entity_id = home.find(key[0], number, key[1])
    assert entity_id is not None
    async_expose_entity(home.hass, ASSISTANT, entity_id, exposes)


def asked_by(user_id: str | None) -> llm.LLMContext:
    return llm.LLMContext(
        platform="test",
        context=Context(user_id=user_id),
        language="en",
        assistant=ASSISTANT,
        device_id=None,
    )


async def instance(hass: HomeAssistant, user_id: str | None = ANNA) -> llm.APIInstance:
    return await llm.async_get_api(hass, llm.LLM_API_ASSIST, asked_by(user_id))


async def use(
    hass: HomeAssistant, tool: str, user_id: str | None = ANNA, **given: Any
) -> dict[str, Any]:
    """Have an assistant call a tool, as Home Assistant does."""
    api = await instance(hass, user_id)
    answer = await api.async_call_tool(llm.ToolInput(tool, given))
    assert isinstance(answer, llm.ToolResult)
    return dict(answer.data)


def ours(api: llm.APIInstance) -> list[str]:
    return [tool.name for tool in api.tools if tool.name.startswith("elfe_commande")]


async def test_the_plan_of_today_says_when_and_why(exposed: LocalInstalled) -> None:
    hass = exposed.hass
    assert ours(await instance(hass)) == [PLAN, START]
    assert "plan of quarter-hours" in (await instance(hass)).api_prompt
    await exposed.call("set_plan", equipment_id=1, slots=[*FIRST[:4], 1, 1, *[0] * 90])
    await wait_for(lambda: relay(exposed) == "on")
    await exposed.hass.async_block_till_done()

    (told,) = (await use(hass, PLAN))["appliances"]

    assert (told["name"], told["mode"], told["runs_now"]) == ("Ballon", "piloted", True)
    assert told["decided_by"] == "action"
    assert told["why"].startswith("On until ")
    now, later = told["planned"]
    assert now["from"] < now["to"] < later["from"] < later["to"]
    # Not the whole answer: it says what time it is, to the minute.
    assert (await use(hass, PLAN, appliance="Ballon"))["appliances"] == [told]


async def test_a_start_is_a_persons_and_is_confirmed(exposed: LocalInstalled) -> None:
    answer = await use(exposed.hass, START, appliance="Ballon")

    assert answer["outcome"] == "acknowledged"
    assert answer["message"] == "Ballon is started: its device confirmed it."
    assert relay(exposed) == "on"
    (end,) = [event for event in exposed.events if isinstance(event, OrderEnded)]
    assert (end.origin, end.user_id) == (Origin.ACTION, ANNA)


async def test_what_was_not_done_is_told_in_words(exposed: LocalInstalled) -> None:
    async def jam(_: ServiceCall) -> None:
        """Take the order, and do nothing."""

    exposed.hass.services.async_register("input_boolean", "turn_on", jam)
    answer = await use(exposed.hass, START, appliance="Ballon")
    assert "Ballon" in answer["error"]
    assert "not" in answer["error"]
    assert "_" not in answer["error"]


async def test_only_what_is_exposed_is_known(exposed: LocalInstalled) -> None:
    hass = exposed.hass
    other = await exposed.add("Lave-linge", "input_boolean.other")
    for key in (("switch", "pilot"), ("sensor", "reason"), ("sensor", "decision")):
        expose(exposed, other, key, exposes=False)
    expose(exposed, other, ("select", "mode"), exposes=False)
    assert [each["name"] for each in (await use(hass, PLAN))["appliances"]] == ["Ballon"]
    with pytest.raises(vol.Invalid):
        await use(hass, START, appliance="Lave-linge")

    # What may be read only is not started.
    expose(exposed, other, ("sensor", "reason"))
    assert len((await use(hass, PLAN))["appliances"]) == 2
    with pytest.raises(vol.Invalid):
        await use(hass, START, appliance="Lave-linge")

    for number in (1, other):
        for key in (("select", "mode"), ("switch", "pilot"), ("sensor", "reason")):
            expose(exposed, number, key, exposes=False)
        expose(exposed, number, ("sensor", "decision"), exposes=False)
    assert ours(await instance(hass)) == []


async def test_a_user_does_and_reads_what_they_may(exposed: LocalInstalled) -> None:
    hass = exposed.hass
    reader = await hass.auth.async_create_user("Rita", group_ids=[GROUP_ID_READ_ONLY])
    nobody = await hass.auth.async_create_user("Leo", group_ids=[])

    assert (await use(hass, PLAN, reader.id))["appliances"]
    assert "may not" in (await use(hass, START, reader.id, appliance="Ballon"))["error"]
    assert "may not" in (await use(hass, PLAN, nobody.id))["error"]
    with pytest.raises(HomeAssistantError):
        await use(hass, PLAN, "somebody who left", appliance="Ballon")
    assert relay(exposed) == "off"
    # An automation has no user.
    assert (await use(hass, START, None, appliance="Ballon"))["outcome"] == "acknowledged"


async def test_names_that_are_not_known_or_not_one(exposed: LocalInstalled) -> None:
    hass = exposed.hass
    with patch.object(platform, "MOST_NAMED", 0):
        assert "no such appliance" in (await use(hass, START, appliance="Kettle"))["error"]
        assert "no such appliance" in (await use(hass, PLAN, appliance="Kettle"))["error"]
        assert (await use(hass, PLAN, appliance=" ballon "))["appliances"]
        other = await exposed.add("Lave-linge", "input_boolean.other")
        expose(exposed, other, ("switch", "pilot"))
        device = er.async_get(hass).async_get(exposed.find("switch", other, "pilot") or "")
        assert device is not None
        assert device.device_id is not None
        dr.async_get(hass).async_update_device(device.device_id, name_by_user="Ballon")
        assert "Several" in (await use(hass, START, appliance="Ballon"))["error"]
        assert len((await use(hass, PLAN, appliance="Ballon"))["appliances"]) == 2
    assert relay(exposed) == "off"


async def test_nothing_while_nothing_is_loaded(exposed: LocalInstalled) -> None:
    await exposed.unload()
    assert ours(await instance(exposed.hass)) == []
    assert platform.async_get_tools(exposed.hass, asked_by(ANNA), "homeassistant") is None
