"""Builds one entry's engine from storage, messenger, disk and clock; only it knows all of them."""

import asyncio
from collections.abc import Callable
import logging
import platform
from typing import Any

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event as HomeAssistantEvent, HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers.start import async_at_started
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util import dt as dt_util

from .adapters.clock import HomeAssistantClock
from .adapters.disk import HomeAssistantDisk
from .adapters.entity_messenger import EntityMessenger
from .adapters.mqtt import MqttMessenger
from .adapters.routes import RoutedMessenger
from .adapters.shared_path import SharedPath
from .adapters.threads import to_the_end
from .automations.signals import async_forward
from .configuration import entry_settings as settings
from .const import CONF_MODE_FILE, CONF_STATE_FILE, DOMAIN
from .coordinator import ElfeCoordinator
from .core.model import EquipmentId
from .core.timing import Timing
from .devices.roster import Roster
from .engine.engine import Engine, EngineSettings
from .engine.events import ConnectionChanged, Event, ProblemsChanged
from .engine.ports import (
    AllSources,
    Problem,
    Storage,
    StorageError,
    StorageRefusedError,
    StorageSchemaError,
    StorageUnreachableError,
)
from .exchange.mode_file import ModeFile
from .repairs import sync_issues
from .storage.local import LocalStorage
from .storage.postgres import PostgresStorage, StorageCredentialsError, StoragePrivilegesError
from .subentries.appliances.entity_watch import EntityWatch
from .subentries.appliances.home import LocalHome
from .subentries.keeper import Subentries
from .subentries.registry import UNITS

_LOGGER = logging.getLogger(__name__)

_DATABASE = "database"
_STORAGE_ISSUES = ("missing_tables", "missing_privileges", "storage_refused")

type ElfeConfigEntry = ConfigEntry[Hub]


class Hub:
    """What lives as long as a config entry is loaded."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ElfeConfigEntry,
        storage: Storage,
        messenger: MqttMessenger | RoutedMessenger,
        local: LocalHome | None = None,
    ) -> None:
        """Put the parts together; nothing runs yet. Only a local entry has a `local` home."""
        self.hass = hass
        self.entry = entry
        self.compact = settings.compact(entry.options)
        self._configured = _configuration(entry)
        self.messenger = messenger
        self.local = local
        self.subentries = Subentries(self, UNITS)
        timing = settings.timing(entry.options)
        self.engine = Engine(
            EngineSettings(
                timing=timing,
                zone=dt_util.get_default_time_zone(),
                at_once=settings.orders_at_once(entry.options),
                layout=settings.layout(entry.options),
                place=_place(hass, entry),
            ),
            storage=storage,
            messenger=messenger,
            disk=HomeAssistantDisk(hass, entry.entry_id),
            clock=HomeAssistantClock(),
            notify=self._handle,
            sources=AllSources(self.subentries, *_mode_file(self, timing)),
        )
        self.coordinator = ElfeCoordinator(hass, self.engine)
        self._starting: asyncio.Task[None] | None = None
        self.roster = Roster(
            hass,
            entry,
            self.coordinator,
            compact=self.compact,
            subentry_of=self.subentry_of,
        )

    async def async_open(self) -> None:
        """Read what is known; raise what Home Assistant makes a retry or a repair of."""
        try:
            await self.engine.open()
        except StorageError as error:
            await self.engine.stop()
            raise _as_entry_error(error) from error

    async def async_start(self) -> None:
        """Begin the numbered start; it ends once Home Assistant itself has started."""
        await self.roster.async_start()
        await self.subentries.async_make()
        async_forward(self.hass, self.entry, self.coordinator)
        if self.local is not None:
            EntityWatch(self, self.local).async_start()
        self._starting = self.entry.async_create_background_task(
            self.hass, self._start(), f"{DOMAIN} start", eager_start=False
        )
        self.entry.async_on_unload(
            self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._async_stop)
        )
        sync_issues(self.hass, self.entry, self.engine.problems)

    def is_configured_as(self, entry: ConfigEntry) -> bool:
        """Return whether nothing of the entry changed but its subentries."""
        return self._configured == _configuration(entry)

    async def async_restart(self) -> None:
        """Set the entry up anew; raises `NotRunningError` unless the engine runs."""
        self.engine.begin_restart()
        await self.hass.config_entries.async_reload(self.entry.entry_id)

    async def async_apply_subentries(self) -> None:
        """Follow subentries that were added, changed or removed; leave the others alone."""
        if self.local is not None:
            await self.local.async_apply(self.engine)
        await self.subentries.async_apply()

    def subentry_of(self, equipment_id: EquipmentId) -> str | None:
        """Return the subentry that an equipment's device and entities belong to, if any."""
        return None if self.local is None else self.local.subentry_of(equipment_id)

    async def async_in_thread[T](self, work: Callable[..., T], *arguments: Any) -> T:
        """Run what blocks; whoever is cancelled meanwhile waits for its end."""
        return await to_the_end(self.hass.async_add_executor_job(work, *arguments))

    async def async_close(self) -> None:
        """Stop the engine; nothing of it is heard or sent afterwards."""
        await self.engine.stop()
        self.messenger.close()

    async def _start(self) -> None:
        started = self.hass.loop.create_future()

        async def started_now(_: HomeAssistant) -> None:
            if not started.done():
                started.set_result(None)

        stop_waiting = async_at_started(self.hass, started_now)
        try:
            await self.engine.start(started)
        except asyncio.CancelledError:
            raise
        except Exception:
            _LOGGER.exception("The engine could not be started")
        finally:
            stop_waiting()

    async def _async_stop(self, _: HomeAssistantEvent) -> None:
        await self.async_close()

    def _handle(self, event: Event) -> None:
        self.coordinator.handle(event)
        if isinstance(event, ProblemsChanged):
            sync_issues(self.hass, self.entry, self.engine.problems)
        elif isinstance(event, ConnectionChanged):
            self._show_storage_error(self.engine.storage_error)

    def _show_storage_error(self, error: StorageError | None) -> None:
        """Ask a person for what the database wants, until it answers again."""
        for key in _STORAGE_ISSUES:
            self.engine.settle_problem(key, _DATABASE)
        if error is None or isinstance(error, StorageUnreachableError):
            return
        key, placeholders = _described(error)
        if key == "invalid_auth":
            key = "storage_refused"
            self.entry.async_start_reauth(self.hass)
        if key in _STORAGE_ISSUES:
            self.engine.report(Problem(key, _DATABASE, placeholders))


