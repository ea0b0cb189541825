"""What planned loads cost and have cost, remembered on disk."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ...core.on_time import OnTime
from ...core.plan import SLOT
from ...engine.ground.ports import Document
from ...planning.home.accounts import drawn, quarters, shared
from ...planning.home.ledger import Booked, Day, Ledger
from ...planning.home.needs import QUARTER, Need
from .planned import Planned

DOCUMENT: Final = "planner"


class Books:
    """The ledger of one home, kept by how long its loads were on."""

    def __init__(self, document: Document, on_time: OnTime) -> None:
        """Know of nothing before `async_load`."""
        self._document = document
        self._on_time = on_time
        self._ledger = Ledger()

    async def async_load(self) -> None:
        """Take what was kept."""
        kept = (await self._document.load() or {}).get("ledger")
        self._ledger.load(kept if isinstance(kept, Mapping) else {})

    async def async_save(self) -> None:
        """Keep it; how long loads were on is kept with what became of them."""
        with suppress(OSError):
            # The disk itself tells a person of it.
            await self._document.save({"ledger": self._ledger.dump()})

    def book(self, now: float) -> None:
        """Book the quarter-hours that are over, by how long each load was on."""
        over = self._ledger.unbooked(now)
        on = {
            task: {
                at: power * self._on_time.minutes(task[0], at, at + SLOT) / QUARTER for at in over
            }
            for task, power in self._ledger.watts.items()
        }
        self._ledger.settle(now, on)

    def foresee(self, planned: Planned) -> None:
        """Take what quarter-hours will cost, and what each task would have cost at once."""
        self._ledger.foresee(quarters(planned.seen.outlook))
        self._ledger.watts = {
            (need.equipment.id, need.task): float(need.load.power)
            for need in planned.needs
            if need.load is not None and isinstance(need.load.power, int | float)
        }
        tasks = {need.equipment.id: need.task for need in planned.needs}
        for each in planned.plan.loads:
            begun = any(run.under_way for run in each.runs)
            extra = None if each.at_once is None else each.at_once.extra
            if not begun and extra is not None and each.cost is not None:
                task = each.equipment_id, tasks[each.equipment_id]
                self._ledger.ask(task, each.energy, each.cost + extra)

    def past_hours(self, needs: Iterable[Need]) -> list[Mapping[int, float]]:
        """Return what planned loads took, kWh by the hour: no part of the base load."""
        return [
            self._on_time.hours(need.equipment.id, float(need.load.power))
            for need in needs
            if need.load is not None and isinstance(need.load.power, int | float)
        ]

    def day(self, planned: Planned, now: float, days: int) -> Day:
        """Return a local day, 0 today and 1 tomorrow."""
        zone = dt_util.get_default_time_zone()
        day = datetime.fromtimestamp(now, zone).date() + timedelta(days=days)
        return self._ledger.day(day, zone, _bookings(planned))


def _bookings(planned: Planned) -> list[Booked]:
    """Return what is planned, quarter-hour by quarter-hour."""
    tasks = {need.equipment.id: need.task for need in planned.needs}
    market = {quarter.at: quarter for quarter in quarters(planned.seen.outlook)}
    return [
        Booked(at, (load, tasks[load]), share)
        for at, watts in drawn(planned.plan, planned.loads).items()
        if at in market
        for load, share in shared(market[at], watts).items()
    ]
