"""What lives as long as a config entry is loaded: its engine, and those who follow it."""

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
import logging
from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event as HomeAssistantEvent, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.start import async_at_started

from .adapters.threads import to_the_end
from .const import DOMAIN
from .coordinator import ElfeCoordinator
from .core.failing import failing
from .core.model import EquipmentId
from .devices.roster import Roster
from .engine.engine import Engine
from .engine.ground.events import ConnectionChanged, Event, ProblemsChanged
from .engine.ground.ports import (
    Disk,
    Problem,
    StorageCredentialsError,
    StorageError,
    StoragePrivilegesError,
    StorageRefusedError,
    StorageSchemaError,
    StorageUnreachableError,
)
from .engine.lookout import DATABASE
from .record.archive import Archive
from .record.recorder import Recorder
from .repairs import async_recall, sync_issues
from .shadow.book import ShadowBook
from .subentries.appliances.home import LocalHome
from .subentries.keeper import Subentries

_LOGGER = logging.getLogger(__name__)

_DATABASE = "database"
_STORAGE_ISSUES = ("missing_tables", "missing_privileges", "storage_refused")

type ElfeConfigEntry = ConfigEntry[Hub]


class Link(Protocol):
    """What carries messages to devices and screens, as far as a hub is concerned."""

    @property
    def connected(self) -> bool:
        """Whether the broker is reached."""

    def close(self) -> None:
        """Hear and send nothing any more."""


