"""The options, against a real PostgreSQL and without one."""

from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.elfe_commande.configuration import entry_settings as settings
from tests.configuration.flows import entry_data, make_entry, open_options

pytestmark = pytest.mark.usefixtures("setup_entry")

CHOSEN = {
    "homes": ["R9"],
    "continuous_types": ["131", "999"],
    "orders_at_once": 32,
    "rule_period": 30,
    "compact": True,
    "connected_words": ["Distant", " remote "],
    "ack_timeouts": {"111": 2.5, "112": 5, "311": 40, "411": 5, "811": 15},
}


async def show(hass, entry):
    return await open_options(hass, entry, "general")


async def test_options_are_kept_with_those_not_shown(hass, database, homes):
    options = {"topics": ["hasp/#"], "screens": {"pages": {"2": [111]}, "label": "old"}}
    entry = make_entry(hass, database, options=options)
    result = await show(hass, entry)
    selector = next(iter(result["data_schema"].schema.values()))
    assert selector.config["options"] == list(homes)

    result = await hass.config_entries.options.async_configure(result["flow_id"], CHOSEN)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options == CHOSEN | {
        "continuous_types": [131, 999],
        "connected_words": ["Distant", "remote"],
        **options,
    }
    timing = settings.timing(entry.options)
    assert timing.ack_for(111) == 2.5
    assert timing.rule_pass == 30
    assert timing.ack_for(311) == 40
    assert timing.ack_for(5) == timing.ack_timeout
    assert settings.compact(entry.options)
    assert settings.orders_at_once(entry.options) == 32
    assert settings.homes(entry.options) == {"R9"}
    layout = settings.layout(entry.options)
    assert (layout.label, layout.pages[2].types) == ("old", (111,))
    assert layout.connected_words == {"Distant", "remote"}


async def test_form_can_be_submitted_as_it_is(hass, database):
    entry = make_entry(hass, database)
    result = await show(hass, entry)

    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"continuous_types": ["131", "151", "155"]}
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert settings.timing(entry.options) == settings.timing({})
    assert settings.layout(entry.options) == settings.layout({})
    assert settings.continuous_types(entry.options) == settings.continuous_types({})
    assert settings.postgres_settings(entry.data, entry.options, None).homes == frozenset()


async def test_form_is_shown_while_the_database_is_away(hass, database):
    data = entry_data(database, port=1)
    entry = make_entry(hass, database, data=data, options={"homes": ["R1"]})

    result = await show(hass, entry)

    selector = next(iter(result["data_schema"].schema.values()))
    assert selector.config["options"] == ["R1"]


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"continuous_types": ["heater"]}, {"continuous_types": "invalid_type"}),
        ({"connected_words": ["auto", " Manuel"]}, {"connected_words": "invalid_word"}),
        ({"connected_words": [" "]}, {"connected_words": "invalid_word"}),
        ({"homes": ["R1", "R2"]}, {"homes": "homes_overlap"}),
        ({"homes": []}, {"homes": "homes_required"}),
    ],
)
async def test_mistakes_are_told_and_the_form_kept(hass, database, changes, errors):
    make_entry(hass, database, options={"homes": ["R1"]})
    entry = make_entry(hass, database, unique_id="second", options={"homes": ["R2"]})
    result = await show(hass, entry)
    flow = hass.config_entries.options

    result = await flow.async_configure(result["flow_id"], CHOSEN | changes)
    assert result["errors"] == errors
    if "homes" in changes:
        assert result["description_placeholders"] == {"homes": "R1"}

    result = await flow.async_configure(result["flow_id"], CHOSEN)
    assert result["type"] is FlowResultType.CREATE_ENTRY
