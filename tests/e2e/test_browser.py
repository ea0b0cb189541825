"""What a person sees and clicks, in a real browser."""

import asyncio
from collections.abc import Coroutine, Iterator
import os
import shutil
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright
import pytest

from tests.conftest import BROWSERS
from tests.e2e.conftest import ROOT, Demo, enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

IMAGES = ROOT / "docs" / "images"
WASHING_MACHINE = 2
SECONDS = 1000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 1200}, locale="en-GB")
    context.set_default_timeout(30 * SECONDS)
    found = context.new_page()
    yield found
    context.close()


def picture(page: Page, name: str) -> None:
    """Keep what the page shows, for the documentation, when asked to."""
    if os.environ.get("ELFE_SCREENSHOTS") == "1":
        page.wait_for_timeout(2 * SECONDS)
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=IMAGES / f"{name}.png")


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Run something that waits, beside the browser's own loop."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(work)


async def mode_of(demo: Demo, equipment_id: int) -> int:
    async with enter(demo) as house:
        found: int = (await house.row(equipment_id))["mode"]
        return found


def test_a_switch_of_the_dashboard(page: Page, demo: Demo) -> None:
    page.goto(demo.status["url"])
    card = page.locator("hui-entities-card", has_text="Lave-linge").first
    switch = card.locator("ha-entity-toggle").locator("ha-switch")
    switch.click()
    expect(card).to_contain_text("In manual mode")
    picture(page, "dashboard")
