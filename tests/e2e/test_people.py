"""What once surprised people, as they see it now: at a desk and on a phone, in both languages."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import os
from pathlib import Path
import re
import signal

from playwright.async_api import Locator, Page, expect
import pytest

from demo.names import named
from demo.solar import ROOF, solar_home
from demo.territory import two_homes
from tests.consistency.parsed import words
from tests.e2e.conftest import SECONDS, Browser, Demo, House, enter, eventually, fits, into_view

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

DISHWASHER, WASHING_MACHINE, TANK = 1, 2, 3
SILENT = "D102"
"""What the washing machine hangs on."""
FOLLOWERS = (1, 2)
"""The tank and the radiator of the solar home, by their numbers there."""
DAY = 120
"""Seconds of a day of sun: long enough for a load to come and go."""
DESK, PHONE = (1400, 900), (390, 844)
LANGUAGES = ["en", pytest.param("fr", marks=pytest.mark.long)]


@dataclass
class Visit:
    """A demonstration, the page that shows it, and the words that are to be read there."""

    house: House
    browser: Browser
    language: str
    sun: list[tuple[float, bool]] = field(default_factory=list)
    """What the roof gave, and whether any follower ran, again and again."""

    def called(self, number: int) -> str:
        """Return the name of an appliance of the territory."""
        return next(e.name for e in named(two_homes(), self.language) if e.id == number)

    def said(self, *path: str) -> re.Pattern[str]:
        """Return what a text of ours looks like, whatever its places are filled with."""
        text = words(self.language)
        for key in path:
            text = text[key]
        return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(str(text))))

    def reason(self, key: str) -> re.Pattern[str]:
        """Return what a reason looks like."""
        attributes = ("entity", "sensor", "decision", "state_attributes")
        return self.said(*attributes, "reason", "state", key)

    async def open(self, path: str) -> Page:
        return await self.browser.visit(f"{self.house.demo.status['address']}/{path}")

    async def device_page(self, number: int) -> Page:
        entities = await self.house.client.command("config/entity_registry/list")
        pilot = self.house.entity("pilot", number)
        device = next(each["device_id"] for each in entities if each["entity_id"] == pilot)
        return await self.open(f"config/devices/device/{device}")

    def row(self, name: str, page: Page | None = None) -> Locator:
        """Return the row of the first appliance of that name."""
        page = page or self.browser.context.pages[-1]
        return page.locator("elfe-plan-card .row", has_text=name).first

    async def look(self, page: Page, name: str, *shown: Locator) -> None:
        """See it at a desk and on a phone, where nothing is wider than the screen."""
        for size in (DESK, PHONE):
            await set_size(page, size)
            for each in shown:
                await into_view(each)
                await expect(each).to_be_visible()
            await keep(page, f"{name}_{self.language}_{size[0]}")
            await fits(page)
        await set_size(page, DESK)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_surprises(
    browser: Browser, start_demo: Callable[..., Demo], language: str
) -> None:
    """One start of Home Assistant for all of it: that is what takes long."""
    demo = start_demo(
        *("--language", language, "--day", str(DAY)), *("--misbehave", "silent", "--device", SILENT)
    )
    async with enter(demo) as house:
        visit = Visit(house, browser, language)
        watching = asyncio.create_task(watch_the_sun(visit))
        try:
            await appliances_come_first(visit)
            await off_does_not_mean_on(visit)
            await silence_is_told_at_once(visit)
            await what_a_plan_started_says_so(visit)
            await loads_stop_at_dusk(visit)
            await a_broker_that_is_gone_is_shown(visit)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    demo.stop()


async def appliances_come_first(visit: Visit) -> None:
    """On a phone the first appliance is on the first screen, and the log comes after all of them."""
    page = await visit.browser.visit(visit.house.demo.status["url"])
    rows, log = page.locator("elfe-plan-card .row"), page.locator("hui-logbook-card")
    first = rows.first
    await expect(visit.row(visit.called(DISHWASHER))).to_be_visible()
    await set_size(page, PHONE)
    top, last, below = [
        (await each.bounding_box() or {"y": -1})["y"] for each in (first, rows.last, log)
    ]
    assert 0 <= top < PHONE[1] / 2
    assert top < last < below
    await visit.look(page, "dashboard", first)
    # What needs mending in a new demonstration is there on purpose, and its page says so.
    issues = (await visit.house.client.command("repairs/list_issues"))["issues"]
    ours = [each["translation_key"] for each in issues if each["domain"] == "elfe_commande"]
    assert ours == ["unsupported_typology"]


async def off_does_not_mean_on(visit: Visit) -> None:
    """The switch has a name of its own; what switches the appliance has the appliance's."""
    page = await visit.device_page(TANK)
    name = visit.said("entity", "switch", "pilot", "name")
    controls = page.locator("ha-card", has_text=name).last
    switch = controls.locator("hui-toggle-entity-row", has_text=name)
    mode = controls.locator("hui-select-entity-row")
    await expect(switch).to_be_visible()
    await expect(mode).to_contain_text(visit.called(TANK))
    await visit.look(page, "names", switch, mode)

    await switch.locator("ha-switch").click()

    shown = visit.said("entity", "select", "mode", "state", "by_hand")
    await expect(mode.get_by_role("button", name=shown)).to_be_visible()
    assert await visit.house.state("mode", TANK) == "by_hand"
    await visit.look(page, "by_hand", switch, mode)


