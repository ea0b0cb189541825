"""What is known of each load, and the one place where that changes and is told."""

import asyncio
from collections.abc import Callable
from itertools import islice
from typing import Final

from ...core.model import EquipmentId, State
from ...core.wish import Origin
from .events import EquipmentChanged, Event, ModeChanged
from .status import EquipmentStatus
from .telling import Telling

_TOLD_PER_TURN: Final = 100
"""Equipments of which one turn of the event loop tells: what listeners do of it in later turns
is not seen in the time it takes to tell."""

type Author = tuple[Origin, str | None]
"""Where a change comes from, and Home Assistant's id of the user if there is one."""

ELSEWHERE: Final[Author] = (Origin.ELSEWHERE, None)


class Store:
    """The statuses of all loads; what changes in one turn of the loop is told together."""

    def __init__(self, notify: Callable[[Event], None], telling: Telling) -> None:
        """Know of no load yet."""
        self._notify = notify
        self._telling = telling
        self.statuses: dict[EquipmentId, EquipmentStatus] = {}
        self.relook: Callable[[EquipmentStatus], object] = lambda _: None
        """Decides anew, for show, after a state changed."""
        self._changed: dict[EquipmentId, None] = {}
        """What changed in this turn of the event loop and was not told yet."""

    def take(self, equipment_id: EquipmentId, state: State, by: Author = ELSEWHERE) -> None:
        """Take a state read or written; tell of what changed, and who changed the mode."""
        status = self.statuses.get(equipment_id)
        if status is None:
            return
        before, told = status.equipment.state, status.claimed_from
        status.revision += 1
        if by is not ELSEWHERE:
            status.settled_mode = state.mode
        elif state == before:
            return
        status.claimed_from = None
        mode = before.mode if told is None else told
        if state == before and mode == state.mode:
            return
        if state.last_programmed != before.last_programmed:
            status.programmed_at = asyncio.get_running_loop().time()
        status.equipment = status.equipment.with_state(state)
        self._telling.tell(self.relook, status)
        self.changed(equipment_id)
        if mode != state.mode:
            self._notify(ModeChanged(equipment_id, mode, state.mode, *by))

    def claim(self, equipment_id: EquipmentId, state: State) -> None:
        """Take a state that a press claimed its row with; nobody is told before its outcome."""
        status = self.statuses.get(equipment_id)
        if status is None:
            return
        status.revision += 1
        status.settled_mode = state.mode
        if status.claimed_from is None:
            status.claimed_from = status.equipment.state.mode
        status.equipment = status.equipment.with_state(state)

    def revision(self, equipment_id: EquipmentId) -> int | None:
        """Return how often a state of this load was taken, `None` for one there is not."""
        status = self.statuses.get(equipment_id)
        return None if status is None else status.revision

    def changed(self, *equipment_ids: EquipmentId, at_once: bool = False) -> None:
        """Tell that something shown of these equipments changed.

        What changes in one turn of the event loop is told together, or a part of it in each of
        the next turns, unless someone waits to see it `at_once`.
        """
        if at_once:
            self._notify(EquipmentChanged(frozenset(equipment_ids), at_once=True))
            return
        if not self._changed:
            asyncio.get_running_loop().call_soon(self._tell_changed)
        self._changed.update(dict.fromkeys(equipment_ids))

    def _tell_changed(self) -> None:
        ids = frozenset(islice(self._changed, _TOLD_PER_TURN))
        for equipment_id in ids:
            del self._changed[equipment_id]
        if self._changed:
            asyncio.get_running_loop().call_soon(self._tell_changed)
        self._notify(EquipmentChanged(ids))
