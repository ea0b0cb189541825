"""What is decided for a load and why, what became of it, and how the engine is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    DOMAIN as PLATFORM,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from .const import SUBENTRY_PLANNER
from .core.lifecycle import Code
from .core.model import CommandState, ControlState, EquipmentId
from .core.outcome import Outcome
from .core.plan import DayPlan
from .core.speed import SpeedClass
from .describe import (
    about_cycle,
    about_lifecycle,
    about_result,
    attributes,
    code_name,
    decision_of,
    iso,
    moment,
    source_of,
)
from .engine.engine import Engine
from .engine.ground.status import EquipmentStatus
from .entities.base import EquipmentEntity, HubEntity
from .entities.day_sensors import async_add_day_sensors
from .entities.measured import MEASURED, measured_sensor
from .entities.platform import Platform
from .entities.sentences import DECISION as DECIDED, SENTENCE, run_under_way, sentence_of
from .hub import ElfeConfigEntry, Hub
from .subentries.plan_sources.source_settings import SUBENTRY_PLAN_SOURCE

PARALLEL_UPDATES = 0

COMMAND_STATES: Mapping[int, str] = {state: state.name.lower() for state in CommandState}
CONTROL_STATES: Mapping[int, str] = {
    # Home Assistant has its own word for a state that is not known.
    state: state.name.lower()
    for state in ControlState
    if state is not ControlState.UNKNOWN
}


# ------------------------------------------------------------------------------ per equipment


@dataclass(frozen=True, kw_only=True)
class EquipmentSensorDescription(SensorEntityDescription):
    """A sensor of one equipment."""

    value_fn: Callable[[EquipmentStatus], str | datetime | None]
    attributes_fn: Callable[[EquipmentStatus], dict[str, Any] | None] = lambda _: None


def _last_outcome_attributes(status: EquipmentStatus) -> dict[str, Any] | None:
    result = status.last_result
    if result is None:
        return None
    told = about_result(result)
    return attributes(
        **{key: told[key] for key in ("reason", "latency", "tries")},
        act=None if status.last_act is None else status.last_act.value,
        at=iso(result.at),
    )


DECISION = EquipmentSensorDescription(
    key="decision",
    translation_key="decision",
    device_class=DECIDED,
    value_fn=decision_of,
)
REASON = EquipmentSensorDescription(
    key="reason",
    translation_key="reason",
    device_class=SENTENCE,
    # In words, which depend on the language.
    value_fn=lambda _: None,
)
NEXT_START = EquipmentSensorDescription(
    key="next_start",
    translation_key="next_start",
    device_class=SensorDeviceClass.TIMESTAMP,
    value_fn=lambda status: moment(status.next_start),
)
DESCRIPTIONS: tuple[SensorEntityDescription, ...] = (
    DECISION,
    REASON,
    NEXT_START,
    EquipmentSensorDescription(
        key="command_state",
        translation_key="command_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(COMMAND_STATES.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: COMMAND_STATES.get(status.equipment.state.command),
    ),
    EquipmentSensorDescription(
        key="control_state",
        translation_key="control_state",
        device_class=SensorDeviceClass.ENUM,
        options=list(CONTROL_STATES.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: CONTROL_STATES.get(status.equipment.state.control),
    ),
    EquipmentSensorDescription(
        key="last_start",
        translation_key="last_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_registry_enabled_default=False,
        value_fn=lambda status: moment(status.equipment.state.last_start),
    ),
    EquipmentSensorDescription(
        key="last_outcome",
        translation_key="last_outcome",
        device_class=SensorDeviceClass.ENUM,
        options=[outcome.value for outcome in Outcome],
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: (
            None if status.last_result is None else status.last_result.outcome.value
        ),
        attributes_fn=_last_outcome_attributes,
    ),
)

ALL = (*DESCRIPTIONS, *MEASURED)


def wanted(status: EquipmentStatus) -> tuple[SensorEntityDescription, ...]:
    """Return the sensors of an appliance: power and energy only where they are measured."""
    return DESCRIPTIONS if status.meter is None else ALL


# ----------------------------------------------------------------------------------- the hub


@dataclass(frozen=True, kw_only=True)
class HubSensorDescription(SensorEntityDescription):
    """A sensor of the hub."""

    value_fn: Callable[[Engine], str | int | datetime | None]
    attributes_fn: Callable[[Engine], dict[str, Any] | None] = lambda _: None
    for_territories: bool = False
    """Disabled until somebody wants it in a home of its own: the logbook would tell it always."""


def _speed_attributes(engine: Engine) -> dict[str, Any] | None:
    if engine.speed is None:
        return None
    return {"round_trip": round(engine.speed.round_trip, 4)}


def _driven_attributes(engine: Engine) -> dict[str, Any] | None:
    return {
        "homes": sorted(engine.owner.homes),
        "served": len(engine.owner.served),
        "installations": engine.owner.installations,
    }


DRIVEN_HOMES = HubSensorDescription(
    key="driven_homes",
    translation_key="driven_homes",
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda engine: len(engine.owner.homes),
    attributes_fn=_driven_attributes,
)
"""Of homes without a server nobody else can drive any."""


def _last_cycle_attributes(engine: Engine) -> dict[str, Any] | None:
    report = engine.last_cycle
    if report is None:
        return None
    # When it was is the state itself.
    return {key: value for key, value in about_cycle(report).items() if key != "at"}


HUB_DESCRIPTIONS = (
    HubSensorDescription(
        key="lifecycle",
        translation_key="lifecycle",
        device_class=SensorDeviceClass.ENUM,
        options=[code_name(code) for code in Code],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda engine: code_name(engine.lifecycle.code),
        attributes_fn=about_lifecycle,
    ),
    HubSensorDescription(
        key="speed",
        translation_key="speed",
        device_class=SensorDeviceClass.ENUM,
        options=[speed.value for speed in SpeedClass],
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda engine: None if engine.speed is None else engine.speed.speed_class.value,
        attributes_fn=_speed_attributes,
    ),
    HubSensorDescription(
        key="newest_plan",
        translation_key="newest_plan",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda engine: moment(engine.plan_time()),
    ),
    HubSensorDescription(
        key="last_cycle",
        translation_key="last_cycle",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda engine: moment(None if engine.last_cycle is None else engine.last_cycle.at),
        attributes_fn=_last_cycle_attributes,
        for_territories=True,
    ),
    DRIVEN_HOMES,
)


class EquipmentSensor(EquipmentEntity, SensorEntity):
    """Something to know about one equipment."""

    entity_description: EquipmentSensorDescription

    @property
    @override
    def native_value(self) -> str | datetime | None:
        """Return the value, `None` if it is not known."""
        return self.entity_description.value_fn(self._status)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what explains the value."""
        return self.entity_description.attributes_fn(self._status)


