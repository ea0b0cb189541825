"""The form that chooses what a page shows where a home has several equipments for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..configuration import entry_settings as settings
from ..const import CONF_SCREENS, SCREEN_CHOSEN
from ..core.model import DRIVEN_MODES, Equipment, EquipmentId, HomeId, Mode
from ..core.screens import Layout

CONF_SHOWN: Final = "shown"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An equipment that a page could show, among others of its home."""

    equipment: Equipment
    page: int

    @property
    def place(self) -> tuple[HomeId, int]:
        """Return the home and the page."""
        return self.equipment.home, self.page


def candidates(layout: Layout, equipments: Iterable[Equipment]) -> list[Candidate]:
    """Return the equipments of the pages that several of a home could be on."""
    found = [
        Candidate(equipment, page.number)
        for equipment in equipments
        if equipment.state.mode in (*DRIVEN_MODES, Mode.DISABLED)
        and (page := layout.page_of(equipment.type_id)) is not None
    ]
    places = [each.place for each in found]
    return sorted(
        (each for each in found if places.count(each.place) > 1),
        key=lambda each: (*each.place, each.equipment.id),
    )


def shown_schema(options: Mapping[str, Any], found: Iterable[Candidate]) -> vol.Schema:
    """Return the form: the equipments chosen among those found."""
    chosen = settings.layout(options).chosen
    preset = [
        str(each.equipment.id)
        for each in found
        if chosen.get(each.equipment.home, {}).get(each.page) == each.equipment.id
    ]
    selector = SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=str(each.equipment.id), label=_label(each)) for each in found
            ],
            multiple=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )
    return vol.Schema({vol.Optional(CONF_SHOWN, description={"suggested_value": preset}): selector})


def _label(candidate: Candidate) -> str:
    """Return what names an equipment in any language: home, page, name, number."""
    equipment = candidate.equipment
    return f"{equipment.home} · {candidate.page} · {equipment.name} ({equipment.id})"


def shown_twice(user_input: Mapping[str, Any], found: Iterable[Candidate]) -> Candidate | None:
    """Return an equipment chosen for a page that another one was chosen for as well."""
    places: set[tuple[HomeId, int]] = set()
    for each in _chosen(user_input, found):
        if each.place in places:
            return each
        places.add(each.place)
    return None


def shown_options(
    options: Mapping[str, Any], user_input: Mapping[str, Any], found: Iterable[Candidate]
) -> dict[str, Any]:
    """Return the form merged into the options; what it does not offer is kept."""
    found = tuple(found)
    offered = {each.place for each in found}
    kept: dict[HomeId, dict[int, EquipmentId]] = {}
    for home, pages in settings.layout(options).chosen.items():
        for page, equipment_id in pages.items():
            if (home, page) not in offered:
                kept.setdefault(home, {})[page] = equipment_id
    for each in _chosen(user_input, found):
        kept.setdefault(each.equipment.home, {})[each.page] = each.equipment.id
    chosen = {
        str(home): {str(page): int(equipment_id) for page, equipment_id in pages.items()}
        for home, pages in kept.items()
    }
    return {**options, CONF_SCREENS: {**options.get(CONF_SCREENS, {}), SCREEN_CHOSEN: chosen}}


def _chosen(user_input: Mapping[str, Any], found: Iterable[Candidate]) -> list[Candidate]:
    ids = set(user_input.get(CONF_SHOWN, ()))
    return [each for each in found if str(each.equipment.id) in ids]
