"""Builds what lives while an entry is loaded; the only room that knows all parts."""

from contextlib import suppress
from functools import partial
import platform

from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util import dt as dt_util

from .adapters.clock import HomeAssistantClock
from .adapters.disk import RECORD as RECORD_FILE, SHADOW as SHADOW_LOG, HomeAssistantDisk
from .adapters.entity_messenger import EntityMessenger
from .adapters.mqtt import MqttMessenger
from .adapters.routes import RoutedMessenger
from .adapters.shared_path import SharedPath
from .automations.signals import async_forward
from .configuration import entry_settings as settings
from .const import CONF_MODE_FILE, CONF_STATE_FILE, DOMAIN, LOGGER
from .coordinator import ElfeCoordinator
from .details import detail_text
from .devices.roster import Roster
from .engine.engine import Engine, EngineSettings
from .engine.ground.events import Event
from .engine.ground.ports import AllSources, AlwaysOurs, Messenger, Ownership, Storage, StorageError
from .engine.ground.watched_disk import WatchedDisk
from .exchange.mode_file import ModeFile
from .hub import ElfeConfigEntry, Hub, configuration_of, described
from .record.archive import Archive
from .record.archive_file import ArchiveFile
from .record.keeping import Bounds, Keeper, Told
from .record.recorder import DOCUMENT as RECORD, Recorder
from .shadow.book import ShadowBook
from .shadow.watch import ShadowWatch
from .shadow.withheld import NothingOurs, ReadOnlyStorage, SilentMessenger
from .storage.local import LocalStorage
from .storage.postgres import PostgresOwnership, PostgresStorage
from .subentries.appliances.entity_watch import EntityWatch
from .subentries.appliances.home import LocalHome
from .subentries.keeper import Subentries
from .subentries.registry import kinds_for


async def async_create_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    """Return the hub of an entry, opened; `ConfigEntryNotReady` while a part is missing."""
    make = _async_local_hub if settings.is_local(entry) else _async_postgres_hub
    configured = configuration_of(entry)
    hub = await make(hass, entry)
    # Of what changed meanwhile, some may have been read before.
    hub.configured = configured
    if hub.archive.keeper is None:
        with suppress(OSError):
            await HomeAssistantDisk(hass, entry.entry_id).remove_record()
    try:
        if hub.shadow and (left := await hub.disk.log("outbox").load()):
            # What it cannot write now is old by the time that it may.
            LOGGER.warning("Left unwritten for shadow mode: %s outcomes, %s", len(left), left[:20])
        await hub.engine.open()
    except BaseException as error:
        await hub.async_close()
        if isinstance(error, StorageError):
            raise _as_entry_error(hass, error) from error
        raise
    return hub


async def _async_postgres_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    if not await mqtt.async_wait_for_mqtt_client(hass):
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="mqtt_missing")
    disk = _disk(hass, entry)
    reached = await settings.async_postgres_settings(hass, entry)
    storage = PostgresStorage(reached)
    timing = settings.timing(entry.options)
    ownership = PostgresOwnership(reached, timing, disk.document("owner"))
    return _assemble(hass, entry, storage, MqttMessenger(hass), disk, ownership=ownership)


async def _async_local_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    """Return the hub of a local entry; without MQTT, its MQTT devices and screens are silent."""
    disk = _disk(hass, entry)
    storage = LocalStorage(disk.document("local"))
    messenger = RoutedMessenger(EntityMessenger(hass))
    local = LocalHome(hass, entry, storage, messenger, HomeAssistantClock())
    await local.async_prepare()
    return _assemble(hass, entry, storage, messenger, disk, local)


def _disk(hass: HomeAssistant, entry: ElfeConfigEntry) -> WatchedDisk:
    return WatchedDisk(HomeAssistantDisk(hass, entry.entry_id))


