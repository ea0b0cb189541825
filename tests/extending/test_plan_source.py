"""A plan source of one file."""

from datetime import UTC, datetime
from typing import Any

from custom_components.elfe_commande.core.plan import SLOT, Owner, slot_start
from tests.fixtures_home_assistant import wait_for
from tests.local.conftest import hass_config_dir, hass_storage, home  # noqa: F401
from tests.local.emhass_server import emhass_server
from tests.local.homes import LocalInstalled
from tests.local.sourced import RELAY, Sourced, unhurried

from .examples import KEYS, PLANNER, assert_gone, run_tests_of


def test_the_source_is_found(planner: set[Any]) -> None:
    assert planner == KEYS[PLANNER]
    assert run_tests_of("tests/plan_sources/test_example_planner.py") == 2


async def test_it_is_added_asked_and_followed(
    planner: set[Any],
    home: LocalInstalled,  # noqa: F811
    socket_enabled: None,
) -> None:
    """Menu, form, questions, plan and its failures come with the file."""
    await home.reload(unhurried())
    sourced = Sourced(home)
    number = await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")
    now = slot_start(home.clock.now())

    def text(slot: int) -> str:
        return datetime.fromtimestamp(now + slot * SLOT, UTC).isoformat()

    async with emhass_server() as server:
        runs = [{"device": "boiler", "from": text(0), "to": text(2)}]
        server.pages["/runs"] = {"computed": text(0), "runs": runs}
        menu = await sourced.begin()
        assert "example_planner" in menu["menu_options"]
        form = await home.answer(menu, next_step_id="example_planner")
        form = await home.answer(form, address="example")
        assert form["errors"] == {"address": "invalid_address"}
        loads = [{"equipment": number, "device": "boiler"}]
        subentry = await sourced.add("example_planner", loads, address=server.address)
        assert subentry.title == "Example planner"
        await wait_for(lambda: sourced.relay() == "on")
        plan = home.status(number).plan
        assert plan is not None
        assert (len(plan.decisions), plan.owner) == (96, Owner.ACTION)
        server.pages["/runs"] = "nothing"
        assert await sourced.look() == "unreadable"
    assert await sourced.look() == "away"
    assert sourced.relay() == "on"
    home.clock.offset += 2 * SLOT
    await home.cycle()
    assert sourced.relay() == "off"


def test_nothing_of_it_stays() -> None:
    assert_gone(PLANNER)
