"""Steps of the entry's flow that are about a database: how it is reached, and whose homes."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN

from ..const import CONF_DATABASE, CONF_HOMES, CONF_SHADOW
from .database import Checked, async_check
from .entry_settings import homes as homes_of, shadow as is_shadow
from .neighbours import database_id, neighbours, overlap_error, unique_id
from .schemas import connection_schema, credentials_schema, entry_data, homes_schema

NOTHING: Final = "-"
"""Stands for an empty list in a text."""
NAME: Final = "ELFE"
"""What people call what their appliances are coordinated by."""


class DatabaseSteps(ConfigFlow):
    """Make an entry for one coordination database or some homes of it, or change such an entry."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._data: dict[str, Any] = {}
        self._options: dict[str, Any] = {}
        self._found_homes: tuple[str, ...] = ()

    async def async_step_postgresql(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how to reach the database."""
        checked = Checked()
        if user_input is not None:
            self._data = entry_data(user_input)
            self._options = {CONF_SHADOW: True} if user_input[CONF_SHADOW] else {}
            checked = await async_check(self.hass, self._data, self._options)
            if checked.error is None:
                return await self._async_make_entry(checked)
        shadow = is_shadow(self._options)
        return self._show_connection("postgresql", self._data, checked, user_input, shadow=shadow)

    async def async_step_homes(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the homes to serve, where another entry serves some of this database."""
        errors: dict[str, str] = {}
        others = neighbours(self.hass, self._data)
        taken = sorted(home for other in others for home in homes_of(other.options))
        placeholders = {"taken": listed(taken)}
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

    # ------------------------------------------------------------------- an entry that exists

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
            checked = await async_check(self.hass, data, entry.options)
            if checked.error is None:
                return self._update_entry(entry, "reauth_successful", data)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=credentials_schema(username, (user_input or {}).get(CONF_PASSWORD)),
            errors=_errors(checked),
            description_placeholders={"title": entry.title, **checked.placeholders},
        )

    async def async_reconfigure_database(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change how the database is reached, or which one it is."""
        entry = self._get_reconfigure_entry()
        known: Mapping[str, Any] = entry.data
        checked = Checked()
        if user_input is not None:
            known = {CONF_PASSWORD: entry.data[CONF_PASSWORD], **entry_data(user_input)}
            checked = await async_check(self.hass, known, entry.options)
            others = neighbours(self.hass, known, entry)
            overlap = overlap_error(homes_of(entry.options), others)
            if checked.error is None and overlap is not None:
                checked = Checked(overlap.error, overlap.placeholders)
            if checked.error is None:
                moved = database_id(known) != database_id(entry.data)
                new_id = unique_id(known, others) if moved else entry.unique_id
                return self._update_entry(entry, "reconfigure_successful", known, new_id)
        return self._show_connection("reconfigure", known, checked, user_input, keep_password=True)

    # ----------------------------------------------------------------------------- the parts

    def _show_connection(
        self,
        step_id: str,
        known: Mapping[str, Any],
        checked: Checked,
        user_input: Mapping[str, Any] | None,
        *,
        keep_password: bool = False,
        shadow: bool | None = None,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=connection_schema(
                known,
                keep_password=keep_password,
                typed=(user_input or {}).get(CONF_PASSWORD),
                shadow=shadow,
            ),
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
        title = _title(self._options.get(CONF_HOMES, ()), self._data, self._async_current_entries())
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


def _title(homes: Iterable[str], data: Mapping[str, Any], entries: Iterable[ConfigEntry]) -> str:
    """Return what an entry is called: by its homes, and its database where there are several."""
    names = list(homes)
    databases = {database_id(e.data) for e in entries if CONF_DATABASE in e.data}
    if databases - {database_id(data)}:
        names.insert(0, data[CONF_DATABASE])
    return f"{NAME} ({', '.join(names)})" if names else NAME


def _errors(checked: Checked) -> dict[str, str]:
    return {} if checked.error is None else {"base": checked.error}


def listed(names: Iterable[str]) -> str:
    """Return names as a text."""
    return ", ".join(names) or NOTHING
