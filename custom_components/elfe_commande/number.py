"""How long a load runs, and how much its battery still holds."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import override

from homeassistant.components.number import (
    DOMAIN as PLATFORM,
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfTime

from .core.model import Constraints
from .devices.shapes import Kind, kind_of
from .engine.ground.status import EquipmentStatus
from .entities.base import WishingEntity
from .entities.platform import Platform

PARALLEL_UPDATES = 0

MINUTE = 60
"""Seconds; the tables have these, people read minutes."""


@dataclass(frozen=True, kw_only=True)
class WishNumberDescription(NumberEntityDescription):
    """A number that people wish of an equipment."""

    value_fn: Callable[[Constraints], float | None]
    """In the unit shown; `None` where the tables have no such value."""
    wish_fn: Callable[[float], Constraints]


def _minutes(constraints: Constraints) -> float | None:
    seconds = constraints.cycle_duration
    return None if seconds is None else seconds / MINUTE


DESCRIPTIONS = (
    WishNumberDescription(
        key="cycle_duration",
        translation_key="cycle_duration",
        device_class=NumberDeviceClass.DURATION,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        native_min_value=15,
        native_max_value=1440,
        native_step=15,
        mode=NumberMode.BOX,
        value_fn=_minutes,
        wish_fn=lambda value: Constraints(cycle_duration=round(value * MINUTE)),
    ),
    WishNumberDescription(
        key="charge_left",
        translation_key="charge_left",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        value_fn=lambda constraints: constraints.charge_left,
        wish_fn=lambda value: Constraints(charge_left=round(value)),
    ),
)


@cache
def _those(keys: frozenset[str]) -> tuple[WishNumberDescription, ...]:
    return tuple(description for description in DESCRIPTIONS if description.key in keys)


def wanted(status: EquipmentStatus) -> tuple[WishNumberDescription, ...]:
    """Return the numbers of an equipment: those that the tables have."""
    if kind_of(status) is not Kind.DRIVEN:
        return ()
    constraints = status.equipment.constraints
    return _those(frozenset(d.key for d in DESCRIPTIONS if d.value_fn(constraints) is not None))


class WishNumber(WishingEntity, NumberEntity):
    """A number that people wish."""

    entity_description: WishNumberDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value stored."""
        return self.entity_description.value_fn(self._status.equipment.constraints)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Store another value."""
        await self._async_constrain(self.entity_description.wish_fn(value))


async_setup_entry = Platform(
    domain=PLATFORM, descriptions=DESCRIPTIONS, wanted=wanted, make=WishNumber
).async_set_up
