"""A calendar as a source of plans: a real calendar entity, changed while it is followed."""

from datetime import UTC, datetime, timedelta
from typing import Any, override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, label_registry as lr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.elfe_commande.core.plan import SLOT, Owner, slot_start
from custom_components.elfe_commande.engine.ground.events import PlanReceived
from tests.fixtures_home_assistant import wait_for

from .homes import LocalInstalled
from .sourced import OTHER, RELAY, Sourced, unhurried

CALENDAR = "calendar.family"


class Family(CalendarEntity):
    """A calendar in which a family writes."""

    _attr_name = "Family"
    _attr_unique_id = "family"
    entity_id = CALENDAR

    def __init__(self) -> None:
        self.events: list[CalendarEvent] = []
        self.broken = False

    @property
    @override
    def event(self) -> CalendarEvent | None:
        return None

    @property
    @override
    def available(self) -> bool:
        return not self.broken

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        if self.broken:
            raise HomeAssistantError("the server is away")
        return list(self.events)

    def write(self, *events: CalendarEvent) -> None:
        """Have these events from now on."""
        self.events = list(events)
        self.async_write_ha_state()


@pytest.fixture
async def sourced(home: LocalInstalled) -> Sourced:
    await home.reload(unhurried())
    return Sourced(home)


@pytest.fixture
async def family(hass: HomeAssistant, sourced: Sourced) -> Family:
    assert await async_setup_component(hass, "calendar", {"calendar": {}})
    calendar = Family()
    await hass.data[DATA_COMPONENT].async_add_entities([calendar])
    await hass.async_block_till_done()
    return calendar


def event(home: LocalInstalled, title: str, first: int, last: int) -> CalendarEvent:
    """Return an event over quarter-hours from the present one on."""
    start = datetime.fromtimestamp(slot_start(home.clock.now()), UTC)
    quarter = timedelta(seconds=SLOT)
    return CalendarEvent(start + first * quarter, start + last * quarter, title)


async def heater(home: LocalInstalled, entity_id: str = RELAY, name: str = "Ballon") -> int:
    return await home.add(name, entity_id, kind="water_heater", operation="continuous")


async def follow(sourced: Sourced, *numbers: int, **given: Any) -> None:
    loads = [{"equipment": number, **given} for number in numbers]
    await sourced.add("calendar", loads, calendar=CALENDAR)


async def test_an_event_has_its_appliance_run_to_its_end(sourced: Sourced, family: Family) -> None:
    home = sourced.home
    number = await heater(home)
    other = await heater(home, OTHER, "Chauffage")
    family.write(event(home, "Ballon", -2, 2), event(home, "Dentiste", 0, 4))
    await follow(sourced, number, other)
    await wait_for(lambda: sourced.relay() == "on")
    assert sourced.word == "ok"
    assert sourced.state.name.startswith("Family")
    assert sourced.state.attributes["planned"] == ["Ballon"]
    plan = home.status(number).plan
    assert plan is not None
    assert plan.owner is Owner.CALENDAR
    await home.hass.async_block_till_done()
    assert home.state("sensor", number, "decision").attributes["source"] == "calendar"
    # Whoever is not named has no plan, rather than one that wants it off.
    assert home.status(other).plan is None
    home.clock.offset += 2 * SLOT
    await home.cycle()
    assert sourced.relay() == "off"
    # Looked at again, it says nothing new.
    received = len([e for e in home.events if isinstance(e, PlanReceived)])
    assert await sourced.look() == "nothing"
    await sourced.look()
    assert len([e for e in home.events if isinstance(e, PlanReceived)]) == received


async def test_a_change_at_the_last_minute_counts_at_once(sourced: Sourced, family: Family) -> None:
    """Nobody presses a button: the calendar says that it changed."""
    home = sourced.home
    number = await heater(home)
    family.write(event(home, "Ballon", 8, 12))
    await follow(sourced, number)
    assert sourced.relay() == "off"
    family.write(event(home, "Ballon", 0, 12))
    await wait_for(lambda: sourced.relay() == "on")
    family.write(event(home, "Ballon", 4, 12))
    await wait_for(lambda: sourced.relay() == "off")


