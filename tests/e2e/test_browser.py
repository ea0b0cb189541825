"""What a person sees and clicks, in a real browser."""

import asyncio
from dataclasses import replace
import json
import re

import aiomqtt
from playwright.async_api import Locator, Page, expect
import pytest

from demo.database import load_schema
from demo.parts import Access
from demo.parts.access import password
from demo.parts.postgres import ADMINISTRATOR, COMMANDE, OWNER
from demo.territory import MANUAL, PILOTED, install, many
from tests.e2e.conftest import SECONDS, TIME, Browser, Demo, House, eventually, picture

pytestmark = pytest.mark.browser

WASHING_MACHINE = 2


async def test_a_switch_turned_in_the_dashboard(browser: Browser, demo: Demo, house: House) -> None:
    """The card follows, and so does the row."""
    page = await browser.visit(demo.status["url"])
    # In front of one's eyes, the plan starts the first dishwasher.
    started = row_of(page, "Dishwasher")
    why = re.compile(f"Started by the EMS’s plan at {TIME}, done about {TIME}")
    await expect(started).to_contain_text(why, timeout=150 * SECONDS)
    await expect(started.locator(".icon.on")).to_be_visible()
    row = row_of(page, "Washing machine")
    before = (await house.row(WASHING_MACHINE))["mode"]
    after, words = {
        PILOTED: (MANUAL, "By hand"),
        MANUAL: (PILOTED, re.compile("Wait|Programmed after")),
    }[before]

    await row.get_by_role("switch").click()

    await expect(row).to_contain_text(words)
    await eventually(lambda: house.row(WASHING_MACHINE), lambda row: row["mode"] == after)


async def test_pages_of_the_integration(browser: Browser, demo: Demo) -> None:
    address = demo.status["address"]
    page = await browser.visit(f"{address}/config/integrations/integration/elfe_commande")
    row = page.get_by_text("Hot-water tank R001").first
    await expect(row).to_be_visible()
    await picture(page, "integration")
    await row.click()
    await expect(page.get_by_text("Device info")).to_be_visible()
    for shown in ("Hot-water tank R001", "Decision", "wants it"):
        await expect(page.get_by_text(shown).first).to_be_visible()
    await picture(page, "device")


async def test_what_screens_show_is_an_option(browser: Browser, demo: Demo, house: House) -> None:
    """A label is changed by clicks; the screens are drawn with it."""
    page = await browser.visit(
        f"{demo.status['address']}/config/integrations/integration/elfe_commande"
    )
    row = page.locator("ha-config-entry-row", has_text="ELFE").first
    await row.get_by_role("button", name="Configure").first.click()
    await page.get_by_text("Wall screens: pages, label, colours").click()
    label = page.get_by_role("textbox", name=re.compile("Connection label"))
    await expect(label).to_have_value("ecran connecté")
    await picture(page, "options_screens")
    await label.fill("relié")

    await page.get_by_role("button", name="Submit").click()

    await page.get_by_role("button", name=re.compile("finish", re.IGNORECASE)).click()
    mqtt = demo.status["mqtt"]
    async with aiomqtt.Client(mqtt["host"], mqtt["port"]) as client:
        await client.subscribe("hasp/+/command/jsonl")
        await eventually(lambda: house.state("lifecycle"), lambda state: state == "running")
        await house.ask("refresh_screens")
        async with asyncio.timeout(30):
            async for message in client.messages:
                if isinstance(message.payload, bytes) and "relié" in json.loads(
                    message.payload
                ).get("text", ""):
                    break


async def test_an_entry_made_by_clicks(browser: Browser, demo: Demo, house: House) -> None:
    access = await another_database(demo)
    address = demo.status["address"]
    page = await browser.visit(f"{address}/config/integrations/dashboard/add?domain=elfe_commande")
    await page.get_by_role("button", name="OK").click()
    dialog = page.locator("dialog-data-entry-flow")
    await expect(dialog.get_by_text("A coordination database (PostgreSQL)")).to_be_visible()
    await picture(page, "config_flow_menu")
    await dialog.get_by_text("A coordination database (PostgreSQL)").click()
    for name, value in (
        ("host", access.host),
        ("database", access.database),
        ("username", access.user),
        ("password", "wrong"),
    ):
        await dialog.locator(f"input[name={name}]").fill(value)
    port = dialog.locator("ha-selector-number input")
    await port.fill(str(access.port))
    await picture(page, "config_flow")

    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog).to_contain_text("The server refused the username or the password")
    await picture(page, "config_flow_refused")

    await dialog.locator("input[name=password]").fill(access.password)
    await dialog.get_by_role("button", name="Submit").click()

    finish = dialog.get_by_role("button", name="Skip and finish")
    await expect(finish).to_be_visible(timeout=30 * SECONDS)
    await picture(page, "config_flow_created")
    await finish.click()
    await expect(dialog).to_be_hidden()
    entries = await house.client.get("/api/config/config_entries/entry?domain=elfe_commande")
    assert {entry["title"] for entry in entries} >= {"ELFE", f"ELFE ({access.database})"}


@pytest.mark.thorough
async def test_the_solar_home_by_the_sun_and_on_battery(browser: Browser, demo: Demo) -> None:
    """A rule runs the tank; the mains are cut by a click, and it goes off."""
    page = await browser.visit(demo.status["url"])
    tank = row_of(page, "Solar water heater")
    await expect(tank).to_contain_text(
        re.compile("All conditions of the rule are met|Kept on"),
        timeout=300 * SECONDS,
    )
    await expect(tank.locator(".icon.on")).to_be_visible()
    mains = page.locator("hui-tile-card", has_text="Mains").first.locator("ha-tile-icon")

    await mains.click()

    await expect(tank).to_contain_text("Switched off: the UPS is on battery")
    await expect(tank.locator(".icon.on")).to_have_count(0)
    await picture(page, "ups")
    await mains.click()
    await expect(tank).not_to_contain_text(
        "Switched off: the UPS is on battery", timeout=150 * SECONDS
    )


def row_of(page: Page, name: str) -> Locator:
    """Return the row of the first appliance of that name."""
    return page.locator("elfe-plan-card .row", has_text=name).first


async def another_database(demo: Demo) -> Access:
    """Make a territory of one home, whose appliances are not plugged in."""
    place = demo.status["database"]
    name = "bdd_of_a_neighbour"
    found = {
        role: Access(place["host"], place["port"], role, password(role), name)
        for role in (ADMINISTRATOR, OWNER, COMMANDE)
    }
    administrator = replace(found[ADMINISTRATOR], database="postgres")
    connection = await administrator.connect()
    await connection.execute(f'CREATE DATABASE "{name}" OWNER "{OWNER}"')
    await connection.close()
    connection = await found[OWNER].connect()
    await load_schema(connection)
    await install(connection, many(2, mode=MANUAL))
    await connection.close()
    return found[COMMANDE]
