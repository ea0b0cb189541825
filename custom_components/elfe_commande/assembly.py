"""Builds what lives while an entry is loaded; the only room that knows all parts."""

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
from .adapters.disk import HomeAssistantDisk
from .adapters.entity_messenger import EntityMessenger
from .adapters.mqtt import MqttMessenger
from .adapters.routes import RoutedMessenger
from .adapters.shared_path import SharedPath
from .automations.signals import async_forward
from .configuration import entry_settings as settings
from .const import CONF_MODE_FILE, CONF_STATE_FILE, DOMAIN
from .coordinator import ElfeCoordinator
from .devices.roster import Roster
from .engine.engine import Engine, EngineSettings
from .engine.events import Event
from .engine.ports import AllSources, Storage, StorageError
from .engine.watched_disk import WatchedDisk
from .exchange.mode_file import ModeFile
from .hub import ElfeConfigEntry, Hub, configuration_of, described
from .storage.local import LocalStorage
from .storage.postgres import PostgresStorage
from .subentries.appliances.entity_watch import EntityWatch
from .subentries.appliances.home import LocalHome
from .subentries.keeper import Subentries
from .subentries.registry import kinds_for


async def async_create_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    """Return the hub of an entry, opened; `ConfigEntryNotReady` while a part is missing."""
    make = _async_local_hub if settings.is_local(entry) else _async_postgres_hub
    hub = await make(hass, entry)
    try:
        await hub.engine.open()
    except BaseException as error:
        await hub.async_close()
        if isinstance(error, StorageError):
            raise _as_entry_error(error) from error
        raise
    return hub


async def _async_postgres_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    if not await mqtt.async_wait_for_mqtt_client(hass):
        raise _no_mqtt()
    storage = PostgresStorage(await settings.async_postgres_settings(hass, entry))
    return _assemble(hass, entry, storage, MqttMessenger(hass), _disk(hass, entry))


async def _async_local_hub(hass: HomeAssistant, entry: ElfeConfigEntry) -> Hub:
    """Return the hub of a local entry, which needs MQTT only for MQTT devices and screens."""
    disk = _disk(hass, entry)
    storage = LocalStorage(disk.document("local"))
    messenger = RoutedMessenger(EntityMessenger(hass))
    local = LocalHome(hass, entry, storage, messenger, HomeAssistantClock())
    if not await local.async_prepare():
        raise _no_mqtt()
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
) -> Hub:
    """Put the parts together; nothing runs yet."""
    compact = settings.compact(entry.options)
    timing = settings.timing(entry.options)
    subentries = Subentries(hass, entry, timing)
    sources = AllSources(subentries)

    def notify(event: Event) -> None:
        hub.handle(event)

    engine = Engine(
        EngineSettings(
            timing=timing,
            zone=dt_util.get_default_time_zone(),
            at_once=settings.orders_at_once(entry.options),
            layout=settings.layout(entry.options),
            place=_place(hass, entry),
        ),
        storage=storage,
        messenger=messenger,
        disk=disk,
        clock=HomeAssistantClock(),
        notify=notify,
        sources=sources,
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
        configuration_of(entry),
    )
    subentries.kinds = kinds_for(hub)
    for source in _mode_file(hub):
        sources.add(source)
    hub.followers.append(partial(async_forward, hass, entry, coordinator))
    if local is not None:
        hub.followers.append(EntityWatch(hass, entry, coordinator, local).async_start)
    return hub


def _mode_file(hub: Hub) -> tuple[ModeFile, ...]:
    """Return the file of modes, if the options want one."""
    options = hub.entry.options
    paths = options.get(CONF_MODE_FILE), options.get(CONF_STATE_FILE)
    if not all(paths):
        return ()
    modes, states = (SharedPath(str(path)) for path in paths)
    return (ModeFile(hub, modes, states, hub.engine.context.timing),)


def _place(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return what the speed depends on: machine, database and version."""
    version = async_get_loaded_integration(hass, DOMAIN).version
    database = f"{entry.data.get(CONF_HOST, '')}:{entry.data.get(CONF_PORT, '')}"
    return f"{platform.node()} {database} {version}"


def _no_mqtt() -> ConfigEntryNotReady:
    return ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="mqtt_missing")


def _as_entry_error(error: StorageError) -> ConfigEntryNotReady | ConfigEntryAuthFailed:
    """Return the error that makes Home Assistant retry, or ask for credentials."""
    key, placeholders = described(error)
    kind = ConfigEntryAuthFailed if key == "invalid_auth" else ConfigEntryNotReady
    return kind(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders
    )
