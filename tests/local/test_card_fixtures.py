"""What cards are tested with is what they are told: `frontend/test/fixtures` comes from here.

Where a picture changed on purpose, ELFE_WRITE_FIXTURES=1 writes the files anew.
"""

from collections.abc import Callable
from datetime import UTC, datetime
import json
import os
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.elfe_commande.core.plan import SLOT, slot_start
from tests.fixtures_home_assistant import wait_for

from .homes import FRAIL, LocalInstalled
from .looking import Open, next_change, subscribe
from .planners import set_clock
from .test_set_plan import FIRST, relay, water_heater

pytestmark = pytest.mark.usefixtures("socket_enabled")

FIXTURES = Path(__file__).parents[2] / "frontend" / "test" / "fixtures"
BASE = 1796007600
"""When the present quarter-hour begins, in the files: 19:00 on 29 November 2026 in Los Angeles."""
NOW = BASE + 300
MACHINE_AT, WISHED_IN = 6, 12
"""Quarter-hours until the plan starts the machine, and until it shall be done."""


def told_again(value: Any, home: LocalInstalled, key: str = "") -> Any:
    """Return a picture as any run of this test has it: times from `BASE` on, no ids made here."""
    if isinstance(value, dict):
        return {each: told_again(item, home, each) for each, item in _named(value, home).items()}
    if isinstance(value, list):
        return [told_again(item, home, key) for item in value]
    if isinstance(value, str):
        return value.replace(home.entry.entry_id, "entry")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if key == "now":
            return NOW
        if value > 1e9:
            return BASE + round(value - slot_start(home.clock.now()))
        # How long it ran depends on the speed of this machine: it did, or it did not.
        return min(value, 840) and 840 if key == "ran" else value
    return value


def _named(value: dict[str, Any], home: LocalInstalled) -> dict[str, Any]:
    return {key.replace(home.entry.entry_id, "entry"): item for key, item in value.items()}


def kept(name: str, content: Any) -> None:
    """Hold what is told against the file that cards are tested with."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    path = FIXTURES / f"{name}.json"
    if os.environ.get("ELFE_WRITE_FIXTURES") == "1":
        path.write_text(text, encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(text)


async def test_an_evening_at_home(hass: HomeAssistant, home: LocalInstalled, connect: Open) -> None:
    """A tank that ran, a switch that is gone, a machine whose plan is moved meanwhile."""
    set_clock(home, 19)
    tank = await water_heater(home)
    frail = await home.add("Radiateur", FRAIL, kind="heater", operation="continuous")
    machine = await home.add("Lave-linge", "input_boolean.other", cycle_duration=120)
    hass.states.async_set(FRAIL, "unavailable")
    for number in (tank, frail):
        await home.call("set_plan", equipment_id=number, slots=FIRST)
    await home.call("set_plan", equipment_id=machine, slots=pulse(MACHINE_AT))
    await home.act("switch", "turn_on", machine, "pilot")
    wished = datetime.fromtimestamp(slot_start(home.clock.now()) + WISHED_IN * SLOT, UTC)
    await home.call("set_deadline", equipment_id=machine, datetime=wished)
    await wait_for(lambda: relay(home) == "on")
    await home.cycle()
    home.clock.offset += SLOT
    await home.cycle()
    await wait_for(lambda: relay(home) == "off")
    home.clock.offset += SLOT
    await home.cycle()

    client = await connect()
    first = await subscribe(client)
    await home.call("set_plan", equipment_id=machine, slots=pulse(MACHINE_AT + 1))
    change = await next_change(client, is_moved(machine))
    again = await subscribe(await connect())

    event = {"type": "change", "equipments": only(machine, change), "removed": []}
    kept("evening", told_again({"all": first, "change": event, "again": again}, home))


def pulse(at: int) -> list[int]:
    return [int(index == at) for index in range(96)]


def only(number: int, event: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in event["equipments"] if each["equipment_id"] == number]


def is_moved(number: int) -> Callable[[dict[str, Any]], bool]:
    """Return what tells whether an event has the new plan of an appliance."""
    return lambda event: any(each["plan"]["changed"] for each in only(number, event))
