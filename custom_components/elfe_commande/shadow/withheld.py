"""The ways out of an engine, closed: what is handed to one that only looks.

This is the one place that keeps shadow mode's word. Whatever the engine does, nothing leaves by its
messenger, nothing reaches its storage, and nothing is taken from whoever drives the homes.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
import logging
from typing import override

from ..core.model import Constraints, EquipmentId, HomeId, Inventory, State
from ..core.outcome import Step
from ..engine.ground.ports import (
    Granted,
    Handler,
    InventoryRead,
    Messenger,
    Ownership,
    PlansRead,
    Problem,
    Standing,
    Storage,
    Unsubscribe,
)

_LOGGER = logging.getLogger(__name__)


class SilentMessenger(Messenger):
    """Hears everything, and says nothing: orders, questions and drawings alike are dropped."""

    def __init__(self, real: Messenger) -> None:
        """Listen by a real one."""
        self._real = real

    @property
    @override
    def connected(self) -> bool:
        return self._real.connected

    @override
    def reaches(self, topic: str) -> bool:
        return self._real.reaches(topic)

    @override
    async def publish(self, topic: str, payload: str) -> None:
        _LOGGER.debug("Shadow mode, not sent to %s: %s", topic, payload)

    @override
    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        return await self._real.subscribe(topics, handler)

    @override
    async def subscribe_each(
        self, topics: Iterable[str], handler: Handler, granted: Granted
    ) -> None:
        await self._real.subscribe_each(topics, handler, granted)

    @override
    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        return self._real.watch_connection(changed)


class ReadOnlyStorage(Storage):
    """Reads everything; each write is answered as one that a guard refused."""

    def __init__(self, real: Storage) -> None:
        """Read from a real one."""
        self._real = real

    @override
    async def open(self) -> None:
        await self._real.open()

    @override
    async def close(self) -> None:
        await self._real.close()

    @override
    async def ping(self) -> None:
        await self._real.ping()

    @override
    async def read_inventory(self) -> InventoryRead:
        return await self._real.read_inventory()

    @override
    async def read_plans(self, slot: int) -> PlansRead:
        return await self._real.read_plans(slot)

    @property
    @override
    def plan_source(self) -> str:
        return self._real.plan_source

    @override
    async def plan_mark(self) -> int:
        return await self._real.plan_mark()

    @override
    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        return await self._real.read_states(ids)

    @override
    async def read_equipments(self, ids: Collection[EquipmentId]) -> Inventory:
        return await self._real.read_equipments(ids)

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        for step in steps:
            _LOGGER.info("Shadow mode, not written: %s", step)
        return {}

    @override
    async def write_constraints(
        self, equipment_id: EquipmentId, wishes: Constraints, not_after: int | None = None
    ) -> bool:
        _LOGGER.info("Shadow mode, not written about %s: %s", equipment_id, wishes)
        return False


class NothingOurs(Ownership):
    """Holds no lock and takes part in nothing: every home is only looked at."""

    @override
    async def open(
        self, homes: Callable[[], Collection[HomeId]], changed: Callable[[], None]
    ) -> None:
        changed()

    @override
    async def close(self) -> None:
        pass

    @override
    def standing(self, home: HomeId) -> Standing:
        return Standing.WATCHED

    @override
    async def prove(self) -> None:
        pass

    @property
    @override
    def installations(self) -> int:
        """Return how many take part, as far as anybody knows who does not."""
        return 0

    @property
    @override
    def problems(self) -> tuple[Problem, ...]:
        return ()
