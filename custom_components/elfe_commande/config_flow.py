"""Ways in: a coordination database, its former controller's file, or no server at all."""

from collections.abc import Iterable, Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, callback

from .configuration.database import Checked, async_check
from .configuration.json_repair import read_json
from .configuration.neighbours import database_id, neighbours, overlap_error, unique_id
from .configuration.options_flow import ElfeOptionsFlow
from .configuration.reference_config import ConfigError, Imported, import_config
from .configuration.schemas import (
    CONF_CONFIG,
    config_schema,
    connection_schema,
    credentials_schema,
    entry_data,
    home_schema,
    homes_schema,
    summary_schema,
)
from .configuration.settings import homes as homes_of, is_local
from .const import (
    CONF_DATABASE,
    CONF_ENTRY_TYPE,
    CONF_HOME_NAME,
    CONF_HOMES,
    DOMAIN,
    ENTRY_LOCAL,
    SUBENTRY_EQUIPMENT,
)
from .subentries.registry import FLOWS, LOCAL_ONLY
from .upses.reauth import UpsReauth

NOTHING = "-"
"""Stands for an empty list in a text."""


class ElfeConfigFlow(UpsReauth, ConfigFlow, domain=DOMAIN):
    """Make an entry for one coordination database, for some homes of it, or for a local home."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Know nothing yet."""
        self._data: dict[str, Any] = {}
        self._options: dict[str, Any] = {}
        self._found_homes: tuple[str, ...] = ()
        self._imported = Imported()

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow of the options."""
        return ElfeOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added to an entry, one by one."""
        local = is_local(config_entry)
        return {key: flow for key, flow in FLOWS.items() if local or key not in LOCAL_ONLY}

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the ways in."""
        return self.async_show_menu(
            step_id="user", menu_options=["local", "postgresql", "import_config"]
        )

    async def async_step_postgresql(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how to reach the database."""
        checked = Checked()
        if user_input is not None:
            self._data = entry_data(user_input)
            checked = await async_check(self.hass, self._data)
            if checked.error is None:
                return await self._async_make_entry(checked)
        return self._show_connection("postgresql", self._data, checked)

    async def async_step_homes(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the homes to serve, where another entry serves some of this database."""
        errors: dict[str, str] = {}
        others = neighbours(self.hass, self._data)
        taken = sorted(home for other in others for home in homes_of(other.options))
        placeholders = {"taken": _listed(taken)}
        if user_input is not None:
            self._options[CONF_HOMES] = sorted(user_input[CONF_HOMES])
            overlap = overlap_error(homes_of(self._options), others)
            if overlap is None:
                return await self._async_create_entry(others)
            errors[CONF_HOMES] = overlap.error
            placeholders |= overlap.placeholders
        return self.async_show_form(
            step_id="homes",
            data_schema=homes_schema(set(self._found_homes).difference(taken)),
            errors=errors,
            description_placeholders=placeholders,
        )

    # ------------------------------------------------------------------- a home without a server

    async def async_step_local(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the name of the home; its equipments are added afterwards."""
        others = self._async_current_entries(include_ignore=False)
        usual = self.hass.config.location_name
        taken = any(other.data.get(CONF_HOME_NAME) == usual for other in others)
        return await self._async_step_home("local", user_input, "" if taken else usual)

    async def async_step_reconfigure_local(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the name of a home; the equipments that say theirs keep it."""
        entry = self._get_reconfigure_entry()
        return await self._async_step_home(
            "reconfigure_local", user_input, entry.data[CONF_HOME_NAME]
        )

    async def _async_step_home(
        self, step_id: str, user_input: dict[str, Any] | None, known: str
    ) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            known = user_input[CONF_HOME_NAME].strip()
            others = self._async_current_entries(include_ignore=False)
            mine = None if self.source == SOURCE_USER else self._get_reconfigure_entry()
            if not known:
                errors[CONF_HOME_NAME] = "home_missing"
            elif any(o is not mine and o.data.get(CONF_HOME_NAME) == known for o in others):
                errors[CONF_HOME_NAME] = "home_exists"
            else:
                data = {CONF_ENTRY_TYPE: ENTRY_LOCAL, CONF_HOME_NAME: known}
                if mine is None:
                    return self.async_create_entry(title=known, data=data)
                return self._update_entry(mine, "reconfigure_successful", data, title=known)
        return self.async_show_form(step_id=step_id, data_schema=home_schema(known), errors=errors)

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on with the first equipment of a local home."""
        entry = result["result"]
        if is_local(entry) and entry.state is ConfigEntryState.LOADED:
            first = await self.hass.config_entries.subentries.async_init(
                (entry.entry_id, SUBENTRY_EQUIPMENT),
                context=SubentryFlowContext(source=SOURCE_USER),
            )
            result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, first["flow_id"])
        return result

    # ------------------------------------------------------- the reference controller's file

    async def async_step_import_config(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the `config.json` of the reference controller."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        text: str | None = None
        if user_input is not None:
            text = user_input[CONF_CONFIG]
            reading = read_json(text)
            if reading.broken is not None:
                errors["base"] = "invalid_json"
                placeholders["place"] = str(reading.broken)
            if reading.missing_commas or reading.superfluous_commas:
                errors[CONF_CONFIG] = "commas"
                places = (reading.missing_commas, reading.superfluous_commas)
                placeholders["missing"], placeholders["superfluous"] = (
                    _listed([str(place) for place in found]) for found in places
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
                    self._options = dict(self._imported.options)
                    return await self._async_check_imported(self._imported)
        return self.async_show_form(
            step_id="import_config",
            data_schema=config_schema(text),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _async_check_imported(self, imported: Imported) -> ConfigFlowResult:
        """Ask for what the file lacks, or go on if it has all and the database answers."""
        self._data = imported.data
        if not self._data.keys() >= {CONF_USERNAME, CONF_PASSWORD}:
            return await self.async_step_import_connection()
        checked = await async_check(self.hass, self._data)
        return await self._async_go_on(checked)

    async def async_step_import_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials, and for an address that this machine can reach."""
        if user_input is None:
            return self._show_imported(Checked())
        self._data = {**self._imported.data, **entry_data(user_input)}
        return await self._async_go_on(await async_check(self.hass, self._data))

    async def _async_go_on(self, checked: Checked) -> ConfigFlowResult:
        if checked.error is not None:
            return self._show_imported(checked)
        self._found_homes = checked.homes
        return await self.async_step_import_summary()

    def _show_imported(self, checked: Checked) -> ConfigFlowResult:
        given = CONF_PASSWORD in self._imported.data
        return self._show_connection("import_connection", self._data, checked, keep_password=given)

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
                "owned": _listed(self._imported.owned),
                "unknown": _listed(self._imported.unknown),
                "homes": str(len(self._found_homes)),
            },
        )

    # ------------------------------------------------------------------- an entry that exists

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for the credentials again: the database's, or a UPS's."""
        if self.is_about_ups(entry_data):
            return await self.async_step_reauth_ups()
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the credentials again."""
        entry = self._get_reauth_entry()
        checked = Checked()
        username = entry.data[CONF_USERNAME]
        if user_input is not None:
            username = user_input[CONF_USERNAME]
            data = {**entry.data, **user_input}
            checked = await async_check(self.hass, data)
            if checked.error is None:
                return self._update_entry(entry, "reauth_successful", data)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=credentials_schema(username),
            errors=_errors(checked),
            description_placeholders={"title": entry.title, **checked.placeholders},
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change how the database is reached, or which one it is; or the name of a local home."""
        entry = self._get_reconfigure_entry()
        if is_local(entry):
            return await self.async_step_reconfigure_local()
        known: Mapping[str, Any] = entry.data
        checked = Checked()
        if user_input is not None:
            known = {CONF_PASSWORD: entry.data[CONF_PASSWORD], **entry_data(user_input)}
            checked = await async_check(self.hass, known)
            others = neighbours(self.hass, known, entry)
            overlap = overlap_error(homes_of(entry.options), others)
            if checked.error is None and overlap is not None:
                checked = Checked(overlap.error, overlap.placeholders)
            if checked.error is None:
                moved = database_id(known) != database_id(entry.data)
                new_id = unique_id(known, others) if moved else entry.unique_id
                return self._update_entry(entry, "reconfigure_successful", known, new_id)
        return self._show_connection("reconfigure", known, checked, keep_password=True)

    # ----------------------------------------------------------------------------- the parts

    def _show_connection(
        self,
        step_id: str,
        known: Mapping[str, Any],
        checked: Checked,
        *,
        keep_password: bool = False,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=connection_schema(known, keep_password=keep_password),
            errors=_errors(checked),
            description_placeholders=checked.placeholders,
        )

    async def _async_make_entry(self, checked: Checked) -> ConfigFlowResult:
        """Make the entry; ask for its homes first if another serves some of this database."""
        self._found_homes = checked.homes
        others = neighbours(self.hass, self._data)
        if any(not homes_of(other.options) for other in others):
            return self.async_abort(reason="already_configured")
        if others:
            return await self.async_step_homes()
        return await self._async_create_entry(others)

    async def _async_create_entry(self, others: list[ConfigEntry]) -> ConfigFlowResult:
        await self.async_set_unique_id(unique_id(self._data, others))
        self._abort_if_unique_id_configured()
        title = ", ".join([self._data[CONF_DATABASE], *self._options.get(CONF_HOMES, ())])
        return self.async_create_entry(title=title, data=self._data, options=self._options)

    def _update_entry(
        self,
        entry: ConfigEntry,
        reason: str,
        data: Mapping[str, Any],
        new_id: str | None = None,
        *,
        title: str | None = None,
    ) -> ConfigFlowResult:
        """Change an entry and set it up again, whether or not it was set up before.

        An entry that is set up reloads itself when it changes; one that failed does not.
        """
        entries = self.hass.config_entries
        changed = entries.async_update_entry(
            entry,
            data=data,
            unique_id=new_id or entry.unique_id,
            title=title or entry.title,
        )
        if not changed or not entry.update_listeners:
            entries.async_schedule_reload(entry.entry_id)
        return self.async_abort(reason=reason, translation_domain=HOMEASSISTANT_DOMAIN)


def _errors(checked: Checked) -> dict[str, str]:
    return {} if checked.error is None else {"base": checked.error}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or NOTHING
