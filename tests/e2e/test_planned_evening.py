"""From an empty Home Assistant to a night that was planned, carried out and reported.

A local home with a tariff of two rates, a dishwasher on a plug and a pilot-wire heater, by clicks
alone. The clock of the integration is moved from quarter-hour to quarter-hour; plug and heater are on
a real broker and confirm what they were told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
import json
from pathlib import Path
import re
from typing import Any, override
from zoneinfo import ZoneInfo

import aiohttp
from playwright.async_api import Locator, Page, expect
import pytest

from demo.appliances import Fleet, Message, ShellyPlus, Topics
from demo.appliances.device import Device, Order
from demo.appliances.machine import Machine, Profile, Start
from demo.home_assistant import Client, Instance, time_zone
from demo.parts import Broker
from demo.specs import relay
from tests.e2e.conftest import Browser, Hand, eventually, opened
from tests.e2e.moved_clock import MovedClock
from tests.e2e.test_first_evening import be_ready, card

pytestmark = pytest.mark.browser

CLICKS, TYPED = 27, 7
"""How much a person clicks and types from an empty Home Assistant to a planned night."""
RUNNER = Path(__file__).with_name("moved_clock.py")
HERE = ZoneInfo(time_zone())
SLOT, INTO_IT = 900, 6
"""Seconds of a quarter-hour, and after its beginning: its cycle is due."""
DISHWASHER, HEATER = 1, 2
"""As the home numbers them."""
EVENING, OFF_PEAK = 19, (*range(22, 24), *range(6))
"""Hours: when a person comes home, and those in which a kWh is cheaper."""
ASKED = 90
"""Minutes a day that the heater is to be on."""
WASHING: Profile = ((1350, 2000.0), (2700, 100.0), (1000, 1800.0))
"""Its phases end between two reports of its plug, one of which comes in each quarter-hour."""
SAID = 1.525
"""kWh, as these reports have it."""
OVER = "elfe_commande_run_finished"
PLUG = "dishwasher"
PRESETS = Topics("pilot-wire/preset", "pilot-wire/preset/set")
CLIMATE = {
    "unique_id": "pilot_wire",
    "name": None,
    "modes": ["off", "heat"],
    "mode_state_topic": "pilot-wire/mode",
    "mode_command_topic": "pilot-wire/mode/set",
    "preset_modes": ["comfort", "eco", "away"],
    "preset_mode_state_topic": PRESETS.control,
    "preset_mode_command_topic": PRESETS.command,
    "device": {"identifiers": ["pilot_wire"], "name": "Living room"},
}


class PilotWire(Device[str]):
    """A heater's module on the broker: says the preset that it is in."""

    type_id = 0

    def __init__(self) -> None:
        """Be in eco, as between two evenings."""
        super().__init__("pilot_wire", PRESETS, initial_retained="eco")
        self.preset = "eco"

    @override
    def understand(self, payload: bytes) -> Order[str] | None:
        return Order(payload.decode())

    @override
    def act(self, order: Order[str]) -> None:
        self.preset = order.value

    @override
    def confirm(self, order: Order[str]) -> Iterator[Message]:
        yield Message(self.topics.control, self.preset, retain=True)

    @override
    def contradict(self, order: Order[str]) -> Iterator[Message]:
        yield from self.confirm(order)


