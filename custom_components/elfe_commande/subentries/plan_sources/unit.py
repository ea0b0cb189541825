"""One source of plans of an entry: looked at again and again, its plans handed on."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event

from ...const import DOMAIN, LOGGER
from ...core.model import EquipmentId
from ...core.plan import SLOT, slot_start
from ...describe import words_for
from ...engine.ground.background import within
from ...engine.ground.ports import Problem, StorageError
from ...entities.answers import not_stored
from ...hub import Hub
from ...sources.plans import Finding, Misfit, Reading
from ...sources.plans.base import LOST, WITHOUT_PLAN
from ..appliances.home import LocalHome
from ..unit import Unit
from .calendars import Calendars
from .delivery import Delivery
from .fetching import Fetcher, fetcher_for
from .source_settings import calendars_of, loads_of, source_of

_ISSUES: Final[Mapping[str, frozenset[Finding]]] = {
    "plan_source_lost": LOST,
    "plan_source_without_plan": WITHOUT_PLAN,
}
"""What a person is asked about when it lasts."""
_MISFITS: Final = ("plan_load_missing", "plan_load_misfit")


class PlanSourceUnit(Unit):
    """Looks at a source while it is started; its entities follow it."""

    def __init__(self, hub: Hub, subentry: ConfigSubentry) -> None:
        """Prepare; nothing is asked yet. Raises `KeyError` for a source that is not there."""
        if hub.local is None:
            raise ValueError("plans of other homes are the EMS's")
        self.hub = hub
        self.subentry = subentry
        self.source = source_of(subentry.data)
        self.fetcher: Fetcher = fetcher_for(hub, subentry.data)
        self.reading: Reading | None = None
        """What it said last, `None` before it was asked."""
        self.read_at: float | None = None
        """When it last said something that could be used, in unix seconds."""
        self._unstored: StorageError | None = None
        """Why the disk did not take what it said."""
        self._home: LocalHome = hub.local
        self._loads = tuple(loads_of(subentry.data))
        self.timing = hub.engine.timing
        """Its waits."""
        self._delivery = Delivery(hub.local, hub.engine, self.source.owner)
        self._calendars = Calendars(hub, calendars_of(subentry.data), self._look_soon)
        self._again = asyncio.Event()
        self._coming: asyncio.Future[None] = hub.hass.loop.create_future()
        """Done once the look has ended that begins next."""
        self._soon: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._since: dict[str, float] = {}
        """Since when something lasts that a person is asked about after a while."""
        self._asked: set[tuple[str, str]] = set()
        self._known: dict[EquipmentId, tuple[int, bool]] = {}
        """Of each appliance, when it was programmed last and whether there is a plan for it."""
        self._unwatch: list[CALLBACK_TYPE] = []
        self._watchers: list[CALLBACK_TYPE] = []

    @property
    def stored(self) -> bool:
        """Whether the disk took what it said last."""
        return self._unstored is None

    # ------------------------------------------------------------------------------- its life

    @override
    async def async_start(self) -> None:
        """Begin to look."""
        hass = self.hub.hass
        for equipment_id in self._loads:
            self._unwatch.append(
                self.hub.coordinator.watch_equipment(
                    equipment_id, partial(self._equipment_changed, equipment_id)
                )
            )
        if calendars := calendars_of(self.subentry.data):
            self._unwatch.append(async_track_state_change_event(hass, calendars, self._look_soon))
        self._task = self.hub.entry.async_create_background_task(
            hass, self._run(), f"{DOMAIN} plan source {self.subentry.title}"
        )

    @override
    async def async_stop(self) -> None:
        """Look no more; what was planned goes on, unless the source was removed or changed."""
        while self._unwatch:
            self._unwatch.pop()()
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for key, subject in tuple(self._asked):
            self._settle(key, subject)
        await self._withdraw_from_others()

    async def _withdraw_from_others(self) -> None:
        """Forget the plans of appliances that do not follow the source any more, or follow no one."""
        now = self.hub.entry.subentries.get(self.subentry.subentry_id)
        follow = set() if now is None else set(loads_of(now.data))
        if left := set(self._loads) - follow:
            try:
                await self._delivery.withdraw(left)
            except StorageError as error:
                LOGGER.warning("%s: its plans stay: %s", self.subentry.title, error)

    @callback
    def watch(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` when something of the source is to be shown anew."""
        self._watchers.append(changed)
        return partial(self._watchers.remove, changed)

    async def async_look_now(self) -> None:
        """Look at once; what was found is shown when this returns.

        A look that is under way does not count: it may have asked before there was news.
        Raises `HomeAssistantError` where nothing could be read, or stored, or the source stopped.
        """
        looked = self._coming
        if self._task is not None:
            self._again.set()
            await asyncio.wait((looked, self._task), return_when=asyncio.FIRST_COMPLETED)
        if not looked.done():
            raise self._failed("entry_not_loaded", entry=self.subentry.title)
        reading = self.reading
        if reading is not None and reading.finding in LOST:
            told = self._told(reading)
            raise self._failed("plan_source_unread", plan_source=self.subentry.title, detail=told)
        if self._unstored is not None:
            raise not_stored(self.hub.hass, self._unstored)

    def _failed(self, key: str, **words: str) -> HomeAssistantError:
        return HomeAssistantError(
            translation_domain=DOMAIN, translation_key=key, translation_placeholders=words
        )

    # ---------------------------------------------------------------------------------- looking

    async def _run(self) -> None:
        while True:
            self._again.clear()
            looked, self._coming = self._coming, self.hub.hass.loop.create_future()
            # Whatever it is that fails: the next look may be better.
            with self.hub.coordinator.telling.noted(f"{self.subentry.title} is not followed"):
                await self._look()
            looked.set_result(None)
            with self._calendars.heard(), suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await self._again.wait()

    def _pause(self) -> float:
        """Return the seconds to the next look: the period, or until just before a quarter-hour."""
        timing, now = self.timing, self.hub.engine.clock.now()
        if self._delivery.doubted:
            return timing.plan_source_again
        left = slot_start(now) + SLOT - timing.plan_source_ahead - now
        return min(timing.plan_source_look, left) if left > 1 else timing.plan_source_look

    async def _look(self) -> None:
        """Ask the source, hand on what is new, and tell how it is."""
        before = self.reading
        # Answers have limits of their own; this one is for what nobody foresaw.
        limit = 2 * self.timing.plan_source_answer
        try:
            reading = await within(
                limit,
                self.fetcher.fetch(),
                f"look at {self.subentry.title}",
                allowance=self.timing.stop_allowance,
            )
        except Exception as error:  # noqa: BLE001
            self.hub.coordinator.telling.note(f"{self.subentry.title} cannot be asked", error)
            reading = Reading(Finding.UNREADABLE, detail=str(error) or type(error).__name__)
        self._log(before, reading)
        try:
            await self._delivery.deliver(reading.plans)
            self._unstored = None
        except StorageError as error:
            # The disk itself tells a person of it.
            self._unstored = error
            LOGGER.warning("%s: its plan is not stored: %s", self.subentry.title, error)
        self.reading = reading
        if reading.finding not in LOST:
            self.read_at = self.hub.engine.clock.now()
        self._ask_people(reading)
        self._tell()

    def _log(self, before: Reading | None, reading: Reading) -> None:
        """Say once that a source is lost, and once that it is back."""
        lost = reading.finding in LOST
        if lost and (before is None or before.finding not in LOST):
            LOGGER.warning(
                "%s: %s (%s); what is planned goes on",
                self.subentry.title,
                reading.finding,
                reading.detail,
            )
        elif not lost and before is not None and before.finding in LOST:
            LOGGER.info("%s is heard again", self.subentry.title)

    @callback
    def _tell(self) -> None:
        self.hub.coordinator.telling.tell_all(self._watchers)

    # ---------------------------------------------------------------------- what makes it look

    @callback
    def _look_soon(self, *_: Any) -> None:
        if self._soon is None:
            self._soon = self.hub.hass.loop.call_later(
                self.timing.plan_source_settle, self._soon_is_now
            )

    @callback
    def _soon_is_now(self) -> None:
        self._soon = None
        self._again.set()

    @callback
    def _equipment_changed(self, equipment_id: EquipmentId) -> None:
        """Look again for what was handed over, or has no plan any more.

        Of a machine a plan made before does not count; somebody else's leaves nothing when it ends.
        """
        status = self.hub.engine.statuses.get(equipment_id)
        if status is None:
            return
        state = status.equipment.state.last_programmed, status.plan is not None
        before = self._known.get(equipment_id)
        self._known[equipment_id] = state
        if before is not None and (before[0] != state[0] or before[1] > state[1]):
            self._look_soon()

    # ------------------------------------------------------------------------- what people read

    def _ask_people(self, reading: Reading) -> None:
        """Ask a person about what has lasted for long, and about what fits no longer at once."""
        now = self.hub.hass.loop.time()
        for key, findings in _ISSUES.items():
            if reading.finding not in findings:
                self._since.pop(key, None)
                self._settle(key, self.subentry.subentry_id)
                continue
            since = self._since.setdefault(key, now)
            if now - since >= self.timing.plan_source_patience:
                self._ask(key, self.subentry.subentry_id, detail=self._told(reading))
        self._ask_about_misfits(reading)

    def _told(self, reading: Reading) -> str:
        """Return the word that the source's sensor shows, and what came from the source itself."""
        word = words_for(self.hub.hass)("entity", f"sensor.plan_source.state.{reading.finding}")
        return ", ".join(filter(None, (word, reading.detail)))

    def _ask_about_misfits(self, reading: Reading) -> None:
        found = {(each.key, self._subject(each)): each for each in reading.misfits}
        for key, subject in tuple(self._asked):
            # Whoever has no plan says nothing about what fits.
            if key in _MISFITS and (key, subject) not in found and reading.until is not None:
                self._settle(key, subject)
        for (key, subject), misfit in found.items():
            equipment_id = misfit.equipment_id
            status = None if equipment_id is None else self.hub.engine.statuses.get(equipment_id)
            name = "" if status is None else status.equipment.name
            self._ask(key, subject, equipment=name, **misfit.shown)

    def _subject(self, misfit: Misfit) -> str:
        return f"{self.subentry.subentry_id}_{misfit.equipment_id}"

    def _ask(self, key: str, subject: str, **placeholders: str) -> None:
        if (key, subject) not in self._asked:
            self._asked.add((key, subject))
            about = {"plan_source": self.subentry.title, **placeholders}
            self.hub.engine.report(Problem(key, subject, about))

    def _settle(self, key: str, subject: str) -> None:
        if (key, subject) in self._asked:
            self._asked.remove((key, subject))
            self.hub.engine.settle_problem(key, subject)