def _assemble(  # noqa: PLR0917
    hass: HomeAssistant,
    entry: ElfeConfigEntry,
    storage: Storage,
    messenger: MqttMessenger | RoutedMessenger,
    disk: WatchedDisk,
    local: LocalHome | None = None,
    ownership: Ownership | None = None,
) -> Hub:
    """Put the parts together; nothing runs yet."""
    compact, shadow = settings.compact(entry.options), settings.shadow(entry.options)
    timing = settings.timing(entry.options)
    subentries = Subentries(hass, entry, timing)
    sources = AllSources(subentries)

    def notify(event: Event) -> None:
        hub.handle(event)

    ways: tuple[Storage, Messenger, Ownership] = storage, messenger, ownership or AlwaysOurs()
    if shadow:
        # Here, and nowhere else, an engine is made that can neither send nor write.
        ways = ReadOnlyStorage(storage), SilentMessenger(messenger), NothingOurs()
    engine = Engine(
        EngineSettings(
            timing=timing,
            zone=dt_util.get_default_time_zone(),
            at_once=settings.orders_at_once(entry.options),
            layout=settings.layout(entry.options),
            place=_place(hass, entry),
        ),
        storage=ways[0],
        messenger=ways[1],
        disk=disk,
        clock=HomeAssistantClock(),
        notify=notify,
        sources=sources,
        ownership=ways[2],
    )
    coordinator = ElfeCoordinator(hass, engine, timing)
    subentry_of = (lambda _: None) if local is None else local.subentry_of
    hub = Hub(
        hass,
        entry,
        engine,
        coordinator,
        messenger,
        Roster(
            hass,
            entry,
            coordinator,
            compact=compact,
            subentry_of=subentry_of,
        ),
        subentries,
        local,
        compact,
        disk,
        Archive(
            engine,
            _keeper(hass, entry, engine),
            coordinator.telling,
            engine.clock.now,
            coordinator.write_soon,
        ),
        ShadowBook(disk.log(SHADOW_LOG)),
        shadow,
    )
    if local is not None or not compact:
        hub.record = Recorder(
            engine,
            disk.document(RECORD),
            coordinator.telling,
            dt_util.get_default_time_zone,
            coordinator.write_soon,
        )
    subentries.kinds = kinds_for(hub)
    if shadow:
        watch = ShadowWatch(engine, messenger, hub.shadow_book, coordinator.telling)
        sources.add(watch)
        hub.followers.append(lambda: entry.async_on_unload(coordinator.watch_all(watch.handle)))
    else:
        for source in _mode_file(hub):
            sources.add(source)
    hub.followers.append(partial(async_forward, hass, entry, coordinator, hub.record))
    if local is not None:
        hub.followers.append(EntityWatch(hass, entry, coordinator, local).async_start)
    return hub


def _keeper(hass: HomeAssistant, entry: ElfeConfigEntry, engine: Engine) -> Keeper | None:
    """Return what keeps the record on disk, if the options want one."""
    days, octets = settings.record_days(entry.options), settings.record_octets(entry.options)
    if not days:
        return None
    file = ArchiveFile(HomeAssistantDisk(hass, entry.entry_id).file(RECORD_FILE))
    told = Told(engine.report, engine.settle_problem)
    return Keeper(file, Bounds(days, octets), engine.timing, engine.clock.now, told)


def _mode_file(hub: Hub) -> tuple[ModeFile, ...]:
    """Return the file of modes, if the options want one."""
    options = hub.entry.options
    paths = options.get(CONF_MODE_FILE), options.get(CONF_STATE_FILE)
    if not all(paths):
        return ()
    modes, states = (SharedPath(str(path)) for path in paths)
    return (ModeFile(hub, modes, states, hub.engine.timing),)


def _place(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return what the speed depends on: machine, database and version."""
    version = async_get_loaded_integration(hass, DOMAIN).version
    database = f"{entry.data.get(CONF_HOST, '')}:{entry.data.get(CONF_PORT, '')}"
    return f"{platform.node()} {database} {version}"


def _as_entry_error(
    hass: HomeAssistant, error: StorageError
) -> ConfigEntryNotReady | ConfigEntryAuthFailed:
    """Return the error that makes Home Assistant retry, or ask for credentials."""
    key, placeholders = described(error)
    kind = ConfigEntryAuthFailed if key == "invalid_auth" else ConfigEntryNotReady
    return kind(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            name: detail_text(hass, text) for name, text in placeholders.items()
        },
    )
