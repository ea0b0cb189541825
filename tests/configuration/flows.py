"""What a person does in the flows, and what they are filled with."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.elfe_commande.const import DOMAIN
from tests.fixtures_parts import Database


def connection(database: Database, /, **changes: Any) -> dict[str, Any]:
    """Return what a person enters to reach a database."""
    access = database.access
    entered = {
        "host": access.host,
        "port": access.port,
        "database": access.database,
        "username": access.user,
        "password": access.password,
        "ssl": "disable",
        "advanced": {
            "schema": "bdd_coordination_schema",
            "ems_table": "bdd_coordination_schema.result",
        },
    }
    return entered | changes


def entry_data(database: Database, /, **changes: Any) -> dict[str, Any]:
    """Return the data of an entry for a database."""
    entered = connection(database)
    advanced = entered.pop("advanced")
    extra = {"ems_database": "", "entry_type": "postgresql"}
    return entered | advanced | extra | changes


def make_entry(hass: HomeAssistant, database: Database, **changes: Any) -> MockConfigEntry:
    data = entry_data(database)
    place = f"{data['host']}:{data['port']}/{data['database']}/{data['schema']}"
    entry = MockConfigEntry(
        **({"domain": DOMAIN, "data": data, "unique_id": place, "title": "Testville"} | changes)
    )
    entry.add_to_hass(hass)
    return entry


async def begin(hass: HomeAssistant, step: str = "postgresql") -> ConfigFlowResult:
    flow = hass.config_entries.flow
    menu = await flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == ["local", "postgresql", "import_config"]
    result = await flow.async_configure(menu["flow_id"], {"next_step_id": step})
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == step
    return result


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, entered: dict[str, Any]
) -> ConfigFlowResult:
    result = await hass.config_entries.flow.async_configure(result["flow_id"], entered)
    await hass.async_block_till_done()
    return result


def defaults(result: ConfigFlowResult) -> dict[str, Any]:
    """Return what a form is filled with."""
    assert result["data_schema"] is not None
    filled = {}
    for key, value in result["data_schema"].schema.items():
        if key == "advanced":
            filled |= defaults({"data_schema": value.schema})  # type: ignore[typeddict-item]
        elif suggested := (key.description or {}).get("suggested_value"):
            filled[str(key)] = suggested
        elif callable(key.default):
            filled[str(key)] = key.default()
    return filled


async def open_options(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> ConfigFlowResult:
    """Choose one of the forms of the options."""
    flow = hass.config_entries.options
    menu = await flow.async_init(entry.entry_id)
    assert menu["type"] is FlowResultType.MENU
    assert step in menu["menu_options"]
    result = await flow.async_configure(menu["flow_id"], {"next_step_id": step})
    assert result["type"] is FlowResultType.ABORT or result["step_id"] == step
    return result
