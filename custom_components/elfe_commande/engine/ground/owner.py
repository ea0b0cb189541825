"""Which homes this engine drives: nobody else acts for them at the same time."""

from collections.abc import Callable
import logging
from typing import Final

from ...core.model import EquipmentId, HomeId
from ...core.naming import some_of
from .events import Event, OwnershipChanged
from .ports import Ownership, Standing
from .problems import Problems
from .store import Store

_LOGGER = logging.getLogger(__name__)

NOT_OURS: Final = "not_ours"
UNPROVED: Final = "owner_unknown"
SHADOW: Final = "shadow"
"""Why an order is not sent that would be, were the home not only looked at."""
_REASONS: Final = {
    Standing.OURS: None,
    Standing.THEIRS: NOT_OURS,
    Standing.UNKNOWN: UNPROVED,
    Standing.WATCHED: SHADOW,
}


class Owner:
    """Asks before each order and each write, and tells of homes that came and went."""

    def __init__(
        self,
        ownership: Ownership,
        store: Store,
        problems: Problems,
        notify: Callable[[Event], None],
    ) -> None:
        """Own nothing before `open`."""
        self._ownership = ownership
        self._store = store
        self._problems = problems
        self._notify = notify
        self._shown: frozenset[tuple[str, str]] = frozenset()
        """Key and subject of the problems reported."""
        self._known: frozenset[HomeId] = frozenset()
        """Those served when it was looked last."""
        self.homes: frozenset[HomeId] = frozenset()
        """The homes driven, as they were told last."""
        self.gained: Callable[[frozenset[HomeId]], None] = lambda _: None
        """Called with homes that became ours; not with those that are new in the tables, which the
        read that found them is followed by."""
        self.looked: Callable[[], None] = lambda: None
        """Called each time that it was looked whose the homes are."""

    @property
    def served(self) -> frozenset[HomeId]:
        """Return the homes served, whoever drives them."""
        return frozenset(status.equipment.home for status in self._store.statuses.values())

    @property
    def installations(self) -> int:
        """How many installations share these homes, this one included."""
        return self._ownership.installations

    async def open(self) -> None:
        """Learn what is ours; others are kept from it until `close`."""
        await self._ownership.open(lambda: self.served, self.refresh)

    async def close(self) -> None:
        """Let others have it."""
        await self._ownership.close()

    async def prove(self) -> None:
        """Have proof of what is ours that is young enough for an order, if there can be any."""
        await self._ownership.prove()

    def drives(self, home: HomeId) -> bool:
        """Whether a home is ours, and nobody else can act for it yet."""
        return self._ownership.standing(home) is Standing.OURS

    def is_elsewhere(self, home: HomeId) -> bool:
        """Whether somebody else is known to drive a home: people's wishes are theirs to follow."""
        return self._ownership.standing(home) in (Standing.THEIRS, Standing.WATCHED)

    def only_looks(self, home: HomeId) -> bool:
        """Whether a home is only looked at: it is told what would be ordered."""
        return self._ownership.standing(home) is Standing.WATCHED

    def ignores(self, home: HomeId) -> bool:
        """Whether nothing is wanted here of a home, as somebody else drives it."""
        return self._ownership.standing(home) is Standing.THEIRS

    def refusal(self, home: HomeId) -> str | None:
        """Return why nothing may be sent to a home now, `None` if it may."""
        return _REASONS[self._ownership.standing(home)]

    def has_lost(self, equipment_id: EquipmentId) -> bool:
        """Whether somebody else is known to drive a load; nobody does one that is gone."""
        status = self._store.statuses.get(equipment_id)
        return status is not None and self.is_elsewhere(status.equipment.home)

    def refresh(self) -> None:
        """Tell of what changed since: homes, and what a person must mend."""
        self.looked()
        self._refresh_problems()
        known, self._known = self._known, self.served
        before, self.homes = self.homes, frozenset(filter(self.drives, self._known))
        gained, lost = self.homes - before, before - self.homes
        if not gained and not lost:
            return
        if gained:
            _LOGGER.info("Homes driven from here from now on: %s", some_of(gained))
        if gone := lost & self._known:
            _LOGGER.warning("Homes driven from here no longer: %s", some_of(gone))
        self._notify(OwnershipChanged(gained, lost))
        if taken := gained & known:
            self.gained(taken)

    def _refresh_problems(self) -> None:
        found = self._ownership.problems
        keys = frozenset((problem.key, problem.subject) for problem in found)
        for problem in found:
            if (problem.key, problem.subject) not in self._shown:
                self._problems.report(problem)
        for gone in self._shown - keys:
            self._problems.settle(*gone)
        self._shown = keys
