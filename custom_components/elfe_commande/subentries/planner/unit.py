"""The planner of one entry: when it plans, what it hands on, what it remembers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from statistics import fmean
import threading
from typing import Final, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER
from ...core.model import EquipmentId
from ...core.plan import slot_start
from ...engine.ground.ports import StorageError
from ...entities.answers import not_stored
from ...entities.asking import refusals_told
from ...hub import Hub
from ...planning.home.ledger import Day
from ...planning.home.needs import Need
from ...planning.planner import STEADY, Superseded, plan
from ...planning.request import FormerRuns, Hysteresis
from ...planning.result import HomePlan
from ..unit import Unit
from .books import DOCUMENT, Books
from .delivery import Delivery
from .findings import BLIND, Finding
from .judge import Judge
from .loads import Loads
from .occasions import Occasions
from .outlooks import Outlooks, Seen
from .planned import Planned
from .planner_settings import settings_of

IMMOVABLE: Final = Hysteresis(load_kwh=1e6, plan_kwh=1e6)
"""Without prices that are wanted, nothing moves that has its place."""
MOST_SUPERSEDED: Final = 3
"""Plans in a row that are called off for a newer one; then one is made to its end."""
NOON: Final = 13
"""Hour of the clock from which on tomorrow's prices should be known, a few minutes later."""


