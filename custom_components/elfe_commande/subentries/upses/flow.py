"""Adds a UPS of a NUT server, and changes how one is looked at."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME

from ...details import detail_text
from ...sources.ups.client import UpsClient, is_speakable
from ...sources.ups.errors import Trouble, UpsUnavailableError
from .schemas import server_schema, ups_schema
from .ups_settings import CONF_SERIAL, CONF_UPS, about, account, identity, timing

TROUBLES = {
    Trouble.UNREACHABLE: "ups_unreachable",
    Trouble.DRIVER: "ups_driver",
    Trouble.STALE: "ups_stale",
    Trouble.SILENT: "ups_silent",
    Trouble.UNKNOWN_UPS: "ups_unknown",
    Trouble.REFUSED: "ups_refused",
    Trouble.UNREADABLE: "ups_unreadable",
}
_NO_DESCRIPTION = ("Description unavailable", "Unavailable")


class UpsFlow(ConfigSubentryFlow):
    """Ask for the server, then for one of its UPSs."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._data: dict[str, Any] = {}
        self._upses: dict[str, str] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the server of a new UPS."""
        return await self._async_ask_server("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether the server is still the same."""
        if user_input is None:
            self._data = dict(self._get_reconfigure_subentry().data)
        return await self._async_ask_server("reconfigure", user_input)

    async def _async_ask_server(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            self._data |= _server(self._data, user_input)
            if unspeakable := _unspeakable(self._data):
                errors[unspeakable] = "not_ascii"
            else:
                errors, detail = await self._async_list()
            if not errors:
                return await self.async_step_ups()
        return self.async_show_form(
            step_id=step_id,
            data_schema=server_schema(self._data, (user_input or {}).get(CONF_PASSWORD)),
            errors=errors,
            description_placeholders={"detail": detail_text(self.hass, detail)},
        )

    async def _async_list(self) -> tuple[dict[str, str], str]:
        """List the server's UPSs; return what went wrong, and the server's words."""
        client = UpsClient(account(self._data), timing().timeout)
        try:
            self._upses = await client.list_upses()
        except UpsUnavailableError as error:
            return {"base": TROUBLES[error.trouble]}, str(error)
        finally:
            client.close()
        return ({}, "") if self._upses else ({"base": "no_ups"}, "")

    async def async_step_ups(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for one of the server's UPSs, and how it is looked at."""
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            data = {**self._data, **user_input}
            client = UpsClient(account(data), timing().timeout)
            try:
                data |= about(await client.read(), await client.commands())
            except UpsUnavailableError as error:
                errors["base"], detail = TROUBLES[error.trouble], str(error)
            finally:
                client.close()
            self._data = data
            if not errors and self._is_another(data):
                errors[CONF_UPS] = "another_ups"
            if not errors:
                return self._finish(data)
        return self.async_show_form(
            step_id="ups",
            data_schema=ups_schema(self._data, self._choices(), self._homes(), self._loads()),
            errors=errors,
            description_placeholders={"detail": detail_text(self.hass, detail)},
        )

    def _finish(self, data: dict[str, Any]) -> SubentryFlowResult:
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), data=data
            )
        text = self._upses.get(data[CONF_UPS], "")
        title = data[CONF_UPS] if not text or text in _NO_DESCRIPTION else text
        return self.async_create_entry(title=title, data=data, unique_id=identity(data))

    def _is_another(self, data: Mapping[str, Any]) -> bool:
        """Return whether a UPS that is reconfigured would become another one."""
        if self.source != SOURCE_RECONFIGURE:
            return False
        known = self._get_reconfigure_subentry().data.get(CONF_SERIAL)
        found = data.get(CONF_SERIAL)
        return known is not None and found is not None and known != found

    def _choices(self) -> dict[str, str]:
        choices = {
            name: "" if text in _NO_DESCRIPTION else text for name, text in self._upses.items()
        }
        if self._data.get(CONF_UPS) not in choices:
            self._data.pop(CONF_UPS, None)
        return choices

    def _homes(self) -> list[str]:
        return sorted({str(s.equipment.home) for s in self._statuses()})

    def _loads(self) -> dict[str, str]:
        return {
            str(s.equipment.id): f"{s.equipment.name} ({s.equipment.id})"
            for s in self._statuses()
            if s.supported
        }

    def _statuses(self) -> list[Any]:
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return []
        return list(entry.runtime_data.engine.statuses.values())


def _server(known: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form of the server as the subentry's data."""
    username = user_input.get(CONF_USERNAME, "").strip()
    password = user_input.get(CONF_PASSWORD) or known.get(CONF_PASSWORD, "")
    return {
        CONF_HOST: user_input[CONF_HOST].strip(),
        CONF_PORT: user_input[CONF_PORT],
        CONF_USERNAME: username,
        # Without a user a password is of no use.
        CONF_PASSWORD: password if username else "",
    }


def _unspeakable(data: Mapping[str, Any]) -> str | None:
    """Return the field with a text that NUT's protocol cannot say."""
    fields = (CONF_USERNAME, CONF_PASSWORD)
    return next((key for key in fields if data[key] and not is_speakable(data[key])), None)
