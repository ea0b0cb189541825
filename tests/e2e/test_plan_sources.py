"""A plan source of a new home, as a person clicks it: EMHASS, and a boiler that follows it."""

import time

from playwright.async_api import expect
import pytest

from tests.e2e.conftest import Browser, Hand, eventually, picture
from tests.e2e.test_first_evening import (
    Evening,
    add_appliance,
    add_home,
    evening,  # noqa: F401
)
from tests.local.emhass_server import EmhassServer, emhass_server
from tests.plan_sources.recordings import recorded

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

HEATER_ON = 55
"""The step of the recorded day in which load 1 begins a run of two hours."""


async def test_a_boiler_that_follows_emhass(
    browser: Browser,
    evening: Evening,  # noqa: F811
) -> None:
    hand = Hand(await browser.visit(f"{evening.address}/config/integrations/dashboard"))
    await add_home(hand)
    await add_appliance(hand)
    async with emhass_server() as emhass:
        emhass.serve(recorded("dayahead-15min"), time.time(), begin=HEATER_ON)
        address = f"{evening.address}/config/integrations/integration/elfe_commande"
        await add_source(Hand(await browser.visit(address)), emhass)
        await eventually(evening.relay_is_on, bool)
        # The first cycle may have come since: what is on and wanted on is told so again.
        assert set(evening.orders()) == {True}


async def add_source(hand: Hand, emhass: EmhassServer) -> None:
    page, dialog = hand.page, hand.dialog
    await page.get_by_role("button", name="Add a plan source").click()
    await expect(dialog).to_contain_text("Where does the plan of your appliances come from?")
    await dialog.get_by_text("EMHASS", exact=True).click()
    await dialog.locator("input[name=address]").fill(emhass.address)
    await hand.submit()

    # What it plans is told, and the boiler found by its power.
    await expect(dialog).to_contain_text("1: 2000 W, 3 h")
    chosen = dialog.locator("ha-selector-object")
    await expect(chosen).to_contain_text("Boiler")
    await picture(page, "plan_source_1")
    await dialog.get_by_role("button", name="Edit").click()
    item = page.locator("dialog-form")
    for label in ("Appliance", "Number of the load", "Power", "Runs from"):
        await expect(item).to_contain_text(label)
    await expect(item).to_contain_text("Boiler")
    await picture(page, "plan_source_2")
    await item.get_by_role("button", name="Save").click()
    await expect(item).to_be_hidden()
    await hand.submit()
    await hand.finish()
    await expect(page.get_by_text("EMHASS").first).to_be_visible()
    await picture(page, "plan_source_3")
