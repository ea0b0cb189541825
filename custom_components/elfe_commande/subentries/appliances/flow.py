"""Add an equipment to a local entry, or change one: what it is, how it is driven, how it is used."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ...const import CONF_HOME_NAME, DOMAIN, SUBENTRY_EQUIPMENT
from ...drivers import Driver
from .checks import entity_error, sensor_error, topics_from
from .definition import DRIVER_OF, TYPOLOGY_OF, driver_of_entity, roles_of
from .forms import (
    entity_schema,
    habits,
    habits_schema,
    mqtt_schema,
    second_entity_schema,
    topics_given,
    topics_schema,
)
from .keys import (
    CONF_COMMAND_TOPIC,
    CONF_DEVICES,
    CONF_DRIVER,
    CONF_ENTITY,
    CONF_EQUIPMENT_ID,
    CONF_EQUIPMENT_TYPE,
    CONF_HOME,
    CONF_NAME,
    CONF_POWER_SENSOR,
    CONF_TYPOLOGY,
    CONF_USAGE,
)

type Input = dict[str, Any] | None


class EquipmentFlow(ConfigSubentryFlow):
    """Three short steps; the same ones change an equipment, filled with what is known.

    A fourth one asks for the second of two finger robots.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[str, Any] = {}
        self._device: dict[str, Any] = {}
        self._second: dict[str, Any] = {}
        """What is known of the second device."""
        self._found: dict[str, Any] = {}
        """How the load is used."""

    async def async_step_user(self, _: Input = None) -> SubentryFlowResult:
        """Ask how the load is driven."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        return self.async_show_menu(step_id="user", menu_options=["entity", "mqtt"])

    async def async_step_reconfigure(self, _: Input = None) -> SubentryFlowResult:
        """Ask how the load is driven from now on."""
        subentry = self._get_reconfigure_subentry()
        if not self._known:
            self._device, *others = map(dict, subentry.data[CONF_DEVICES])
            self._second = others[0] if others else {}
            self._known = {**subentry.data, **self._device, CONF_NAME: subentry.title}
        return self.async_show_menu(step_id="reconfigure", menu_options=["entity", "mqtt"])

    # ------------------------------------------------------------- what it is, how it is driven

    async def async_step_entity(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the entity that is the load's switch or button."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._known |= user_input
            entity_id = user_input[CONF_ENTITY]
            taken = self._entities_taken()
            if error := entity_error(self.hass, entity_id, taken):
                errors[CONF_ENTITY] = error
            elif not (error := self._name_error()):
                driver = driver_of_entity(entity_id)
                self._device = {CONF_DRIVER: driver.name, CONF_ENTITY: entity_id}
                return await self.async_step_habits()
            else:
                errors[CONF_NAME] = error
        return self.async_show_form(
            step_id="entity",
            data_schema=entity_schema(self._known, _own_entities(self.hass)),
            errors=errors,
        )

    async def async_step_mqtt(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the kind of MQTT device."""
        if not self.hass.config_entries.async_entries(
            "mqtt", include_ignore=False, include_disabled=False
        ):
            return self.async_abort(reason="mqtt_missing")
        errors: dict[str, str] = {}
        if user_input is not None:
            self._known |= user_input
            if not (error := self._name_error()):
                return await self.async_step_topics()
            errors[CONF_NAME] = error
        return self.async_show_form(
            step_id="mqtt", data_schema=mqtt_schema(self._known), errors=errors
        )

    async def async_step_topics(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask where the device is on the broker."""
        driver = DRIVER_OF[self._known[CONF_DRIVER]]
        errors: dict[str, str] = {}
        if user_input is not None:
            given = topics_given(user_input)
            self._known = {k: v for k, v in self._known.items() if not k.endswith("topic")} | given
            checked = topics_from(driver, given)
            if checked.error is None:
                self._device = {CONF_DRIVER: driver.name, **checked.topics}
                return await self.async_step_habits()
            errors["base"] = checked.error
        return self.async_show_form(
            step_id="topics",
            data_schema=topics_schema(self._known),
            errors=errors,
            description_placeholders={"example": driver.example or "-"},
        )

    # -------------------------------------------------------------------------- how it is used

    async def async_step_habits(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask how the load is used and measured."""
        driver = DRIVER_OF[self._device[CONF_DRIVER]]
        entry = self._get_entry()
        self._known.setdefault(CONF_HOME, entry.data[CONF_HOME_NAME])
        self._forget_other_typology(driver)
        errors: dict[str, str] = {}
        if user_input is not None:
            found = habits(user_input)
            self._known |= found
            if error := sensor_error(self.hass, found.get(CONF_POWER_SENSOR)):
                errors[CONF_POWER_SENSOR] = error
            elif not found[CONF_HOME]:
                errors["base"] = "home_missing"
            else:
                self._found = found
                if len(roles_of(TYPOLOGY_OF[found[CONF_TYPOLOGY]])) == 1:
                    return self._finish(self._device)
                if CONF_ENTITY in self._device:
                    return await self.async_step_second_entity()
                return await self.async_step_second_topics()
        homes = {subentry.data[CONF_HOME] for subentry in self._equipments()}
        return self.async_show_form(
            step_id="habits",
            data_schema=habits_schema(
                self._known, driver, homes | {self._known[CONF_HOME]}, _own_entities(self.hass)
            ),
            errors=errors,
            description_placeholders={"name": self._known[CONF_NAME]},
        )

    # ----------------------------------------------------------------------- the second finger

    async def async_step_second_entity(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the button that switches the machine on before the other starts it."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entity_id = user_input[CONF_ENTITY]
            self._second = {CONF_DRIVER: self._device[CONF_DRIVER], CONF_ENTITY: entity_id}
            taken = self._entities_taken() | {self._device[CONF_ENTITY]}
            error = entity_error(self.hass, entity_id, taken)
            if error is None and not driver_of_entity(entity_id).presses:
                error = "not_a_button"
            if error is None:
                return self._finish(self._device, self._second)
            errors[CONF_ENTITY] = error
        return self.async_show_form(
            step_id="second_entity",
            data_schema=second_entity_schema(self._second, _own_entities(self.hass)),
            errors=errors,
            description_placeholders={"name": self._known[CONF_NAME]},
        )

    async def async_step_second_topics(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask where the finger is that switches the machine on before the other starts it."""
        driver = DRIVER_OF[self._device[CONF_DRIVER]]
        errors: dict[str, str] = {}
        if user_input is not None:
            self._second = topics_given(user_input)
            checked = topics_from(driver, self._second)
            if checked.error is not None:
                errors["base"] = checked.error
            elif checked.topics[CONF_COMMAND_TOPIC] == self._device[CONF_COMMAND_TOPIC]:
                errors["base"] = "same_device"
            else:
                second = {CONF_DRIVER: driver.name, **checked.topics}
                return self._finish(self._device, second)
        return self.async_show_form(
            step_id="second_topics",
            data_schema=topics_schema(self._second),
            errors=errors,
            description_placeholders={
                "example": driver.example or "-",
                "name": self._known[CONF_NAME],
            },
        )

    def _finish(self, *devices: Mapping[str, Any]) -> SubentryFlowResult:
        roles = roles_of(TYPOLOGY_OF[self._found[CONF_TYPOLOGY]])
        data = {
            **self._found,
            CONF_EQUIPMENT_TYPE: self._known[CONF_EQUIPMENT_TYPE],
            CONF_DEVICES: [
                {**device, CONF_USAGE: role} for role, device in zip(roles, devices, strict=True)
            ],
        }
        title = self._known[CONF_NAME].strip()
        entry = self._get_entry()
        if self.source == "reconfigure":
            subentry = self._get_reconfigure_subentry()
            data[CONF_EQUIPMENT_ID] = subentry.data[CONF_EQUIPMENT_ID]
            return self.async_update_and_abort(entry, subentry, title=title, data=data)
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        data[CONF_EQUIPMENT_ID] = int(entry.runtime_data.local.storage.next_id())
        return self.async_create_entry(title=title, data=data)

    # ------------------------------------------------------------------------------- the parts

    def _equipments(self) -> list[ConfigSubentry]:
        """Return the other equipments of the entry."""
        mine = self._reconfigure_subentry_id if self.source == "reconfigure" else None
        return [
            subentry
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_type == SUBENTRY_EQUIPMENT and subentry.subentry_id != mine
        ]

    def _entities_taken(self) -> set[str]:
        """Return the entities that drive other equipments."""
        return {
            device[CONF_ENTITY]
            for subentry in self._equipments()
            for device in subentry.data[CONF_DEVICES]
            if CONF_ENTITY in device
        }

    def _name_error(self) -> str | None:
        name = self._known[CONF_NAME].strip()
        if not name:
            return "name_missing"
        return "name_taken" if any(s.title == name for s in self._equipments()) else None

    def _forget_other_typology(self, driver: Driver) -> None:
        """Offer the usual typology again when the load is driven another way than before."""
        typology = TYPOLOGY_OF.get(self._known.get(CONF_TYPOLOGY, ""))
        if typology is not None and typology.presses is not driver.presses:
            del self._known[CONF_TYPOLOGY]


def _own_entities(hass: HomeAssistant) -> list[str]:
    """Return our own entities: an equipment would drive itself."""
    registry = er.async_get(hass)
    return [entity.entity_id for entity in registry.entities.values() if entity.platform == DOMAIN]
