"""The first evening: what a home has to be told so that it has a plan."""

import asyncio
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_USER, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.core.lifecycle import Code
from custom_components.elfe_commande.core.plan import SLOT, Owner
from custom_components.elfe_commande.describe import iso
from custom_components.elfe_commande.planning.readers.dashboard import Dashboard
from custom_components.elfe_commande.subentries.planner import discovery
from custom_components.elfe_commande.subentries.planner.unit import PlannerUnit
from tests.fixtures_home_assistant import wait_for
from tests.hour import where_it_is

from .homes import LocalInstalled
from .planners import RELAY, add_planner
from .stage import enter

HEATER = "climate.heater"
ADD_INTEGRATION = 2
"""Clicks before any form of ours: *Add integration*, and its name in the list."""


def as_shown(schema: vol.Schema) -> dict[str, Any]:
    """Return what the frontend sends of a form in which nobody touches anything."""
    shown: dict[str, Any] = {}
    for marker, field in schema.schema.items():
        if callable(marker.default):
            value = marker.default()
        else:
            value = (marker.description or {}).get("suggested_value")
        if value is None and isinstance(field, section):
            value = {}
        if value is not None:
            shown[str(marker)] = value
    return shown


@dataclass
class Person:
    """Clicks and types; counts both."""

    hass: HomeAssistant
    clicks: int = 0
    fields: int = 0

    async def begin(self) -> Any:
        """Look for the integration."""
        self.clicks += ADD_INTEGRATION
        return await self.hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_USER}
        )

    async def add(self, entry: ConfigEntry, kind: str) -> Any:
        """Add something to an entry."""
        self.clicks += 1
        return await self.hass.config_entries.subentries.async_init(
            (entry.entry_id, kind), context={"source": SOURCE_USER}
        )

    async def choose(self, flow: Any, option: str) -> Any:
        """Choose in a menu."""
        return await self._send(flow, {"next_step_id": option})

    async def submit(self, flow: Any, **typed: Any) -> Any:
        """Fill in what is not right as shown, and submit; a section is typed as a mapping."""
        given = as_shown(flow["data_schema"])
        for key, value in typed.items():
            if value is None:
                # Emptied.
                del given[key]
                self.fields += 1
            elif isinstance(value, dict):
                given[key] = given.get(key, {}) | value
                self.fields += len(value)
            else:
                given[key] = value
                self.fields += 1
        after = await self._send(flow, given)
        if after["type"] is FlowResultType.CREATE_ENTRY:
            # *Finish*.
            self.clicks += 1
        return after

    async def _send(self, flow: Any, given: dict[str, Any]) -> Any:
        self.clicks += 1
        manager = self.hass.config_entries
        flows = manager.subentries if isinstance(flow["handler"], tuple) else manager.flow
        return await flows.async_configure(flow["flow_id"], given)


@pytest.fixture
def person(home: LocalInstalled) -> Person:
    """Somebody at a new Home Assistant; the other home only scales its waits."""
    return Person(home.hass)


async def at_plan(person: Person, name: str | None = None) -> Any:
    flow = await person.choose(await person.begin(), "local")
    flow = await person.submit(flow, **({} if name is None else {"home": name}))
    assert flow["step_id"] == "plan", flow
    return flow


def planner_of(entry: ConfigEntry) -> dict[str, Any] | None:
    found = [dict(each.data) for each in entry.get_subentries_of_type("planner")]
    return found[0] if found else None


async def until_planned(hass: HomeAssistant, entry: Any, name: str) -> Any:
    """Wait until the planner has planned an appliance; return its status."""

    def status() -> Any:
        statuses = entry.runtime_data.engine.statuses.values()
        return next((each for each in statuses if each.equipment.name == name), None)

    def planned() -> bool:
        plan = None if status() is None else status().plan
        return plan is not None and plan.owner is Owner.PLANNER and not plan.empty

    await wait_for(planned)
    await hass.async_block_till_done()
    return status()


async def next_start(hass: HomeAssistant, entry: ConfigEntry, number: int) -> Any:
    """Return what the registry has of an appliance's next start, once it is there."""
    registry, unique_id = er.async_get(hass), f"{entry.entry_id}_{number}_next_start"
    await wait_for(lambda: registry.async_get_entity_id("sensor", DOMAIN, unique_id))
    return registry.async_get(registry.async_get_entity_id("sensor", DOMAIN, unique_id) or "")