async def silence_is_told_at_once(visit: Visit) -> None:
    """A click on what does not answer is told in words, and what was chosen stays meanwhile."""
    page = await visit.browser.visit(visit.house.demo.status["url"])
    switch = visit.row(visit.called(WASHING_MACHINE), page).get_by_role("switch")
    await eventually(lambda: visit.house.state("pilot", WASHING_MACHINE), "on".__eq__)
    for size in (DESK, PHONE):
        await set_size(page, size)
        before = len(await visit.house.told(SILENT))
        await switch.click()
        message = page.get_by_text(visit.said("exceptions", "order_silent_kept", "message")).first
        await expect(message).to_be_visible()
        await keep(page, f"silent_{visit.language}_{size[0]}")
        # Tried again: what is shown has not changed by itself.
        await eventually(
            lambda: visit.house.told(SILENT), lambda heard, n=before: len(heard) > n + 1
        )
        assert await visit.house.state("pilot", WASHING_MACHINE) == "off"
        # Back to the plan: that it is off, its device reports by itself sooner or later.
        await switch.click()
        await eventually(lambda: visit.house.state("pilot", WASHING_MACHINE), "on".__eq__)
    await set_size(page, DESK)
    # Lines of a log are drawn where they are to be seen.
    log = page.locator("hui-logbook-card")
    await into_view(log)
    line = page.get_by_text(visit.said("common", "logbook_retried")).first
    await expect(line).to_be_visible()
    await visit.look(page, "log", log, line)


async def what_a_plan_started_says_so(visit: Visit) -> None:
    """A machine that its plan started is not said to be without an order."""
    page = await visit.browser.visit(visit.house.demo.status["url"])
    row = visit.row(visit.called(DISHWASHER), page)
    why = row.get_by_text(visit.said("common", "why_started_by"))
    await expect(why).to_be_visible(timeout=150 * SECONDS)
    await expect(row.locator(".icon.on")).to_be_visible()
    await expect(row).not_to_contain_text(re.compile("Unknown|Inconnu"))
    await visit.look(page, "started", why)


async def loads_stop_at_dusk(visit: Visit) -> None:
    """What ran on the sun is off once it is gone, and says why."""

    async def seen() -> list[tuple[float, bool]]:
        return visit.sun

    page = await visit.open("elfe-demo")
    followers = [visit.row(e.name, page) for e in named(solar_home(), visit.language)[:2]]
    roof = page.locator("hui-tile-card", has_text=re.compile("Solar roof|Toit solaire"))
    await eventually(seen, _by_day_only, within=4 * DAY)
    await expect(roof).to_contain_text(re.compile(r"\D0\sW"), timeout=2 * DAY * SECONDS)
    reasons = "imports", "not_enough_surplus"
    why = re.compile("|".join(visit.reason(each).pattern for each in reasons))
    for row in followers:
        await expect(row.locator(".icon.on")).to_have_count(0, timeout=2 * DAY * SECONDS)
        await expect(row).to_contain_text(why)
    await visit.look(page, "dusk", followers[0])


def _by_day_only(sun: list[tuple[float, bool]]) -> bool:
    """Whether a load ran while the sun shone, and none any more in the night after it."""
    noon = next((i for i, (watts, ran) in enumerate(sun) if watts > 0 and ran), len(sun))
    return any(watts == 0 and not ran for watts, ran in sun[noon:])


async def a_broker_that_is_gone_is_shown(visit: Visit) -> None:
    """The hub says that its appliances are out of reach; the database is not."""
    page = await visit.browser.visit(visit.house.demo.status["url"])
    name = visit.said("entity", "binary_sensor", "device_connection", "name")
    tile = page.locator("hui-generic-entity-row", has_text=name).first
    assert await visit.house.state("device_connection") == "on"
    await visit.look(page, "broker", tile)

    os.kill(_broker(visit.house.demo.process.pid), signal.SIGKILL)

    await eventually(lambda: visit.house.state("device_connection"), lambda state: state == "off")
    await expect(tile).to_contain_text(re.compile("Disconnected|Déconnecté"))
    assert await visit.house.state("ems_connection") == "on"
    await visit.look(page, "broker_gone", tile)


# ------------------------------------------------------------------------------------ the parts


async def watch_the_sun(visit: Visit) -> None:
    """Note for ever what the roof gives and whether what follows it runs."""
    home = visit.house.solar
    while True:
        roof = await visit.house.client.state(visit.house.entities[ROOF])
        states = [await home.state("running", number) for number in FOLLOWERS]
        if roof["state"].replace(".", "").isdigit():
            visit.sun.append((float(roof["state"]), "on" in states))
        await asyncio.sleep(1)


def _broker(pid: int) -> int:
    """Return the broker's process among the children of another."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            if Path(f"/proc/{child}/comm").read_text().strip() == "mosquitto":
                return child
    raise AssertionError("no broker")


async def set_size(page: Page, size: tuple[int, int]) -> None:
    width, height = size
    await page.set_viewport_size({"width": width, "height": height})


async def keep(page: Page, name: str) -> None:
    """Keep what the page shows where somebody wants to look at it."""
    if folder := os.environ.get("ELFE_LOOK"):
        await page.wait_for_timeout(1 * SECONDS)
        await page.screenshot(path=Path(folder) / f"{name}.png")
