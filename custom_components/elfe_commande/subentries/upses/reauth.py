"""Asks again for the user and password with which a UPS is given commands.

A subentry cannot be reauthenticated by itself: its entry begins, and says for which one.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigFlow, ConfigFlowResult, ConfigSubentry
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant, callback

from ...details import detail_text
from ...sources.ups.client import UpsClient, is_speakable
from ...sources.ups.errors import UpsUnavailableError
from .schemas import credentials_schema
from .ups_settings import account, timing

_DONE: Final = "reauth_successful"
CONF_SUBENTRY: Final = "ups_subentry_id"


@callback
def async_start_ups_reauth(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry
) -> None:
    """Ask a person for the credentials of a UPS."""
    entry.async_start_reauth(
        hass,
        context={"title_placeholders": {"name": subentry.title}},
        data={CONF_SUBENTRY: subentry.subentry_id},
    )


class UpsReauth(ConfigFlow):
    """The step of the entry's flow that is about a UPS."""

    _ups_subentry_id: str = ""

    def is_about_ups(self, entry_data: Mapping[str, Any]) -> bool:
        """Take note of the UPS that a reauthentication is about; whether there is one."""
        self._ups_subentry_id = str(entry_data.get(CONF_SUBENTRY, ""))
        return bool(self._ups_subentry_id)

    async def async_step_reauth_ups(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for user and password; most servers tell at the next command if they are right."""
        entry = self._get_reauth_entry()
        subentry = entry.subentries.get(self._ups_subentry_id)
        if subentry is None:
            return self.async_abort(reason="ups_removed")
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            data = {**subentry.data, **user_input}
            if unspeakable := _unspeakable(user_input):
                errors[unspeakable] = "not_ascii"
            elif (trouble := await _async_trouble(data)) is not None:
                errors["base"] = "ups_unavailable"
                detail = trouble
            else:
                self.hass.config_entries.async_update_subentry(entry, subentry, data=data)
                return self.async_abort(reason=_DONE, translation_domain=HOMEASSISTANT_DOMAIN)
        return self.async_show_form(
            step_id="reauth_ups",
            data_schema=credentials_schema(
                (user_input or subentry.data).get(CONF_USERNAME),
                (user_input or {}).get(CONF_PASSWORD),
            ),
            errors=errors,
            description_placeholders={
                "ups": subentry.title,
                "detail": detail_text(self.hass, detail),
            },
        )


def _unspeakable(user_input: Mapping[str, Any]) -> str | None:
    fields = (CONF_USERNAME, CONF_PASSWORD)
    return next((key for key in fields if not is_speakable(user_input[key])), None)


async def _async_trouble(data: Mapping[str, Any]) -> str | None:
    """Return why the commands of a UPS cannot even be listed."""
    client = UpsClient(account(data), timing().timeout)
    try:
        await client.commands()
    except UpsUnavailableError as error:
        return str(error)
    finally:
        client.close()
    return None
