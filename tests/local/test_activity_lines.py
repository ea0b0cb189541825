"""How many lines the logbook has of one event: ours, and those of entities that changed."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from homeassistant.components.logbook.helpers import async_determine_event_types
from homeassistant.components.logbook.processor import EventProcessor
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
import yaml

from custom_components.elfe_commande.core.decision import Act
from custom_components.elfe_commande.core.outcome import Outcome
from custom_components.elfe_commande.core.plan import SLOT
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .test_set_plan import FIRST, water_heater

# Home Assistant's logbook does not start without it.
pytest.importorskip(
    "hass_frontend", reason="needs Home Assistant's frontend (scripts/setup oldest)"
)

DOCUMENTED = Path(__file__).parents[2] / "docs" / "automations.md"


def documented_filter() -> dict[str, Any]:
    """Return what the documentation has people exclude from the logbook."""
    blocks = DOCUMENTED.read_text(encoding="utf-8").split("```yaml\n")[1:]
    found = [yaml.safe_load(block.partition("```")[0]) for block in blocks if "logbook:" in block]
    (told,) = [each for each in found if "logbook" in each]
    return told


class Told:
    """The logbook's lines since something began; those of the simulated appliances apart."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin now."""
        self._hass = hass
        self._since: datetime = dt_util.utcnow()

    async def after(self) -> list[dict[str, Any]]:
        """Return the lines, and begin anew."""
        hass = self._hass
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_wait_recording_done(hass)
        kinds = tuple(async_determine_event_types(hass, None, None))
        processor = EventProcessor(hass, kinds, None, None, None)
        soon = dt_util.utcnow() + timedelta(hours=1)
        found = await hass.async_add_executor_job(processor.get_events, self._since, soon)
        self._since = dt_util.utcnow()
        return [line for line in found if not _is_of_an_appliance(line)]


def _is_of_an_appliance(line: dict[str, Any]) -> bool:
    return str(line.get("entity_id")).startswith("input_boolean.")


def sentences(lines: list[dict[str, Any]]) -> list[str]:
    """Return what is told in words."""
    return [line["message"] for line in lines if line.get("message")]


def states(lines: list[dict[str, Any]]) -> Counter[str]:
    """Return of which entities a state is told, by their names, how often."""
    return Counter(str(line["name"]) for line in lines if not line.get("message"))


async def acknowledged(home: LocalInstalled, number: int, act: Act) -> None:
    """Wait until the last order was this one, and is confirmed."""
    await wait_for(lambda: (ended := home.ended(number)) and ended[-1].act is act)
    assert home.ended(number)[-1].result.outcome is Outcome.ACKNOWLEDGED


async def test_of_a_press_a_slot_and_a_failure(recorder_mock: None, home: LocalInstalled) -> None:
    """Without anything in the configuration."""
    hass = home.hass
    assert await async_setup_component(hass, "logbook", {})
    number = await water_heater(home)
    told = Told(hass)
    await told.after()

    await home.act("select", "select_option", number, "mode", option="forced_on")
    lines = await told.after()
    assert sentences(lines) == ["forced on from a dashboard"]
    # What Home Assistant tells of states by itself, none twice; what takes a moment may come later.
    of_states = Counter(
        {
            "Ballon": 1,
            "Ballon Follow the plan": 1,
            "Ballon Running": 1,
            "Appliances of Maison Plan": 1,
        }
    )
    assert not states(lines) - of_states, lines
    await home.act("select", "select_option", number, "mode", option="automatic")
    await told.after()

    await home.call("set_plan", equipment_id=number, slots=FIRST)
    await acknowledged(home, number, Act.ON)
    lines = await told.after()
    assert sentences(lines) == ["switched on by the plan set by an action"]
    of_plan = Counter({"Maison Plan in force since": 1})
    assert not states(lines) - of_plan - of_states, lines

    home.clock.offset += SLOT
    await home.cycle()
    await acknowledged(home, number, Act.OFF)
    lines = await told.after()
    assert sentences(lines) == ["switched off by the plan set by an action", "ran for 15 min"]
    assert not states(lines) - of_states, lines

    # A quarter-hour in which nothing happens leaves nothing.
    home.clock.offset += SLOT
    await home.cycle()
    assert await told.after() == []


async def test_what_is_documented_leaves_the_sentence(
    recorder_mock: None, home: LocalInstalled
) -> None:
    hass = home.hass
    assert await async_setup_component(hass, "logbook", documented_filter())
    number = await water_heater(home)
    told = Told(hass)
    await told.after()

    async def tells(do: Callable[[], Any]) -> list[str]:
        await do()
        lines = await told.after()
        return [line.get("message") or line["state"] for line in lines]

    async def take_over() -> None:
        await home.act("switch", "turn_off", number, "pilot")

    async def hand_back() -> None:
        await home.act("switch", "turn_on", number, "pilot")

    async def plan() -> None:
        await home.call("set_plan", equipment_id=number, slots=FIRST)
        await acknowledged(home, number, Act.ON)

    async def next_slot() -> None:
        home.clock.offset += SLOT
        await home.cycle()
        await acknowledged(home, number, Act.OFF)

    async def nothing() -> None:
        home.clock.offset += SLOT
        await home.cycle()

    # A person's choice is told by the switch and the mode, which are one: nothing of ours beside.
    assert sorted(await tells(take_over)) == ["by_hand", "off"]
    assert sorted(await tells(hand_back)) == ["automatic", "on"]
    assert await tells(plan) == ["switched on by the plan set by an action"]
    assert await tells(next_slot) == ["switched off by the plan set by an action", "ran for 15 min"]
    assert await tells(nothing) == []


async def test_a_failure_is_told_once(recorder_mock: None, home: LocalInstalled) -> None:
    hass = home.hass
    assert await async_setup_component(hass, "logbook", documented_filter())
    number = await water_heater(home)
    told = Told(hass)
    await told.after()

    async def jam(_: ServiceCall) -> None:
        """Take the order, and do nothing."""

    hass.services.async_register("input_boolean", "turn_on", jam)
    with pytest.raises(HomeAssistantError):
        await home.act("select", "select_option", number, "mode", option="forced_on")

    found = sentences(await told.after())
    assert len(found) == 1, found
    assert found[0].startswith("has not confirmed “Force on”")
