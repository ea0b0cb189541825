"""From nothing to a relay that follows the sun, as a person clicks it on the first evening."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import groupby
import json
from pathlib import Path
import re

from playwright.async_api import Locator, Page, expect
import pytest

from demo.appliances import Fleet, Message, ShellyPlus, WaterHeater
from demo.home_assistant import Client, Instance
from demo.parts import Broker
from demo.specs import relay
from tests.e2e.conftest import WITHIN, Browser, eventually, opened, picture

pytestmark = pytest.mark.browser

BOILER = "boiler"
PASS = 60
"""Seconds between two looks of the rules."""
SURPLUS_TOPIC = "inverter/surplus"
SURPLUS = {
    "unique_id": "inverter_surplus",
    "name": "Surplus",
    "state_topic": SURPLUS_TOPIC,
    "device_class": "power",
    "state_class": "measurement",
    "unit_of_measurement": "W",
    "device": {"identifiers": ["inverter"], "name": "Inverter"},
}


@dataclass
class Evening:
    """A new Home Assistant that knows a broker, with an inverter and a relay on it."""

    address: str
    fleet: Fleet

    def shine(self, watts: float) -> None:
        """Have the inverter tell this surplus."""
        self.fleet.say([Message(SURPLUS_TOPIC, str(watts), retain=True)])

    def orders(self) -> list[bool]:
        """Return what the relay was told, oldest first."""
        heard = self.fleet.recorder.texts(self.fleet[BOILER].topics.command)
        requests = [json.loads(each) for each in heard]
        return [each["params"]["on"] for each in requests if each["method"] == "Switch.Set"]

    async def relay_is_on(self) -> bool:
        return bool(self.fleet[BOILER].on)


@pytest.fixture
async def evening(tmp_path: Path, socket_enabled: None) -> AsyncIterator[Evening]:
    """Home Assistant with its first user and its own MQTT integration; nothing of ours."""
    instance = Instance(tmp_path / "home_assistant", port=0)
    instance.start()
    try:
        async with Broker() as broker:
            spec = relay(BOILER)
            device = ShellyPlus(spec.id, spec.topics, load=WaterHeater(2000))
            async with Fleet(broker.host, broker.port, [device], power_period=2) as fleet:
                found = Evening(instance.address, fleet)
                config = json.dumps(SURPLUS)
                fleet.say([Message("homeassistant/sensor/surplus/config", config, retain=True)])
                found.shine(0)
                await instance.answers()
                async with Client(instance.address) as client:
                    await be_ready(client, broker)
                    yield found
                await instance.stop()
    finally:
        await instance.stop()


async def be_ready(client: Client, broker: Broker) -> None:
    """Do what is Home Assistant's own: its first user, its broker."""
    await client.onboard("Demo", "demo", "demo", "en")

    async def state() -> str:
        return str((await client.get("/api/config"))["state"])

    await eventually(state, "RUNNING".__eq__)
    other = {"set_client_cert": False, "set_ca_cert": "off", "transport": "tcp"}
    await client.configure(
        "mqtt", {"broker": broker.host, "port": broker.port, "other_settings": other}
    )


async def test_from_nothing_to_a_relay_that_follows_the_surplus(
    browser: Browser, evening: Evening
) -> None:
    """By clicks alone."""
    page = await browser.visit(f"{evening.address}/config/integrations/dashboard")
    await add_home(page, dialog_of(page))
    await add_appliance(page, dialog_of(page))
    assert evening.orders() == []

    page = await browser.visit(f"{evening.address}/config/integrations/integration/elfe_commande")
    await add_rule(page, dialog_of(page))

    evening.shine(2600)
    await eventually(evening.relay_is_on, bool, within=2 * PASS + WITHIN)
    await opened(page.get_by_text("Hot-water tank").first, page.get_by_text("Device info"))
    await look_at_boiler(page, running=True)
    await expect(page.get_by_text("switched on by a surplus rule").first).to_be_visible()
    await picture(page, "rule_switched")
    await look_at_reason(page)

    evening.shine(-300)
    await eventually(evening.relay_is_on, lambda on: not on, within=2 * PASS + WITHIN)
    await look_at_boiler(page, running=False)
    # A load without a plan may have been told first that it is off; off is kept alive each quarter.
    assert [on for on, _ in groupby(evening.orders())][-2:] == [True, False]


# ---------------------------------------------------------------------------- what is clicked


def dialog_of(page: Page) -> Locator:
    """Return where flows are shown."""
    return page.locator("dialog-data-entry-flow")


