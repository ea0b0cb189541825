"""The wall screens of a home, how their pages are laid out, and what a page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
import re
from typing import Final

from .model import DeviceId, Equipment, EquipmentId, EquipmentTypeId, HomeId

PLATE_NAME: Final = re.compile(r"[a-zA-Z0-9_-]{1,32}")
"""Before it is put in lower case: only these have no twin outside ASCII."""


@dataclass(frozen=True, slots=True)
class Screen:
    """One wall screen. `plate` is its name in lower case; its home is by `utilisateur`."""

    id: DeviceId
    plate: str
    home: HomeId
    command_topic: str
    lwt_topic: str | None = None

    @classmethod
    def of_plate(cls, plate: str, home: HomeId) -> Screen:
        """Return the screen of a plate (in lower case) whose topics are openHASP's own."""
        topic = f"hasp/{plate}"
        return cls(DeviceId(plate), plate, home, f"{topic}/command/jsonl", f"{topic}/LWT")


class PageKind(StrEnum):
    """Which objects a page has besides its switch and its light."""

    MACHINE = "machine"
    """Wished end and cycle duration."""
    CAR = "car"
    """Wished end and charge."""
    SIMPLE = "simple"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the screens: which equipment types it shows, and how."""

    number: int
    types: tuple[EquipmentTypeId, ...]
    kind: PageKind
    status_led: int | None = None
    """Its light on the status page."""


PILOTED_COLOR: Final = "#00FF00"
NOT_PILOTED_COLOR: Final = "#FF0000"
CONNECTED_WORDS: Final = frozenset({"connecte", "connecté", "auto", "automatique"})


@dataclass(frozen=True, slots=True)
class Layout:
    """How people's surfaces are laid out in an entry. Numbers are pages and objects."""

    pages: Mapping[int, Page]
    led: int = 10
    piloted_color: str = PILOTED_COLOR
    manual_color: str = NOT_PILOTED_COLOR
    disabled_color: str = NOT_PILOTED_COLOR
    status_page: int = 8
    label: str = "ecran connecté"
    label_color: str = "#208020"
    label_page: int = 9
    label_id: int = 8
    indicator_topic: str = "INDICATEURS/refresh"
    chosen: Mapping[HomeId, Mapping[int, EquipmentId]] = field(default_factory=dict)
    """The equipment that a page shows where a home has several; else the lowest id."""
    connected_words: frozenset[str] = CONNECTED_WORDS
    """What the panel of a PLC says when remote orders work again; in any case."""

    def page_of(self, type_id: EquipmentTypeId) -> Page | None:
        """Return the first page that shows equipments of this type."""
        return next((p for _, p in sorted(self.pages.items()) if type_id in p.types), None)


@dataclass(frozen=True, slots=True)
class PageView:
    """What a page shows: an equipment, and its wished end as clocks of the home read it."""

    page: Page
    equipment: Equipment
    end_hour: int | None = None
    end_minute: int | None = None
