"""A dashboard that writes itself: of all there is, at a desk and on a phone, as Home Assistant draws it."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from demo.solar import MAINS
from tests.e2e.complaints import Complaints
from tests.e2e.conftest import PATIENT, Browser, Demo, House, eventually, fits, opened, picture

pytestmark = pytest.mark.browser

DESK, PHONE = (1400, 900), (390, 844)
HEADINGS = (
    "Home R001",
    "Home R002",
    "Solar home",
    "Power",
    "What happened",
    "What you can do here",
    "Wall screens",
    "Plan and cost",
    "Smart meter",
    "Simulated UPS",
    "Surplus rules",
    "Health of ELFE",
    "Health of Solar home",
)
"""What the README's first screen names, and what is beside it."""
BROKEN = "hui-error-card, hui-warning, hui-warning-element, hui-error-section"
OTHERS = "elfe-other"
STRATEGY = "custom:elfe-commande"


@pytest.fixture
async def page(browser: Browser, demo: Demo) -> Page:
    """The dashboard, drawn."""
    found = await browser.visit(demo.status["url"])
    await expect(found.locator("elfe-plan-card .row").first).to_be_visible()
    return found


def headings(page: Page) -> Locator:
    return page.locator("hui-heading-card")


async def test_all_there_is_has_its_place(page: Page, demo: Demo) -> None:
    complaints = Complaints(demo.status["address"])
    complaints.listen(page)
    await page.reload()
    cards = page.locator("elfe-plan-card")
    await expect(cards).to_have_count(3)
    # The plan has come, and has begun to be carried out.
    await expect(cards.first).to_contain_text("Started by the EMS", timeout=2 * PATIENT)
    for size in (DESK, PHONE):
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await expect(headings(page)).to_have_text(HEADINGS)
        for number in range(3):
            await expect(cards.nth(number).locator(".row").first).to_be_visible()
        for text in ("Solar roof", "Mains", "Screen g001"):
            await expect(tile(page, text).first).to_be_attached()
        for text in ("Net power", "Surplus", "Cost today", "On battery", "EMS connection"):
            await expect(row(page, text)).to_be_attached()
        await expect(page.locator("hui-history-graph-card")).to_be_attached()
        await expect(page.locator("hui-markdown-card")).to_contain_text("Cut the mains")
        await expect(page.locator(BROKEN)).to_have_count(0)
        await fits(page)
        await picture(page, "dashboard" if size is DESK else "dashboard_phone")
    # Appliances come before all else.
    first, log = cards.first.locator(".row").first, page.locator("hui-logbook-card")
    tops = [(await each.bounding_box() or {"y": -1})["y"] for each in (first, cards.last, log)]
    assert 0 <= tops[0] < PHONE[1] / 2
    assert tops == sorted(tops)
    assert complaints.heard == []


async def test_what_comes_and_goes_is_written_anew(page: Page, house: House) -> None:
    """Nobody loads the page again."""
    (entity_id,) = house.solar.ending("input_voltage")
    shown = row(page, "Input voltage")
    await expect(shown).to_be_attached()
    try:
        await house.client.command(
            "config/entity_registry/update", entity_id=entity_id, hidden_by="user"
        )
        await expect(shown).to_have_count(0)
    finally:
        await house.client.command(
            "config/entity_registry/update", entity_id=entity_id, hidden_by=None
        )
    await expect(shown).to_be_attached()


async def test_a_home_may_stand_in_anybodys_own_dashboard(
    browser: Browser, demo: Demo, house: House
) -> None:
    """A section, and a page of one entry; the mains are cut on it, and the UPS says so."""
    solar = {
        "type": STRATEGY,
        "config_entry_ids": [demo.status["solar_entry_id"]],
        "hours_to_show": 1,
        "also": [{"heading": "Mains", "entities": [house.entities[MAINS]]}],
    }
    sections: list[dict[str, Any]] = [
        {"strategy": {"type": STRATEGY, "home": "R002"}},
        {"strategy": {"type": STRATEGY}},
    ]
    views = [
        {"path": "sections", "title": "Sections", "type": "sections", "sections": sections},
        {"path": "solar", "title": "Solar home", "strategy": solar},
    ]
    await house.client.command(
        "lovelace/dashboards/create", url_path=OTHERS, title="Others", mode="storage"
    )
    await house.client.command("lovelace/config/save", url_path=OTHERS, config={"views": views})

    page = await browser.visit(f"{demo.status['address']}/{OTHERS}/sections")
    await expect(headings(page)).to_have_text(["Home R002", "Appliances"])
    one, everything = page.locator("elfe-plan-card").first, page.locator("elfe-plan-card").last
    await expect(one.locator(".row").first).to_be_visible()
    await expect(everything.get_by_text("Solar water heater")).to_be_visible()
    assert await one.locator(".row").count() < await everything.locator(".row").count()

    page = await browser.visit(f"{demo.status['address']}/{OTHERS}/solar")
    await expect(headings(page).first).to_have_text("Solar home")
    await expect(page.get_by_text("Home R001")).to_have_count(0)
    await tile(page, "Mains").first.locator("ha-tile-icon, .icon-container").first.click()
    # A row's state may come before its name, as the page is made.
    on_it = re.compile(r"\bOn\s+On battery|On battery\s+On\b")
    await expect(row(page, "On battery")).to_contain_text(on_it, timeout=2 * PATIENT)
    await house.client.act("switch.turn_on", entity_id=house.entities[MAINS])
    (on_battery,) = house.solar.ending("on_battery")

    async def mains() -> str:
        return str((await house.client.state(on_battery))["state"])

    await eventually(mains, "off".__eq__)
    # What is drawn on a canvas is there by now.
    await picture(page, "solar")


async def test_it_is_offered_where_dashboards_are_added(browser: Browser, demo: Demo) -> None:
    page = await browser.visit(f"{demo.status['address']}/config/lovelace/dashboards")
    offered = page.locator("dashboard-card", has_text="ELFE Commande")
    await opened(page.get_by_role("button", name="Add dashboard"), offered)

    await offered.click()

    # Title and icon are suggested.
    dialog = page.locator("dialog-lovelace-dashboard-detail")
    await expect(dialog.locator("ha-selector-text input").first).to_have_value("Appliances")


def tile(page: Page, text: str) -> Locator:
    return page.locator("hui-tile-card", has_text=text)


def row(page: Page, text: str) -> Locator:
    """Return a row of a list, its name and state."""
    return page.locator("hui-generic-entity-row", has_text=text)