@dataclass
class Night:
    """An empty Home Assistant with a broker, what hangs on it, and the clock that is moved."""

    address: str
    client: Client
    fleet: Fleet
    clock: MovedClock
    heater: PilotWire
    machine: Machine
    entities: dict[str, str]

    async def move_to(self, moment: float) -> None:
        """Be some seconds into a quarter-hour, its cycle over; the plug says what it measures."""
        self.clock.move_to(moment + INTO_IT)
        await eventually(self.last_cycle, lambda at: at >= moment)
        self.fleet.report(self.fleet[PLUG])
        # What is shown of it was taken note of.
        await eventually(self.power, lambda watts: watts == self.machine.watts)

    async def last_cycle(self) -> float:
        """Return when the last cycle was, 0 before the first, by what is downloaded of the entry."""
        (entry,) = await self.client.command("config_entries/get", domain="elfe_commande")
        told = await self.client.get(f"/api/diagnostics/config_entry/{entry['entry_id']}")
        return float((told["data"]["last_cycle"] or {"at": 0.0})["at"])

    async def power(self) -> float | None:
        """Return the power of the machine as it is shown."""
        state = await self.state("power", DISHWASHER)
        return None if state in {"unknown", "unavailable"} else float(state)

    async def preset(self) -> str:
        """Return the preset that the heater is in."""
        return self.heater.preset

    async def starts(self) -> int:
        """Return how often the machine was started."""
        return self.machine.starts

    async def day_of_heater(self) -> list[int]:
        """Return its on-time today, and what is due today, in minutes."""
        keys = ("on_time_today", "due_today")
        return [round(float(await self.state(key, HEATER))) for key in keys]

    async def find(self) -> None:
        """Look up what there is of entities now."""
        known = await self.client.command("config/entity_registry/list")
        self.entities = {
            each["unique_id"]: each["entity_id"] for each in known if not each["disabled_by"]
        }

    async def state(self, key: str, appliance: int | None = None) -> str:
        """Return a state of the home, or of one of its appliances."""
        ending = key if appliance is None else f"_{appliance}_{key}"
        (entity_id,) = (each for name, each in self.entities.items() if name.endswith(ending))
        return str((await self.client.state(entity_id))["state"])

    async def plans(self) -> dict[int, list[tuple[float, float]]]:
        """Return the runs to come of each appliance, as the report has them."""
        return {
            each["equipment_id"]: [
                (moment(run["start"]), moment(run["end"])) for run in each["coming"]
            ]
            for each in (await self.report()).values()
        }

    async def report(self) -> dict[int, dict[str, Any]]:
        """Return what the action tells of both."""
        answer = await self.client.ask(
            "elfe_commande.get_report", equipment_id=[DISHWASHER, HEATER]
        )
        return {each["equipment_id"]: each for each in answer["equipments"]}

    @asynccontextmanager
    async def told(self) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the list of what is told of runs that are over, while it grows."""
        heard: list[dict[str, Any]] = []
        session = aiohttp.ClientSession()
        async with session, session.ws_connect(f"{self.address}/api/websocket") as socket:
            token = self.client.tokens["access_token"]
            await socket.send_json({"type": "auth", "access_token": token})
            await socket.send_json({"id": 1, "type": "subscribe_events", "event_type": OVER})
            while (await socket.receive_json())["type"] != "result":
                pass

            async def listen() -> None:
                while True:
                    heard.append((await socket.receive_json())["event"]["data"])

            listener = asyncio.create_task(listen())
            yield heard
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)


def moment(text: str) -> float:
    """Return the unix time of a moment as it is told."""
    return datetime.fromisoformat(text).timestamp()


@pytest.fixture
async def night(tmp_path: Path, socket_enabled: None) -> AsyncIterator[Night]:
    """Home Assistant with its first user and its MQTT integration, this evening; nothing of ours."""
    moved = tmp_path / "moved"
    clock = MovedClock(moved)
    evening = datetime.now(HERE).replace(hour=EVENING, minute=0, second=INTO_IT, microsecond=0)
    clock.move_to(evening.timestamp())
    instance = Instance(tmp_path / "home_assistant", port=0, program=(str(RUNNER), str(moved)))
    instance.start()
    try:
        async with Broker() as broker:
            spec, heater = relay(PLUG), PilotWire()
            machine = Machine(WASHING, start=Start.POWER, clock=clock.now, powered=False)
            plug = ShellyPlus(spec.id, spec.topics, load=machine)
            async with Fleet(broker.host, broker.port, [plug, heater]) as fleet:
                config = json.dumps(CLIMATE)
                fleet.say(
                    [
                        Message("homeassistant/climate/pilot_wire/config", config, retain=True),
                        Message("pilot-wire/mode", "heat", retain=True),
                    ]
                )
                await instance.answers()
                async with Client(instance.address) as client:
                    await be_ready(client, broker)
                    yield Night(instance.address, client, fleet, clock, heater, machine, {})
                await instance.stop()
    finally:
        await instance.stop()


async def test_a_night_that_is_planned_done_and_told(
    browser: Browser, night: Night, record_testsuite_property: Callable[[str, object], None]
) -> None:
    page = await browser.visit(f"{night.address}/config/integrations/dashboard")
    hand = Hand(page)
    await add_home(hand)
    await add_dishwasher(hand)
    await add_heater(hand)
    await hand_over(hand, night)
    for key, value in (("clicks", hand.clicks), ("typed", hand.typed)):
        record_testsuite_property(f"planned evening: {key}", value)
    assert (hand.clicks, hand.typed) == (CLICKS, TYPED)

    await night.find()
    plans = await night.plans()
    (washing,), heating = plans[DISHWASHER], plans[HEATER]
    assert [end - start for start, end in heating] == [60 * ASKED]
    for begin, end in (washing, *heating):
        for at in (begin, end - 1):
            assert datetime.fromtimestamp(at, HERE).hour in OFF_PEAK, plans
    async with night.told() as told:
        await live_through(night, washing, heating[0])
        assert night.machine.completed == 1
        assert night.machine.unharmed
        await eventually(lambda: names(told), {"Dishwasher", "Heater"}.__eq__)
    await look_back(night, hand)


async def live_through(
    night: Night, washing: tuple[float, float], heating: tuple[float, float]
) -> None:
    """Go through the planned quarter-hours, and see that each is what plug and heater do."""
    first, last = min(washing[0], heating[0]), max(washing[1], heating[1])
    await night.move_to(first - SLOT)
    assert night.machine.starts == 0
    assert night.heater.orders == 0 or night.heater.preset == "eco"
    for slot in range(round(first), round(last) + 2 * SLOT, SLOT):
        await night.move_to(slot)
        wanted = "comfort" if heating[0] <= slot < heating[1] else "eco"
        await eventually(night.preset, wanted.__eq__)
        await eventually(night.starts, (slot >= washing[0]).__eq__)
        if slot == heating[0] + 4 * SLOT:
            found = (
                await night.state("on_time_today", HEATER),
                await night.state("due_today", HEATER),
            )
            assert [round(float(each)) for each in found] == [60, ASKED - 60]


async def names(told: list[dict[str, Any]]) -> set[str]:
    """Return whose runs were told of."""
    return {each["name"] for each in told}


async def look_back(night: Night, hand: Hand) -> None:
    """See what became of the plan: in the report, and on the pages of the three."""
    report = await night.report()
    days = {number: report[number]["days"][1] for number in (DISHWASHER, HEATER)}
    for number, minutes in ((DISHWASHER, 120), (HEATER, ASKED)):
        day = days[number]
        assert day["planned"]["minutes"] == minutes
        assert [run["source"] for run in day["planned"]["runs"]] == ["planner"]
        ordered = dict(day["ordered"])
        assert ordered.pop("count") == ordered.pop("acknowledged") > 0
        assert not any(ordered.values())
        (run,) = day["runs"]
        assert (run["source"], run["confirmed"], day["starts"]) == ("planner", True, 1)
        assert run["minutes"] == pytest.approx(90, abs=0.5)
        assert (day["unconfirmed"], day["why_not"]) == (0, None)
    assert days[DISHWASHER]["runs"][0]["energy"] == pytest.approx(SAID, rel=0.01)

    page = hand.page
    shown = page.locator("ha-config-device-page")
    await expect(shown).to_contain_text("ran for 90 min and drew 1.5")
    await turn_to(page, appliance(page, "Heater"))
    await expect(shown).to_contain_text("ran for 90 min")
    for name in ("On-time today", "Due today"):
        await expect(card(page, "Sensors")).to_contain_text(name)
    # What the next evening is to cost, as the planner shows it.
    assert float(await night.state("planned_cost_today")) > 0


async def turn_to(page: Page, device: Locator) -> None:
    """Leave the page of a device for that of another one of the integration."""
    await page.go_back()
    await expect(page.get_by_text("Device info")).to_be_hidden()
    await opened(device, page.get_by_text("Device info"))


def appliance(page: Page, name: str) -> Locator:
    """Return the line of an appliance's device on the page of the integration."""
    return page.get_by_text(re.compile(rf"{name} • ")).first


