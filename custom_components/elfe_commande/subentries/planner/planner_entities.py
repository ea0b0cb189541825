"""What Home Assistant shows of the planner: how it is, and what its loads cost day by day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.const import EntityCategory, Platform, UnitOfEnergy
from homeassistant.helpers.entity import Entity

from ...describe import attributes, iso
from ...entities.subentry import FollowingEntity
from ...planning.home.ledger import Day
from .findings import Finding
from .telling import about_loads
from .unit import PlannerUnit


@dataclass(frozen=True, kw_only=True)
class DayDescription(SensorEntityDescription):
    """A number of a day, 0 today and 1 tomorrow; money has the currency of the home."""

    days: int
    value_fn: Callable[[Day], float | None]


STATE = SensorEntityDescription(
    key="planner_state",
    translation_key="planner_state",
    device_class=SensorDeviceClass.ENUM,
    options=list(Finding),
    entity_category=EntityCategory.DIAGNOSTIC,
)
DAYS = (
    DayDescription(
        key="planned_cost_today",
        translation_key="planned_cost_today",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        days=0,
        value_fn=lambda day: day.cost,
    ),
    DayDescription(
        key="planned_cost_tomorrow",
        translation_key="planned_cost_tomorrow",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        days=1,
        value_fn=lambda day: day.cost,
    ),
    DayDescription(
        key="planned_sun_today",
        translation_key="planned_sun_today",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        days=0,
        value_fn=lambda day: day.sun,
    ),
    DayDescription(
        key="planned_savings_today",
        translation_key="planned_savings_today",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        days=0,
        value_fn=lambda day: day.saved,
    ),
)
PLAN_NOW = ButtonEntityDescription(
    key="plan_now",
    translation_key="plan_now",
    entity_category=EntityCategory.DIAGNOSTIC,
)


def entities_of(unit: PlannerUnit, platform: str) -> Iterable[Entity]:
    """Return the entities of the planner on one platform."""
    if platform == Platform.SENSOR:
        return [StateSensor(unit, STATE), *(DaySensor(unit, each) for each in DAYS)]
    if platform == Platform.BUTTON:
        return [PlanButton(unit, PLAN_NOW)]
    return []


class PlannerEntity(FollowingEntity[PlannerUnit]):
    """An entity of the planner's own device."""


class StateSensor(PlannerEntity, SensorEntity):
    """How it is with the planner, in a word, and what it planned for each load."""

    _unrecorded_attributes = frozenset({"loads"})

    @property
    @override
    def native_value(self) -> str | None:
        """Return the worst that was found, `None` before the first plan."""
        return next(iter(self._unit.findings), None)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return all that was found, when it was planned, and the loads."""
        planned = self._unit.planned
        if planned is None:
            return {}
        return attributes(
            findings=[str(each) for each in self._unit.findings],
            detail=self._unit.detail or None,
            planned_at=iso(planned.made_at),
            estimated_from=iso(planned.seen.guessed_from or planned.plan.estimated_from),
            loads=about_loads(self.hass, planned),
        )


class DaySensor(PlannerEntity, SensorEntity):
    """A number of one day of the planned loads."""

    entity_description: DayDescription

    @property
    @override
    def native_unit_of_measurement(self) -> str | None:
        """Return the unit; of money it is the currency of Home Assistant."""
        if self.entity_description.device_class is SensorDeviceClass.MONETARY:
            return self.hass.config.currency
        return self.entity_description.native_unit_of_measurement

    @property
    @override
    def native_value(self) -> float | None:
        """Return the number, `None` where it is not known."""
        day = self._unit.day(self.entity_description.days)
        value = None if day is None else self.entity_description.value_fn(day)
        return None if value is None else round(value, 4)


class PlanButton(PlannerEntity, ButtonEntity):
    """Has a new plan made now."""

    @override
    async def async_press(self) -> None:
        """Plan at once, and say so where that cannot be done; what comes of it is shown."""
        await self._unit.async_plan_now()