async def test_from_nothing_to_a_plan(person: Person) -> None:
    """A home with two rates, a dishwasher, a pilot-wire heater; this many clicks and fields."""
    hass = person.hass
    await hass.config.async_set_time_zone(where_it_is(19))
    await enter(hass, HEATER)
    # -- the home
    flow = await at_plan(person)
    assert flow["menu_options"][0] == "two_rates"
    flow = await person.choose(flow, "two_rates")
    flow = await person.submit(flow, peak=0.27, off_peak=0.20)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert (person.clicks, person.fields) == (7, 2)
    entry = flow["result"]
    assert planner_of(entry) == {
        "prices": "two_rates",
        "usual_end": "07:00:00",
        "peak": 0.27,
        "off_peak": 0.20,
        "hours": "22:00-06:00",
        "weekend": False,
    }

    # -- the dishwasher: its form comes by itself
    (flow,) = hass.config_entries.subentries.async_progress()
    flow = await person.choose(flow, "entity")
    flow = await person.submit(
        flow, name="Dishwasher", equipment_type="dishwasher", entity_id=RELAY
    )
    flow = await person.submit(flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow
    dishwasher = flow["data"]["equipment_id"]
    assert (flow["data"]["ready_by"], flow["data"]["cycle_duration"]) == ("07:00:00", 7200)
    assert (person.clicks, person.fields) == (11, 5)

    # -- the heater
    flow = await person.choose(await person.add(entry, "equipment"), "entity")
    flow = await person.submit(flow, name="Heater", equipment_type="heater", entity_id=HEATER)
    # Comfort and eco, as pilot wires have them, are what the form suggests.
    for step in ("way", "values"):
        assert flow["step_id"] == step, flow
        flow = await person.submit(flow)
    flow = await person.submit(flow, daily=180)
    assert flow["type"] is FlowResultType.CREATE_ENTRY, flow
    assert (person.clicks, person.fields) == (18, 9)

    # -- filled, and handed over
    registry, unique_id = er.async_get(hass), f"{entry.entry_id}_{dishwasher}_pilot"

    def pilot() -> str | None:
        entity_id = registry.async_get_entity_id("switch", DOMAIN, unique_id)
        return entity_id if entity_id and hass.states.is_state(entity_id, "off") else None

    engine = entry.runtime_data.engine
    await wait_for(lambda: engine.lifecycle.running and len(engine.statuses) == 2)
    await wait_for(lambda: all(status.connected for status in engine.statuses.values()))
    await wait_for(pilot)
    await hass.services.async_call("switch", "turn_on", {"entity_id": pilot()}, blocking=True)
    person.clicks += 1

    washing = await until_planned(hass, entry, "Dishwasher")
    heating = await until_planned(hass, entry, "Heater")
    ((start, end), *more) = washing.plan.runs()
    assert (end - start, more) == (7200, [])
    assert dt_util.as_local(dt_util.utc_from_timestamp(end)).hour <= 7
    told = (await next_start(hass, entry, dishwasher)).entity_id
    await wait_for(lambda: hass.states.is_state(told, iso(start)))
    # A quarter-hour may have begun meanwhile, in which it heats already.
    heats = sum(end - start for start, end in heating.plan.runs())
    assert heats in (3 * 3600, 3 * 3600 - SLOT)
    assert (person.clicks, person.fields) == (19, 9)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_an_appliance_that_is_added_while_the_home_starts_is_heard(
    home: LocalInstalled,
) -> None:
    await add_planner(home, "none")
    await home.unload()
    opened = asyncio.Event()

    async def slow(_: PlannerUnit) -> None:
        await opened.wait()

    with patch.object(PlannerUnit, "async_start", autospec=True, side_effect=slow):
        await home.hass.config_entries.async_setup(home.entry.entry_id)
        await wait_for(lambda: home.hub.engine.lifecycle.code is Code.RULES)
        flow = await home.answer(await home.start_flow(), next_step_id="entity")
        flow = await home.answer(flow, name="Linge", entity_id=RELAY, equipment_type="heater")
        flow = await home.answer_habits(flow, "continuous")
        number = flow["data"]["equipment_id"]
        await wait_for(lambda: number in home.hub.engine.statuses)
        opened.set()
        await wait_for(lambda: home.hub.engine.lifecycle.running)
    await wait_for(lambda: home.status(number).connected)


async def test_it_may_be_put_off(person: Person) -> None:
    flow = await person.choose(await at_plan(person, "Chalet"), "later")
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    entry = flow["result"]
    assert not planner_of(entry)
    # Without a planner nothing is assumed of an appliance.
    (flow,) = person.hass.config_entries.subentries.async_progress()
    flow = await person.choose(flow, "entity")
    flow = await person.submit(
        flow, name="Dishwasher", equipment_type="dishwasher", entity_id=RELAY
    )
    flow = await person.submit(flow)
    assert not flow["data"].keys() & {"ready_by", "nominal_power", "daily"}
    # Nor is there a next start, which would be *Unknown*, unless somebody wants it.
    shown = await next_start(person.hass, entry, flow["data"]["equipment_id"])
    assert shown.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    await person.hass.config_entries.async_unload(entry.entry_id)


async def test_a_home_without_prices_is_asked_when_things_are_done(person: Person) -> None:
    flow = await person.choose(await at_plan(person, "Chalet"), "none")
    assert as_shown(flow["data_schema"]) == {"usual_end": "07:00:00"}
    flow = await person.submit(flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert planner_of(flow["result"]) == {"prices": "none", "usual_end": "07:00:00"}
    await person.hass.config_entries.async_unload(flow["result"].entry_id)


async def test_a_mistake_is_told_and_makes_nothing(person: Person) -> None:
    hass = person.hass
    known = len(hass.config_entries.async_entries(DOMAIN))
    flow = await person.choose(await at_plan(person, "Chalet"), "two_rates")
    typed = {"peak": 0.27, "off_peak": 0.2, "usual_end": None, "hours": "tonight"}
    flow = await person.submit(flow, **typed)
    assert (flow["step_id"], flow["errors"]) == ("two_rates", {"hours": "invalid_hours"})
    # What was typed stays, and what was emptied stays empty.
    assert as_shown(flow["data_schema"])["peak"] == 0.27
    assert "usual_end" not in as_shown(flow["data_schema"])
    assert len(hass.config_entries.async_entries(DOMAIN)) == known
    flow = await person.submit(flow, hours="23:00-07:00")
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.config_entries.async_unload(flow["result"].entry_id)


def price_sensor(hass: HomeAssistant, platform: str, name: str, **attributes: Any) -> str:
    """Register a sensor of an integration, and let it say a price."""
    other = MockConfigEntry(domain=platform)
    other.add_to_hass(hass)
    entry = er.async_get(hass).async_get_or_create(
        "sensor", platform, name, suggested_object_id=name, config_entry=other
    )
    hass.states.async_set(entry.entity_id, "0.25", {"unit_of_measurement": "EUR/kWh", **attributes})
    return entry.entity_id


async def test_a_price_integration_is_found(person: Person) -> None:
    for name in ("nord_pool_highest_price", "nord_pool_next_price"):
        price_sensor(person.hass, "nordpool", name)
    # Some other number per kWh.
    price_sensor(person.hass, "template", "co2")
    price_sensor(person.hass, "nordpool", "nord_pool_current_price", friendly_name="Nord Pool")

    flow = await at_plan(person, "Chalet")
    assert flow["menu_options"][0] == "entity"
    flow = await person.choose(flow, "entity")
    assert as_shown(flow["data_schema"])["entity"] == "sensor.nord_pool_current_price"
    flow = await person.submit(flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    assert person.fields == 1, "the name"
    await person.hass.config_entries.async_unload(flow["result"].entry_id)


async def test_colours_are_found(person: Person) -> None:
    hass = person.hass
    for name, state in (
        ("rte_tempo_prochaine_couleur", "Rouge"),
        ("rte_tempo_couleur_actuelle", "Bleu"),
        ("rte_tempo_jours_restants", "12"),
    ):
        entity_id = price_sensor(hass, "rtetempo", name)
        hass.states.async_set(entity_id, state)
    flow = await at_plan(person, "Chalet")
    assert flow["menu_options"][0] == "tempo"
    shown = as_shown((await person.choose(flow, "tempo"))["data_schema"])
    assert shown["colour"] == "sensor.rte_tempo_couleur_actuelle"
    assert shown["next_colour"] == "sensor.rte_tempo_prochaine_couleur"


async def test_the_energy_dashboard_wins(person: Person) -> None:
    price_sensor(person.hass, "nordpool", "nord_pool_current_price")
    dashboard = Dashboard(price=0.21, export=0.1, forecasts=("roof",))
    with patch.object(discovery, "async_dashboard", return_value=dashboard):
        flow = await at_plan(person, "Chalet")
    assert flow["menu_options"][0] == "number"
    flow = await person.choose(flow, "number")
    shown = as_shown(flow["data_schema"])
    assert shown == {"price": 0.21, "export": 0.1, "usual_end": "07:00:00"}


async def test_without_panels_nobody_is_asked_what_is_sold(person: Person) -> None:
    flow = await at_plan(person, "Chalet")
    flow = await person.choose(flow, "number")
    assert as_shown(flow["data_schema"]) == {"usual_end": "07:00:00"}
