"""The options of an entry: which homes it serves, and how."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.helpers.translation import async_get_translations

from ..const import CONF_CONNECTED_WORDS, CONF_CONTINUOUS_TYPES, CONF_HOMES, CONF_SHADOW, DOMAIN
from ..interfaces.socorel import MANUAL
from .database import Checked, async_check
from .entry_settings import homes as homes_of, is_local, layout, shadow as is_shadow
from .mode_file_form import async_mode_file_errors, mode_file_options, mode_file_schema
from .neighbours import neighbours, overlap_error
from .plates_form import plates_errors, plates_options, plates_schema
from .record_form import record_schema
from .safe_form import safe_errors, safe_options, safe_schema
from .schemas import entry_options, local_options_schema, options_schema, shadow_schema
from .screens_form import screens_errors, screens_options, screens_schema
from .shown_form import CONF_SHOWN, candidates, shown_options, shown_schema, shown_twice

_CANNOT_WRITE: Final = ("missing_privileges", "database_read_only")


class ElfeOptionsFlow(OptionsFlow):
    """Change the options; the entry's update listener sets it up again."""

    _found_homes: tuple[str, ...] | None = None

    async def async_step_init(
        self,
        user_input: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> ConfigFlowResult:
        """Offer what can be changed."""
        menu = ["general", "safe", "screens", "shown", "mode_file", "record", "shadow"]
        if is_local(self.config_entry):
            menu = ["local", "plates", "screens", "shown", "mode_file", "record", "shadow"]
        return self.async_show_menu(step_id="init", menu_options=menu)

    async def async_step_general(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is served and how; the homes of the database are offered when it answers."""
        entry = self.config_entry
        if self._found_homes is None:
            self._found_homes = (await async_check(self.hass, entry.data, entry.options)).homes
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        shown: Mapping[str, Any] = entry.options
        if user_input is not None:
            errors = _errors(user_input)
            others = neighbours(self.hass, entry.data, entry)
            if overlap := overlap_error(homes_of(user_input), others):
                errors[CONF_HOMES] = overlap.error
                placeholders = overlap.placeholders
            if CONF_CONTINUOUS_TYPES not in errors:
                shown = entry_options(entry.options, user_input)
            if not errors:
                return self.async_create_entry(data=shown)
        return self.async_show_form(
            step_id="general",
            data_schema=options_schema(shown, self._found_homes),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_safe(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what appliances go back to by themselves when their orders are not renewed."""
        errors: dict[str, str] = {}
        schema = safe_schema(self.config_entry.options)
        if user_input is not None:
            errors = safe_errors(user_input)
            if not errors:
                data = safe_options(self.config_entry.options, user_input)
                return self.async_create_entry(data=data)
            schema = self.add_suggested_values_to_schema(schema, user_input)
        return self.async_show_form(step_id="safe", data_schema=schema, errors=errors)

    async def async_step_screens(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how the wall screens are laid out."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        options = self.config_entry.options
        language = self.hass.config.language
        texts = await async_get_translations(self.hass, language, "selector", [DOMAIN])
        schema = screens_schema(options, texts)
        if user_input is not None:
            errors, placeholders = screens_errors(user_input)
            if not errors:
                return self.async_create_entry(data=screens_options(options, user_input))
            schema = self.add_suggested_values_to_schema(schema, user_input)
        return self.async_show_form(
            step_id="screens",
            data_schema=schema,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_shown(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what a page shows where a home has several equipments for it."""
        entry = self.config_entry
        if entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="entry_not_loaded")
        inventory = entry.runtime_data.engine.statuses.values()
        found = candidates(layout(entry.options), (status.equipment for status in inventory))
        if not found:
            return self.async_abort(reason="nothing_to_choose")
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        shown: Mapping[str, Any] = entry.options
        if user_input is not None:
            twice = shown_twice(user_input, found)
            if twice is None:
                return self.async_create_entry(data=shown_options(shown, user_input, found))
            errors[CONF_SHOWN] = "shown_twice"
            placeholders = {"home": twice.equipment.home, "page": str(twice.page)}
        schema = shown_schema(shown, found)
        if user_input is not None:
            schema = self.add_suggested_values_to_schema(schema, user_input)
        return self.async_show_form(
            step_id="shown",
            data_schema=schema,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_local(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for those of a local home."""
        entry = self.config_entry
        if user_input is not None:
            return self.async_create_entry(data={**entry.options, **user_input})
        return self.async_show_form(
            step_id="local", data_schema=local_options_schema(entry.options)
        )

    async def async_step_plates(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which wall screens a local home has."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        options = self.config_entry.options
        schema = plates_schema(options)
        if user_input is not None:
            errors, placeholders = plates_errors(user_input)
            if not errors:
                return self.async_create_entry(data=plates_options(options, user_input))
            schema = self.add_suggested_values_to_schema(schema, user_input)
        return self.async_show_form(
            step_id="plates",
            data_schema=schema,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_record(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how long what happened is kept, and how much room it may take."""
        options = self.config_entry.options
        if user_input is not None:
            return self.async_create_entry(data={**options, **user_input})
        return self.async_show_form(step_id="record", data_schema=record_schema(options))

    async def async_step_shadow(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether the entry only looks; what stands against it is told before it is set up."""
        checked = Checked()
        chosen = is_shadow(self.config_entry.options)
        if user_input is not None:
            chosen = user_input[CONF_SHADOW]
            checked = await self._async_check_shadow(chosen)
            if checked.error is None:
                return self.async_create_entry(data={**self.config_entry.options, **user_input})
        return self.async_show_form(
            step_id="shadow",
            data_schema=shadow_schema(chosen),
            errors={} if checked.error is None else {CONF_SHADOW: checked.error},
            description_placeholders=checked.placeholders,
        )

    async def _async_check_shadow(self, chosen: bool) -> Checked:
        """Return what stands against looking only from now on, or against acting again."""
        entry = self.config_entry
        if chosen and entry.state is ConfigEntryState.LOADED:
            waiting = entry.runtime_data.engine.waiting
            return Checked("outcomes_wait", {"count": str(waiting)}) if waiting else Checked()
        if chosen or is_local(entry):
            return Checked()
        checked = await async_check(self.hass, entry.data)
        # A database that does not answer now is waited for by the entry itself.
        return checked if checked.error in _CANNOT_WRITE else Checked()

    async def async_step_mode_file(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where other programs see and choose modes; without a path they do not."""
        errors: dict[str, str] = {}
        schema = mode_file_schema(self.config_entry.options)
        if user_input is not None:
            errors = await async_mode_file_errors(self.hass, self.config_entry, user_input)
            if not errors:
                data = mode_file_options(self.config_entry.options, user_input)
                return self.async_create_entry(data=data)
            schema = self.add_suggested_values_to_schema(schema, user_input)
        return self.async_show_form(step_id="mode_file", data_schema=schema, errors=errors)


def _errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the form on its own."""
    errors: dict[str, str] = {}
    types = user_input.get(CONF_CONTINUOUS_TYPES, ())
    if not all(str(type_id).isdecimal() for type_id in types):
        errors[CONF_CONTINUOUS_TYPES] = "invalid_type"
    words = user_input.get(CONF_CONNECTED_WORDS, ())
    if any(not word.strip() or word.strip().casefold() == MANUAL for word in words):
        errors[CONF_CONNECTED_WORDS] = "invalid_word"
    return errors
