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
from tests.e2e.conftest import SECONDS, Demo, House, eventually, opened, picture
from tests.sources.meters import captures, pieces, told

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CAPTURE = "ISKRA_MT175_D1A52"
PATIENT = 60 * SECONDS
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
    page: Page,
    demo: Demo,
    house: House,
    line: SerialLine,
) -> None:
    """From the line to the energy dashboard, as a person does it."""
    await add_meter(page, demo, line)
    entities = await eventually(lambda: entities_of(house), lambda found: "surplus" in found, 30)
    net = await eventually(
        lambda: house.client.state(entities["net_power"]),
        lambda state: re.fullmatch(r"-?[\d.]+", state["state"]),
    )
    # What the capture says, and our own stream.
    assert -4320 <= float(net["state"]) <= -4280

    # In another tab: the page of the integration may still be turned.
    await choose_in_energy_dashboard(await page.context.new_page(), demo)

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


async def add_meter(page: Page, demo: Demo, line: SerialLine) -> None:
    await page.goto(f"{demo.status['address']}/config/integrations/integration/elfe_commande")
    await page.get_by_text("Add a smart meter").first.click()
    dialog = page.locator("dialog-data-entry-flow")
    port = dialog.get_by_text("Put the reading head on the meter")
    which = page.get_by_text(re.compile("bdd_coordination")).last
    await expect(port.or_(which).first).to_be_visible(timeout=PATIENT)
    if not await port.is_visible():
        # Several entries can have a meter.
        await which.click()
    await expect(port).to_be_visible(timeout=PATIENT)
    manually = page.get_by_text("Enter manually")
    await opened(dialog.locator("ha-picker-field").first, manually)
    await manually.click()
    await type_port(dialog.locator("ha-form input").first, line.url)
    await dialog.get_by_role("button", name="Submit").click()

    await expect(dialog.get_by_text("A meter was found")).to_be_visible(timeout=PATIENT)
    await expect(dialog).to_contain_text("1-0:1.8.0*255")
    await picture(page, "meter_heard")
    await dialog.locator("input[name=name]").fill(NAME)
    await dialog.get_by_role("button", name="Submit").click()
    finish = dialog.get_by_role("button", name=re.compile("finish", re.IGNORECASE))
    await finish.click(timeout=PATIENT)
    await expect(dialog).to_be_hidden(timeout=PATIENT)


async def type_port(field: Locator, port: str) -> None:
    """Type a port; anew if the form, which asks for ports meanwhile, was drawn again."""
    for _ in range(5):
        await field.fill(port)
        await asyncio.sleep(1)
        if await field.input_value() == port:
            return
    await expect(field).to_have_value(port)


async def choose_in_energy_dashboard(page: Page, demo: Demo) -> None:
    await page.goto(f"{demo.status['address']}/config/energy/electricity")
    await page.get_by_text("Add grid connection").first.click(timeout=PATIENT)
    dialog = page.locator("dialog-energy-grid-settings")
    await choose(page, dialog, "Energy imported from grid", "Energy taken")
    await choose(page, dialog, "Energy exported to grid", "Energy given")
    await dialog.get_by_text("Standard", exact=True).click()
    await choose(page, dialog, "Power", "Net power")
    await dialog.locator("ha-statistic-picker").first.scroll_into_view_if_needed()
    await picture(page, "meter_energy")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.locator("ha-dialog")).to_be_hidden(timeout=PATIENT)
    await expect(page.get_by_text("Grid connections").first).to_be_visible()


async def choose(page: Page, dialog: Locator, field: str, sensor: str) -> None:
    """Pick a sensor of our meter in a field of the dialog."""
    picker = dialog.locator("ha-statistic-picker", has_text=field).last
    box = page.locator("ha-picker-combo-box")
    words = box.locator("input").first
    await opened(picker.locator("ha-picker-field"), words)
    await words.fill(sensor, timeout=PATIENT)
    item = box.locator("ha-combo-box-item", has_text=sensor)
    await item.filter(has_text=NAME).first.click(timeout=PATIENT)
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
