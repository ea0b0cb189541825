"""Typed readers of a config entry's data and options."""

from collections.abc import Iterable, Mapping
import ssl
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.util.ssl import create_client_context, create_no_verify_ssl_context

from ..const import (
    CONF_ACK_TIMEOUTS,
    CONF_AUTHORITY,
    CONF_COMPACT,
    CONF_CONNECTED_WORDS,
    CONF_CONTINUOUS_TYPES,
    CONF_DATABASE,
    CONF_EMS_DATABASE,
    CONF_EMS_TABLE,
    CONF_ENTRY_TYPE,
    CONF_HOMES,
    CONF_ORDERS_AT_ONCE,
    CONF_PLATES,
    CONF_RECORD_DAYS,
    CONF_RECORD_SIZE,
    CONF_RULE_PERIOD,
    CONF_SAFE_OFF,
    CONF_SAFE_ON,
    CONF_SCHEMA,
    CONF_SCREENS,
    CONF_SHADOW,
    CONF_SSL,
    DEFAULT_CONTINUOUS_TYPES,
    DEFAULT_EMS_TABLE,
    DEFAULT_ORDERS_AT_ONCE,
    DEFAULT_RECORD_DAYS,
    DEFAULT_RECORD_SIZE,
    DEFAULT_RULE_PERIOD,
    DEFAULT_SCHEMA,
    DEFAULT_SCREENS,
    ENTRY_LOCAL,
    SCREEN_CHOSEN,
    SCREEN_DISABLED_COLOR,
    SCREEN_INDICATOR_TOPIC,
    SCREEN_KINDS,
    SCREEN_LABEL,
    SCREEN_LABEL_COLOR,
    SCREEN_LABEL_ID,
    SCREEN_LABEL_PAGE,
    SCREEN_LED,
    SCREEN_MANUAL_COLOR,
    SCREEN_PAGES,
    SCREEN_PILOTED_COLOR,
    SCREEN_STATUS_LEDS,
    SCREEN_STATUS_PAGE,
    SSL_DISABLE,
    SSL_REQUIRE,
)
from ..core.appliances import APPLIANCE_TYPES, TYPE_OF
from ..core.model import EquipmentId, EquipmentTypeId, HomeId
from ..core.safe_states import SafeStates
from ..core.screens import CONNECTED_WORDS, Layout, Page, PageKind
from ..core.timing import DEFAULT_ACK_TIMEOUTS, Timing
from ..storage.postgres.postgres_settings import PostgresSettings, TlsMode
from .authority import own_authority_context

type Settings = Mapping[str, Any]


def is_local(entry: ConfigEntry) -> bool:
    """Return whether an entry is a home without a server."""
    return entry.data.get(CONF_ENTRY_TYPE) == ENTRY_LOCAL


async def async_ssl_context(hass: HomeAssistant, data: Settings) -> ssl.SSLContext | None:
    """Return what encrypts the connection, `None` for a plain one.

    Made in the executor: it reads the certificates of the system. `ValueError` when those of
    one's own authority cannot be used.
    """
    mode = data.get(CONF_SSL, SSL_DISABLE)
    if mode == SSL_DISABLE:
        return None
    if mode != SSL_REQUIRE and (authority := data.get(CONF_AUTHORITY)):
        return await hass.async_add_executor_job(own_authority_context, authority)
    create = create_no_verify_ssl_context if mode == SSL_REQUIRE else create_client_context
    return await hass.async_add_executor_job(create)


def postgres_settings(
    data: Settings, options: Settings, ssl_context: ssl.SSLContext | None
) -> PostgresSettings:
    """Return what the PostgreSQL storage needs to know; `ValueError` for an impossible name."""
    return PostgresSettings(
        host=data[CONF_HOST],
        port=data[CONF_PORT],
        database=data[CONF_DATABASE],
        username=data[CONF_USERNAME],
        password=data[CONF_PASSWORD],
        tls=TlsMode(data.get(CONF_SSL, SSL_DISABLE)),
        ssl_context=ssl_context,
        schema=data.get(CONF_SCHEMA, DEFAULT_SCHEMA),
        ems_database=data.get(CONF_EMS_DATABASE, ""),
        ems_table=data.get(CONF_EMS_TABLE, DEFAULT_EMS_TABLE),
        homes=homes(options),
        continuous_types=continuous_types(options),
        safe_states=safe_states(options),
        only_reads=shadow(options),
    )


async def async_postgres_settings(hass: HomeAssistant, entry: ConfigEntry) -> PostgresSettings:
    """Return what the PostgreSQL storage of an entry needs to know."""
    context = await async_ssl_context(hass, entry.data)
    return postgres_settings(entry.data, entry.options, context)