async def test_an_event_that_is_gone_is_taken_back_at_the_second_look(
    sourced: Sourced, family: Family
) -> None:
    """A calendar that is loaded may be empty for a moment, which switches nothing off."""
    home = sourced.home
    number = await heater(home)
    family.write(event(home, "Ballon", 0, 8))
    await follow(sourced, number)
    await wait_for(lambda: sourced.relay() == "on")
    events = list(family.events)
    family.events = []
    assert await sourced.look() == "nothing"
    await home.cycle()
    assert sourced.relay() == "on"
    family.events = events
    assert await sourced.look() == "ok"
    family.events = []
    await sourced.look()
    assert sourced.relay() == "on"
    await sourced.look()
    await wait_for(lambda: sourced.relay() == "off")
    plan = home.status(number).plan
    assert plan is not None
    # Off for as long as the event would have been, then the appliance is its other rules'.
    assert len(plan.decisions) == 8


@pytest.mark.parametrize("gone", [False, True])
async def test_a_calendar_that_is_away_switches_nothing(
    sourced: Sourced, family: Family, gone: bool
) -> None:
    home = sourced.home
    number = await heater(home)
    family.write(event(home, "Ballon", 0, 8))
    await follow(sourced, number)
    await wait_for(lambda: sourced.relay() == "on")
    if gone:
        await family.async_remove(force_remove=True)
        er.async_get(home.hass).async_remove(CALENDAR)
    else:
        family.broken = True
        family.async_write_ha_state()
    await home.hass.async_block_till_done()
    assert await sourced.look() == ("gone" if gone else "away")
    await sourced.look()
    assert not sourced.issues
    home.clock.offset += SLOT
    await home.cycle()
    assert sourced.relay() == "on"
    assert home.status(number).plan is not None
    sourced.unit.timing = unhurried(plan_source_patience=0.0)
    await sourced.look()
    assert set(sourced.issues) == {"plan_source_lost"}
    if not gone:
        family.broken = False
        family.async_write_ha_state()
        await wait_for(lambda: sourced.word == "ok")
        assert not sourced.issues


async def test_a_machine_is_planned_once_it_is_handed_over(
    sourced: Sourced, family: Family
) -> None:
    """What a person wrote holds whenever the machine is filled, before or after."""
    home = sourced.home
    number = await home.add("Lave-linge", OTHER)
    family.write(event(home, "Lave-linge", 0, 4))
    await follow(sourced, number)
    await home.cycle()
    assert sourced.relay(OTHER) == "off"
    await home.act("switch", "turn_on", number, "pilot")
    await wait_for(lambda: sourced.relay(OTHER) == "on")


async def test_the_newest_word_counts(sourced: Sourced, family: Family) -> None:
    """A plan by action stands beside a calendar that says nothing new."""
    home = sourced.home
    number = await heater(home)
    family.write(event(home, "Ballon", 0, 8))
    await follow(sourced, number)
    await wait_for(lambda: sourced.relay() == "on")
    home.clock.offset += SLOT
    await home.call("set_plan", equipment_id=number, slots=[0] * 96)
    await wait_for(lambda: sourced.relay() == "off")
    assert await sourced.look() == "ok"
    await home.cycle()
    assert sourced.relay() == "off"
    # An event that goes takes nothing of that back.
    events, family.events = family.events, []
    await sourced.look()
    await sourced.look()
    plan = home.status(number).plan
    assert plan is not None
    assert plan.owner is Owner.ACTION
    home.clock.offset += SLOT
    family.write(*events)
    await wait_for(lambda: sourced.relay() == "on")


