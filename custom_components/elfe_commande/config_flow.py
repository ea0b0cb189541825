"""Ways in: a coordination database, its former controller's file, or no server at all."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.core import callback

from .configuration.entry_settings import is_local
from .configuration.import_flow import ImportSteps
from .configuration.options_flow import ElfeOptionsFlow
from .configuration.schemas import home_schema
from .const import CONF_ENTRY_TYPE, CONF_HOME_NAME, DOMAIN, ENTRY_LOCAL, SUBENTRY_EQUIPMENT
from .subentries.planner.first_plan import FirstPlan
from .subentries.registry import KINDS
from .subentries.upses.reauth import UpsReauth


class ElfeConfigFlow(FirstPlan, UpsReauth, ImportSteps, domain=DOMAIN):
    """Make an entry for one coordination database, for some homes of it, or for a local home."""

    VERSION = 1
    MINOR_VERSION = 1

    def __init__(self) -> None:
        """Know of no home yet."""
        super().__init__()
        self._home: dict[str, str] = {}

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
        return {key: kind.flow for key, kind in KINDS.items() if local or not kind.local_only}

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Offer the ways in."""
        return self.async_show_menu(
            step_id="user", menu_options=["local", "postgresql", "import_config"]
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
                    self._home = data
                    return await self.async_step_plan()
                return self._update_entry(mine, "reconfigure_successful", data, title=known)
        return self.async_show_form(step_id=step_id, data_schema=home_schema(known), errors=errors)

    @override
    async def async_prices_given(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Make the home, with a planner that knows its prices."""
        return self.async_create_entry(
            title=self._home[CONF_HOME_NAME], data=self._home, subentries=self.first_planner(data)
        )

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

    # ------------------------------------------------------------------- an entry that exists

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for the credentials again: the database's, or a UPS's."""
        if self.is_about_ups(entry_data):
            return await self.async_step_reauth_ups()
        return await self.async_step_reauth_confirm()

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change how the database is reached, or the name of a local home."""
        if is_local(self._get_reconfigure_entry()):
            return await self.async_step_reconfigure_local()
        return await self.async_reconfigure_database(user_input)
