"""What a person may send to somebody who helps: everything that tells, nothing that names."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations

from .configuration.redaction import (
    APPLIANCE,
    COLOR,
    DIGITS,
    Redactor,
    Shown,
    at,
    by,
    each,
    flag,
    given,
    number,
    only,
    word,
)
from .const import (
    CONF_ACK_TIMEOUTS,
    CONF_AUTHORITY,
    CONF_COMPACT,
    CONF_CONNECTED_WORDS,
    CONF_CONTINUOUS_TYPES,
    CONF_DATABASE,
    CONF_EMS_DATABASE,
    CONF_EMS_TABLE,
    CONF_ENTRY_TYPE,
    CONF_HOME_NAME,
    CONF_HOMES,
    CONF_MODE_FILE,
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
    CONF_STATE_FILE,
    DEFAULT_DATABASE,
    DEFAULT_EMS_TABLE,
    DEFAULT_SCHEMA,
    DEFAULT_SCREENS,
    DOMAIN,
    ENTRY_LOCAL,
    ENTRY_POSTGRESQL,
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
    SSL_MODES,
)
from .core.lifecycle import Transition
from .core.screens import CONNECTED_WORDS, PageKind
from .devices.identifiers import equipment_of
from .engine.engine import Engine
from .engine.ground.status import ScreenStatus
from .hub import ElfeConfigEntry
from .record.keeping import Keeper
from .repairs import ISSUES, LOG_ONLY
from .subentries.appliances.diagnostics import describe_equipment
from .subentries.kind import told
from .subentries.registry import KINDS

_REASONS: Final = ".state_attributes.reason.state."
"""In the path of each text that says a reason."""
_PROBLEM: Final = word(*ISSUES, *LOG_ONLY)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: ElfeConfigEntry
) -> dict[str, Any]:
    """Return where the engine stands, what it counts, and what is wrong.

    Of an entry that is not loaded, what is configured, and why it is not.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return {"entry": _configured(entry, await _async_redactor(hass, entry)), **_away(entry)}
    engine = entry.runtime_data.engine
    redactor = await _async_redactor(hass, entry, engine)
    return {
        "entry": _configured(entry, redactor),
        "lifecycle": {
            "code": int(engine.lifecycle.code),
            "unclean_stop": engine.unclean_stop,
            "history": [_transition(redactor, t) for t in engine.lifecycle.history],
            "previous": [_transition(redactor, t) for t in engine.previous],
            "speed": None if engine.speed is None else engine.speed.speed_class.value,
            "durations": {
                str(code): seconds for code, seconds in engine.lifecycle.durations().items()
            },
        },
        "connected": engine.connected,
        "last_cycle": redactor.plain(engine.last_cycle),
        "newest_plan": at(engine.plan_time()),
        "counts": _counts(engine, redactor),
        "screens": [_screen(redactor, screen) for screen in engine.screens.values()],
        "units": _units(entry, redactor),
        "record": _record(entry.runtime_data.archive.keeper),
        "problems": [
            {"key": _PROBLEM(p.key), "equipment_id": p.equipment_id} for p in engine.problems
        ],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: ElfeConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Return all that is known of an equipment or of what a subentry brings.

    Of a home or the hub: which equipments there are.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return _away(entry)
    hub = entry.runtime_data
    redactor = await _async_redactor(hass, entry, hub.engine)
    subentry_id = device.config_subentry_id
    equipment_id = equipment_of(entry.entry_id, device.identifiers)
    if equipment_id is not None and (status := hub.engine.statuses.get(equipment_id)) is not None:
        return {"equipment": describe_equipment(status, redactor)}
    for subentry, unit in hub.subentries.kept():
        if subentry.subentry_id == subentry_id:
            kind = subentry.subentry_type
            return {kind: KINDS[kind].diagnose(unit, redactor)}
    return {"equipment": None, "known": sorted(hub.engine.statuses)}


def _configured(entry: ElfeConfigEntry, redactor: Redactor) -> dict[str, Any]:
    """Return what people chose, without what is theirs."""
    return {
        "version": f"{entry.version}.{entry.minor_version}",
        "data": _data(redactor)(entry.data),
        "options": _options(redactor)(entry.options),
        "subentries": _count(
            subentry.subentry_type
            for subentry in entry.subentries.values()
            if subentry.subentry_type in KINDS
        ),
    }


def _away(entry: ElfeConfigEntry) -> dict[str, Any]:
    """Return why there is nothing to tell: its state, and the key of the text that people read."""
    return {"state": entry.state.value, "reason": entry.error_reason_translation_key}


async def _async_redactor(
    hass: HomeAssistant, entry: ElfeConfigEntry, engine: Engine | None = None
) -> Redactor:
    """Return what numbers all that is named in an entry, and in its engine if there is one."""
    statuses = () if engine is None else engine.statuses.values()
    equipments = [status.equipment for status in statuses]
    devices = [device for equipment in equipments for device in equipment.devices]
    screens = [] if engine is None else [status.screen for status in engine.screens.values()]
    texts = await async_get_translations(hass, "en", "entity", [DOMAIN])
    return Redactor(
        homes=(*_homes(entry), *(e.home for e in equipments), *(s.home for s in screens)),
        devices=(*(device.id for device in devices), *(screen.id for screen in screens)),
        plates=(*entry.options.get(CONF_PLATES, ()), *(screen.plate for screen in screens)),
        entities=_entities(entry),
        topics=(
            *(topic for d in devices for topic in (d.control_topic, d.command_topic, d.lwt_topic)),
            entry.options.get(CONF_SCREENS, {}).get(SCREEN_INDICATOR_TOPIC),
        ),
        reasons=[path.partition(_REASONS)[2] for path in texts if _REASONS in path],
    )


def _record(keeper: Keeper | None) -> dict[str, Any] | None:
    """Return how much is kept of what happened."""
    if keeper is None:
        return None
    size = keeper.size
    return {
        "octets": None if size is None else size.octets,
        "since": None if size is None else at(size.since),
        "waiting": keeper.waiting,
        "lost": keeper.lost,
    }


def _homes(entry: ElfeConfigEntry) -> Iterator[str]:
    """Yield the homes that a person named, whether or not an equipment bears the name."""
    yield entry.data.get(CONF_HOME_NAME, "")
    yield from entry.options.get(CONF_HOMES, ())
    yield from entry.options.get(CONF_SCREENS, {}).get(SCREEN_CHOSEN, ())
    for subentry in entry.subentries.values():
        if subentry.subentry_type in KINDS:
            yield from KINDS[subentry.subentry_type].homes_named(subentry.data)


def _entities(entry: ElfeConfigEntry) -> Iterator[str]:
    """Yield the entities that rules, panels and the like use."""
    for subentry in entry.subentries.values():
        if subentry.subentry_type in KINDS:
            yield from told(KINDS[subentry.subentry_type].entities_named, subentry)


def _units(entry: ElfeConfigEntry, redactor: Redactor) -> dict[str, list[dict[str, Any]]]:
    """Return what is told of each subentry that runs, by its type."""
    told: dict[str, list[dict[str, Any]]] = {}
    for subentry, unit in entry.runtime_data.subentries.kept():
        kind = subentry.subentry_type
        told.setdefault(kind, []).append(KINDS[kind].diagnose(unit, redactor))
    return told


def _data(redactor: Redactor) -> Shown:
    """Return what is shown of an entry's data: names only where they are the usual ones."""
    return only(
        {
            CONF_ENTRY_TYPE: word(ENTRY_POSTGRESQL, ENTRY_LOCAL),
            CONF_HOST: given,
            CONF_PORT: number,
            CONF_USERNAME: given,
            CONF_PASSWORD: given,
            CONF_DATABASE: word(DEFAULT_DATABASE),
            CONF_SSL: word(*SSL_MODES),
            CONF_AUTHORITY: given,
            CONF_SCHEMA: word(DEFAULT_SCHEMA),
            CONF_EMS_DATABASE: given,
            CONF_EMS_TABLE: word(DEFAULT_EMS_TABLE),
            CONF_HOME_NAME: redactor.home,
        }
    )


def _options(redactor: Redactor) -> Shown:
    """Return what is shown of an entry's options."""
    return only(
        {
            CONF_HOMES: each(redactor.home),
            CONF_CONTINUOUS_TYPES: each(number),
            CONF_SAFE_OFF: each(APPLIANCE),
            CONF_SAFE_ON: each(APPLIANCE),
            CONF_ORDERS_AT_ONCE: number,
            CONF_RULE_PERIOD: number,
            CONF_COMPACT: flag,
            CONF_RECORD_DAYS: number,
            CONF_SHADOW: flag,
            CONF_RECORD_SIZE: number,
            CONF_CONNECTED_WORDS: each(word(*CONNECTED_WORDS)),
            CONF_ACK_TIMEOUTS: by(DIGITS, number),
            CONF_PLATES: each(redactor.plate),
            CONF_MODE_FILE: given,
            CONF_STATE_FILE: given,
            CONF_SCREENS: only(
                {
                    SCREEN_PAGES: by(DIGITS, each(number)),
                    SCREEN_KINDS: by(DIGITS, word(*PageKind)),
                    SCREEN_CHOSEN: by(redactor.home, by(DIGITS, number)),
                    SCREEN_STATUS_LEDS: by(DIGITS, number),
                    SCREEN_STATUS_PAGE: number,
                    SCREEN_LED: number,
                    SCREEN_PILOTED_COLOR: COLOR,
                    SCREEN_MANUAL_COLOR: COLOR,
                    SCREEN_DISABLED_COLOR: COLOR,
                    SCREEN_LABEL: word(DEFAULT_SCREENS[SCREEN_LABEL]),
                    SCREEN_LABEL_COLOR: COLOR,
                    SCREEN_LABEL_PAGE: number,
                    SCREEN_LABEL_ID: number,
                    SCREEN_INDICATOR_TOPIC: redactor.topic,
                }
            ),
        }
    )


def _transition(redactor: Redactor, transition: Transition) -> dict[str, Any]:
    return {
        "code": int(transition.code),
        "name": transition.code.name.lower(),
        "at": at(transition.at),
        "details": redactor.details(transition.details),
    }


def _counts(engine: Engine, redactor: Redactor) -> dict[str, Any]:
    statuses = list(engine.statuses.values())
    return {
        "equipments": len(statuses),
        "homes": len({status.equipment.home for status in statuses}),
        "unsupported": sum(not status.supported for status in statuses),
        "waiting": engine.waiting,
        "planned": sum(status.plan is not None for status in statuses),
        "modes": _count(status.equipment.state.mode for status in statuses),
        "types": _count(status.equipment.type_id for status in statuses),
        "typologies": _count(status.equipment.typology_id for status in statuses),
        "decisions": _count(
            f"{status.decision.source}: {redactor.reason(status.decision.reason)}"
            for status in statuses
            if status.decision is not None
        ),
        "outcomes": _count(
            status.last_result.outcome for status in statuses if status.last_result is not None
        ),
    }


def _count(values: Iterable[object]) -> dict[str, int]:
    counted = Counter(str(value) for value in values)
    return dict(sorted(counted.items()))


def _screen(redactor: Redactor, status: ScreenStatus) -> dict[str, Any]:
    screen = status.screen
    return {
        "id": redactor.device(screen.id),
        "plate": redactor.plate(screen.plate),
        "home": redactor.home(screen.home),
        "online": status.online,
        "last_touch": redactor.plain(status.last_touch),
        "last_touch_at": at(status.last_touch_at),
    }
