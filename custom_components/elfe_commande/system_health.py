"""System health: where the engines of all entries stand, the worst first."""

from collections.abc import Iterable
from datetime import UTC, datetime
import time
from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .describe import code_text
from .engine.engine import Engine
from .hub import Hub

_TOLD_FROM = 0.05
"""Seconds."""


@callback
def async_register(_hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register what is told."""
    register.async_register_info(async_info)


async def async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the health of every entry, in one list of facts."""
    entries = hass.config_entries.async_entries(DOMAIN)
    loaded: list[Hub] = [
        entry.runtime_data for entry in entries if entry.state is ConfigEntryState.LOADED
    ]
    engines = [hub.engine for hub in loaded]
    connected = sum(engine.connected for engine in engines)
    return {
        "entries": f"{len(engines)}/{len(entries)}",
        "lifecycle": _joined(_lifecycle(hass, engine) for engine in engines),
        "durations": _joined(_durations(engine) for engine in engines),
        "speed": _joined(_speed(engine) for engine in engines),
        "ems_connection": f"{connected}/{len(engines)}",
        "plan_age": _joined(_plan_age(engine) for engine in engines),
        "last_cycle": _last_cycle(engines),
        "equipments": sum(len(engine.statuses) for engine in engines),
        "problems": sum(len(engine.problems) for engine in engines),
        "record": _joined(map(_record, loaded)),
        "shadow": ", ".join(hub.entry.title for hub in loaded if hub.shadow) or "-",
    }


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "-"


def _lifecycle(hass: HomeAssistant, engine: Engine) -> str:
    present = engine.lifecycle.history[-1]
    details = f": {present.details}" if present.details else ""
    return f"{int(present.code)} ({code_text(hass, present.code)}){details}"


def _durations(engine: Engine) -> str:
    """Return how long each step took, those that took no time left out."""
    steps = {code: s for code, s in engine.lifecycle.durations().items() if s >= _TOLD_FROM}
    return " + ".join(f"{code}: {seconds:.1f} s" for code, seconds in steps.items()) or "0 s"


def _speed(engine: Engine) -> str:
    speed = engine.speed
    return "-" if speed is None else f"{speed.round_trip * 1000:.1f} ms ({speed.speed_class})"


def _plan_age(engine: Engine) -> str:
    newest = engine.plan_time()
    return "-" if newest is None else f"{int((time.time() - newest) // 60)} min"


def _record(hub: Hub) -> str:
    """Return how much is kept of what happened, and since when."""
    keeper = hub.archive.keeper
    if keeper is None or keeper.size is None:
        return "-"
    since = datetime.fromtimestamp(keeper.size.since or time.time(), UTC)
    return f"{keeper.size.octets / 1e6:.1f} MB ({since:%Y-%m-%d})"


def _last_cycle(engines: Iterable[Engine]) -> datetime | str:
    """Return when the entry that is most behind ended its last cycle."""
    ends = [engine.last_cycle.at for engine in engines if engine.last_cycle is not None]
    return datetime.fromtimestamp(min(ends), UTC) if ends else "-"
