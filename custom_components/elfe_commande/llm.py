"""What assistants are told and may ask: the plan of today and why, and to start an appliance now.

They know the appliances of which something is exposed to them, and may do what the user may who
asks them; what nobody in particular asks is answered as any other action is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.auth.models import User
from homeassistant.components.homeassistant import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, UnknownUser
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
    ToolResult,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .actions.permissions import READ_PLAN, RUN, Access, entities_of, is_allowed
from .const import DOMAIN
from .core.outcome import Outcome
from .core.wish import Intent, Origin, Wish
from .describe import clock_text, device_name, mode_name, source_of, words_for
from .engine.ground.status import EquipmentStatus
from .entities.answers import failure_of
from .entities.asking import async_wish
from .entities.sentences import sentence_of
from .hub import ElfeConfigEntry, Hub

APPLIANCE: Final = "appliance"
MOST_NAMED: Final = 100
"""Appliances whose names an assistant is given beforehand; of more it has to guess right."""

_CONTROLS: Final = (
    (Platform.SELECT, "mode"),
    (Platform.SWITCH, "pilot"),
    (Platform.BUTTON, "start"),
)
_READS: Final = (*_CONTROLS, (Platform.SENSOR, "reason"), (Platform.SENSOR, "decision"))

_PROMPT: Final = (
    "Some appliances follow a plan of quarter-hours. Ask for the plan to say when and why one runs,"
    " or why it does not; repeat what was not confirmed as not confirmed."
)


@dataclass(frozen=True, slots=True)
class _Appliance:
    """One that an assistant knows."""

    name: str
    hub: Hub
    status: EquipmentStatus

    def is_for(self, user: User | None, access: Access) -> bool:
        """Return whether somebody has access to it; nobody in particular has."""
        if user is None:
            return True
        owner = f"{self.hub.entry.entry_id}_{self.status.equipment.id}"
        return is_allowed(user, access, entities_of(self.hub.hass, access, owner))


class PlanOfTodayTool(Tool):
    """What is planned for appliances, and why they are as they are."""

    name = f"{DOMAIN}__plan_of_today"
    title = "Plan of today"
    description = (
        "Tells when appliances run by their plan, whose plan it is, whether they run now, and the"
        " reason in words. Times are local. Without an appliance it tells of all of them."
    )
    annotations = ToolAnnotations(
        read_only=True, destructive=False, idempotent=True, open_world=False
    )
    integration = DOMAIN

    def __init__(self, names: list[str]) -> None:
        """Know the names that may be asked for."""
        self.parameters = vol.Schema({vol.Optional(APPLIANCE): _one_of(names)})

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Tell of one appliance, or of all that the user may know of."""
        wanted = self.parameters(tool_input.tool_args).get(APPLIANCE)
        known = list(_known(hass, llm_context.assistant, _READS))
        if wanted is not None:
            known = [each for each in known if _is_called(each, wanted)]
        if not known:
            return _failed(hass, "assistant_no_appliance")
        user = await _async_user(hass, llm_context)
        readable = [each for each in known if each.is_for(user, READ_PLAN)]
        if not readable:
            return _failed(hass, "assistant_not_allowed")
        return ToolResult(
            data={
                "now": clock_text(dt_util.utcnow().timestamp()),
                "appliances": [_told(hass, each) for each in readable],
            }
        )


