"""What Home Assistant shows of a rule: what it says and why, and what can be tuned."""

from collections.abc import Iterable
from typing import Any, Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import PERCENTAGE, EntityCategory, Platform, UnitOfPower
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity import Entity
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...core.rules import Quantity
from ...describe import NONE, OFF, ON, attributes, source_of
from ...devices.identifiers import equipment_identifier
from ...entities.sentences import SENTENCE, reason_text
from ...entities.subentry import FollowingEntity
from .checks import threshold_mistake
from .rule_settings import CONF_ENABLED
from .traces import traced
from .unit import RuleUnit

RULE: Final = SensorEntityDescription(
    key="rule",
    translation_key="rule",
    device_class=SensorDeviceClass.ENUM,
    options=[ON, OFF, NONE],
)
RULE_REASON: Final = SensorEntityDescription(
    key="rule_reason", translation_key="rule_reason", device_class=SENTENCE
)
ENABLED: Final = SwitchEntityDescription(
    key="rule_enabled",
    translation_key="rule_enabled",
    entity_category=EntityCategory.CONFIG,
)
_WATTS: Final = {Quantity.SURPLUS, Quantity.PRODUCTION}


def _threshold(key: str, quantity: Quantity) -> NumberEntityDescription:
    watts = quantity in _WATTS
    return NumberEntityDescription(
        key=key,
        translation_key=key,
        device_class=NumberDeviceClass.POWER if watts else None,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfPower.WATT if watts else PERCENTAGE,
        native_min_value=-100_000 if quantity is Quantity.SURPLUS else 0,
        native_max_value=100_000 if watts else 100,
        native_step=10 if watts else 1,
        mode=NumberMode.BOX,
    )


_KEYS: Final = {
    Quantity.SURPLUS: ("surplus_on", "surplus_off"),
    Quantity.SOC: ("soc_on", "soc_off"),
    Quantity.PRODUCTION: ("production_on", "production_off"),
    Quantity.FORECAST: ("forecast_on", "forecast_off"),
}
THRESHOLDS: Final = {
    quantity: tuple(_threshold(key, quantity) for key in keys) for quantity, keys in _KEYS.items()
}


def entities_of(unit: RuleUnit, platform: str) -> Iterable[Entity]:
    """Return the entities of a rule on one platform."""
    if platform == Platform.SENSOR:
        return [RuleSensor(unit, RULE), RuleReason(unit, RULE_REASON)]
    if platform == Platform.SWITCH:
        return [RuleSwitch(unit, ENABLED)]
    if platform == Platform.NUMBER:
        return [
            RuleThreshold(unit, description)
            for quantity in unit.rule.bands
            for description in THRESHOLDS[quantity]
        ]
    return []


class RuleEntity(FollowingEntity[RuleUnit]):
    """An entity of a rule's own device, behind that of its load."""

    @override
    def _behind(self) -> tuple[str, str]:
        """Return the identifier of its load's device."""
        return equipment_identifier(self._hub.entry.entry_id, self._unit.rule.equipment_id)


class RuleSensor(RuleEntity, SensorEntity):
    """What the rule says now, and why."""

    _unrecorded_attributes = frozenset({"trace"})

    @property
    @override
    def native_value(self) -> str | None:
        """Return what it wants, `None` before it was asked."""
        status = self._unit.status
        verdict = None if status is None else status.verdict
        if verdict is None:
            return None
        on = verdict.evaluation.on
        return NONE if on is None else ON if on else OFF

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the reason, whether it decides, since when, and everything it looked at."""
        status = self._unit.status
        verdict = None if status is None else status.verdict
        if status is None or verdict is None:
            return {}
        history = status.history
        load = self._engine.statuses.get(status.rule.equipment_id)
        return attributes(
            reason=verdict.evaluation.reason,
            in_charge=verdict.in_charge,
            source=None if load is None else source_of(load),
            granted=None if history.on is None else ON if history.on else OFF,
            since=dt_util.utc_from_timestamp(history.since).isoformat() if history.since else None,
            starts=history.starts(self._engine.clock.now()),
            trace=traced(verdict.evaluation.trace),
        )


class RuleReason(RuleEntity, SensorEntity):
    """Why the rule says so, in a sentence."""

    @property
    @override
    def native_value(self) -> str | None:
        """Return the sentence, `None` before it was asked."""
        status = self._unit.status
        verdict = None if status is None else status.verdict
        return None if verdict is None else reason_text(self.hass, verdict.evaluation.reason)


class RuleSwitch(RuleEntity, SwitchEntity):
    """Whether the rule is asked at all."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it is."""
        return self._unit.rule.enabled

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let it propose."""
        self._unit.tune(CONF_ENABLED, True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Let it rest; what it switched on goes off."""
        self._unit.tune(CONF_ENABLED, False)


class RuleThreshold(RuleEntity, NumberEntity):
    """One threshold of the rule."""

    @property
    @override
    def native_value(self) -> float:
        """Return it."""
        quantity, edge = self._place
        band = self._unit.rule.bands[quantity]
        return band.on if edge == "on" else band.off

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Change it, unless the rule would make no sense with it."""
        key, status = self.entity_description.key, self._unit.status
        data = {**self._unit.subentry.data, key: value}
        signed = None if status is None else status.history.signed
        if mistake := threshold_mistake(self.hass, data, *self._place, signed=signed):
            error, words = mistake
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key=error,
                translation_placeholders={"rule": self._unit.subentry.title, **words},
            )
        self._unit.tune(key, value)

    @property
    def _place(self) -> tuple[Quantity, str]:
        quantity, _, edge = self.entity_description.key.rpartition("_")
        return Quantity(quantity), edge
