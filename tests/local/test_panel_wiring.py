"""A panel that is wired, changed, and out of order, in a home without a server."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, SOURCE_USER, ConfigSubentry
from homeassistant.core import ServiceCall
from homeassistant.data_entry_flow import FlowResultType
import pytest
import voluptuous as vol

from .homes import LocalInstalled

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