async def add_home(page: Page, dialog: Locator) -> None:
    await page.get_by_role("button", name="Add integration").click()
    brands = page.locator("dialog-add-integration")
    await brands.locator("input").fill("elfe")
    await brands.get_by_text("ELFE Commande").click()

    await expect(dialog).to_contain_text("Where do the appliances and their plans come from?")
    await picture(page, "local_home_1")
    await dialog.get_by_text("This Home Assistant, without a server").click()

    name = dialog.locator("input[name=home]")
    await expect(name).to_have_value("ELFE")
    await name.fill("Rose cottage")
    await picture(page, "local_home_2")
    await submit(dialog)


async def add_appliance(page: Page, dialog: Locator) -> None:
    await expect(dialog).to_contain_text("How is the appliance switched?")
    await picture(page, "local_home_3")
    await dialog.get_by_text("An MQTT device").click()

    await dialog.locator("input[name=name]").fill("Boiler")
    await choose(page, dialog, "Type of appliance", "Hot-water tank")
    await choose(page, dialog, "Kind of device", "Shelly Plus 1PM")
    await picture(page, "local_home_4")
    await submit(dialog)

    await dialog.locator("input[name=topic]").fill(f"shelly/{BOILER}")
    await picture(page, "local_home_5")
    await submit(dialog)

    await number(dialog, "Power").fill("2000")
    await picture(page, "local_home_6")
    await submit(dialog)

    await expect(dialog).to_contain_text("Now add a surplus rule")
    await dialog.get_by_role("button", name="Finish").click()
    await expect(dialog).to_be_hidden()


async def add_rule(page: Page, dialog: Locator) -> None:
    await page.get_by_role("button", name="Add a surplus rule").click()
    # The one load that has no rule is chosen, and its power known.
    await expect(dialog).to_contain_text("Boiler")
    await expect(number(dialog, "Power of the appliance")).to_have_value("2000")
    sensor = page.get_by_text("Surplus", exact=True).last
    await opened(dialog.locator("ha-selector-entity ha-picker-field").first, sensor)
    await sensor.click()
    await picture(page, "rule_form")
    # Quicker than the defaults: nobody wants to wait here.
    await dialog.get_by_text("Surplus thresholds", exact=True).click()
    await number(dialog, "Switch-on delay").fill("0")
    await number(dialog, "Switch-off delay").fill("0")
    await dialog.get_by_text("Times and limits", exact=True).click()
    await number(dialog, "Minimum time on").fill("20")
    await submit(dialog)

    await expect(dialog).to_contain_text("The rule checks its sensors once a minute")
    await dialog.get_by_role("button", name="Finish").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("Boiler (surplus)").first).to_be_visible()
    await picture(page, "local_home_7")


async def look_at_boiler(page: Page, *, running: bool) -> None:
    """See on the appliance's page what was decided and done."""
    sensors = page.locator("ha-card", has_text="Sensors").last
    words = ("On", "Running") if running else ("Off", "Not running")
    for name, word in zip(("Decision", "Running"), words, strict=True):
        # A row's state comes before its name, as the page is made.
        await expect(sensors).to_contain_text(re.compile(rf"\s{word}\s+{name}"))


async def look_at_reason(page: Page) -> None:
    """Open the decision: what decided, and why."""
    await page.locator("ha-card", has_text="Sensors").last.get_by_text("Decision").click()
    info = page.locator("ha-more-info-dialog")
    await info.get_by_role("button", name="Menu").click()
    await page.get_by_text("Details", exact=True).last.click()
    await expect(info).to_contain_text("All conditions of the rule are met")
    await expect(info).to_contain_text("Surplus rule")
    await picture(page, "rule_reason")
    await page.keyboard.press("Escape")
    await expect(info.get_by_text("Details")).to_be_hidden()


# ----------------------------------------------------------------------------- parts of forms


async def submit(dialog: Locator) -> None:
    await dialog.get_by_role("button", name="Submit").click()


def number(dialog: Locator, label: str) -> Locator:
    """Return the input of a number by its label, the first one when several have it."""
    words = dialog.page.get_by_text(re.compile(rf"^{label}\*?$"))
    return dialog.locator("ha-selector-number", has=words).first.locator("input")


async def choose(page: Page, dialog: Locator, label: str, option: str) -> None:
    """Choose an option of a drop-down list."""
    field = dialog.locator("ha-selector-select", has_text=label)
    item = page.get_by_text(option, exact=True).last
    await opened(field, item)
    await item.click()
    await expect(field).to_contain_text(option)
