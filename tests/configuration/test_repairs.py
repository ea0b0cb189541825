"""Repair issues: shown once, gone with their problem, mended by a person."""

import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.engine.ground.ports import Problem
from custom_components.elfe_commande.repairs import (
    ISSUES,
    MAX_ISSUES,
    async_clear_issues,
    async_recall,
    sync_issues,
)


def problem(key="missing_device", subject="4", **placeholders):
    return Problem(key, subject, {"equipment": "Washer", **placeholders})


@pytest.fixture
def entry(hass) -> MockConfigEntry:
    entry = MockConfigEntry(domain=DOMAIN, title="Testville", data={})
    entry.add_to_hass(hass)
    return entry


@pytest.fixture(autouse=True)
def stored(hass_storage) -> dict[str, Any]:
    """Return what is on the disk; nothing is written to a real one."""
    return hass_storage


def shown(hass) -> dict[str, ir.IssueEntry]:
    """Return the active issues by what their ids end with."""
    return {
        issue_id.partition("_")[2]: issue
        for (domain, issue_id), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }


async def write(hass) -> None:
    """Have everything written that is to be, as at a stop."""
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()


def restarted(hass) -> None:
    """Forget what a stop of Home Assistant makes one forget."""
    for key in [key for key in hass.data if str(key).startswith(DOMAIN)]:
        del hass.data[key]
    for domain, issue_id in list(ir.async_get(hass).issues):
        ir.async_delete_issue(hass, domain, issue_id)


async def fix(hass_client, issue: ir.IssueEntry) -> dict[str, Any]:
    """Go through an issue's flow as the frontend does; return what it showed."""
    client = await hass_client()
    url = "/api/repairs/issues/fix"
    shown = await client.post(url, json={"handler": DOMAIN, "issue_id": issue.issue_id})
    flow = await shown.json()
    done = await client.post(f"{url}/{flow['flow_id']}", json={})
    assert (await done.json())["type"] == "create_entry"
    return flow


async def test_issues_follow_the_problems(hass, entry):
    washer, dryer = problem(usage="21"), problem(subject="5")
    sync_issues(hass, entry, [washer, dryer])
    assert set(shown(hass)) == {"missing_device_4", "missing_device_5"}
    issue = shown(hass)["missing_device_4"]
    assert issue.translation_key == "missing_device"
    assert issue.translation_placeholders == {
        "entry": "Testville",
        "equipment": "Washer",
        "id": "4",
        "usage": "21",
    }
    assert not issue.is_fixable

    changed = problem(usage="11")
    sync_issues(hass, entry, [changed])
    assert set(shown(hass)) == {"missing_device_4"}
    assert shown(hass)["missing_device_4"].translation_placeholders["usage"] == "11"

    sync_issues(hass, entry, [])
    assert not shown(hass)


async def test_dismissed_issue_stays_dismissed_while_nothing_changes(hass, entry):
    sync_issues(hass, entry, [problem("press_doubtful")])
    [issue_id] = [i for d, i in ir.async_get(hass).issues if d == DOMAIN]
    ir.async_delete_issue(hass, DOMAIN, issue_id)

    sync_issues(hass, entry, [problem("press_doubtful")])

    assert not shown(hass)


async def test_what_a_person_must_confirm_outlives_a_restart(hass, entry, stored):
    doubtful = Problem("press_doubtful", "4", {"equipment": "Washer"}, EquipmentId(4))
    sync_issues(hass, entry, [problem(), doubtful])
    await write(hass)
    restarted(hass)
    assert not shown(hass)

    assert await async_recall(hass, entry) == [doubtful]
    sync_issues(hass, entry, [doubtful])
    assert set(shown(hass)) == {"press_doubtful_4"}

    sync_issues(hass, entry, [])
    await write(hass)
    restarted(hass)
    assert await async_recall(hass, entry) == []


@pytest.mark.parametrize(
    "found",
    [
        {},
        {"problems": None},
        {"problems": [["press_failed"]]},
        {"problems": [["unknown", "4", {}, 4]]},
        ["press_failed"],
    ],
)
async def test_a_damaged_file_of_what_must_be_confirmed_stops_nothing(hass, entry, stored, found):
    name = f"{DOMAIN}.{entry.entry_id}.issues"
    stored[name] = {"version": 1, "minor_version": 1, "key": name, "data": found}

    assert await async_recall(hass, entry) == []