class StartNowTool(Tool):
    """A person's start, out of turn."""

    name = f"{DOMAIN}__start_now"
    title = "Start now"
    description = (
        "Starts one appliance now, whatever its plan says. Only when the user asks for it: some"
        " appliances cannot be stopped once they are started."
    )
    # A start cannot be taken back, and a second one may press a second time.
    annotations = ToolAnnotations(
        read_only=False, destructive=True, idempotent=False, open_world=False
    )
    integration = DOMAIN

    def __init__(self, names: list[str]) -> None:
        """Know the names that may be asked for."""
        self.parameters = vol.Schema({vol.Required(APPLIANCE): _one_of(names)})

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Start it; tell what the device said."""
        wanted = self.parameters(tool_input.tool_args)[APPLIANCE]
        found = [
            each
            for each in _known(hass, llm_context.assistant, _CONTROLS)
            if _is_called(each, wanted)
        ]
        if len(found) != 1:
            key = "assistant_several" if found else "assistant_no_appliance"
            return _failed(hass, key, appliance=wanted)
        (one,) = found
        user = await _async_user(hass, llm_context)
        if not one.is_for(user, RUN):
            return _failed(hass, "assistant_not_allowed")
        context = llm_context.context
        wish = Wish(
            one.status.equipment.id,
            Intent.START,
            Origin.ACTION,
            user_id=None if context is None else context.user_id,
        )
        try:
            result = await async_wish(one.hub.engine, wish)
        except HomeAssistantError as error:
            return _error(str(error))
        if (failure := failure_of(hass, result, one.name)) is not None:
            return _error(str(failure))
        doubtful = result.outcome is Outcome.DOUBTFUL
        key = "assistant_doubtful" if doubtful else "assistant_started"
        message = _said(hass, key, appliance=one.name)
        return ToolResult(data={"outcome": result.outcome.value, "message": message})


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools for what is exposed, `None` if nothing of ours is."""
    if api_id != LLM_API_ASSIST:
        return None
    tools: list[Tool] = []
    if names := _names(hass, llm_context.assistant, _READS):
        tools.append(PlanOfTodayTool(names))
    if names := _names(hass, llm_context.assistant, _CONTROLS):
        tools.append(StartNowTool(names))
    return LLMTools(tools=tools, prompt=_PROMPT) if tools else None


# -------------------------------------------------------------------------------- appliances


def _known(
    hass: HomeAssistant, assistant: str, keys: tuple[tuple[Platform, str], ...]
) -> Iterator[_Appliance]:
    """Yield the appliances of which one of these entities is exposed."""
    registry = er.async_get(hass)
    entries: list[ElfeConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    for hub in (entry.runtime_data for entry in entries):
        for equipment_id, status in hub.engine.statuses.items():
            if not hub.roster.is_shown(equipment_id):
                continue
            owner = f"{hub.entry.entry_id}_{equipment_id}"
            for platform, key in keys:
                entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{owner}_{key}")
                if entity_id is not None and async_should_expose(hass, assistant, entity_id):
                    name = device_name(hass, hub.entry.entry_id, status.equipment)
                    yield _Appliance(name, hub, status)
                    break


def _names(
    hass: HomeAssistant, assistant: str, keys: tuple[tuple[Platform, str], ...]
) -> list[str]:
    return sorted({each.name for each in _known(hass, assistant, keys)})


def _one_of(names: list[str]) -> Any:
    return vol.In(names) if len(names) <= MOST_NAMED else cv.string


def _is_called(one: _Appliance, name: str) -> bool:
    return one.name.casefold() == name.strip().casefold()


async def _async_user(hass: HomeAssistant, llm_context: LLMContext) -> User | None:
    """Return who asks, `None` if nobody in particular does."""
    context = llm_context.context
    if context is None or context.user_id is None:
        return None
    user = await hass.auth.async_get_user(context.user_id)
    if user is None:
        raise UnknownUser(context=context)
    return user


# ------------------------------------------------------------------------------ what is told


def _told(hass: HomeAssistant, one: _Appliance) -> dict[str, Any]:
    """Return what is planned for an appliance from now on, and why it is as it is."""
    status, plan = one.status, one.status.plan
    now = one.hub.engine.clock.now()
    runs = [] if plan is None else [run for run in plan.runs() if run[1] > now]
    wished = status.equipment.constraints.wished_end
    told: dict[str, Any] = {
        "name": one.name,
        "home": str(status.equipment.home),
        "mode": mode_name(status.mode),
        "runs_now": status.running,
        "why": sentence_of(hass, status, now),
        "decided_by": source_of(status),
        "planned": [{"from": clock_text(start), "to": clock_text(end)} for start, end in runs],
        "ready_by": clock_text(wished) if wished else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _said(hass: HomeAssistant, key: str, **words: str) -> str:
    return words_for(hass)("common", key).format(**words)


def _failed(hass: HomeAssistant, key: str, **words: str) -> ToolResult:
    return _error(_said(hass, key, **words))


def _error(text: str) -> ToolResult:
    return ToolResult(data={"error": text}, error=True)