async def async_create_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    """Return the hub of an entry, opened; `ConfigEntryNotReady` while a part is missing."""
    make = _async_local_hub if settings.is_local(entry) else _async_postgres_hub
    hub = await make(hass, entry)
    try:
        await hub.async_open()
    except BaseException:
        hub.messenger.close()
        raise
    return hub


def _mode_file(hub: Hub, timing: Timing) -> tuple[ModeFile, ...]:
    """Return the file of modes, if the options want one."""
    options = hub.entry.options
    paths = options.get(CONF_MODE_FILE), options.get(CONF_STATE_FILE)
    if not all(paths):
        return ()
    modes, states = (SharedPath(str(path)) for path in paths)
    return (ModeFile(hub, modes, states, timing),)


def _place(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return what the speed depends on: machine, database and version."""
    version = async_get_loaded_integration(hass, DOMAIN).version
    database = f"{entry.data.get(CONF_HOST, '')}:{entry.data.get(CONF_PORT, '')}"
    return f"{platform.node()} {database} {version}"


async def _async_postgres_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    if not await mqtt.async_wait_for_mqtt_client(hass):
        raise _no_mqtt()
    storage = PostgresStorage(await settings.async_postgres_settings(hass, entry))
    return Hub(hass, entry, storage, MqttMessenger(hass))


async def _async_local_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    """Return the hub of a local entry, which needs MQTT only for MQTT devices and screens."""
    storage = LocalStorage(HomeAssistantDisk(hass, entry.entry_id).document("local"))
    messenger = RoutedMessenger(EntityMessenger(hass))
    local = LocalHome(hass, entry, storage, messenger, HomeAssistantClock())
    if not await local.async_prepare():
        raise _no_mqtt()
    return Hub(hass, entry, storage, messenger, local)


def _no_mqtt() -> ConfigEntryNotReady:
    return ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="mqtt_missing")


def _configuration(entry: ConfigEntry) -> tuple[object, ...]:
    return (entry.data, entry.options, entry.title, entry.unique_id)


def _as_entry_error(error: StorageError) -> ConfigEntryNotReady | ConfigEntryAuthFailed:
    """Return the error that makes Home Assistant retry, or ask for credentials."""
    key, placeholders = _described(error)
    kind = ConfigEntryAuthFailed if key == "invalid_auth" else ConfigEntryNotReady
    return kind(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )


def _described(error: StorageError) -> tuple[str, dict[str, str]]:
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
