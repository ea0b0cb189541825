"""The steps for entities that are given chosen values, and for two that are ordered as one."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT

from ...core.actuators import PAIRS, Attributes, Domain, Half, Pair, Part, Way, domain_of
from ...drivers.entity_setting import DRIVER as SETTING
from .checks import attributes_of, entity_error, own_entities
from .keys import (
    CONF_DRIVER,
    CONF_ENTITY,
    CONF_EQUIPMENT_TYPE,
    CONF_NAME,
    CONF_OFF,
    CONF_ON,
    CONF_OWN_CHANGES,
    CONF_PAIR,
    CONF_PARTS,
    CONF_WAY,
)
from .setting_forms import number_schema, pair_schema, values_schema, way_schema

type Input = dict[str, Any] | None


class SettingSteps(ConfigSubentryFlow):
    """What an entity is given, and pairs of entities."""

    _known: dict[str, Any]
    _device: dict[str, Any]

    @abstractmethod
    async def async_step_entity(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the entity that drives the load."""

    @abstractmethod
    async def async_step_habits(self, user_input: Input = None) -> SubentryFlowResult:
        """Go on with how the load is used."""

    @abstractmethod
    def _taken(self) -> dict[str, str]:
        """Return what others switch, with the error that each makes."""

    @abstractmethod
    def _name_error(self) -> str | None:
        """Return why the name will not do."""

    # ------------------------------------------------------------------------- of one entity

    def _setting_error(self, entity_id: str) -> str | None:
        """Return why an entity cannot be set to one of two values, `None` if it can."""
        return None if self._ways(entity_id) else "nothing_to_set"

    def _ways(self, entity_id: str) -> tuple[Way, ...]:
        domain = domain_of(entity_id)
        return () if domain is None else domain.offered(attributes_of(self.hass, entity_id))

    async def _begin_setting(self, entity_id: str) -> SubentryFlowResult:
        """Ask what of an entity is set, where there is a choice."""
        self._device = {CONF_DRIVER: SETTING.name, CONF_ENTITY: entity_id}
        ways = self._ways(entity_id)
        if len(ways) == 1:
            return await self._set_way(ways[0])
        return await self.async_step_way()

    async def async_step_way(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask what of the entity is set."""
        entity_id = self._device[CONF_ENTITY]
        ways = self._ways(entity_id)
        if user_input is not None:
            self._known |= user_input
            way = next((way for way in ways if way.key == user_input[CONF_WAY]), None)
            if way is not None:
                return await self._set_way(way)
        if not ways:
            # It was there a moment ago.
            given = (CONF_NAME, CONF_EQUIPMENT_TYPE, CONF_ENTITY)
            return await self.async_step_entity({key: self._known[key] for key in given})
        return self.async_show_form(
            step_id="way",
            data_schema=way_schema(ways, self._known),
            description_placeholders={"entity": entity_id},
        )

    async def _set_way(self, way: Way) -> SubentryFlowResult:
        self._device |= {CONF_WAY: way.key}
        if way.fixed is None:
            return await self.async_step_values()
        self._device[CONF_ON], self._device[CONF_OFF] = way.fixed
        return await self.async_step_habits()

    async def async_step_values(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the values of on and off."""
        entity_id: str = self._device[CONF_ENTITY]
        domain, way = _chosen(entity_id, self._device[CONF_WAY])
        attributes = attributes_of(self.hass, entity_id)
        errors: dict[str, str] = {}
        if user_input is not None:
            self._known |= user_input
            given = {key: way.parse(str(user_input[key])) for key in (CONF_ON, CONF_OFF)}
            part = Part(entity_id, way, given[CONF_ON], given[CONF_OFF])
            error = _values_error(part, attributes)
            if error is None:
                if domain.programmes:
                    given[CONF_OWN_CHANGES] = user_input[CONF_OWN_CHANGES]
                self._device |= given
                return await self.async_step_habits()
            errors["base"] = error
        return self.async_show_form(
            step_id="values",
            data_schema=values_schema(
                self.hass, entity_id, way, attributes, self._known, own=domain.programmes
            ),
            errors=errors,
            description_placeholders={"name": self._known[CONF_NAME], "entity": entity_id},
        )

    # --------------------------------------------------------------------------- of a pair

    async def async_step_charger(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the current and the switch of a charger."""
        return await self._step_pair(PAIRS["charger"], user_input)

    async def async_step_sg_ready(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the two contacts of a heat pump."""
        return await self._step_pair(PAIRS["sg_ready"], user_input)

    async def _step_pair(self, pair: Pair, user_input: Input) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            self._known |= user_input
            errors = self._pair_errors(pair, user_input)
            if not errors:
                self._device = {
                    CONF_DRIVER: SETTING.name,
                    CONF_PAIR: pair.key,
                    CONF_PARTS: [_half(half, user_input[half.key]) for half in pair.halves],
                }
                return await self._after_pair()
        return self.async_show_form(
            step_id=pair.key,
            data_schema=pair_schema(pair, self._known, own_entities(self.hass)),
            errors=errors,
        )

    def _pair_errors(self, pair: Pair, given: Mapping[str, Any]) -> dict[str, str]:
        errors: dict[str, str] = {}
        taken = self._taken()
        if CONF_EQUIPMENT_TYPE not in given:
            errors[CONF_EQUIPMENT_TYPE] = "type_missing"
        if error := self._name_error():
            errors[CONF_NAME] = error
        for half in pair.halves:
            entity_id: str = given[half.key]
            error = entity_error(self.hass, entity_id, taken, half.domains)
            if error is None and half.on is None and not self._ways(entity_id):
                error = "nothing_to_set"
            if error is not None:
                errors[half.key] = error
            taken = taken | {entity_id: "entity_taken"}
        return errors

    async def _after_pair(self) -> SubentryFlowResult:
        asked = any(CONF_ON not in half for half in self._device[CONF_PARTS])
        return await (self.async_step_current() if asked else self.async_step_habits())

    async def async_step_current(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the number that the first of two entities is given for on."""
        half, *others = self._device[CONF_PARTS]
        entity_id: str = half[CONF_ENTITY]
        _, way = _chosen(entity_id, half[CONF_WAY])
        attributes = attributes_of(self.hass, entity_id)
        errors: dict[str, str] = {}
        if user_input is not None:
            self._known |= user_input
            value = way.parse(str(user_input[CONF_ON]))
            least = PAIRS[self._device[CONF_PAIR]].least
            lowest = least.get(attributes.get(ATTR_UNIT_OF_MEASUREMENT, ""))
            if not way.takes(value, attributes):
                errors["base"] = "value_gone"
            elif lowest is not None and isinstance(value, float) and value < lowest:
                errors["base"] = "current_too_low"
            else:
                self._device = {**self._device, CONF_PARTS: [{**half, CONF_ON: value}, *others]}
                return await self.async_step_habits()
        return self.async_show_form(
            step_id="current",
            data_schema=number_schema(self.hass, entity_id, way, attributes, self._known),
            errors=errors,
            description_placeholders={"name": self._known[CONF_NAME], "entity": entity_id},
        )


def known_of(device: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the forms of a pair show of what is kept."""
    pair = PAIRS.get(device.get(CONF_PAIR, ""))
    if pair is None:
        return {}
    found: dict[str, Any] = {}
    for half, kept in zip(pair.halves, device[CONF_PARTS], strict=False):
        found[half.key] = kept[CONF_ENTITY]
        if half.on is None:
            found[CONF_ON] = kept.get(CONF_ON)
    return found


def _chosen(entity_id: str, key: str) -> tuple[Domain, Way]:
    domain = domain_of(entity_id)
    way = None if domain is None else domain.way(key)
    if domain is None or way is None:
        raise ValueError(entity_id)
    return domain, way


def _half(half: Half, entity_id: str) -> dict[str, Any]:
    """Return what is kept of one half, as far as nobody has to choose it."""
    domain = domain_of(entity_id)
    way = None if domain is None else domain.way("")
    kept = {CONF_ENTITY: entity_id, CONF_WAY: "" if way is None else way.key}
    given = {CONF_ON: half.on, CONF_OFF: half.off}
    return kept | {key: value for key, value in given.items() if value is not None}


def _values_error(part: Part, attributes: Attributes) -> str | None:
    if part.on is None or part.off is None:
        return "value_gone"
    if not (part.way.takes(part.on, attributes) and part.way.takes(part.off, attributes)):
        return "value_gone"
    return "same_values" if part.way.equal(part.on, part.off, attributes) else None