def homes(options: Settings) -> frozenset[HomeId]:
    """Return the homes served; empty means all."""
    return frozenset(HomeId(home) for home in options.get(CONF_HOMES, ()))


def continuous_types(options: Settings) -> frozenset[EquipmentTypeId]:
    """Return the equipment types that follow their plan every quarter-hour."""
    ids = options.get(CONF_CONTINUOUS_TYPES, DEFAULT_CONTINUOUS_TYPES)
    return frozenset(EquipmentTypeId(int(type_id)) for type_id in ids)


def safe_states(options: Settings) -> SafeStates:
    """Return what loads go back to by themselves: those of a type, or one by its number."""
    types: dict[EquipmentTypeId, bool] = {}
    equipments: dict[EquipmentId, bool] = {}
    for key, on in ((CONF_SAFE_OFF, False), (CONF_SAFE_ON, True)):
        for who in options.get(key, ()):
            if who in TYPE_OF:
                types[TYPE_OF[who].id] = on
            elif who.isdecimal():
                equipments[EquipmentId(int(who))] = on
    return SafeStates(types, equipments)


def timing(options: Settings) -> Timing:
    """Return the engine's waits, with the ack timeouts and the rules' period chosen (seconds)."""
    chosen = {int(key): float(value) for key, value in options.get(CONF_ACK_TIMEOUTS, {}).items()}
    return Timing(
        ack_timeouts=MappingProxyType({**DEFAULT_ACK_TIMEOUTS, **chosen}),
        rule_pass=float(options.get(CONF_RULE_PERIOD, DEFAULT_RULE_PERIOD)),
    )


def orders_at_once(options: Settings) -> int:
    """Return how many orders may be under way at the same time."""
    return int(options.get(CONF_ORDERS_AT_ONCE, DEFAULT_ORDERS_AT_ONCE))


def compact(options: Settings) -> bool:
    """Return whether only the switch of each equipment is wanted."""
    return bool(options.get(CONF_COMPACT, False))


def shadow(options: Settings) -> bool:
    """Return whether an entry only looks: it sends and writes nothing."""
    return bool(options.get(CONF_SHADOW, False))


def record_days(options: Settings) -> int:
    """Return how many days of what happened are kept; none where nothing is."""
    return int(options.get(CONF_RECORD_DAYS, DEFAULT_RECORD_DAYS))


def record_octets(options: Settings) -> int:
    """Return how much room they may take."""
    return int(options.get(CONF_RECORD_SIZE, DEFAULT_RECORD_SIZE)) * 1_000_000


def plates(options: Settings) -> tuple[str, ...]:
    """Return the names of the wall screens of a local home."""
    return tuple(options.get(CONF_PLATES, ()))


def connected_words(options: Settings) -> frozenset[str]:
    """Return what the panel of a PLC says when it is given back."""
    return frozenset(options.get(CONF_CONNECTED_WORDS, ())) or CONNECTED_WORDS


def layout(options: Settings) -> Layout:
    """Return how people's surfaces are laid out."""
    found = {**DEFAULT_SCREENS, **options.get(CONF_SCREENS, {})}
    kinds = {int(page): kind for page, kind in found[SCREEN_KINDS].items()}
    leds = {int(page): led for page, led in found[SCREEN_STATUS_LEDS].items()}
    pages = {
        int(page): Page(
            int(page),
            tuple(EquipmentTypeId(type_id) for type_id in types),
            PageKind(kinds.get(int(page), _kind_of(types))),
            leds.get(int(page)),
        )
        for page, types in found[SCREEN_PAGES].items()
    }
    return Layout(
        pages=pages,
        led=found[SCREEN_LED],
        piloted_color=found[SCREEN_PILOTED_COLOR],
        manual_color=found[SCREEN_MANUAL_COLOR],
        disabled_color=found[SCREEN_DISABLED_COLOR],
        status_page=found[SCREEN_STATUS_PAGE],
        label=found[SCREEN_LABEL],
        label_color=found[SCREEN_LABEL_COLOR],
        label_page=found[SCREEN_LABEL_PAGE],
        label_id=found[SCREEN_LABEL_ID],
        indicator_topic=found[SCREEN_INDICATOR_TOPIC],
        chosen={
            HomeId(home): {int(page): EquipmentId(number) for page, number in chosen.items()}
            for home, chosen in found[SCREEN_CHOSEN].items()
        },
        connected_words=connected_words(options),
    )


def _kind_of(types: Iterable[int]) -> PageKind:
    """Return what a page has besides its switch, by the appliances that it shows."""
    shown = [APPLIANCE_TYPES[i] for i in map(EquipmentTypeId, types) if i in APPLIANCE_TYPES]
    if any(each.charge for each in shown):
        return PageKind.CAR
    return PageKind.MACHINE if any(each.cycle for each in shown) else PageKind.SIMPLE