class DecisionSensor(EquipmentSensor):
    """What is wanted of the load now, who decided and why, and the day it comes from."""

    _unrecorded_attributes = frozenset({"plan_start", "slots"})

    _listed: tuple[DayPlan | None, list[int] | None] = (None, None)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return source, reason and plan; the slots are listed once per plan."""
        status = self._status
        plan = status.plan
        if plan is not self._listed[0]:
            self._listed = (plan, None if plan is None else list(plan.decisions))
        decision = status.decision
        return attributes(
            source=source_of(status),
            reason=None if decision is None else decision.reason,
            plan_start=None if plan is None else iso(plan.first_valid),
            slots=self._listed[1],
        )


class NextStartSensor(EquipmentSensor):
    """When the plan next wants it on; enabled where something plans when the appliance is new.

    A home that has rules alone would read *Unknown* for ever.
    """

    def __init__(self, hub: Hub, equipment_id: EquipmentId, description: EntityDescription) -> None:
        """Belong to the appliance's device."""
        super().__init__(hub, equipment_id, description)
        self._attr_entity_registry_enabled_default = hub.local is None or any(
            subentry.subentry_type in {SUBENTRY_PLANNER, SUBENTRY_PLAN_SOURCE}
            for subentry in hub.entry.subentries.values()
        )


class ReasonSensor(EquipmentSensor):
    """Why the load is as it is, in a sentence."""

    _later: CALLBACK_TYPE | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the equipment, and the end of a run that the sentence tells of."""
        await super().async_added_to_hass()
        self.async_on_remove(self._forget)
        self._wait_for_end()

    @property
    @override
    def native_value(self) -> str | None:
        """Return the sentence, `None` before anything is decided."""
        return sentence_of(self.hass, self._status, dt_util.utcnow().timestamp())

    @callback
    @override
    def async_told(self) -> None:
        """Wait for the end of the run that is under way now."""
        self._forget()
        self._wait_for_end()

    @callback
    def _forget(self) -> None:
        if self._later is not None:
            self._later()
            self._later = None

    @callback
    def _wait_for_end(self) -> None:
        now = dt_util.utcnow().timestamp()
        status = self._engine.statuses.get(self._equipment_id)
        run = None if status is None else run_under_way(status, now)
        if run is not None and run[1] is not None:
            at = dt_util.utc_from_timestamp(run[1])
            self._later = async_track_point_in_utc_time(self.hass, self._over, at)

    @callback
    def _over(self, _: datetime) -> None:
        self._later = None
        self.async_told()
        self.async_write_ha_state()


class HubSensor(HubEntity, SensorEntity):
    """Something to know about the engine."""

    entity_description: HubSensorDescription
    _unrecorded_attributes = frozenset({"durations", "history", "homes"})

    def __init__(self, hub: Hub, description: HubSensorDescription) -> None:
        """Belong to the hub's device."""
        super().__init__(hub, description)
        if description.for_territories and hub.local is not None:
            self._attr_entity_registry_enabled_default = False

    @property
    @override
    def native_value(self) -> str | int | datetime | None:
        """Return the value, `None` if it is not known yet."""
        return self.entity_description.value_fn(self._engine)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what explains the value."""
        return self.entity_description.attributes_fn(self._engine)


KINDS: Mapping[str, type[EquipmentSensor]] = {
    DECISION.key: DecisionSensor,
    REASON.key: ReasonSensor,
    NEXT_START.key: NextStartSensor,
}


def _make(
    hub: Hub, equipment_id: EquipmentId, description: SensorEntityDescription
) -> EquipmentEntity:
    if not isinstance(description, EquipmentSensorDescription):
        return measured_sensor(hub, equipment_id, description)
    kind = KINDS.get(description.key, EquipmentSensor)
    return kind(hub, equipment_id, description)


_OF_ALL = Platform(
    domain=PLATFORM,
    descriptions=ALL,
    make=_make,
    wanted=wanted,
    of_hub=lambda hub: [
        HubSensor(hub, description)
        for description in HUB_DESCRIPTIONS
        if hub.local is None or description is not DRIVEN_HOMES
    ],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ElfeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add what every entry has, and what counts by the day in a local home."""
    await _OF_ALL.async_set_up(hass, entry, async_add_entities)
    await async_add_day_sensors(entry, async_add_entities)
