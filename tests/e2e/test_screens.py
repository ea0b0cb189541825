"""A wall screen touched in a browser, and Home Assistant: each follows the other."""

from collections.abc import AsyncIterator, Callable
import re
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from demo.database import SCHEMA
from tests.e2e.complaints import Complaints
from tests.e2e.conftest import WITHIN, Browser, Demo, House, eventually, picture

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, ViewportSize

SIZE: ViewportSize = {"width": 1240, "height": 870}
PILOTED = 30
DRYER, CAR = 6, 5
"""Both of the first home, and manual: no plan starts them meanwhile."""
GREEN, RED = "#00FF00", "#FF0000"
TOUCHED = """
element => {
  window.touched = new Promise(resolve => {
    const look = () => { if (element.classList.contains("touched")) resolve(); };
    new MutationObserver(look).observe(element, { attributes: true, attributeFilter: ["class"] });
  });
}
"""
"""Notes that an element shows that it was touched, which may last a moment only."""


@pytest.fixture
async def wall(browser: Browser, demo: Demo) -> AsyncIterator[Page]:
    """The page of the screens."""
    complaints = Complaints(demo.status["screens"])
    complaints.listen_to_all(browser.context)
    page = await browser.visit(demo.status["screens"], shown=".plate")
    await page.set_viewport_size(SIZE)
    yield page
    assert not complaints.heard


def plate(wall: Page, name: str) -> Locator:
    return wall.locator(f'.plate[data-plate="{name}"]')


async def opened(of: Locator, number: int) -> Locator:
    """Return a page of a plate, brought to the front."""
    await of.locator(f'.tab[data-page="{number}"]').click()
    return of.locator(f'.page[data-page="{number}"]')


@pytest.mark.e2e
async def test_a_touch_and_back(demo: Demo, house: House) -> None:
    """Without a browser: what the page sends, and what it is sent."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{demo.status['screens']}/live") as socket,
    ):
        shown: dict[str, Any] = {
            each["plate"]: each for each in (await socket.receive_json())["states"]
        }

        async def hear() -> dict[str, Any]:
            for each in (await socket.receive_json(timeout=WITHIN))["states"]:
                shown[each["plate"]] = each
            found: dict[str, Any] = shown["g001"]["objects"]
            return found

        def shows(value: int, colour: str) -> Callable[[dict[str, Any]], bool]:
            wanted = [{"val": value}, {"bg_color": colour}, {"bg_color": colour}]
            return lambda objects: [objects.get(key) for key in ("5/3", "5/10", "8/15")] == wanted

        if not shows(0, RED)(shown["g001"]["objects"]):
            await eventually(hear, shows(0, RED))

        await socket.send_json({"plate": "g001", "page": 5, "switch": 1})

        await eventually(hear, shows(1, GREEN))
        await eventually(lambda: house.row(CAR), lambda row: row["mode"] == PILOTED)
        await eventually(lambda: house.state("pilot", CAR), lambda state: state == "on")

        await house.client.act("switch.turn_off", entity_id=house.entity("pilot", CAR))

        await eventually(hear, shows(0, RED))


@pytest.mark.browser
async def test_a_switch_pressed_on_a_screen(wall: Page, house: House) -> None:
    from playwright.async_api import expect  # noqa: PLC0415

    car = await opened(plate(wall, "g001"), 5)
    switch, led = car.locator(".switch"), car.locator(".led")
    await expect(switch).to_have_attribute("aria-checked", "false")
    await expect(led).to_have_attribute("data-colour", RED)

    await switch.click()

    await expect(led).to_have_attribute("data-colour", GREEN)
    await expect(car).to_contain_text("Follows the plan")
    await eventually(lambda: house.state("pilot", CAR), lambda state: state == "on")

    await house.client.act("switch.turn_off", entity_id=house.entity("pilot", CAR))

    await expect(switch).to_have_attribute("aria-checked", "false")
    await expect(led).to_have_attribute("data-colour", RED)
    await expect(car).to_contain_text("By hand")


@pytest.mark.browser
async def test_rollers_reach_the_database(wall: Page, house: House) -> None:
    from playwright.async_api import expect  # noqa: PLC0415

    dryer = await opened(plate(wall, "g001"), 4)
    hours = dryer.locator('.roller[data-item="5"]')
    await expect(hours).to_have_attribute("aria-valuetext", "01")
    box = await hours.bounding_box()
    assert box
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await wall.mouse.move(*middle)
    await wall.mouse.down()
    await wall.mouse.move(middle[0], middle[1] - 2 * box["height"] / 3, steps=5)
    await wall.mouse.up()
    await expect(hours).to_have_attribute("aria-valuetext", "03")

    async def duration() -> int:
        return int(
            await house.database.fetchval(
                f"SELECT duree_cycle FROM {SCHEMA}.equipement_pilote_machine_generique_cycle"
                " WHERE id = $1",
                DRYER,
            )
        )

    await eventually(duration, lambda seconds: seconds == 3 * 3600 + 1800)
    charge = (await opened(plate(wall, "g001"), 5)).locator('.roller[data-item="8"]')
    await charge.press("ArrowDown")
    await charge.press("ArrowDown")

    async def left() -> int:
        return int(
            await house.database.fetchval(
                f"SELECT pourcentage_charge_restant FROM {SCHEMA}.equipement_pilote_vehicule_electrique_generique"
                " WHERE id = $1",
                CAR,
            )
        )

    chosen = int((await charge.get_attribute("aria-valuetext") or "").removesuffix("%"))
    await eventually(left, lambda percent: percent == chosen)


@pytest.mark.browser
async def test_a_plate_unplugged_is_drawn_anew(wall: Page) -> None:
    from playwright.async_api import expect  # noqa: PLC0415

    screen = plate(wall, "g001")
    power = screen.locator(".power")
    await power.click()
    await expect(screen.locator(".off")).to_be_visible()
    await expect(power).to_have_text("Plug in")
    await power.click()
    washer = await opened(screen, 3)
    await expect(washer.locator(".led.lit")).to_be_visible()
    await expect((await opened(screen, 9)).locator(".label")).to_have_text("ecran connecté")


@pytest.mark.browser
async def test_pictures(wall: Page, browser: Browser, demo: Demo) -> None:
    """In either language; kept for the documentation when asked to."""
    from playwright.async_api import expect  # noqa: PLC0415

    wall = await browser.visit(f"{demo.status['screens']}/?lang=fr", shown=".plate")
    await wall.set_viewport_size(SIZE)
    await expect(plate(wall, "g001")).to_contain_text("Foyer R001")
    await wall.get_by_role("link", name="English").click()
    await expect(plate(wall, "g001")).to_contain_text("Home R001")
    status = await opened(plate(wall, "g002"), 8)
    await expect(status.locator(".led.lit")).to_have_count(5)
    washer = await opened(plate(wall, "g001"), 3)
    await expect(washer.locator(".led.lit")).to_be_visible()
    minutes = washer.locator('.roller[data-item="9"]')
    shown = await minutes.get_attribute("aria-valuenow")
    await minutes.evaluate(TOUCHED)
    await minutes.press("ArrowUp" if shown == "3" else "ArrowDown")
    await wall.evaluate("() => window.touched")
    await expect(minutes).not_to_have_class(re.compile("touched"))
    await minutes.blur()
    await picture(wall, "screens")
