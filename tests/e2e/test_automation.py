"""An automation made as the editor makes it: it runs when the portal says what it changed."""

from typing import TYPE_CHECKING

import pytest

from demo.database import SCHEMA
from tests.e2e.conftest import DOMAIN, SECONDS, Browser, Demo, House, eventually, picture

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

pytestmark = pytest.mark.thorough

DRYER = 13
"""In manual: no plan starts it meanwhile."""
MACHINES = f"{SCHEMA}.equipement_pilote_machine_generique"
HEADLINE = "ELFE: appliance changed in the portal"
TRIGGER = f"{DOMAIN}.portal_update"


async def portal(house: House, later: int) -> None:
    """Move the wished end as the portal does: first the row, then the message."""
    await house.database.execute(
        f"UPDATE {MACHINES} SET timestamp_de_fin_souhaite = timestamp_de_fin_souhaite + $2"
        " WHERE equipement_pilote_ou_mesure_id = $1",
        DRYER,
        later,
    )
    await house.client.act("mqtt.publish", topic=f"viriya/update/{DRYER}", payload="")


async def told(house: House, title: str) -> list[str]:
    """Return the notifications of a title."""
    found = await house.client.command("persistent_notification/get")
    return [each["message"] for each in found if each["title"] == title]


@pytest.mark.e2e
async def test_the_editors_own_calls(house: House) -> None:
    """Without a browser: what it asks, what it saves, and the run that follows."""
    client = house.client
    triggers = [
        {
            "trigger": TRIGGER,
            "target": {"entity_id": house.entity("pilot", DRYER)},
            "options": {"changed": ["wished_end"]},
        }
    ]
    actions = [
        {
            "action": "persistent_notification.create",
            "data": {
                "title": "By calls",
                "message": "{{ trigger.name }}: {{ trigger.changed | join(', ') }},"
                " {{ trigger.before.wished_end != trigger.after.wished_end }}",
            },
        }
    ]
    verdicts = await client.command(
        "validate_config", triggers=triggers, conditions=[], actions=actions
    )
    assert all(verdict["valid"] for verdict in verdicts.values()), verdicts
    texts = await client.command(
        "frontend/get_translations", category="triggers", integration=[DOMAIN], language="en"
    )
    name = f"component.{DOMAIN}.triggers.portal_update.name"
    assert texts["resources"][name] == HEADLINE

    await client.post(
        "/api/config/automation/config/elfe_by_calls",
        {"alias": "By calls", "triggers": triggers, "actions": actions, "mode": "queued"},
    )
    automation = "automation.by_calls"
    states = await eventually(
        lambda: client.get("/api/states"),
        lambda found: any(s["entity_id"] == automation for s in found),
    )
    assert {s["entity_id"]: s["state"] for s in states}[automation] == "on"

    await portal(house, 900)

    found = await eventually(lambda: told(house, "By calls"), bool)
    assert found == ["Tumble dryer: wished_end, True"]
    # Nothing was changed this time.
    await portal(house, 0)
    await portal(house, 900)
    await eventually(lambda: runs(house, "elfe_by_calls"), lambda count: count == 2)


async def runs(house: House, item: str) -> int:
    """Return how often an automation ran."""
    traces = await house.client.command("trace/list", domain="automation", item_id=item)
    # One that the trigger left out is traced as well, without a trigger.
    return sum(trace["trigger"] == "portal update of Tumble dryer" for trace in traces)


async def search(page: Page, words: str, awaited: Locator) -> None:
    """Type into the field for searching of the dialog that was opened last, until it finds.

    The dialog before may still be there, and what was drawn a moment ago may not hear yet.
    """
    from playwright.async_api import TimeoutError as TooLateError, expect  # noqa: PLC0415

    for _ in range(6):
        box = page.get_by_placeholder("Search").last
        try:
            await box.fill("", timeout=8 * SECONDS)
            await box.press_sequentially(words, delay=20, timeout=8 * SECONDS)
            await expect(awaited).to_be_visible(timeout=8 * SECONDS)
        except AssertionError, TooLateError:
            continue
        return
    await expect(awaited).to_be_visible()


async def write_template(page: Page, template: str) -> None:
    """Write into a field of text: with a template in it, it becomes an editor that shows it.

    What is written while the form is drawn again is lost.
    """
    from playwright.async_api import expect  # noqa: PLC0415

    message = page.locator("ha-selector-text input").first
    editor = page.locator("ha-code-editor").first
    for _ in range(6):
        await message.fill(template)
        try:
            await expect(editor).to_contain_text(template, timeout=8 * SECONDS)
        except AssertionError:
            continue
        return
    await expect(editor).to_contain_text(template)


@pytest.mark.browser
async def test_an_automation_made_by_clicks(browser: Browser, demo: Demo, house: House) -> None:
    from playwright.async_api import expect  # noqa: PLC0415

    page = await browser.visit(f"{demo.status['address']}/config/automation/edit/new")
    await page.get_by_role("button", name="Add trigger").click()
    found = page.get_by_text(HEADLINE).first
    await search(page, "Portal changed", found)
    await picture(page, "automation_trigger")
    await found.click()

    await page.get_by_role("button", name="Add target").click()
    switch = page.get_by_text("Switch", exact=True).first
    await search(page, "Tumble dryer", switch)
    await switch.click()
    await page.locator("ha-checkbox").first.click()
    await page.get_by_role("button", name="Add", exact=True).click()
    await page.get_by_text("Wished end", exact=True).click()

    await page.get_by_role("button", name="Add action").click()
    notify = page.get_by_text("Create persistent notification").first
    await search(page, "persistent notification", notify)
    await notify.click()
    await write_template(page, "{{ trigger.name }}: {{ trigger.changed | join }}")
    await page.get_by_role("button", name="Save").click()
    name = page.get_by_placeholder("New automation")
    await name.press_sequentially("The portal moved an end", delay=20)
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_text("Traces")).to_be_visible()
    await page.get_by_text(HEADLINE).first.click()
    await expect(page.get_by_text("Wished end")).to_be_visible()
    await picture(page, "automation_editor")

    await portal(house, 900)

    async def said() -> list[str]:
        notes = await house.client.command("persistent_notification/get")
        return [note["message"] for note in notes]

    await eventually(said, lambda notes: "Tumble dryer: wished_end" in notes)