class PlannerUnit(Unit):
    """Plans while it is started; its entities and actions follow it."""

    def __init__(self, hub: Hub, subentry: ConfigSubentry) -> None:
        """Prepare; nothing is read yet. Raises `ValueError` for a home that others plan."""
        if hub.local is None or hub.record is None:
            raise ValueError("plans of other homes are the EMS's")
        self.hub = hub
        self.subentry = subentry
        self.planned: Planned | None = None
        """The last plan, `None` before the first."""
        self._timing = hub.engine.timing
        self._outlooks = Outlooks(hub.hass, settings_of(subentry.data), hub.engine.timing)
        self._loads = Loads(hub, hub.record, hub.local)
        self._books = Books(hub.disk.document(DOCUMENT), self._loads.on_time)
        self._delivery = Delivery(hub.local, hub.engine)
        self._judge = Judge(hub.engine, subentry)
        self._occasions = Occasions(
            hub,
            subentry,
            self._loads,
            plan_soon=self.plan_soon,
            tell=self._tell,
            planned_at=lambda: self._planned_at,
        )
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._superseded = threading.Event()
        self._superseded_times = 0
        self._task: asyncio.Task[None] | None = None
        self._watchers: list[CALLBACK_TYPE] = []
        self._planned_at = float("-inf")
        """The loop's time of the last plan."""
        self._failed = False
        self._unstored: StorageError | None = None
        """Why the disk did not take the last plan."""

    # ------------------------------------------------------------------------------- its life

    @override
    async def async_start(self) -> None:
        """Begin to plan."""
        await self._books.async_load()
        await self._occasions.async_start()
        self._task = self.hub.entry.async_create_background_task(
            self.hub.hass, self._run(), f"{DOMAIN} planner"
        )

    @override
    async def async_stop(self) -> None:
        """Plan no more; what was planned goes on, unless the planner was removed."""
        self._occasions.async_stop()
        self._superseded.set()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        self._judge.settle()
        if self.subentry.subentry_id not in self.hub.entry.subentries:
            with suppress(StorageError):
                await self._delivery.withdraw(list(self.hub.engine.statuses))
        await self._books.async_save()

    @callback
    def watch(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` when something of the plan is to be shown anew."""
        self._watchers.append(changed)
        return partial(self._watchers.remove, changed)

    @callback
    def plan_soon(self) -> None:
        """Have a new plan made; one that is being made is called off."""
        self._wake.set()
        if self._superseded_times < MOST_SUPERSEDED:
            self._superseded.set()

    async def async_plan_now(self) -> Planned:
        """Make a plan at once and return it.

        Somebody waits for this one: what happens meanwhile has another made, and calls off none.
        Raises `HomeAssistantError` where none can be made, or stored: the one before goes on.
        """
        planned = await self._async_present()
        if self._unstored is not None:
            raise not_stored(self.hub.hass, self._unstored)
        return planned

    async def _async_present(self) -> Planned:
        """Make a plan at once, whether or not it can be stored."""
        with refusals_told():
            self.hub.engine.lifecycle.require_running()
        self._superseded.set()
        await self._async_plan(cancelled=bool)
        if self.planned is None or self._failed:
            raise HomeAssistantError(translation_domain=DOMAIN, translation_key="not_planned")
        return self.planned

    # ---------------------------------------------------------------------------------- its plan

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            await self._async_plan()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._wake.wait()
            await asyncio.sleep(self._timing.planner_settle)

    async def _async_plan(self, cancelled: Callable[[], bool] | None = None) -> None:
        """Plan, hand on what is new, and tell how it is; never raises."""
        async with self._turn:
            if not self.hub.engine.lifecycle.running:
                return
            self._superseded.clear()
            self._planned_at = self.hub.hass.loop.time()
            try:
                planned = await self._async_made(cancelled or self._superseded.is_set)
                self._superseded_times = 0
                self._failed = False
            except Superseded:
                self._superseded_times += 1
                self._wake.set()
                return
            except Exception as error:  # noqa: BLE001
                self.hub.coordinator.telling.note("No plan could be made", error)
                self._failed = True
                planned = None
            if planned is not None:
                self._books.foresee(planned)
                self.planned = planned
                await self._deliver(planned)
            self._judge.judge(
                self.planned,
                self.hub.hass.loop.time(),
                failed=self._failed,
                stored=self._unstored is None,
            )
            await self._books.async_save()
            self._tell()

    async def _async_made(self, cancelled: Callable[[], bool]) -> Planned:
        now, zone = self._now(), dt_util.get_default_time_zone()
        for status in self.hub.engine.statuses.values():
            self._loads.note(status, now)
        self._books.book(now)
        past = self._books.past_hours(self._loads.needs(now, zone))
        seen = await self._outlooks.async_see(now, past)
        prices = [price for price in seen.outlook.import_price if price is not None]
        needs = self._loads.needs(now, zone, max(0.0, fmean(prices)) if prices else 0.0)
        former = self._delivery.former(needs, now)
        steady = STEADY
        if BLIND.intersection(seen.findings):
            steady, needs = IMMOVABLE, [_rather_late(need) for need in needs]
        found = await self._async_thought(seen, needs, former, steady, cancelled=cancelled)
        return Planned(made_at=now, seen=seen, needs=tuple(needs), plan=found)

    async def _async_thought(
        self,
        seen: Seen,
        needs: list[Need],
        former: FormerRuns,
        hysteresis: Hysteresis = STEADY,
        cancelled: Callable[[], bool] = bool,
    ) -> HomePlan:
        """Plan in a thread. Raises `Superseded` once it is cancelled."""
        loads = [need.load for need in needs if need.load is not None]
        work = partial(
            plan,
            seen.outlook,
            loads,
            former=former,
            hysteresis=hysteresis,
            seconds=self._timing.planner_search,
            cancelled=cancelled,
        )
        found = await self.hub.async_in_thread(_unless_superseded, work)
        if found is None:
            raise Superseded
        return found

    def plans(self, equipment_id: EquipmentId) -> bool:
        """Return whether it plans an appliance, once that is handed over."""
        status = self.hub.engine.statuses.get(equipment_id)
        return status is not None and self._loads.are_planned_here(status, self._now())

    async def async_what_if(
        self, equipment_id: EquipmentId, wished_end: float | None, *, only_look: bool = False
    ) -> tuple[Planned, Planned] | None:
        """Return the plan as it is, and as it would be with another wished end (unix seconds).

        `None` where nothing can be planned now. Nothing is handed on, but for a plan in force that
        is older than this quarter-hour: it is made anew first, unless one would `only_look`.
        """
        present = self.planned
        if present is None or slot_start(present.made_at) != slot_start(self._now()):
            present = await (self._async_looked() if only_look else self._async_present())
        status = self.hub.engine.statuses.get(equipment_id)
        if present is None or status is None:
            return None
        need = self._loads.with_end(status.equipment, present.made_at, wished_end)
        needs = [each for each in present.needs if each.equipment.id != equipment_id]
        runs = present.plan.runs()
        former = {load: runs[load] for load in runs if load != equipment_id}
        found = await self._async_thought(present.seen, [*needs, need], former)
        made = Planned(made_at=present.made_at, seen=present.seen, needs=(*needs, need), plan=found)
        return present, made

    async def _async_looked(self) -> Planned | None:
        """Return the plan that would be made now; nobody is handed it, and nothing is kept of it."""
        async with self._turn:
            if not self.hub.engine.lifecycle.running:
                return None
            try:
                return await self._async_made(bool)
            except Exception as error:  # noqa: BLE001
                self.hub.coordinator.telling.note("No plan could be made", error)
                return None

    async def _deliver(self, planned: Planned) -> None:
        try:
            await self._delivery.deliver(planned.plan, planned.needs, planned.made_at)
            self._unstored = None
        except StorageError as error:
            # The disk itself tells a person of it.
            self._unstored = error
            LOGGER.warning("%s: the plan is not stored: %s", self.subentry.title, error)

    def _pause(self) -> float:
        """Return the seconds to the next plan, if nothing happens before."""
        timing, now, planned = self._timing, self._now(), self.planned
        if planned is None:
            return timing.planner_look
        pauses = [timing.planner_look]
        wall = dt_util.as_local(dt_util.utc_from_timestamp(now))
        tomorrow = dt_util.start_of_local_day(wall + timedelta(days=1)).timestamp()
        known = planned.seen.known_until
        if known is not None and known <= tomorrow:
            if wall.hour >= NOON:
                pauses.append(timing.planner_price_look)
            else:
                at = wall.replace(hour=NOON, minute=5, second=0, microsecond=0)
                pauses.append(at.timestamp() - now)
        ends = [need.load.latest for need in planned.needs if need.load is not None]
        pauses += [end - now for end in ends if end is not None and end > now]
        return max(timing.planner_settle, min(pauses))

    # ------------------------------------------------------------------------- what people read

    @property
    def findings(self) -> tuple[Finding, ...]:
        """How it is, the worst first; empty before the first plan."""
        return self._judge.findings

    @property
    def detail(self) -> str:
        """What the worst finding is about."""
        return self._judge.detail

    def day(self, days: int) -> Day | None:
        """Return a local day, 0 today and 1 tomorrow; `None` before the first plan."""
        return None if self.planned is None else self._books.day(self.planned, self._now(), days)

    @callback
    def _tell(self) -> None:
        self.hub.coordinator.telling.tell_all(self._watchers)

    def _now(self) -> float:
        return self.hub.engine.clock.now()


def _rather_late(need: Need) -> Need:
    """Return a need that leaves time for prices to come; it is done in time all the same."""
    return need if need.load is None else replace(need, load=replace(need.load, late=True))


def _unless_superseded(work: Callable[[], HomePlan]) -> HomePlan | None:
    """Return a plan, `None` if it was called off: perhaps nobody waits for it any more."""
    try:
        return work()
    except Superseded:
        return None
