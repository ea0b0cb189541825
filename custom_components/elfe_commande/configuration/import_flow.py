"""Steps of the entry's flow that take over the `config.json` of the reference controller."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME

from ..const import CONF_SHADOW
from .database import Checked, async_check
from .database_flow import DatabaseSteps, listed
from .json_repair import read_json
from .reference_config import ConfigError, Imported, import_config
from .schemas import CONF_CONFIG, config_schema, entry_data, summary_schema


class ImportSteps(DatabaseSteps):
    """Make an entry from a file; ask for what the file lacks."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self._imported = Imported()

    async def async_step_import_config(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the `config.json` of the reference controller."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        text: str | None = None
        shadow = False
        if user_input is not None:
            text = user_input[CONF_CONFIG]
            shadow = user_input[CONF_SHADOW]
            reading = read_json(text)
            if reading.broken is not None:
                errors["base"] = "invalid_json"
                placeholders["place"] = str(reading.broken)
            if reading.missing_commas or reading.superfluous_commas:
                errors[CONF_CONFIG] = "commas"
                places = (reading.missing_commas, reading.superfluous_commas)
                placeholders["missing"], placeholders["superfluous"] = (
                    listed([str(place) for place in found]) for found in places
                )
                if reading.broken is None:
                    text = reading.text
            if not errors:
                try:
                    self._imported = import_config(reading.value)
                except ConfigError as err:
                    errors[CONF_CONFIG] = err.key
                    placeholders |= err.placeholders
                else:
                    looks = {CONF_SHADOW: True} if shadow else {}
                    self._options = {**self._imported.options, **looks}
                    return await self._async_check_imported(self._imported)
        return self.async_show_form(
            step_id="import_config",
            data_schema=config_schema(text, shadow=shadow),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_check_imported(self, imported: Imported) -> ConfigFlowResult:
        """Ask for what the file lacks, or go on if it has all and the database answers."""
        self._data = imported.data
        if not self._data.keys() >= {CONF_USERNAME, CONF_PASSWORD}:
            return await self.async_step_import_connection()
        checked = await async_check(self.hass, self._data, self._options)
        return await self._async_go_on(checked)

    async def async_step_import_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials, and for an address that this machine can reach."""
        if user_input is None:
            return self._show_imported(Checked())
        self._data = {**self._imported.data, **entry_data(user_input)}
        checked = await async_check(self.hass, self._data, self._options)
        return await self._async_go_on(checked, user_input)

    async def _async_go_on(
        self, checked: Checked, user_input: Mapping[str, Any] | None = None
    ) -> ConfigFlowResult:
        if checked.error is not None:
            return self._show_imported(checked, user_input)
        self._found_homes = checked.homes
        return await self.async_step_import_summary()

    def _show_imported(
        self, checked: Checked, user_input: Mapping[str, Any] | None = None
    ) -> ConfigFlowResult:
        given = CONF_PASSWORD in self._imported.data
        return self._show_connection(
            "import_connection", self._data, checked, user_input, keep_password=given
        )

    async def async_step_import_summary(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what was taken over and what Home Assistant owns from now on."""
        if user_input is not None:
            self._options |= user_input
            return await self._async_make_entry(Checked(homes=self._found_homes))
        return self.async_show_form(
            step_id="import_summary",
            data_schema=summary_schema(self._options),
            description_placeholders={
                "owned": listed(self._imported.owned),
                "unknown": listed(self._imported.unknown),
                "homes": str(len(self._found_homes)),
            },
        )