@dataclass(slots=True, eq=False)
class Hub:
    """The parts of one loaded entry; the assembly puts them together.

    Only a local entry has a `local` home.
    """

    hass: HomeAssistant
    entry: ElfeConfigEntry
    engine: Engine
    coordinator: ElfeCoordinator
    messenger: Link
    roster: Roster
    subentries: Subentries
    local: LocalHome | None
    compact: bool
    disk: Disk
    """What is remembered on disk besides the engine's own."""
    archive: Archive
    """What happened to each load."""
    shadow_book: ShadowBook
    """What shadow mode found, now or before."""
    shadow: bool = False
    """The entry only looks: nothing is sent, nothing is written."""
    record: Recorder | None = None
    """What became of each load; a compact entry keeps none."""
    followers: list[Callable[[], None]] = field(default_factory=list)
    """Who begins to follow the engine before it starts."""
    configured: tuple[object, ...] = ()
    """What the entry was when its set-up began, see `configuration_of`."""
    _recalled: bool = field(default=False, init=False)
    """What a person had not confirmed is among the problems again."""

    async def async_start(self) -> None:
        """Show what is known and begin the numbered start.

        It ends once Home Assistant itself has started.
        """
        for problem in await async_recall(self.hass, self.entry):
            self.engine.report(problem)
        self._recalled = True
        if self.record is not None:
            await self.record.async_load()
            self.followers.insert(0, self._follow_record)
        await self.archive.async_open()
        self.entry.async_on_unload(self.coordinator.watch_all(self.archive.handle))
        await self.roster.async_start()
        self.subentries.failed = self._part_failed
        await self.subentries.async_make()
        for follow in self.followers:
            follow()
        _ = self.entry.async_create_background_task(
            self.hass, self._start(), f"{DOMAIN} start", eager_start=False
        )
        self.entry.async_on_unload(
            self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._async_stop)
        )
        sync_issues(self.hass, self.entry, self.engine.problems)

    def is_configured_as(self, entry: ConfigEntry) -> bool:
        """Return whether nothing of the entry changed but its subentries."""
        return self.configured == configuration_of(entry)

    async def async_restart(self) -> None:
        """Set the entry up anew; raises `NotRunningError` unless the engine runs."""
        self.engine.begin_restart()
        await self.hass.config_entries.async_reload(self.entry.entry_id)

    async def async_apply_subentries(self) -> None:
        """Follow subentries that were added, changed or removed; leave the others alone."""
        try:
            if self.local is not None:
                await self.local.async_apply(self.engine)
        finally:
            await self.subentries.async_apply()

    def require_acting(self) -> None:
        """Refuse what would reach a device past the engine, while the entry only looks.

        Raises `ServiceValidationError`, translated.
        """
        if self.shadow:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="shadow_entry",
                translation_placeholders={"entry": self.entry.title},
            )

    def subentry_of(self, equipment_id: EquipmentId) -> str | None:
        """Return the subentry that an equipment's device and entities belong to, if any."""
        return None if self.local is None else self.local.subentry_of(equipment_id)

    async def async_in_thread[T](self, work: Callable[..., T], *arguments: Any) -> T:
        """Run what blocks; whoever is cancelled meanwhile waits for its end."""
        return await to_the_end(self.hass.async_add_executor_job(work, *arguments))

    async def async_close(self) -> None:
        """Stop the engine; nothing of it is heard or sent afterwards."""
        try:
            await self.engine.stop()
        finally:
            self.messenger.close()
            if self.record is not None:
                await self.record.async_close()
            await self.archive.async_close()

    def handle(self, event: Event) -> None:
        """Take one event of the engine: hand it on, and ask a person for what is missing."""
        self.coordinator.handle(event)
        if isinstance(event, ProblemsChanged) and self._recalled:
            sync_issues(self.hass, self.entry, self.engine.problems)
        elif isinstance(event, ConnectionChanged):
            self._show_storage_error(self.engine.storage_error)

    def _follow_record(self) -> None:
        if self.record is not None:
            self.entry.async_on_unload(self.coordinator.watch_all(self.record.handle))

    async def _start(self) -> None:
        started: asyncio.Future[None] = self.hass.loop.create_future()

        async def started_now(_: HomeAssistant) -> None:
            if not started.done():
                started.set_result(None)

        stop_waiting = async_at_started(self.hass, started_now)
        try:
            await self.engine.start(_Awaited(started, self.engine.lifecycle.note))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            _LOGGER.exception("The engine could not be started")
            self.engine.report(Problem("start_failed", "engine", {"detail": _detail(error)}))
            # Half a start would look like one that goes on.
            await self.engine.stop()
        finally:
            stop_waiting()

    def _part_failed(self, part: ConfigSubentry, error: Exception | None) -> None:
        """Ask a person about a part that does not work, no longer once it does."""
        if error is None:
            self.engine.settle_problem("part_not_started", part.subentry_id)
            return
        about = {"part": part.title, "detail": _detail(error)}
        self.engine.report(Problem("part_not_started", part.subentry_id, about))

    async def _async_stop(self, _: HomeAssistantEvent) -> None:
        await self.async_close()

    def _show_storage_error(self, error: StorageError | None) -> None:
        """Ask a person for what the database wants, until it answers again."""
        for key in _STORAGE_ISSUES:
            self.engine.settle_problem(key, _DATABASE)
        if error is None:
            self.engine.settle_problem(*DATABASE)
        if error is None or isinstance(error, StorageUnreachableError):
            return
        key, placeholders = described(error)
        if key == "invalid_auth":
            key = "storage_refused"
            self.entry.async_start_reauth(self.hass)
        if key in _STORAGE_ISSUES:
            self.engine.report(Problem(key, _DATABASE, placeholders))


def configuration_of(entry: ConfigEntry) -> tuple[object, ...]:
    """Return what an entry holds besides its subentries; all of it makes a reload."""
    return (entry.data, entry.options, entry.title, entry.unique_id)


def described(error: StorageError) -> tuple[str, dict[str, str]]:
    """Return the key of the translations for an error, and what fills its text."""
    detail = str(error)
    match error:
        case StorageCredentialsError():
            return "invalid_auth", {"detail": detail}
        case StorageSchemaError():
            return "missing_tables", {"tables": ", ".join(error.missing) or detail}
        case StoragePrivilegesError():
            return "missing_privileges", {"privileges": ", ".join(error.missing)}
        case StorageRefusedError():
            return "missing_privileges", {"privileges": detail}
        case _:
            return "cannot_connect", {"detail": detail}


def _detail(error: Exception) -> str:
    return failing(error)


@dataclass(frozen=True, slots=True)
class _Awaited:
    """The end of Home Assistant's own start; while it is awaited, the step says so."""

    started: asyncio.Future[None]
    note: Callable[[str], None]

    def __await__(self) -> Generator[Any]:
        """Say what is awaited, if it is not there yet: some integration may hold it up."""
        if not self.started.done():
            self.note("home_assistant")
        yield from self.started
