"""The same with the real engine, its database, its broker and simulated appliances."""

from tests.fixtures_home_assistant import Installed, wait_for
from tests.integration.homes import HEATER, RELAY, WASHING, live_in

from .conftest import Automate
from .told import variables


async def test_what_people_do_reaches_automations(installed: Installed, automate: Automate):
    await live_in(installed, HEATER, WASHING)
    await installed.setup()
    target = {"entity_id": installed.entity_id("switch", RELAY, "pilot")}
    runs = await automate(
        [
            {"trigger": f"elfe_commande.{name}", "id": name, "target": target}
            for name in ("mode_changed", "equipment_started", "equipment_stopped")
        ],
        {"condition": "elfe_commande.is_ready"},
    )

    def told() -> set[str]:
        return {run.data["trigger"]["id"] for run in runs}

    await installed.call("set_mode", equipment_id=RELAY, mode="forced_off")
    await wait_for(lambda: "mode_changed" in told())
    changed = variables(next(r for r in runs if r.data["trigger"]["id"] == "mode_changed"))
    assert (changed["equipment_id"], changed["before"], changed["after"]) == (
        RELAY,
        "piloted",
        "manual",
    )
    assert changed["origin"] == "action"

    await installed.call("set_mode", equipment_id=RELAY, mode="forced_on")
    await wait_for(lambda: "equipment_started" in told())
    await installed.reload()
    await installed.call("set_mode", equipment_id=RELAY, mode="forced_off")
    await wait_for(lambda: "equipment_stopped" in told())
    assert {run.data["trigger"]["equipment_id"] for run in runs} == {RELAY}


async def test_plans_reach_automations(installed: Installed, automate: Automate):
    await live_in(installed, HEATER, WASHING)
    await installed.setup()
    runs = await automate({"trigger": "elfe_commande.plan_received"})

    await installed.world.plan(RELAY, [1, 1])
    await installed.cycle()
    await wait_for(lambda: runs)

    assert [run.data["trigger"]["equipment_ids"] for run in runs] == [[RELAY]]
