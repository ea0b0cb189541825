"""The options of the wall screens: the map of their pages, labels and colours."""

from typing import Any

from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.elfe_commande.configuration import entry_settings as settings
from custom_components.elfe_commande.core.screens import Page, PageKind
from tests.configuration.flows import make_entry, open_options

pytestmark = pytest.mark.usefixtures("setup_entry")

PAGES: list[dict[str, Any]] = [
    {"page": 2, "types": ["111", "112"], "kind": "machine", "status_led": 12},
    {"page": 6, "types": ["221"], "kind": "car"},
    {"page": 10.0, "types": ["225"], "kind": "simple", "status_led": 18.0},
]
ADVANCED = {
    "led": 11,
    "status_page": 7,
    "label_page": 12,
    "label_id": 3,
    "indicator_topic": "weather/refresh",
}
CHOSEN = {
    "pages": PAGES,
    "piloted_color": [0, 0, 255],
    "manual_color": [255, 136, 0],
    "disabled_color": [128, 128, 128],
    "label_color": [1, 2, 3],
    "label": "relié",
    "advanced": ADVANCED,
}


@pytest.mark.defect("D-64")
async def test_the_screens_are_laid_out_as_chosen(hass, database):
    other = {"homes": ["R1"], "screens": {"chosen": {"R1": {"2": 7}}, "kinds": {"3": "simple"}}}
    entry = make_entry(hass, database, options=other)
    result = await open_options(hass, entry, "screens")

    result = await hass.config_entries.options.async_configure(result["flow_id"], CHOSEN)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    layout = settings.layout(entry.options)
    assert dict(layout.pages) == {
        2: Page(2, (111, 112), PageKind.MACHINE, 12),
        6: Page(6, (221,), PageKind.CAR),
        10: Page(10, (225,), PageKind.SIMPLE, 18),
    }
    assert (layout.led, layout.status_page, layout.label_page, layout.label_id) == (11, 7, 12, 3)
    assert (layout.label, layout.label_color) == ("relié", "#010203")
    assert (layout.piloted_color, layout.manual_color) == ("#0000FF", "#FF8800")
    assert layout.disabled_color == "#808080"
    assert layout.indicator_topic == "weather/refresh"
    assert layout.chosen == {"R1": {2: 7}}
    assert settings.homes(entry.options) == {"R1"}

    result = await open_options(hass, entry, "screens")
    shown = {str(key): key.default() for key in result["data_schema"].schema}
    assert shown["pages"] == PAGES
    assert shown["advanced"] == ADVANCED


async def test_the_form_can_be_submitted_as_it_is(hass, database):
    entry = make_entry(hass, database)
    result = await open_options(hass, entry, "screens")

    result = await hass.config_entries.options.async_configure(result["flow_id"], {})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert settings.layout(entry.options) == settings.layout({})


async def test_a_page_may_be_shown_on_no_screen(hass, database):
    entry = make_entry(hass, database)
    result = await open_options(hass, entry, "screens")

    await hass.config_entries.options.async_configure(result["flow_id"], CHOSEN | {"pages": []})

    assert settings.layout(entry.options).pages == {}


def changed(row: int, **changes: Any) -> dict[str, Any]:
    """Return the form with one page otherwise."""
    return {"pages": [each | changes if n == row else each for n, each in enumerate(PAGES)]}


@pytest.mark.parametrize(
    ("changes", "errors", "placeholders"),
    [
        (changed(1, page=2), {"pages": "page_taken"}, {"page": "2"}),
        (changed(1, page=7), {"pages": "page_taken"}, {"page": "7"}),
        (changed(1, page=12), {"pages": "page_taken"}, {"page": "12"}),
        (changed(1, page=2.5), {"pages": "whole_numbers"}, {"page": "2.5"}),
        (changed(1, status_led=2.5), {"pages": "whole_numbers"}, {"page": "6"}),
        (changed(1, status_led=12), {"pages": "light_taken"}, {"page": "6"}),
        (changed(1, types=[]), {"pages": "invalid_page_types"}, {"page": "6"}),
        (changed(1, types=["car"]), {"pages": "invalid_page_types"}, {"page": "6"}),
        (changed(1, types=["²"]), {"pages": "invalid_page_types"}, {"page": "6"}),
        (
            changed(1, types=["221", "0112"]),
            {"pages": "type_twice"},
            {"page": "6", "type": "112", "other": "2"},
        ),
        ({"advanced": ADVANCED | {"indicator_topic": "a/#"}}, {"base": "invalid_topic"}, {}),
        ({"advanced": ADVANCED | {"indicator_topic": ""}}, {"base": "invalid_topic"}, {}),
        ({"advanced": ADVANCED | {"indicator_topic": "$SYS/x"}}, {"base": "invalid_topic"}, {}),
    ],
)
async def test_mistakes_are_told_and_nothing_is_changed(
    hass, database, changes, errors, placeholders
):
    entry = make_entry(hass, database)
    result = await open_options(hass, entry, "screens")
    flow = hass.config_entries.options

    result = await flow.async_configure(result["flow_id"], CHOSEN | changes)

    assert result["errors"] == errors
    assert result["description_placeholders"] == placeholders
    assert not entry.options

    result = await flow.async_configure(result["flow_id"], CHOSEN)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_what_is_shown_cannot_be_chosen_while_the_entry_is_not_running(hass, database):
    entry = make_entry(hass, database)

    result = await open_options(hass, entry, "shown")

    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "entry_not_loaded")
