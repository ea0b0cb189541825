"""Decides anew between two cycles, whatever the cause, and orders what follows."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from ..core.model import EquipmentId
from ..core.outcome import Result
from ..core.plan import slot_start
from .context import EngineContext
from .executor import Executor
from .reconsider import Reconsider


@dataclass(slots=True)
class Orders:
    """Joins the chain of decision to the executor."""

    context: EngineContext
    reconsider: Reconsider
    executor: Executor
    _returned_at: dict[EquipmentId, float] = field(default_factory=dict)

    def decide_anew(self, ids: Iterable[EquipmentId]) -> dict[EquipmentId, asyncio.Future[Result]]:
        """Decide for these loads; return the result to come of each that is ordered.

        Before the engine runs, and after, decisions are shown and nothing is ordered.
        """
        slot = slot_start(self.context.clock.now())
        firsts: dict[EquipmentId, asyncio.Future[Result]] = {}
        for equipment_id in ids:
            status = self.context.statuses.get(equipment_id)
            job = None if status is None else self.reconsider.job(status, slot)
            if job is not None:
                firsts[equipment_id] = self.executor.submit(job)
        return firsts

    def device_returned(self, equipment_id: EquipmentId) -> None:
        """Order what is wanted of a load whose device was away; not too often."""
        now = asyncio.get_running_loop().time()
        if equipment_id not in self.context.statuses or not self.context.lifecycle.running:
            return
        if now - self._returned_at.get(equipment_id, -1e9) < self.context.timing.retry_first:
            return
        self._returned_at[equipment_id] = now
        self.decide_anew([equipment_id])