async def test_a_plan_of_somebody_else_that_is_over_gives_way(
    sourced: Sourced, family: Family
) -> None:
    home = sourced.home
    number = await heater(home)
    family.write(event(home, "Ballon", 0, 8))
    await follow(sourced, number)
    await wait_for(lambda: sourced.relay() == "on")
    home.clock.offset += SLOT
    start = datetime.fromtimestamp(slot_start(home.clock.now()), UTC)
    end = start + timedelta(seconds=2 * SLOT)
    off = {"start": start.isoformat(), "end": end.isoformat(), "power": 0}
    await home.call("set_plan", equipment_id=number, slots=[off])
    await wait_for(lambda: sourced.relay() == "off")
    assert await sourced.look() == "ok"
    assert sourced.relay() == "off"
    home.clock.offset += 2 * SLOT
    await home.cycle()
    await wait_for(lambda: sourced.relay() == "on")
    plan = home.status(number).plan
    assert plan is not None
    assert (plan.owner, plan.first_valid) == (Owner.CALENDAR, slot_start(home.clock.now()))


async def test_labels_and_words_name_an_appliance(sourced: Sourced, family: Family) -> None:
    home = sourced.home
    number = await heater(home)
    other = await heater(home, OTHER, "Chauffage")
    label = lr.async_get(home.hass).async_create("Heures creuses")
    pilot = home.find("switch", number, "pilot")
    assert pilot is not None
    registered = er.async_get(home.hass).async_get(pilot)
    assert registered is not None
    assert registered.device_id is not None
    dr.async_get(home.hass).async_update_device(registered.device_id, labels={label.label_id})
    family.write(event(home, "Heures creuses", 0, 4), event(home, "Vacances", 0, 4))
    await sourced.add(
        "calendar",
        [{"equipment": number}, {"equipment": other, "words": ["vacances", " "]}],
        calendar=CALENDAR,
    )
    await wait_for(lambda: (sourced.relay(), sourced.relay(OTHER)) == ("on", "on"))
    assert sourced.unit.subentry.data["loads"][1]["words"] == ["vacances"]


async def test_a_calendar_that_is_renamed_is_followed(sourced: Sourced, family: Family) -> None:
    home = sourced.home
    number = await heater(home)
    await follow(sourced, number)
    er.async_get(home.hass).async_update_entity(CALENDAR, new_entity_id="calendar.ours")
    await wait_for(
        lambda: [
            unit.reading
            for unit in sourced.units
            if unit.reading and unit.subentry.data["settings"] == {"calendar": "calendar.ours"}
        ]
    )
    family.write(event(home, "Ballon", 0, 4))
    await wait_for(lambda: sourced.relay() == "on")


async def test_a_restart_finds_the_same_day_and_says_nothing_new(
    sourced: Sourced, family: Family
) -> None:
    home = sourced.home
    number = await heater(home)
    family.write(event(home, "Ballon", 0, 8))
    await follow(sourced, number)
    await wait_for(lambda: sourced.relay() == "on")
    first = home.status(number).plan
    await home.reload()
    await wait_for(lambda: sourced.unit.reading is not None)
    await sourced.look()
    assert home.status(number).plan == first


async def test_our_own_calendar_is_no_source(sourced: Sourced, family: Family) -> None:
    home = sourced.home
    await heater(home)
    own = next(
        entry.entity_id
        for entry in er.async_entries_for_config_entry(er.async_get(home.hass), home.entry.entry_id)
        if entry.domain == "calendar"
    )
    form = await home.answer(await sourced.begin(), next_step_id="calendar")
    form = await home.answer(form, calendar=own)
    assert form["errors"] == {"calendar": "own_entity"}
    form = await home.answer(form, calendar="calendar.nobody")
    assert form["errors"] == {"base": "source_away"}
    form = await home.answer(form, calendar=CALENDAR)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "loads")
    # All appliances are suggested: nothing has to be known of them.
    (field,) = form["data_schema"].schema
    assert [load["equipment"] for load in field.description["suggested_value"]] == ["Ballon"]