async def test_removing_an_entry_forgets_what_was_to_be_confirmed(hass, entry, stored):
    sync_issues(hass, entry, [problem("press_failed")])
    await write(hass)
    assert any(name.endswith(".issues") for name in stored)

    await async_clear_issues(hass, entry)

    assert not any(name.endswith(".issues") for name in stored)
    assert await async_recall(hass, entry) == []


@pytest.mark.parametrize("key", ISSUES)
async def test_what_home_assistant_tells_of_an_issue_names_nothing(hass, entry, key):
    """It goes into every file of diagnostics."""
    named = Problem(key, "Chez Anne", {"equipment": "Chez Anne", "ups": "Chez Anne"})

    sync_issues(hass, entry, [named])

    [issue] = shown(hass).values()
    told = json.dumps(issue.to_json())
    assert "Anne" not in told
    assert entry.title not in told
    sync_issues(hass, entry, [])
    assert not shown(hass)


async def test_entries_do_not_touch_each_other(hass, entry):
    other = MockConfigEntry(domain=DOMAIN, title="Elsewhere", data={})
    other.add_to_hass(hass)
    sync_issues(hass, entry, [problem()])
    sync_issues(hass, other, [problem()])
    assert len(ir.async_get(hass).issues) == 2

    await async_clear_issues(hass, other)

    [(_, issue_id)] = ir.async_get(hass).issues
    assert issue_id.startswith(entry.entry_id)


async def test_crowd_of_problems_is_summed_up(hass, entry):
    crowd = [problem(subject=str(number)) for number in range(MAX_ISSUES + 30)]

    sync_issues(hass, entry, [*crowd, problem("press_failed", "9999")])

    issues = shown(hass)
    assert len(issues) == MAX_ISSUES + 1
    assert issues["more_problems"].translation_placeholders["count"] == "31"
    assert "press_failed_9999" in issues


async def test_harmless_and_unknown_problems_are_logged_once(hass, entry, caplog):
    problems = [problem("unexpected_decision", values="2"), problem("brand_new")]
    for _ in range(3):
        sync_issues(hass, entry, problems)

    assert not shown(hass)
    assert caplog.text.count("unexpected_decision: ") == 1
    assert caplog.text.count("A problem without a text: brand_new") == 1


@pytest.fixture
async def repairs(hass):
    """Have the repairs of this integration found."""
    hass.config.components.add(DOMAIN)
    assert await async_setup_component(hass, REPAIRS, {})
    await hass.async_block_till_done()


@pytest.mark.usefixtures("repairs")
async def test_person_confirms_that_the_machine_was_checked(hass, hass_client, entry):
    settled = []
    engine = SimpleNamespace(settle_problem=lambda *what: settled.append(what))
    entry.mock_state(hass, ConfigEntryState.LOADED)
    entry.runtime_data = SimpleNamespace(engine=engine, async_close=AsyncMock())
    sync_issues(hass, entry, [problem("press_failed")])
    issue = shown(hass)["press_failed_4"]
    assert issue.is_fixable

    flow = await fix(hass_client, issue)

    assert flow["step_id"] == "confirm"
    assert flow["description_placeholders"]["equipment"] == "Washer"

    assert settled == [("press_failed", "4")]
    assert not shown(hass)


@pytest.mark.usefixtures("repairs")
async def test_confirming_needs_no_running_engine(hass, hass_client, entry):
    sync_issues(hass, entry, [problem("sequence_broken"), problem("press_failed")])

    await fix(hass_client, shown(hass)["sequence_broken_4"])

    assert set(shown(hass)) == {"press_failed_4"}
    await write(hass)
    assert [recalled.key for recalled in await async_recall(hass, entry)] == ["press_failed"]


@pytest.mark.usefixtures("setup_entry", "repairs")
async def test_refused_credentials_are_asked_for_again(hass, hass_client):
    # What our flows depend on is there before the first request, as in a started Home Assistant.
    assert await async_setup_component(hass, "usb", {})
    entry = MockConfigEntry(domain=DOMAIN, title="Testville", data={"username": "commande"})
    entry.add_to_hass(hass)
    sync_issues(hass, entry, [Problem("storage_refused", "database", {"detail": "no"})])

    await fix(hass_client, shown(hass)["storage_refused_database"])
    await hass.async_block_till_done()

    [reauth] = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert reauth["step_id"] == "reauth_confirm"