# ---------------------------------------------------------------------------- what is clicked


async def add_home(hand: Hand) -> None:
    """Add the integration and a local home; its tariff has two rates."""
    page, dialog = hand.page, hand.dialog
    await hand.click(page.get_by_role("button", name="Add integration"))
    brands = page.locator("dialog-add-integration")
    await hand.type(brands.locator("input"), "elfe")
    await hand.click(brands.get_by_text("ELFE Commande"))
    await hand.click(dialog.get_by_text("This Home Assistant, without a server"))
    await expect(dialog.locator("input[name=home]")).to_have_value("ELFE")
    await hand.submit()

    # Peak and off-peak hours, until seven: nothing better was found.
    await expect(dialog).to_contain_text("What does a kWh cost?")
    await hand.click(dialog.get_by_text("Peak and off-peak hours", exact=True))
    await hand.type(hand.number("Peak price"), "0.27")
    await hand.type(hand.number("Off-peak price"), "0.20")
    await hand.submit()


async def add_dishwasher(hand: Hand) -> None:
    """Add the machine behind the plug; its form comes by itself."""
    dialog = hand.dialog
    await expect(dialog).to_contain_text("How is the appliance switched?")
    await hand.click(dialog.get_by_text("An MQTT device"))
    await hand.type(dialog.locator("input[name=name]"), "Dishwasher")
    await hand.choose("Type of appliance", "Dishwasher")
    await hand.click(dialog.get_by_text("Shelly Plus 1PM", exact=True))
    await hand.type(dialog.locator("input[name=topic]"), f"shelly/{PLUG}")
    await hand.submit()
    # Two hours, done by seven, 1200 W: what is usual is filled in.
    await expect(dialog).to_contain_text("How it is used")
    await hand.submit()
    await hand.finish()


