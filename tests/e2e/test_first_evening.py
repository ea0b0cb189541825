"""From nothing to an appliance that follows sun and plan, as a person clicks it on the first evening."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import groupby
import json
from pathlib import Path
import re
import time

from playwright.async_api import Locator, Page, expect
import pytest

from demo.appliances import Fleet, Message, ShellyPlus, WaterHeater
from demo.home_assistant import Client, Instance
from demo.parts import Broker
from demo.specs import relay
from tests.e2e.conftest import WITHIN, Browser, Hand, eventually, opened, picture

pytestmark = pytest.mark.browser

BOILER = "boiler"
PASS = 60
"""Seconds between two looks of the rules."""
CLICKS, TYPED = 25, 8
"""How much a person may have to click and to type until all of it works."""
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
    client: Client

    def shine(self, watts: float) -> None:
        """Have the inverter tell this surplus."""
        self.fleet.say([Message(SURPLUS_TOPIC, str(watts), retain=True)])

    async def quicken(self) -> None:
        """Have the one rule follow at once: nobody wants to wait here."""
        (entry,) = await self.client.get("/api/config/config_entries/entry?domain=elfe_commande")
        subentries = await self.client.command(
            "config_entries/subentries/list", entry_id=entry["entry_id"]
        )
        (rule,) = (each for each in subentries if each["subentry_type"] == "surplus_rule")
        await self.client.change(
            entry["entry_id"],
            "surplus_rule",
            rule["subentry_id"],
            {"equipment": "1", "surplus": "sensor.inverter_surplus", "more": True},
            {
                "surplus_thresholds": {
                    "nominal_power": 2000,
                    "surplus_on_delay": 0,
                    "surplus_off_delay": 0,
                },
                "times": {"min_on": 20},
            },
        )

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
                config = json.dumps(SURPLUS)
                fleet.say([Message("homeassistant/sensor/surplus/config", config, retain=True)])
                await instance.answers()
                async with Client(instance.address) as client:
                    found = Evening(instance.address, fleet, client)
                    found.shine(0)
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


async def test_from_nothing_to_a_plan_and_back_to_people(
    browser: Browser, evening: Evening, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """By clicks alone, and not many: a home, an appliance, a rule, a plan, and people again."""
    began = time.monotonic()
    page = await browser.visit(f"{evening.address}/config/integrations/dashboard")
    hand = Hand(page)
    await add_home(hand)
    await add_appliance(hand)
    assert evening.orders() == []
    await open_integration(hand)
    await add_rule(hand)
    waited = time.monotonic()
    await evening.quicken()
    await follows_the_sun(page, evening)
    waited = time.monotonic() - waited
    await add_planner(hand)

    await hand.open(page.get_by_text("Hot-water tank").first, page.get_by_text("Device info"))
    sensors, controls = card(page, "Sensors"), card(page, "Controls")
    await expect(sensors).to_contain_text(re.compile("the built-in planner wants it"))
    await known_everywhere(page)
    await picture(page, "plan_in_force")
    await hand.click(controls.locator("ha-switch, ha-control-switch").first)

    await expect(sensors).to_contain_text("By hand: neither plan nor rule switches it")
    await known_everywhere(page)
    await picture(page, "taken_back")
    found = {
        "clicks": hand.clicks,
        "typed": hand.typed,
        "seconds": round(time.monotonic() - began - waited),
    }
    for key, value in found.items():
        record_testsuite_property(f"first evening: {key}", value)
    assert hand.clicks <= CLICKS, found
    assert hand.typed <= TYPED, found


async def follows_the_sun(page: Page, evening: Evening) -> None:
    """See the relay follow the surplus, and why; the page is left as it was."""
    evening.shine(2600)
    await eventually(evening.relay_is_on, bool, within=2 * PASS + WITHIN)
    await opened(page.get_by_text("Hot-water tank").first, page.get_by_text("Device info"))
    await look_at_boiler(page, running=True)
    await expect(page.get_by_text("switched on by a surplus rule").first).to_be_visible()
    await known_everywhere(page)
    await picture(page, "rule_switched")
    await look_at_reason(page)

    evening.shine(-300)
    await eventually(evening.relay_is_on, lambda on: not on, within=2 * PASS + WITHIN)
    await look_at_boiler(page, running=False)
    # A load without a plan may have been told first that it is off; off is kept alive each quarter.
    assert [on for on, _ in groupby(evening.orders())][-2:] == [True, False]
    await page.go_back()


# ---------------------------------------------------------------------------- what is clicked


async def add_home(hand: Hand) -> None:
    page = hand.page
    await hand.click(page.get_by_role("button", name="Add integration"))
    brands = page.locator("dialog-add-integration")
    await hand.type(brands.locator("input"), "elfe")
    await hand.click(brands.get_by_text("ELFE Commande"))

    await expect(hand.dialog).to_contain_text("Where do the appliances and their plans come from?")
    await picture(page, "local_home_1")
    await hand.click(hand.dialog.get_by_text("This Home Assistant, without a server"))

    # It is called as Home Assistant's own home.
    await expect(hand.dialog.locator("input[name=home]")).to_have_value("ELFE")
    await picture(page, "local_home_2")
    await hand.submit()

    # The surplus decides in this home.
    await expect(hand.dialog).to_contain_text("What does a kWh cost?")
    await hand.click(hand.dialog.get_by_text("Not now", exact=True))


async def add_appliance(hand: Hand) -> None:
    page, dialog = hand.page, hand.dialog
    await expect(dialog).to_contain_text("How is the appliance switched?")
    await picture(page, "local_home_3")
    await hand.click(dialog.get_by_text("An MQTT device"))

    await hand.type(dialog.locator("input[name=name]"), "Boiler")
    await hand.choose("Type of appliance", "Hot-water tank")
    await hand.click(dialog.get_by_text("Shelly Plus 1PM", exact=True))
    await hand.type(dialog.locator("input[name=topic]"), f"shelly/{BOILER}")
    await picture(page, "local_home_4")
    await hand.submit()

    # A tank is not asked when it is done, nor how long it takes.
    await expect(dialog).to_contain_text("Time on each day")
    await expect(dialog.get_by_text("Done by", exact=True)).to_be_hidden()
    await hand.type(hand.number("Power"), "2000")
    await hand.type(hand.number("Time on each day"), "180")
    await picture(page, "local_home_5")
    await hand.submit()

    await expect(dialog).to_contain_text("Now add a surplus rule")
    await hand.finish()


async def open_integration(hand: Hand) -> None:
    """Go to the page of the integration, from the list of all."""
    await hand.open(
        hand.page.locator("ha-integration-card", has_text="ELFE Commande").first,
        hand.page.get_by_role("button", name="Add a surplus rule"),
    )


async def add_rule(hand: Hand) -> None:
    page, dialog = hand.page, hand.dialog
    await hand.click(page.get_by_role("button", name="Add a surplus rule"))
    # The one load that has no rule is chosen.
    await expect(dialog).to_contain_text("Boiler")
    sensor = page.get_by_text("Surplus", exact=True).last
    await hand.open(dialog.locator("ha-selector-entity ha-picker-field").first, sensor)
    await hand.click(sensor)
    await picture(page, "rule_form")
    await hand.submit()
    # Its power is known; whether this is a surplus or a net power is not.
    await expect(dialog).to_contain_text("What the sensor measures")
    await expect(dialog.get_by_text("Power of the appliance")).to_have_count(0)
    await hand.submit()

    await expect(dialog).to_contain_text("The rule checks its sensors once a minute")
    await hand.finish()
    await expect(page.get_by_text("Boiler (surplus)").first).to_be_visible()
    await picture(page, "local_home_6")


async def add_planner(hand: Hand) -> None:
    await hand.click(hand.page.get_by_role("button", name="Add the planner"))
    await expect(hand.dialog).to_contain_text("What a kWh costs")
    await hand.submit()
    await hand.type(hand.number("Peak price"), "0.27")
    await hand.type(hand.number("Off-peak price"), "0.20")
    await hand.submit()
    await hand.finish()


def card(page: Page, title: str) -> Locator:
    """Return a card of the page of a device."""
    return page.locator("ha-card", has_text=title).last


async def known_everywhere(page: Page) -> None:
    """Read the appliance's page: nothing on it is unknown."""
    await expect(page.locator("ha-config-device-page")).not_to_contain_text("Unknown")


async def look_at_boiler(page: Page, *, running: bool) -> None:
    """See on the appliance's page what was decided and done."""
    words = ("On", "Running") if running else ("Off", "Not running")
    for name, word in zip(("Decision", "Running"), words, strict=True):
        # A row's state comes before its name, as the page is made.
        await expect(card(page, "Sensors")).to_contain_text(re.compile(rf"\s{word}\s+{name}"))


async def look_at_reason(page: Page) -> None:
    """See why, and open the decision: what decided, and all that it looked at."""
    sensors = card(page, "Sensors")
    await expect(sensors).to_contain_text("All conditions of the rule are met")
    await sensors.get_by_text("Decision").click()
    info = page.locator("ha-more-info-dialog")
    await info.get_by_role("button", name="Menu").click()
    await page.get_by_text("Details", exact=True).last.click()
    await expect(info).to_contain_text("All conditions of the rule are met")
    await expect(info).to_contain_text("Surplus rule")
    await picture(page, "rule_reason")
    await page.keyboard.press("Escape")
    await expect(info.get_by_text("Details")).to_be_hidden()
