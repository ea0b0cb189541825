"""Who lives where: the equipments and wall screens of each home, and what a page shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...core.model import DRIVEN_MODES, DeviceId, EquipmentId, HomeId, Mode
from ...core.screens import Layout, Page, Screen
from ..ground.status import EquipmentStatus, ScreenStatus

_SHOWN_MODES = frozenset({*DRIVEN_MODES, Mode.DISABLED})


@dataclass(slots=True)
class Households:
    """Finds by home, without looking at all the others: a territory has thousands."""

    statuses: Mapping[EquipmentId, EquipmentStatus]
    layout: Layout
    screens: dict[DeviceId, ScreenStatus] = field(default_factory=dict)
    _equipments: dict[HomeId, list[EquipmentStatus]] | None = None
    _screens: dict[HomeId, list[Screen]] = field(default_factory=dict)

    def adopt(self, screens: Iterable[Screen]) -> bool:
        """Take over the screens there are now, those with a home; return whether they changed."""
        known = self.screens
        self.screens = {
            screen.id: replace(known[screen.id], screen=screen)
            if screen.id in known
            else ScreenStatus(screen)
            for screen in screens
            if screen.home
        }
        self._screens = {}
        for status in self.screens.values():
            self._screens.setdefault(status.screen.home, []).append(status.screen)
        return {s.screen for s in known.values()} != {s.screen for s in self.screens.values()}

    def regroup(self) -> None:
        """Take note that equipments came, went, or changed their home."""
        self._equipments = None

    def screens_of(self, home: HomeId) -> Sequence[Screen]:
        """Return the screens of a home."""
        return self._screens.get(home, ())

    def equipments_of(self, home: HomeId) -> Sequence[EquipmentStatus]:
        """Return the equipments of a home."""
        if self._equipments is None:
            self._equipments = {}
            for status in self.statuses.values():
                self._equipments.setdefault(status.equipment.home, []).append(status)
        return self._equipments.get(home, ())

    def shown_on(self, plate: str, number: int) -> EquipmentStatus | None:
        """Return the equipment that a page of this plate shows, `None` if it shows none."""
        page = self.layout.pages.get(number)
        home = next((s.screen.home for s in self.screens.values() if s.screen.plate == plate), None)
        return None if page is None or home is None else self.holder(home, page)

    def holder(self, home: HomeId, page: Page) -> EquipmentStatus | None:
        """Return the equipment a page shows: chosen, else the lowest id that can be driven."""
        candidates = {
            status.equipment.id: status
            for status in self.equipments_of(home)
            if status.equipment.type_id in page.types
            and status.equipment.state.mode in _SHOWN_MODES
        }
        chosen = self.layout.chosen.get(home, {}).get(page.number)
        if chosen is not None and chosen in candidates:
            return candidates[chosen]
        driven = [i for i, s in candidates.items() if s.equipment.state.mode in DRIVEN_MODES]
        lowest = min(driven or candidates, default=None)
        return None if lowest is None else candidates[lowest]