async def add_heater(hand: Hand) -> None:
    """Add the thermostat; comfort and eco are what its form suggests."""
    page, dialog = hand.page, hand.dialog
    await hand.open(
        page.locator("ha-integration-card", has_text="ELFE Commande").first,
        page.get_by_role("button", name="Add an appliance"),
    )
    await hand.click(page.get_by_role("button", name="Add an appliance"))
    await hand.click(dialog.get_by_text("An entity of Home Assistant"))
    await hand.type(dialog.locator("input[name=name]"), "Heater")
    await hand.choose("Type of appliance", "Heater")
    entity = page.get_by_text("Living room", exact=True).last
    await hand.open(dialog.locator("ha-selector-entity ha-picker-field").first, entity)
    await hand.click(entity)
    await hand.submit()
    await expect(dialog).to_contain_text("can be driven in several ways")
    await hand.submit()
    await expect(dialog).to_contain_text("Only what it offers can be chosen")
    await hand.submit()
    await hand.type(hand.number("Time on each day"), str(ASKED))
    await hand.submit()
    await hand.finish()


async def hand_over(hand: Hand, night: Night) -> None:
    """Fill the machine, and leave it to its plan: the one switch on its page."""
    page = hand.page
    night.machine.load()
    await hand.open(appliance(page, "Dishwasher"), page.get_by_text("Device info"))
    await hand.click(card(page, "Controls").locator("ha-switch, ha-control-switch").first)
    await expect(card(page, "Sensors")).to_contain_text("Waits: the built-in planner starts it at")
