"""Looks again at what is wanted of loads between two cycles, and pursues it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from ...core.decision import Act
from ...core.model import EquipmentId
from ...core.outcome import Result
from ...core.plan import slot_start
from ..ground.events import BrokerChanged
from ..ground.ground import Ground
from ..orders.executor import Executor
from ..rows.journal import Journal
from .reconcile import Reconcile


@dataclass(slots=True)
class Goals:
    """Joins what is wanted to what is done about it."""

    ground: Ground
    journal: Journal
    reconcile: Reconcile
    executor: Executor
    broker_watchers: list[Callable[[bool], None]] = field(default_factory=list)
    """Who else is told when the broker is lost or found again."""
    _returned_at: dict[EquipmentId, float] = field(default_factory=dict)

    def look_again(self, ids: Iterable[EquipmentId]) -> dict[EquipmentId, asyncio.Future[Result]]:
        """Decide for these loads; return the result to come of each that is ordered.

        Before the engine runs, and after, decisions are shown and nothing is ordered.
        """
        slot = slot_start(self.ground.clock.now())
        firsts: dict[EquipmentId, asyncio.Future[Result]] = {}
        for equipment_id in ids:
            status = self.ground.store.statuses.get(equipment_id)
            goal = None if status is None else self.reconcile.goal(status, slot)
            if goal is not None:
                firsts[equipment_id] = self.executor.submit(goal)
        return firsts

    def device_returned(self, equipment_id: EquipmentId) -> None:
        """Order what is wanted of a load whose device was away; not too often."""
        now = asyncio.get_running_loop().time()
        if equipment_id not in self.ground.store.statuses or not self.ground.lifecycle.running:
            return
        if now - self._returned_at.get(equipment_id, -1e9) < self.ground.timing.retry_first:
            return
        self._returned_at[equipment_id] = now
        # One that confirmed an order and fell off before the row was written is ordered anew.
        self.executor.after_reached(equipment_id, partial(self.look_again, [equipment_id]))

    def broker_changed(self, connected: bool) -> None:
        """Tell of it, and try again what the lost broker kept from its devices."""
        self.ground.notify(BrokerChanged(connected))
        for watcher in self.broker_watchers:
            self.ground.telling.tell(watcher, connected)
        if connected:
            self.executor.look_again()

    def resume(self) -> None:
        """Go on with what people wished and a stop broke off.

        What the plan, which had its turn meanwhile, does not leave to be done is told as given up.
        """
        for equipment_id, wish in tuple(self.journal.wishes.items()):
            if wish.reached:
                continue
            self.look_again([equipment_id])
            status = self.ground.store.statuses.get(equipment_id)
            if status is None or equipment_id in self.journal.wishes:
                continue
            if status.decision is not None and status.decision.act is Act.RECORD_STARTED:
                continue
            goal = self.reconcile.wished(status, wish)
            if goal is not None and not wish.is_replaced(status.equipment.state):
                self.executor.let_go(goal, "slot_over")
