"""The options that declare safe states of a territory's appliances."""

from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.elfe_commande.configuration import entry_settings as settings
from custom_components.elfe_commande.core.model import EquipmentId, EquipmentTypeId
from tests.configuration.flows import make_entry, open_options

pytestmark = pytest.mark.usefixtures("setup_entry")

HEATER, WATER_HEATER = EquipmentTypeId(151), EquipmentTypeId(131)


async def test_types_and_single_appliances_are_declared(hass, database):
    entry = make_entry(hass, database, options={"homes": ["R1"]})
    result = await open_options(hass, entry, "safe")
    selector = next(iter(result["data_schema"].schema.values()))
    assert selector.config["options"] == ["water_heater", "heater", "controlled_heater"]

    given = {"safe_off": ["heater", " 42 "], "safe_on": ["water_heater", "7"]}
    result = await hass.config_entries.options.async_configure(result["flow_id"], given)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["homes"] == ["R1"]
    declared = settings.postgres_settings(entry.data, entry.options, None).safe_states
    assert declared.of(EquipmentId(1), HEATER) is False
    assert declared.of(EquipmentId(1), WATER_HEATER) is True
    # What is said of one appliance counts more than what is said of its type.
    assert declared.of(EquipmentId(7), HEATER) is True
    assert declared.of(EquipmentId(42), WATER_HEATER) is False
    assert declared.of(EquipmentId(1), EquipmentTypeId(155)) is None


async def test_nothing_is_declared_at_first(hass, database):
    entry = make_entry(hass, database)
    result = await open_options(hass, entry, "safe")
    await hass.config_entries.options.async_configure(result["flow_id"], {})
    assert settings.safe_states(entry.options) == settings.safe_states({})
    assert settings.safe_states({}).of(EquipmentId(1), HEATER) is None


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"safe_off": ["fridge"]}, {"safe_off": "invalid_appliance"}),
        ({"safe_on": ["-1"]}, {"safe_on": "invalid_appliance"}),
        ({"safe_off": ["7"], "safe_on": [" 7"]}, {"safe_on": "both_states"}),
    ],
)
async def test_mistakes_are_told(hass, database, given, errors):
    entry = make_entry(hass, database)
    result = await open_options(hass, entry, "safe")
    flow = hass.config_entries.options
    result = await flow.async_configure(result["flow_id"], given)
    assert result["errors"] == errors
    result = await flow.async_configure(result["flow_id"], {"safe_off": ["7"]})
    assert result["type"] is FlowResultType.CREATE_ENTRY
