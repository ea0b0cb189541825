"""What Home Assistant shows of a plan source: how it is, how old its plan is, a button to look."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import EntityCategory, Platform
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util

from ...core.model import EquipmentId
from ...describe import attributes
from ...entities.subentry import FollowingEntity
from ...sources.plans import Finding, Reading
from .unit import PlanSourceUnit

NOT_STORED: Final = "not_stored"
STATE: Final = SensorEntityDescription(
    key="plan_source",
    translation_key="plan_source",
    device_class=SensorDeviceClass.ENUM,
    options=[*Finding, NOT_STORED],
    entity_category=EntityCategory.DIAGNOSTIC,
)


@dataclass(frozen=True, kw_only=True)
class MomentDescription(SensorEntityDescription):
    """A moment of the plan that a source has, in unix seconds."""

    moment_fn: Callable[[Reading], int | None]


MOMENTS: Final = (
    MomentDescription(
        key="plan_made",
        translation_key="plan_made",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        moment_fn=lambda reading: reading.made_at,
    ),
    MomentDescription(
        key="plan_until",
        translation_key="plan_until",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        moment_fn=lambda reading: reading.until,
    ),
)
LOOK: Final = ButtonEntityDescription(
    key="look_at_plan",
    translation_key="look_at_plan",
    entity_category=EntityCategory.DIAGNOSTIC,
)


def entities_of(unit: PlanSourceUnit, platform: str) -> Iterable[Entity]:
    """Return the entities of a plan source on one platform."""
    if platform == Platform.SENSOR:
        return [SourceSensor(unit, STATE), *(MomentSensor(unit, each) for each in MOMENTS)]
    if platform == Platform.BUTTON:
        return [LookButton(unit, LOOK)]
    return []


class SourceEntity(FollowingEntity[PlanSourceUnit]):
    """An entity of a plan source's own device."""


class SourceSensor(SourceEntity, SensorEntity):
    """How it is with a source, in a word."""

    @property
    @override
    def native_value(self) -> str | None:
        """Return what was found at the last look, `None` before the first."""
        reading = self._unit.reading
        if reading is None:
            return None
        return reading.finding.value if self._unit.stored else NOT_STORED

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return what the source said itself, and which appliances follow it."""
        reading = self._unit.reading
        if reading is None:
            return {}
        planned = [plan.equipment_id for plan in reading.plans if not plan.withdrawn]
        misfits = [each.equipment_id for each in reading.misfits if each.equipment_id is not None]
        return attributes(
            detail=reading.detail or None,
            planned=self._names(planned),
            held_back=self._names(misfits),
        )

    def _names(self, equipment_ids: Iterable[EquipmentId]) -> list[str]:
        statuses = self._engine.statuses
        return [statuses[i].equipment.name for i in equipment_ids if i in statuses]


class MomentSensor(SourceEntity, SensorEntity):
    """A moment of the plan that the source has."""

    entity_description: MomentDescription

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the moment, `None` where there is none."""
        reading = self._unit.reading
        moment = None if reading is None else self.entity_description.moment_fn(reading)
        return None if moment is None else dt_util.utc_from_timestamp(moment)


class LookButton(SourceEntity, ButtonEntity):
    """Has the source looked at now."""

    @override
    async def async_press(self) -> None:
        """Look at once, and say so where nothing can be read; what comes of it is shown."""
        await self._unit.async_look_now()
