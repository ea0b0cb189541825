"""The forms of the first evening in French and English, at a desk and on a phone: all in sight."""

from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from tests.consistency.parsed import words
from tests.e2e.conftest import Browser, Hand, fits, into_view
from tests.e2e.test_first_evening import BOILER, Evening, evening  # noqa: F401
from tests.e2e.test_people import DESK, PHONE, keep, set_size

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

SUBMIT = {"en": "Submit", "fr": "Valider"}
"""What Home Assistant calls it."""
CUT_OFF = """
(dialog) => {
  const cut = [];
  const walk = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (getComputedStyle(each).textOverflow === "ellipsis" && each.scrollWidth > each.clientWidth)
        cut.push(each.textContent.trim() || each.getRootNode().host?.textContent.trim());
      if (each.shadowRoot) walk(each.shadowRoot);
    }
  };
  walk(dialog.shadowRoot);
  return cut;
}
"""
"""What text does not fit and ends in dots."""


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_form_is_in_sight(
    browser: Browser,
    evening: Evening,  # noqa: F811
    language: str,
) -> None:
    """Home, tariff, appliance: nothing is wider than the screen, the button is never out of reach."""
    locale = {
        "language": language,
        "number_format": "language",
        "time_format": "language",
        "date_format": "language",
        "time_zone": "local",
        "first_weekday": "language",
    }
    await evening.client.command("frontend/set_user_data", key="language", value=locale)
    config = words(language)["config"]["step"]
    appliance = words(language)["config_subentries"]["equipment"]["step"]
    selectors = words(language)["selector"]
    page = await browser.visit(
        f"{evening.address}/config/integrations/dashboard/add?domain=elfe_commande"
    )
    await page.locator("ha-dialog, ha-md-dialog").get_by_role("button").last.click()
    forms = Forms(page, language)

    await forms.choose("ways", config["user"], "local")
    await forms.submit("home", config["local"])
    await forms.choose("tariff", config["plan"], "two_rates")
    await forms.fill(config["two_rates"], peak="0.27", off_peak="0.20")
    await forms.submit("prices", config["two_rates"])

    await forms.choose("switched_by", appliance["user"], "mqtt")
    dialog = forms.hand.dialog
    await dialog.locator("input[name=name]").fill("Ballon")
    await forms.hand.choose(
        appliance["mqtt"]["data"]["equipment_type"],
        selectors["appliance_type"]["options"]["water_heater"],
    )
    driver = dialog.get_by_text(selectors["driver"]["options"]["shelly_plus"], exact=True)
    await driver.click()
    await dialog.locator("input[name=topic]").fill(f"shelly/{BOILER}")
    await forms.submit("device", appliance["mqtt"])
    # What is usual for a tank is filled in, as somebody plans here.
    power = forms.hand.number(appliance["habits"]["data"]["nominal_power"])
    await expect(power).to_have_value("2000")
    await forms.submit("habits", appliance["habits"])
    await expect(dialog.locator("step-flow-create-entry")).to_be_visible()
    await forms.look("added")


class Forms:
    """The dialog of a flow, looked at in both sizes before each click."""

    def __init__(self, page: Page, language: str) -> None:
        self.hand = Hand(page)
        self._page = page
        self._language = language

    async def choose(self, name: str, step: dict[str, Any], option: str) -> None:
        """Choose an option of a menu."""
        text = self.hand.dialog.get_by_text(step["menu_options"][option], exact=True)
        await expect(self.hand.dialog).to_contain_text(step["title"])
        await self.look(name, text)
        await text.click()

    async def fill(self, step: dict[str, Any], **values: str) -> None:
        """Type numbers into fields."""
        for key, value in values.items():
            await self.hand.number(step["data"][key]).fill(value)

    async def submit(self, name: str, step: dict[str, Any]) -> None:
        """Send a form."""
        await expect(self.hand.dialog).to_contain_text(step["title"])
        button = self.hand.dialog.get_by_role("button", name=SUBMIT[self._language])
        await self.look(name, button)
        await button.click()

    async def look(self, name: str, *shown: Locator) -> None:
        """See that it is there on a phone and at a desk, and nothing to either side."""
        for size in (DESK, PHONE):
            await set_size(self._page, size)
            for each in shown:
                await into_view(each)
                await expect(each).to_be_in_viewport()
            await keep(self._page, f"form_{name}_{self._language}_{size[0]}")
            await fits(self._page)
            assert await self.hand.dialog.evaluate(CUT_OFF) == [], name
