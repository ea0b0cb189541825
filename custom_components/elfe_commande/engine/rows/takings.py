"""Takes rows out of the hands of the plan just before a press, and gives them back.

The row is the claim: of several who would press, the guarded statement lets one take it. All
that is asked in one moment goes in one statement.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from ...core.model import CommandState, EquipmentId, Mode, State
from ...core.outcome import Step, Writes
from ..ground.ports import StorageDataError, StorageError
from ..ground.store import Author
from .rows import Rows

_TAKEN = Writes(mode=Mode.MANUAL, command=CommandState.ON, ems_order=False)
"""As somebody writes who starts a machine by hand: true while nobody knows what became of it."""


def is_taken(state: State) -> bool:
    """Return whether a row may be as a press claimed it: what became of it is not written."""
    return state.mode == Mode.MANUAL and state.command == CommandState.ON and not state.ems_order


@dataclass(slots=True)
class Takings:
    """Asks for rows; never waits for a database that is away."""

    rows: Rows
    _asked: dict[EquipmentId, Step] = field(default_factory=dict)
    _batch: asyncio.Task[Mapping[EquipmentId, State]] | None = None

    async def take(self, equipment_id: EquipmentId, known: State, at: float) -> State | None:
        """Take a piloted row that is as `known`; its new state, `None` if somebody was first.

        Raises `StorageError`; the row may then be taken all the same, and is to be given back.
        """
        self._asked[equipment_id] = Step(
            equipment_id,
            _TAKEN,
            int(at),
            expected_mode=Mode.PILOTED,
            programmed_at=known.last_programmed,
        )
        if self._batch is None:
            self._batch = asyncio.create_task(self._write(), name="elfe claims")
        states = await asyncio.shield(self._batch)
        return states.get(equipment_id)

    async def give_back(
        self, equipment_id: EquipmentId, before: State, by: Author, at: float
    ) -> None:
        """Put a row back that was as `before`: nothing was pressed. Whoever programmed it wins."""
        writes = Writes(
            mode=Mode.PILOTED, command=CommandState(before.command), ems_order=before.ems_order
        )
        step = Step(
            equipment_id,
            writes,
            int(at),
            expected_mode=Mode.MANUAL,
            programmed_at=before.last_programmed,
        )
        await self.rows.write(step, by, urgent=False)

    async def _write(self) -> Mapping[EquipmentId, State]:
        await asyncio.sleep(self.rows.claim_window)
        self._batch = None
        asked, self._asked = self._asked, {}
        try:
            states = await self.rows.storage.write(list(asked.values()))
        except StorageDataError as error:
            # What was refused for good is nobody's claim; the others are written.
            return error.written
        except StorageError as error:
            self.rows.reachable(error)
            raise
        self.rows.reachable()
        return states
