"""Starts the battery tests that a UPS offers."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory

from .unit import UpsUnit
from .ups_entity import UpsEntity
from .ups_settings import TESTS


@dataclass(frozen=True, kw_only=True)
class UpsButtonDescription(ButtonEntityDescription):
    """A button that starts one kind of battery test."""

    test: str


DESCRIPTIONS = (
    UpsButtonDescription(
        key="battery_test",
        translation_key="ups_battery_test",
        entity_category=EntityCategory.DIAGNOSTIC,
        test="normal",
    ),
    UpsButtonDescription(
        key="deep_battery_test",
        translation_key="ups_deep_battery_test",
        entity_category=EntityCategory.DIAGNOSTIC,
        test="deep",
    ),
)


class UpsTestButton(UpsEntity, ButtonEntity):
    """Starts a battery test."""

    entity_description: UpsButtonDescription

    @override
    async def async_press(self) -> None:
        """Start the test."""
        await self._unit.async_test(self.entity_description.test)


def entities(unit: UpsUnit) -> list[UpsTestButton]:
    """Return the buttons for the tests that the UPS offered when it was added."""
    return [
        UpsTestButton(unit, description)
        for description in DESCRIPTIONS
        if not set(TESTS[description.test]).isdisjoint(unit.tests)
    ]
