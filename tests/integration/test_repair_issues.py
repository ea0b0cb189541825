"""Repairs come with what a person must mend, and go with it."""

from dataclasses import replace
from http import HTTPStatus

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import STATE_ON
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.engine.ground.ports import Problem
from demo.appliances import Behaviour
from demo.territory import Equipment
from tests.engine.bench import COMMAND, MODE, until_row
from tests.fixtures_home_assistant import Installed, wait_for

from .homes import DISHES, FINGER, FINGER_COMMAND, HEATER, PLUG, WASHING, issues_of, live_in


async def test_an_issue_comes_and_goes_with_the_data(installed: Installed) -> None:
    hass, world = installed.hass, installed.world
    await live_in(installed, WASHING, replace(HEATER, devices=()))
    await installed.setup()
    issue = issues_of(hass)["missing_device"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["equipment"] == HEATER.name
    assert not issue.is_fixable

    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_domotique"
        " SET equipement_pilote_ou_mesure_id = 3 WHERE id = 'I102'"
    )
    await installed.cycle()
    missing = issues_of(hass)["missing_device"]
    assert missing.translation_placeholders is not None
    assert missing.translation_placeholders["equipment"] == WASHING.name

    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_domotique"
        " SET equipement_pilote_ou_mesure_id = $1 WHERE id = 'I102'",
        PLUG,
    )
    await world.owner.execute(
        "UPDATE bdd_coordination_schema.equipement_pilote_ou_mesure"
        " SET equipement_pilote_ou_mesure_mode_id = 80 WHERE id = 3"
    )
    await installed.cycle()
    await wait_for(lambda: "missing_device" not in issues_of(hass))


async def test_a_missing_privilege_is_told_until_it_is_granted(installed: Installed) -> None:
    hass, world = installed.hass, installed.world
    await live_in(installed, WASHING)
    await installed.setup()
    await world.owner.execute("REVOKE SELECT ON bdd_coordination_schema.result FROM commande")
    await installed.cycle()
    told = {"missing_privileges", "storage_refused"} & issues_of(hass).keys()
    assert told

    await world.owner.execute("GRANT SELECT ON bdd_coordination_schema.result TO commande")
    await installed.cycle()
    assert not told & issues_of(hass).keys()


async def test_a_person_confirms_a_press_that_nobody_is_sure_of(
    installed: Installed, hass_client: ClientSessionGenerator
) -> None:
    hass, world = installed.hass, installed.world
    assert await async_setup_component(hass, REPAIRS, {})
    household = await live_in(installed, DISHES)
    household.devices["I109"].behaviour = Behaviour.SILENT
    await world.plan(FINGER, [1])
    await installed.setup()
    cycle = hass.async_create_task(installed.hub.engine.run_cycle())
    await world.fleet.recorder.wait(topic=FINGER_COMMAND)
    await installed.unload()
    with pytest.raises(BaseException):  # noqa: B017, PT011
        await cycle
    await installed.setup()
    # Told at the end of the start, once the devices were asked how they are.
    await wait_for(lambda: "press_doubtful" in issues_of(hass), 45)
    issue = issues_of(hass)["press_doubtful"]
    assert issue.is_fixable

    client = await hass_client()
    url = "/api/repairs/issues/fix"
    shown = await client.post(url, json={"handler": issue.domain, "issue_id": issue.issue_id})
    assert shown.status == HTTPStatus.OK
    flow = await shown.json()
    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["equipment"] == DISHES.name
    done = await client.post(f"{url}/{flow['flow_id']}", json={})
    assert (await done.json())["type"] == "create_entry"

    assert "press_doubtful" not in issues_of(hass)
    assert not installed.hub.engine.problems
    await until_row(world, FINGER, **{MODE: 20, COMMAND: 13})
    await installed.cycle()
    await installed.reload()
    assert "press_doubtful" not in issues_of(hass)
    assert len(world.orders(FINGER_COMMAND)) == 1


@pytest.mark.parametrize(
    "other", [HEATER, replace(HEATER, devices=())], ids=["tables in order", "a mistake in them"]
)
async def test_a_machine_to_look_at_is_asked_for_until_somebody_confirms(
    installed: Installed, other: Equipment
) -> None:
    hass = installed.hass
    await live_in(installed, DISHES, other)
    await installed.setup()
    failed = Problem("press_failed", str(FINGER), {"equipment": DISHES.name}, EquipmentId(FINGER))
    installed.hub.engine.report(failed)

    await installed.reload()
    issue = issues_of(hass)["press_failed"]
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["equipment"] == DISHES.name
    assert issue.learn_more_url is not None

    installed.hub.engine.settle_problem(failed.key, failed.subject)
    await installed.reload()
    assert "press_failed" not in issues_of(hass)


async def test_credentials_refused_while_running_are_asked_for(
    installed_alone: Installed,
) -> None:
    """The plan known is followed meanwhile; the issue goes once the database answers."""
    hass, world = installed_alone.hass, installed_alone.world
    server = world.database.server
    await live_in(installed_alone, WASHING)
    await installed_alone.setup()
    secret = installed_alone.entry.data["password"]
    await server.administer("ALTER ROLE commande PASSWORD 'other'")
    await server.disconnect("commande")
    # The first connection to be lost may say nothing of the password.
    await installed_alone.cycle()
    await installed_alone.cycle()

    assert issues_of(hass).keys() == {"storage_refused"}
    [flow] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert installed_alone.state("switch", PLUG, "pilot").state == STATE_ON

    await server.administer(f"ALTER ROLE commande PASSWORD '{secret}'")
    await installed_alone.cycle()
    assert not issues_of(hass)
