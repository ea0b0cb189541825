"""What a person may send to somebody who helps: everything that tells, nothing that names."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
import re
from typing import TYPE_CHECKING, Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .const import CONF_HOMES
from .core.lifecycle import Transition
from .core.plan import DayPlan
from .devices.roster import equipment_of
from .engine.status import EquipmentStatus
from .subentries.meters.diagnostics import describe_meter
from .subentries.meters.unit import MeterUnit
from .subentries.upses.diagnostics import describe_ups, secrets_of as ups_secrets_of
from .subentries.upses.unit import UpsUnit

if TYPE_CHECKING:
    from .hub import ElfeConfigEntry

SECRETS = (CONF_HOST, CONF_USERNAME, CONF_PASSWORD)
SERIAL = re.compile(r"[^/]*[0-9A-Fa-f]{6}[^/]*")
"""A part of a topic that tells one piece of hardware from all others."""


class Redactor:
    """Makes plain JSON of anything, without names of people, places and machines.

    Each home becomes `home 1`, `home 2`, ..., the same one throughout.
    """

    def __init__(self, secrets: Iterable[str], homes: Iterable[str]) -> None:
        """Know what must not appear."""
        self._secrets = sorted({s for s in secrets if s}, key=len, reverse=True)
        self._homes = {
            home: f"home {number}" for number, home in enumerate(sorted(set(homes)), start=1)
        }

    def home(self, home: str) -> str:
        """Return what stands for a home."""
        return self._homes.get(home, REDACTED)

    def text(self, text: str) -> str:
        """Return a text without the secrets in it."""
        if text in self._homes:
            return self._homes[text]
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text

    def plain(self, value: Any) -> Any:
        """Return a value as JSON takes it."""
        if isinstance(value, Enum):
            return value.value
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.text(value)
        if is_dataclass(value) and not isinstance(value, type):
            return {f.name: self.plain(getattr(value, f.name)) for f in fields(value)}
        if isinstance(value, Mapping):
            return {self.text(str(key)): self.plain(item) for key, item in value.items()}
        if isinstance(value, Iterable):
            return [self.plain(item) for item in value]
        return self.text(str(value))


def _time(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()


def _redactor(entry: ElfeConfigEntry) -> Redactor:
    statuses = entry.runtime_data.engine.statuses.values()
    homes = {str(status.equipment.home) for status in statuses}
    return Redactor(
        [
            *(str(entry.data.get(key, "")) for key in SECRETS),
            *(s for subentry in entry.subentries.values() for s in ups_secrets_of(subentry.data)),
        ],
        homes | set(entry.options.get(CONF_HOMES, ())),
    )


def _transition(redactor: Redactor, transition: Transition) -> dict[str, Any]:
    return {
        "code": int(transition.code),
        "name": transition.code.name.lower(),
        "at": _time(transition.at),
        "details": redactor.text(transition.details),
    }


def _plan(plan: DayPlan | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return {
        "first_valid": _time(plan.first_valid),
        "row_id": plan.row_id,
        "decisions": "".join(str(decision) for decision in plan.decisions),
    }


def _equipment(redactor: Redactor, status: EquipmentStatus) -> dict[str, Any]:
    equipment = status.equipment
    return {
        "id": equipment.id,
        "name": REDACTED,
        "home": redactor.home(equipment.home),
        "type_id": equipment.type_id,
        "typology_id": equipment.typology_id,
        "continuous": equipment.continuous,
        "supported": status.supported,
        "state": redactor.plain(equipment.state),
        "constraints": redactor.plain(equipment.constraints),
        "devices": [
            {
                "id": device.id,
                "type_id": device.type_id,
                "usage": device.usage,
                "control_topic": _topic(redactor, device.control_topic),
                "command_topic": _topic(redactor, device.command_topic),
                "lwt_topic": _topic(redactor, device.lwt_topic),
                "hardware_id": REDACTED if device.hardware_id else None,
            }
            for device in equipment.devices
        ],
        "observations": redactor.plain(status.observations),
        "running": status.running,
        "online": status.online,
        "plan": _plan(status.plan),
        "next_start": _time(status.next_start),
        "decision": redactor.plain(status.decision),
        "last_act": redactor.plain(status.last_act),
        "last_result": redactor.plain(status.last_result),
        "wished_mode": redactor.plain(status.wished_mode),
    }


def _topic(redactor: Redactor, topic: str | None) -> str | None:
    if topic is None:
        return None
    return redactor.text("/".join(SERIAL.sub(REDACTED, part) for part in topic.split("/")))


async def async_get_config_entry_diagnostics(
    _hass: HomeAssistant, entry: ElfeConfigEntry
) -> dict[str, Any]:
    """Return where the engine stands, what it counts, and what is wrong."""
    engine = entry.runtime_data.engine
    redactor = _redactor(entry)
    statuses = list(engine.statuses.values())
    return {
        "entry": {
            "version": f"{entry.version}.{entry.minor_version}",
            "data": redactor.plain(
                {
                    key: REDACTED if key in SECRETS and value else value
                    for key, value in entry.data.items()
                }
            ),
            "options": redactor.plain(entry.options),
        },
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
        "newest_plan": _time(engine.plan_time()),
        "counts": {
            "equipments": len(statuses),
            "homes": len({status.equipment.home for status in statuses}),
            "unsupported": sum(not status.supported for status in statuses),
            "planned": sum(status.plan is not None for status in statuses),
            "modes": _count(status.equipment.state.mode for status in statuses),
            "types": _count(status.equipment.type_id for status in statuses),
            "typologies": _count(status.equipment.typology_id for status in statuses),
            "decisions": _count(
                f"{status.decision.source}: {status.decision.reason}"
                for status in statuses
                if status.decision is not None
            ),
            "outcomes": _count(
                status.last_result.outcome for status in statuses if status.last_result is not None
            ),
        },
        "meters": [describe_meter(unit) for unit in entry.runtime_data.subentries.units(MeterUnit)],
        "upses": [
            describe_ups(unit, redactor.plain)
            for unit in entry.runtime_data.subentries.units(UpsUnit)
        ],
        "problems": [{"key": p.key, "equipment_id": p.equipment_id} for p in engine.problems],
    }


def _count(values: Iterable[object]) -> dict[str, int]:
    counted = Counter(str(value) for value in values)
    return dict(sorted(counted.items()))


async def async_get_device_diagnostics(
    _hass: HomeAssistant, entry: ElfeConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Return all that is known of an equipment; of a home or the hub, which equipments it has."""
    statuses = entry.runtime_data.engine.statuses
    equipment_id = equipment_of(entry.entry_id, device.identifiers)
    if equipment_id is not None and (status := statuses.get(equipment_id)) is not None:
        return {"equipment": _equipment(_redactor(entry), status)}
    for meter in entry.runtime_data.subentries.units(MeterUnit):
        if meter.subentry_id == device.config_subentry_id:
            return {"meter": describe_meter(meter)}
    for unit in entry.runtime_data.subentries.units(UpsUnit):
        if unit.subentry.subentry_id == device.config_subentry_id:
            return {"ups": describe_ups(unit, _redactor(entry).plain)}
    return {"equipment": None, "known": sorted(statuses)}
