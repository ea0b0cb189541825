"""What would become of an appliance, asked by a dashboard: nothing is changed by it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.plan import SLOT, slot_start
from custom_components.elfe_commande.subentries.planner import unit as unit_module
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .planners import (
    OTHER,
    TWO_RATES,
    add_planner,
    hand_over,
    planners,
    runs,
    set_clock,
    until_planned,
    washing,
)
from .test_set_plan import FIRST, relay, water_heater

pytestmark = pytest.mark.usefixtures("socket_enabled")

type Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def ask(hass: HomeAssistant, hass_ws_client: Callable[..., Awaitable[Any]]) -> Ask:
    """Ask over a connection, of the administrator or of somebody else."""

    async def asked(entity_id: str, user: MockUser | None = None, **what: Any) -> dict[str, Any]:
        if user is None:
            client = await hass_ws_client(hass)
        else:
            refresh = await hass.auth.async_create_refresh_token(user, "https://client.test")
            client = await hass_ws_client(hass, hass.auth.async_create_access_token(refresh))
        await client.send_json_auto_id(
            {"type": f"{DOMAIN}/plan/simulate", "entity_id": entity_id, **what}
        )
        answer: dict[str, Any] = await client.receive_json()
        await client.close()
        return answer

    return asked


def keys(answer: dict[str, Any]) -> list[str]:
    return [note["key"] for note in answer["result"]["notes"]]


async def test_another_mode_and_a_start(home: LocalInstalled, ask: Ask) -> None:
    number = await water_heater(home)
    pilot = home.find("switch", number, "pilot")
    await home.call("set_plan", equipment_id=number, slots=[0, 1, *[0] * 94])

    as_it_is = await ask(pilot)
    assert as_it_is["result"]["slots"] == "01" + "0" * 94
    assert as_it_is["result"]["start"] == slot_start(home.clock.now())
    assert keys(as_it_is) == []
    assert (await ask(pilot, start_now=True))["result"]["slots"] == "11" + "0" * 94
    forced = await ask(pilot, mode="forced_off")
    assert set(forced["result"]["slots"]) == {"0"}
    assert keys(forced) == ["by_hand"]
    assert forced["result"]["notes"][0]["text"].startswith("By hand")


async def test_nothing_is_changed(home: LocalInstalled, ask: Ask) -> None:
    number = await water_heater(home)
    await home.call("set_plan", equipment_id=number, slots=[0, *FIRST[:-1]])
    await wait_for(lambda: home.ended(number))
    await home.hass.async_block_till_done()
    status = home.status(number)
    storage = Path(home.hass.config.config_dir) / ".storage"
    before = (
        status.equipment,
        status.decision,
        {path.name: path.read_bytes() for path in storage.glob("elfe_commande.*[!ml]")},
        len(home.events),
    )
    pilot = home.find("switch", number, "pilot")
    for what in ({}, {"start_now": True}, {"mode": "manual"}, {"mode": "forced_on"}):
        assert (await ask(pilot, **what))["success"]
    await home.hass.async_block_till_done()
    assert before == (
        status.equipment,
        status.decision,
        {path.name: path.read_bytes() for path in storage.glob("elfe_commande.*[!ml]")},
        len(home.events),
    )
    assert relay(home) == "off"


async def test_the_planner_says_when_it_would_run(home: LocalInstalled, ask: Ask) -> None:
    set_clock(home, 19)
    machine = await washing(home)
    await add_planner(home, "two_rates", **TWO_RATES)
    pilot = home.find("switch", machine, "pilot")

    # People have it: as if it was handed over now.
    foreseen = (await ask(pilot, mode="piloted"))["result"]
    start = foreseen["start"] + foreseen["slots"].index("1") * SLOT
    assert foreseen["slots"].count("1") == 8
    assert foreseen["ready_at"] == start + 2 * 3600
    (note,) = foreseen["notes"]
    assert note["key"] == "planner"
    await hand_over(home, machine)
    ((begin, _),) = await until_planned(home, machine)
    assert begin.timestamp() == start

    # Done by 22:00: it has to run at the dear rate, and only the answer says so.
    soon = home.clock.now() + timedelta(hours=2, minutes=55).total_seconds()
    sooner = (await ask(pilot, wished_end=int(soon)))["result"]
    assert sooner["ready_at"] <= soon
    assert not sooner["late"]
    assert runs(home, machine)[0][0] == begin
    too_soon = home.clock.now() + timedelta(hours=1).total_seconds()
    assert (await ask(pilot, wished_end=int(too_soon)))["result"]["late"]


async def test_an_old_plan_is_looked_at_anew_and_not_handed_on(
    home: LocalInstalled, ask: Ask
) -> None:
    set_clock(home, 19)
    machine = await washing(home)
    unit = await add_planner(home, "two_rates", **TWO_RATES)
    await hand_over(home, machine)
    await until_planned(home, machine)
    known, plan = unit.planned, home.status(machine).plan
    home.clock.offset += SLOT
    wished = int(home.clock.now() + 6 * 3600)
    answer = await ask(home.find("switch", machine, "pilot"), wished_end=wished)
    assert keys(answer) == ["planner"]
    assert planners(home)[0].planned is known
    assert home.status(machine).plan is plan


async def test_a_planner_that_cannot_plan_says_so(
    home: LocalInstalled, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(home, 19)
    machine = await washing(home)
    await add_planner(home, "two_rates", **TWO_RATES)
    home.clock.offset += SLOT

    def fail(*_: Any, **__: Any) -> None:
        raise ArithmeticError

    monkeypatch.setattr(unit_module, "plan", fail)
    answer = await ask(home.find("switch", machine, "pilot"), mode="piloted")
    assert "not_planned" in keys(answer)


async def test_who_may_not_read_it_is_told_nothing(home: LocalInstalled, ask: Ask) -> None:
    number = await water_heater(home)
    pilot = home.find("switch", number, "pilot")
    leo = MockUser(name="Leo").add_to_hass(home.hass)
    leo.mock_policy({"entities": {"entity_ids": {}}})
    assert (await ask(pilot, leo))["error"]["code"] == "unauthorized"
    assert (await ask("switch.nothing_of_ours", leo))["error"]["code"] == "unauthorized"
    leo.mock_policy({"entities": {"entity_ids": {pilot: {"read": True}}}})
    assert (await ask(pilot, leo))["success"]


async def test_what_cannot_be_asked_is_refused_in_words(home: LocalInstalled, ask: Ask) -> None:
    number = await home.add("Lave-linge", OTHER, typology="plug")
    pilot = home.find("switch", number, "pilot")
    for entity_id, what, key in (
        (OTHER, {}, "not_an_equipment"),
        (home.find("button", None, "run_cycle"), {}, "not_an_equipment"),
    ):
        assert (await ask(entity_id, **what))["error"]["translation_key"] == key
    both = await ask(pilot, start_now=True, mode="manual")
    assert both["error"]["code"] == "invalid_format"
    heater = await water_heater(home)
    refused = await ask(home.find("switch", heater, "pilot"), wished_end=2_000_000_000)
    assert refused["error"]["translation_key"] == "no_such_constraint"
