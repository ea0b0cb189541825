"""Add an equipment to a local entry, or change one: what it is, how it is driven, how it is used."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry, SubentryFlowResult

from ...const import CONF_HOME_NAME, SECTION_ADVANCED, SUBENTRY_EQUIPMENT
from ...drivers import Driver
from ...drivers.entity_setting import EntitySetting
from ..claims import claimed
from .checks import entity_error, own_entities, safe_state_error, sensor_error, topics_from
from .definition import DRIVER_OF, SAFE_STATES, TYPOLOGY_OF, driver_of_entity, output_of, roles_of
from .forms import (
    DEFAULT_CYCLE,
    INVERTED,
    MINUTE,
    SECTION_MEASURE,
    entity_schema,
    habits,
    habits_schema,
    is_continuous,
    mqtt_schema,
    second_entity_schema,
    topics_given,
    topics_schema,
)
from .keys import (
    CONF_CONTINUOUS,
    CONF_CYCLE_DURATION,
    CONF_DEVICES,
    CONF_DRIVER,
    CONF_ENTITY,
    CONF_EQUIPMENT_ID,
    CONF_EQUIPMENT_TYPE,
    CONF_HOME,
    CONF_NAME,
    CONF_POWER_SENSOR,
    CONF_SAFE_STATE,
    CONF_TOPIC,
    CONF_TYPOLOGY,
    CONF_USAGE,
)
from .setting_steps import Input, SettingSteps, known_of
from .usual import usual_habits

WAYS_IN = ("entity", "charger", "sg_ready", "mqtt")
"""The steps that ask how a load is driven."""


class EquipmentFlow(SettingSteps):
    """Three short steps; the same ones change an equipment, filled with what is known.

    A fourth one asks for the second of two finger robots, or for the values that an entity is
    given.
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
        return self.async_show_menu(step_id="user", menu_options=list(WAYS_IN))

    async def async_step_reconfigure(self, _: Input = None) -> SubentryFlowResult:
        """Ask how the load is driven from now on."""
        subentry = self._get_reconfigure_subentry()
        if not self._known:
            self._device, *others = map(dict, subentry.data[CONF_DEVICES])
            self._second = others[0] if others else {}
            self._known = {**subentry.data, **self._device, CONF_NAME: subentry.title}
            self._known |= known_of(self._device)
        return self.async_show_menu(step_id="reconfigure", menu_options=list(WAYS_IN))

    # ------------------------------------------------------------- what it is, how it is driven

    @override
    async def async_step_entity(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the entity that is the load's switch or button."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._known |= user_input
            entity_id = user_input[CONF_ENTITY]
            taken = self._taken()
            if CONF_EQUIPMENT_TYPE not in user_input:
                errors[CONF_EQUIPMENT_TYPE] = "type_missing"
            elif error := entity_error(self.hass, entity_id, taken):
                errors[CONF_ENTITY] = error
            elif error := self._name_error():
                errors[CONF_NAME] = error
            elif not isinstance(driver := driver_of_entity(entity_id), EntitySetting):
                self._device = {CONF_DRIVER: driver.name, CONF_ENTITY: entity_id}
                return await self.async_step_habits()
            elif error := self._setting_error(entity_id):
                errors[CONF_ENTITY] = error
            else:
                return await self._begin_setting(entity_id)
        return self.async_show_form(
            step_id="entity",
            data_schema=entity_schema(self._known, own_entities(self.hass)),
            errors=errors,
        )

    async def async_step_mqtt(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask for the kind of MQTT device and its name, which is enough for most."""
        if not self.hass.config_entries.async_entries(
            "mqtt", include_ignore=False, include_disabled=False
        ):
            return self.async_abort(reason="mqtt_missing")
        errors: dict[str, str] = {}
        if user_input is not None:
            self._known |= user_input
            if CONF_EQUIPMENT_TYPE not in user_input:
                errors[CONF_EQUIPMENT_TYPE] = "type_missing"
            elif CONF_DRIVER not in user_input:
                errors[CONF_DRIVER] = "driver_missing"
            elif not (error := self._name_error()):
                topic = user_input.get(CONF_TOPIC)
                named = {CONF_TOPIC: topic, SECTION_ADVANCED: {}} if topic else None
                return await self.async_step_topics(named)
            else:
                errors[CONF_NAME] = error
        return self.async_show_form(
            step_id="mqtt",
            data_schema=mqtt_schema(self._known, new=self.source != "reconfigure"),
            errors=errors,
        )

    async def async_step_topics(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask where the device is on the broker."""
        driver = DRIVER_OF[self._known[CONF_DRIVER]]
        errors: dict[str, str] = {}
        if user_input is not None:
            given = topics_given(user_input)
            self._known = {k: v for k, v in self._known.items() if not k.endswith("topic")} | given
            checked = topics_from(driver, given)
            device = {CONF_DRIVER: driver.name, **checked.topics}
            if (error := checked.error or self._device_error(device)) is None:
                self._device = device
                return await self.async_step_habits()
            errors["base"] = error
        return self.async_show_form(
            step_id="topics",
            data_schema=topics_schema(self._known),
            errors=errors,
            description_placeholders={"example": driver.example or "-"},
        )

    # -------------------------------------------------------------------------- how it is used

    @override
    async def async_step_habits(self, user_input: Input = None) -> SubentryFlowResult:
        """Ask how the load is used and measured."""
        driver = DRIVER_OF[self._device[CONF_DRIVER]]
        entry = self._get_entry()
        self._known.setdefault(CONF_HOME, entry.data[CONF_HOME_NAME])
        if self.source != "reconfigure":
            self._known = usual_habits(entry, self._known) | self._known
        self._forget_other_typology(driver)
        errors: dict[str, str] = {}
        opened: set[str] = set()
        if user_input is not None:
            found, asked = habits(user_input), is_continuous(self._known)
            self._known.pop(CONF_SAFE_STATE, None)
            self._known |= found
            if error := sensor_error(self.hass, found.get(CONF_POWER_SENSOR)):
                errors["base"], opened = error, {SECTION_MEASURE}
            elif not found[CONF_HOME]:
                errors["base"], opened = "home_missing", {SECTION_ADVANCED}
            elif error := _safe_state_error(found, driver):
                errors["base"], opened = error, {SECTION_ADVANCED}
            elif asked and not found[CONF_CONTINUOUS]:
                # Now it is worth asking when it must be done, and how long it takes.
                self._known.setdefault(CONF_CYCLE_DURATION, DEFAULT_CYCLE * MINUTE)
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
                self._known,
                driver,
                homes | {self._known[CONF_HOME]},
                own_entities(self.hass),
                opened=opened,
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
            taken = self._taken() | {self._device[CONF_ENTITY]: "entity_taken"}
            error = entity_error(self.hass, entity_id, taken)
            if error is None and not driver_of_entity(entity_id).presses:
                error = "not_a_button"
            if error is None:
                return self._finish(self._device, self._second)
            errors[CONF_ENTITY] = error
        return self.async_show_form(
            step_id="second_entity",
            data_schema=second_entity_schema(self._second, own_entities(self.hass)),
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
            second = {CONF_DRIVER: driver.name, **checked.topics}
            error = checked.error or self._device_error(second, self._device)
            if error is None:
                return self._finish(self._device, second)
            errors["base"] = error
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

    @override
    def _taken(self) -> dict[str, str]:
        """Return what others switch, in every home, with the error that each makes."""
        mine = self._reconfigure_subentry_id if self.source == "reconfigure" else None
        return {
            claim: "entity_taken"
            if owner.subentry_type == SUBENTRY_EQUIPMENT
            else "entity_of_panel"
            for claim, owner in claimed(self.hass, but=mine).items()
        }

    def _device_error(
        self, device: Mapping[str, Any], first: Mapping[str, Any] | None = None
    ) -> str | None:
        """Return why a device of the broker cannot drive the load, beside the `first` of two."""
        output = output_of(device)
        if first is not None and output_of(first) == output:
            return "same_device"
        return "device_taken" if output in self._taken() else None

    @override
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


def _safe_state_error(found: Mapping[str, Any], driver: Driver) -> str | None:
    """Return why the safe state declared cannot be had, `None` if it can or if there is none."""
    if (safe := found.get(CONF_SAFE_STATE)) is None:
        return None
    return safe_state_error(
        driver,
        safe_on=SAFE_STATES[safe],
        continuous=found[CONF_CONTINUOUS],
        inverted=found[CONF_TYPOLOGY] == INVERTED,
    )
