"""Adding a meter: which line, listening to it, and what was heard before anything is made."""

import asyncio
from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, CONF_PORT

from ...const import DOMAIN
from ...details import detail_text
from ...sources.sml import MeterTiming, ObisError, Register
from ...sources.sml.obis import ABSOLUTE_POWER
from .forms import line_data, line_schema, shown_data, shown_schema
from .listening import Heard, async_listen, unit_at
from .meter_settings import (
    CONF_CODES,
    CONF_DIRECTED,
    CONF_MAKER,
    CONF_METER_ID,
    SECTION_LINE,
    SUBENTRY_METER,
    port_settings,
)

NOTHING = "-"
"""Stands for what was not heard."""

TIMING = MeterTiming()


class MeterFlow(ConfigSubentryFlow):
    """Add a meter, or change how one is read and shown."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._line: dict[str, Any] = {}
        self._heard = Heard()
        self._listening: asyncio.Task[Heard] | None = None
        self._errors: dict[str, str] = {}
        self._placeholders: dict[str, str] = {}

    # -------------------------------------------------------------------------------- the line

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for the line."""
        return await self._async_step_line("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the line again."""
        if not self._line:
            self._line = dict(self._get_reconfigure_subentry().data)
        return await self._async_step_line("reconfigure", user_input)

    async def _async_step_line(
        self, step_id: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        if user_input is not None:
            self._errors, self._placeholders = {}, {}
            try:
                self._line = {**self._line, **line_data(user_input)}
            except ValueError:
                self._errors[SECTION_LINE] = "invalid_speed"
            else:
                self._check_free()
            if not self._errors:
                return await self.async_step_listen()
        return self.async_show_form(
            step_id=step_id,
            data_schema=line_schema(self._line),
            errors=self._errors,
            description_placeholders={
                key: detail_text(self.hass, text) for key, text in self._placeholders.items()
            },
        )

    def _check_free(self) -> None:
        """Refuse a port that another meter of ours is read at."""
        unit = unit_at(self.hass, self._line[CONF_PORT])
        if unit is not None and unit.subentry_id != self._subentry_id:
            self._errors[CONF_PORT] = "port_taken"
            self._placeholders["meter"] = unit.title

    # ------------------------------------------------------------------------------- listening

    async def async_step_listen(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Listen to the line, and say so meanwhile."""
        if self._listening is None:
            self._listening = self.hass.async_create_background_task(
                async_listen(self.hass, port_settings(self._line), TIMING), f"{DOMAIN} listening"
            )
        if not self._listening.done():
            return self.async_show_progress(
                step_id="listen",
                progress_action="listening",
                progress_task=self._listening,
                description_placeholders={"port": self._line[CONF_PORT]},
            )
        heard, self._listening = self._listening.result(), None
        self._take(heard)
        step = "line" if self._errors else "confirm"
        return self.async_show_progress_done(next_step_id=step)

    async def async_step_line(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the form of the line again, with what went wrong."""
        step = "reconfigure" if self.source == SOURCE_RECONFIGURE else "user"
        return await self._async_step_line(step, None)

    def _take(self, heard: Heard) -> None:
        """Keep what was heard, or why nothing was."""
        known = self._known_id
        if heard.error is not None:
            self._errors["base"] = heard.error
            self._placeholders |= heard.placeholders
        elif known is not None and heard.meter_id != known:
            self._errors["base"] = "another_meter"
            self._placeholders |= {"heard": heard.meter_id, "known": known}
        else:
            self._heard = heard

    # ------------------------------------------------------------------------ what was heard

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what was heard, and ask how to show it; then make the meter."""
        heard = self._heard
        if self._is_known(heard.meter_id):
            return self.async_abort(reason="already_configured")
        errors: dict[str, str] = {}
        placeholders = _described(heard)
        name = self._name_for(heard)
        known: Mapping[str, Any] = self._line
        if user_input is not None:
            name = user_input[CONF_NAME].strip() or name
            try:
                return self._finish(name, heard, shown_data(user_input))
            except ObisError as error:
                errors["base"] = "invalid_code"
                placeholders["code"] = error.code
                known = {**self._line, **user_input["advanced"]}
        return self.async_show_form(
            step_id="confirm",
            data_schema=shown_schema(name, known),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _finish(self, name: str, heard: Heard, shown: Mapping[str, Any]) -> SubentryFlowResult:
        codes = {code: reading.unit for code, reading in heard.readings.items()}
        data = {
            **self._line,
            **shown,
            CONF_METER_ID: heard.meter_id,
            CONF_MAKER: heard.maker,
            CONF_CODES: {**self._line.get(CONF_CODES, {}), **codes},
            CONF_DIRECTED: heard.directed or self._line.get(CONF_DIRECTED, False),
        }
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(), self._get_reconfigure_subentry(), title=name, data=data
            )
        return self.async_create_entry(title=name, data=data, unique_id=heard.meter_id)

    # ------------------------------------------------------------------------------- the parts

    @property
    def _subentry_id(self) -> str | None:
        """The subentry that is changed, `None` for a new one."""
        return self.context.get("subentry_id")

    @property
    def _known_id(self) -> str | None:
        """The meter that is changed, `None` for a new one."""
        if self.source != SOURCE_RECONFIGURE:
            return None
        known: str = self._get_reconfigure_subentry().data[CONF_METER_ID]
        return known

    def _name_for(self, heard: Heard) -> str:
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_subentry().title
        return " ".join(filter(None, (heard.maker, heard.meter_id)))

    def _is_known(self, meter_id: str) -> bool:
        """Return whether a meter is read already, by any entry of ours."""
        return any(
            subentry.unique_id == meter_id and subentry.subentry_id != self._subentry_id
            for subentry in self._meters()
        )

    def _meters(self) -> list[ConfigSubentry]:
        return [
            subentry
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for subentry in entry.get_subentries_of_type(SUBENTRY_METER)
        ]


def _described(heard: Heard) -> dict[str, str]:
    """Return what fills the text about what was heard."""
    power = heard.power
    if power is None and ABSOLUTE_POWER in heard.readings:
        power = heard.readings[ABSOLUTE_POWER].number
    return {
        "meter": " ".join(filter(None, (heard.maker, heard.meter_id))),
        "telegrams": str(heard.telegrams),
        "power": NOTHING if power is None else f"{power:g} W",
        "codes": "\n".join(
            f"- `{each.code}` {_shortened(each)}" for each in heard.readings.values()
        ),
    }


def _shortened(reading: Register, longest: int = 32) -> str:
    if reading.unit == "Wh" and reading.number is not None:
        return f"{reading.number / 1000:.1f} kWh"
    value = str(reading.value)
    cut = value if len(value) <= longest else f"{value[:longest]}…"
    return f"{cut} {reading.unit or ''}".rstrip()
