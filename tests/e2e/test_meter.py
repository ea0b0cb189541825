"""A smart meter added in a browser, and chosen in the energy dashboard."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
import itertools
import os
from pathlib import Path
import re

from playwright.async_api import Locator, Page, expect
import pytest

from demo.sml import SerialLine
from tests.e2e.conftest import SECONDS, Browser, Demo, House, eventually, into_view, opened, picture
from tests.sources.meters import captures, pieces, told

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

CAPTURE = "ISKRA_MT175_D1A52"
NAME = "Grid"


def telegrams() -> Iterator[bytes]:
    """Yield what the meter says for ever: a capture if there is one, else ours.

    A real meter has no place in the pictures of the documentation.
    """
    for path in () if os.environ.get("ELFE_SCREENSHOTS") == "1" else captures():
        if path.name.startswith(CAPTURE):
            octets = path.read_bytes()
            yield from itertools.cycle(pieces(octets, len(octets) // 8))
    for number in itertools.count():
        yield told(-4308 + number % 12, seconds=number)


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[SerialLine]:
    """A virtual serial line with a meter at its other end, which speaks four times a second."""

    async def speak(line: SerialLine) -> None:
        for telegram in telegrams():
            await line.send(telegram)
            await asyncio.sleep(0.25)

    async with SerialLine(tmp_path / "meter") as line:
        task = asyncio.create_task(speak(line))
        yield line
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_meter_for_the_energy_dashboard(
    browser: Browser,
    demo: Demo,
    house: House,
    line: SerialLine,
) -> None:
    """From the line to the energy dashboard, as a person does it."""
    address = demo.status["address"]
    page = await browser.visit(f"{address}/config/integrations/integration/elfe_commande")
    await add_meter(page, line)
    entities = await eventually(lambda: entities_of(house), lambda found: "surplus" in found)
    net = await eventually(
        lambda: house.client.state(entities["net_power"]),
        lambda state: re.fullmatch(r"-?[\d.]+", state["state"]),
    )
    # What the capture says, and our own stream.
    assert -4320 <= float(net["state"]) <= -4280

    await choose_in_energy_dashboard(await browser.visit(f"{address}/config/energy/electricity"))

    preferences = await house.client.command("energy/get_prefs")
    (source,) = preferences["energy_sources"]
    assert source["type"] == "grid"
    assert source["stat_energy_from"] == entities["1-0:1.8.0*255"]
    assert source["stat_energy_to"] == entities["1-0:2.8.0*255"]
    assert source["power_config"] == {"stat_rate": entities["net_power"]}
    issues = await house.client.command("energy/validate")
    assert not [
        issue
        for found in issues["energy_sources"]
        for issue in found
        # Statistics are compiled every five minutes: there are none yet.
        if issue["type"] != "statistics_not_defined"
    ]


async def add_meter(page: Page, line: SerialLine) -> None:
    dialog = page.locator("dialog-data-entry-flow")
    form = dialog.get_by_text("Put the reading head on the meter")
    # Several entries can have a meter.
    entries = page.locator("dialog-pick-config-entry")
    which = entries.get_by_text("ELFE", exact=True).last
    await opened(page.get_by_text("Add a smart meter").first, which)
    await opened(which, form)
    manually = page.get_by_text("Enter manually")
    await opened(dialog.locator("ha-picker-field").first, manually)
    await manually.click()
    await give_port(dialog, form, line.url)
    await expect(dialog).to_contain_text("1-0:1.8.0*255")
    await picture(page, "meter_heard")
    await dialog.locator("input[name=name]").fill(NAME)
    await dialog.get_by_role("button", name="Submit").click()
    finish = dialog.get_by_role("button", name=re.compile("finish", re.IGNORECASE))
    await finish.click()
    await expect(dialog).to_be_hidden()


async def give_port(dialog: Locator, form: Locator, port: str) -> None:
    """Type a port until the meter there is heard.

    The form asks for ports meanwhile: what is typed just before it is drawn again is lost.
    """
    heard = dialog.get_by_text("A meter was found")
    for _ in range(5):
        await dialog.locator("ha-form input").first.fill(port)
        await dialog.get_by_role("button", name="Submit").click()
        with suppress(AssertionError):
            await expect(heard).to_be_visible(timeout=20 * SECONDS)
        if not await form.is_visible():
            break
    await expect(heard).to_be_visible()


async def choose_in_energy_dashboard(page: Page) -> None:
    await page.get_by_text("Add grid connection").first.click()
    dialog = page.locator("dialog-energy-grid-settings")
    await choose(page, dialog, "Energy imported from grid", "Energy taken")
    await choose(page, dialog, "Energy exported to grid", "Energy given")
    await dialog.get_by_text("Standard", exact=True).click()
    await choose(page, dialog, "Power", "Net power")
    await into_view(dialog.locator("ha-statistic-picker").first)
    await picture(page, "meter_energy")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator("ha-dialog")).to_be_hidden()
    await expect(page.get_by_text("Grid connections").first).to_be_visible()


async def choose(page: Page, dialog: Locator, field: str, sensor: str) -> None:
    """Pick a sensor of our meter in a field of the dialog."""
    picker = dialog.locator("ha-statistic-picker", has_text=field).last
    box = page.locator("ha-picker-combo-box")
    words = box.locator("input").first
    await opened(picker.locator("ha-picker-field"), words)
    await words.fill(sensor)
    item = box.locator("ha-combo-box-item", has_text=sensor)
    await item.filter(has_text=NAME).first.click()
    await expect(picker.locator("ha-picker-field")).to_contain_text(NAME)


async def entities_of(house: House) -> dict[str, str]:
    """Return the ids of our meter's entities by the ends of their unique ids."""
    found = await house.client.command("config/entity_registry/list")
    devices = await house.client.command("config/device_registry/list")
    ours = {device["id"] for device in devices if device["name"] == NAME}
    return {
        entity["unique_id"].split("_", 2)[2]: entity["entity_id"]
        for entity in found
        if entity["device_id"] in ours
    }
