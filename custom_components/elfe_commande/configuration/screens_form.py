"""The form of the wall screens: the map of their pages, labels, colours."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.helpers.selector import (
    ColorRGBSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    ObjectSelectorField,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..configuration import entry_settings as settings
from ..const import (
    CONF_SCREENS,
    DOMAIN,
    SCREEN_DISABLED_COLOR,
    SCREEN_INDICATOR_TOPIC,
    SCREEN_KINDS,
    SCREEN_LABEL,
    SCREEN_LABEL_COLOR,
    SCREEN_LABEL_ID,
    SCREEN_LABEL_PAGE,
    SCREEN_LED,
    SCREEN_MANUAL_COLOR,
    SCREEN_PAGES,
    SCREEN_PILOTED_COLOR,
    SCREEN_STATUS_LEDS,
    SCREEN_STATUS_PAGE,
    SECTION_ADVANCED,
)
from ..core.screens import Layout, PageKind
from ..core.topics import is_plain_topic
from .schemas import EQUIPMENT_TYPES, folded, integer

PAGE: Final = "page"
TYPES: Final = "types"
KIND: Final = "kind"
STATUS_LED: Final = "status_led"

HIGHEST: Final = 255
"""Of pages and objects."""

COLORS: Final = (
    SCREEN_PILOTED_COLOR,
    SCREEN_MANUAL_COLOR,
    SCREEN_DISABLED_COLOR,
    SCREEN_LABEL_COLOR,
)

type Row = Mapping[str, Any]
type Texts = Mapping[str, str]
"""Translations of Home Assistant, by their path."""


def _number(low: int) -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(min=low, max=HIGHEST, step=1, mode=NumberSelectorMode.BOX)
    )


def _field(selector: Any, *, required: bool = True) -> ObjectSelectorField:
    return ObjectSelectorField(selector=selector, required=required)


def _worded(texts: Texts, key: str, options: Iterable[str]) -> list[SelectOptionDict]:
    """Return the options with their words: the frontend translates none inside a list."""
    path = f"component.{DOMAIN}.selector.{key}.options"
    return [SelectOptionDict(value=o, label=texts.get(f"{path}.{o}", o)) for o in options]


def _pages_selector(texts: Texts) -> ObjectSelector:
    """Return a list that is added to, edited and sorted by clicks, one page each."""
    types = SelectSelector(
        SelectSelectorConfig(
            options=_worded(texts, "continuous_type", EQUIPMENT_TYPES),
            multiple=True,
            custom_value=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )
    kind = SelectSelector(
        SelectSelectorConfig(
            options=_worded(texts, "page_kind", PageKind),
            mode=SelectSelectorMode.DROPDOWN,
        )
    )
    return ObjectSelector(
        ObjectSelectorConfig(
            fields={
                PAGE: _field(_number(1)),
                TYPES: _field(types),
                KIND: _field(kind),
                STATUS_LED: _field(_number(0), required=False),
            },
            multiple=True,
            label_field=PAGE,
            description_field=TYPES,
            translation_key="screen_page",
        )
    )


def screens_schema(options: Mapping[str, Any], texts: Texts) -> vol.Schema:
    """Return the form, filled with what is chosen; `texts` are those of the selectors."""
    layout = settings.layout(options)
    colors = {
        SCREEN_PILOTED_COLOR: layout.piloted_color,
        SCREEN_MANUAL_COLOR: layout.manual_color,
        SCREEN_DISABLED_COLOR: layout.disabled_color,
        SCREEN_LABEL_COLOR: layout.label_color,
    }
    numbers = {
        SCREEN_LED: layout.led,
        SCREEN_STATUS_PAGE: layout.status_page,
        SCREEN_LABEL_PAGE: layout.label_page,
        SCREEN_LABEL_ID: layout.label_id,
    }
    text = TextSelector()
    return vol.Schema(
        {
            vol.Required(SCREEN_PAGES, default=list(_rows(layout))): _pages_selector(texts),
            **{
                vol.Required(key, default=_channels(color)): ColorRGBSelector()
                for key, color in colors.items()
            },
            vol.Required(SCREEN_LABEL, default=layout.label): text,
            **folded(
                SECTION_ADVANCED,
                {
                    **{
                        vol.Required(key, default=number): integer(0, HIGHEST)
                        for key, number in numbers.items()
                    },
                    vol.Required(SCREEN_INDICATOR_TOPIC, default=layout.indicator_topic): text,
                },
            ),
        }
    )


def _rows(layout: Layout) -> Iterator[Row]:
    for _, page in sorted(layout.pages.items()):
        led = {} if page.status_led is None else {STATUS_LED: page.status_led}
        yield {
            PAGE: page.number,
            TYPES: [str(type_id) for type_id in page.types],
            KIND: page.kind.value,
            **led,
        }


def _channels(color: str) -> list[int]:
    return [int(color[place : place + 2], 16) for place in (1, 3, 5)]


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the map of the pages: an error of the flow, and what fills its text."""

    error: str
    placeholders: dict[str, str]


def screens_errors(user_input: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what is wrong with the form, and what fills the texts about it."""
    errors: dict[str, str] = {}
    advanced = user_input[SECTION_ADVANCED]
    if not is_plain_topic(advanced[SCREEN_INDICATOR_TOPIC]):
        # A form shows no error inside a section: it goes above it.
        errors["base"] = "invalid_topic"
    mistake = _mistake(user_input[SCREEN_PAGES], advanced)
    if mistake is None:
        return errors, {}
    return {**errors, SCREEN_PAGES: mistake.error}, mistake.placeholders


def _mistake(rows: Iterable[Row], advanced: Mapping[str, Any]) -> Mistake | None:
    """Return the first mistake in the map of the pages."""
    taken = {advanced[SCREEN_STATUS_PAGE], advanced[SCREEN_LABEL_PAGE]}
    lights: set[float] = set()
    shown: dict[int, str] = {}
    for row in rows:
        page, light = row[PAGE], row.get(STATUS_LED)
        where = {"page": f"{page:g}"}
        if page % 1 or (light is not None and light % 1):
            return Mistake("whole_numbers", where)
        if page in taken:
            return Mistake("page_taken", where)
        if light in lights:
            return Mistake("light_taken", where)
        taken.add(page)
        lights.update(() if light is None else (light,))
        if not row[TYPES] or not all(map(_is_type, row[TYPES])):
            return Mistake("invalid_page_types", where)
        for type_id in {int(each) for each in row[TYPES]}:
            if type_id in shown:
                other = {"type": str(type_id), "other": shown[type_id]}
                return Mistake("type_twice", where | other)
            shown[type_id] = where["page"]
    return None


def _is_type(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) < 2**31


def screens_options(options: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form, which has no mistakes, merged into the options that it does not show."""
    rows: list[Row] = user_input[SCREEN_PAGES]
    by_page = {str(int(row[PAGE])): row for row in rows}
    return {
        **options,
        CONF_SCREENS: {
            **options.get(CONF_SCREENS, {}),
            **user_input[SECTION_ADVANCED],
            SCREEN_LABEL: user_input[SCREEN_LABEL],
            **{key: "#{:02X}{:02X}{:02X}".format(*user_input[key]) for key in COLORS},
            SCREEN_PAGES: {
                page: sorted({int(each) for each in row[TYPES]}) for page, row in by_page.items()
            },
            SCREEN_KINDS: {page: row[KIND] for page, row in by_page.items()},
            SCREEN_STATUS_LEDS: {
                page: int(row[STATUS_LED]) for page, row in by_page.items() if STATUS_LED in row
            },
        },
    }
