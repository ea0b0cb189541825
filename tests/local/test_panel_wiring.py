"""A panel that is wired, changed, and out of order, in a home without a server."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigSubentry
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.core import Event, ServiceCall, callback
from homeassistant.data_entry_flow import FlowResultType
import pytest
import voluptuous as vol

from tests.fixtures_home_assistant import wait_for

from .homes import START, LocalInstalled

RELAY, OTHER, LED = "input_boolean.relay", "input_boolean.other", "input_boolean.third"
KEY = "binary_sensor.key"

type Positions = dict[str, Any]


@pytest.fixture
async def tank(home: LocalInstalled) -> int:
    """A water heater."""
    return await home.add("Ballon", RELAY, kind="water_heater", operation="continuous")


@pytest.fixture
async def pump(home: LocalInstalled, tank: int) -> int:
    """A pump, added after the water heater."""
    return await home.add("Pompe", OTHER, kind="heater", operation="continuous")


async def begin(home: LocalInstalled, panel: ConfigSubentry | None = None) -> dict[str, Any]:
    """Open the form of a new panel, or of one that there is."""
    context: dict[str, Any] = {"source": SOURCE_USER}
    if panel is not None:
        context = {"source": SOURCE_RECONFIGURE, "subentry_id": panel.subentry_id}
    return await home.hass.config_entries.subentries.async_init(
        (home.entry.entry_id, "panel"), context=context
    )


async def fill(
    home: LocalInstalled,
    form: dict[str, Any],
    *wired: Positions,
    name: str = "Hall",
    **given: str,
) -> dict[str, Any]:
    """Send the form with what is at its first positions."""
    positions = dict(enumerate(wired, 1))
    sections = {f"position_{n}": positions.get(n, {}) for n in range(1, 9)}
    made = await home.answer(form, name=name, **sections, **given)
    await home.hass.async_block_till_done()
    return made


async def hang(home: LocalInstalled, *wired: Positions, **given: str) -> ConfigSubentry:
    """Add a panel by its form."""
    made = await fill(home, await begin(home), *wired, **given)
    assert made["type"] is FlowResultType.CREATE_ENTRY, made
    return panels_of(home)[-1]


def panels_of(home: LocalInstalled) -> list[ConfigSubentry]:
    return list(home.entry.get_subentries_of_type("panel"))


def offered(form: dict[str, Any], position: int) -> Positions:
    """Return what an open form shows at a position."""
    schema = {str(key): value for key, value in form["data_schema"].schema.items()}
    fields = schema[f"position_{position}"].schema.schema
    shown = {str(key): key.description["suggested_value"] for key in fields}
    return {key: value for key, value in shown.items() if value is not None}


def calls_of(home: LocalInstalled, entity_id: str) -> list[str]:
    """Return what an entity is told from now on; panels that say it without end are removed."""
    calls: list[str] = []

    @callback
    def heard(event: Event) -> None:
        if entity_id in str(event.data["service_data"]):
            calls.append(event.data["service"])
            if len(calls) == 20:
                for panel in panels_of(home):
                    home.hass.config_entries.async_remove_subentry(home.entry, panel.subentry_id)

    home.hass.bus.async_listen(EVENT_CALL_SERVICE, heard)
    return calls


def lit(home: LocalInstalled, entity_id: str) -> bool:
    state = home.hass.states.get(entity_id)
    assert state is not None
    return state.state == "on"


# -------------------------------------------------------------------------------- the form


async def test_a_panel_needs_a_name(home: LocalInstalled, tank: int) -> None:
    at = {"equipment": str(tank)}
    form = await fill(home, await begin(home), at, name="  ")
    assert form["errors"] == {"name": "name_missing"}
    made = await fill(home, form, at, name=" Hall ")
    assert (made["type"], made["title"]) == (FlowResultType.CREATE_ENTRY, "Hall")


async def test_a_panel_is_changed_after_one_of_its_appliances_went(
    home: LocalInstalled, tank: int, pump: int
) -> None:
    panel = await hang(home, {"equipment": str(tank)}, {"equipment": str(pump), "button": KEY})
    await home.remove(pump)

    form = await begin(home, panel)
    left = [offered(form, position) for position in (1, 2, 3)]
    assert left == [{"equipment": str(tank)}, {"button": KEY}, {}]
    form = await fill(home, form, *left)
    assert form["errors"] == {"base": "position_without_equipment"}
    changed = await fill(home, form, left[0], name="Couloir")

    assert changed["reason"] == "reconfigure_successful"
    (panel,) = panels_of(home)
    assert (panel.title, set(panel.data)) == ("Couloir", {"position_1"})


# ------------------------------------------------------------- what was stored, and is refused now


async def test_a_led_that_drives_an_appliance_is_left_to_the_engine(
    home: LocalInstalled, tank: int, caplog: pytest.LogCaptureFixture
) -> None:
    await home.put("panel", position_1={"equipment": str(tank), "led": RELAY})
    assert f"leaves {RELAY} alone" in caplog.text
    await home.act("select", "select_option", tank, "mode", option="forced_on")
    await home.until("binary_sensor", tank, "running", "on")
    await home.act("select", "select_option", tank, "mode", option="forced_off")
    await home.until("binary_sensor", tank, "running", "off")

    calls = calls_of(home, RELAY)
    # While the engine starts all LEDs are lit.
    await home.reload()
    await home.until("select", tank, "mode", "forced_off")

    assert "turn_on" not in calls
    assert not lit(home, RELAY)


async def test_a_button_that_the_engine_presses_is_not_pressed_by_a_person(
    home: LocalInstalled,
) -> None:
    machine = await home.add("Linge", START, advanced={"typology": "plug_and_finger"})
    await home.put("panel", position_1={"equipment": str(machine), "button": START})
    home.hass.states.async_set(START, "2026-11-18T10:00:00+00:00")
    home.hass.states.async_set(START, "2026-11-18T10:00:01+00:00")
    await home.hass.async_block_till_done()

    assert home.state("sensor", None, "panel_panel_last_press").state == "unknown"


async def test_a_led_of_two_positions_shows_the_first(
    home: LocalInstalled, tank: int, pump: int
) -> None:
    await home.act("select", "select_option", tank, "mode", option="forced_on")
    await home.until("binary_sensor", tank, "running", "on")
    calls = calls_of(home, LED)

    at = [{"equipment": str(number), "led": LED} for number in (tank, pump)]
    await home.put("panel", position_1=at[0], position_2=at[1])

    assert calls == ["turn_on"]
    assert lit(home, LED)


async def test_a_led_of_two_panels_shows_the_first(
    home: LocalInstalled, tank: int, pump: int
) -> None:
    await home.act("select", "select_option", tank, "mode", option="forced_on")
    await home.until("binary_sensor", tank, "running", "on")
    calls = calls_of(home, LED)

    await home.put("panel", "one", position_1={"equipment": str(tank), "led": LED})
    await home.put("panel", "two", position_1={"equipment": str(pump), "led": LED})

    assert calls == ["turn_on"]
    assert lit(home, LED)


# --------------------------------------------------------------------------- out of order


@pytest.mark.parametrize("fault", [vol.Invalid("extra keys"), ValueError("too long"), OSError()])
async def test_what_the_panel_s_own_action_raises_is_told_once(
    home: LocalInstalled, tank: int, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    hass = home.hass
    faults: list[Exception] = [fault]
    drawn: list[str] = []

    def checked(data: dict[str, str]) -> dict[str, str]:
        if faults and isinstance(fault, vol.Invalid):
            raise faults[0]
        return data

    async def show(call: ServiceCall) -> None:
        if faults:
            raise faults[0]
        drawn.append(call.data["text"])

    async def press() -> None:
        hass.states.async_set(KEY, "on")
        hass.states.async_set(KEY, "off")
        await hass.async_block_till_done()

    def told() -> list[str]:
        return [
            record.getMessage()
            for record in caplog.records
            if record.levelname == "WARNING" and "does not show" in record.getMessage()
        ]

    hass.services.async_register("wall", "show", show, schema=checked)
    hass.states.async_set(KEY, "off")
    await hang(
        home, {"equipment": str(tank), "button": KEY, "led": LED}, display_action="wall.show"
    )
    await press()
    await press()
    assert len(told()) == 1
    assert "Hall" in told()[0]

    faults.clear()
    await press()
    assert drawn
    faults.append(fault)
    await press()
    await press()
    assert len(told()) == 2
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_an_action_that_never_returns_is_broken_off_and_told(
    home: LocalInstalled, tank: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It would draw over what is shown since, and keep Home Assistant from stopping."""
    await home.reload(replace(home.timing, panel_answer=0.2))
    drawn: list[str] = []
    broken_off: list[str] = []

    async def show(call: ServiceCall) -> None:
        if broken_off:
            drawn.append(call.data["text"])
            return
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            broken_off.append(call.data["text"])
            raise

    home.hass.services.async_register("wall", "show", show)
    home.hass.states.async_set(KEY, "off")
    await hang(home, {"equipment": str(tank), "button": KEY}, display_action="wall.show")
    await wait_for(lambda: broken_off)
    home.hass.states.async_set(KEY, "on")
    await wait_for(lambda: drawn)
    assert len(broken_off) == 1
    assert [r for r in caplog.records if "wall.show" in r.getMessage()]
