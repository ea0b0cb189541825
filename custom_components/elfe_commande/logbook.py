"""Lines of the logbook: who did what to an equipment, and why, in Home Assistant's language."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_ICON,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.components.logbook.models import LazyEventPartialState
from homeassistant.core import HomeAssistant, callback

from .automations.chronicle import EVENT_MODE_CHANGED, EVENT_ORDER_ENDED, EVENT_UNCLEAN_STOP
from .const import DOMAIN
from .core.decision import Source
from .core.outcome import Outcome
from .core.wish import Origin
from .describe import activity_word, words_for

type Describe = Callable[[LazyEventPartialState], dict[str, Any]]

_MACHINES = frozenset({Origin.EMS, Origin.RULE})
_ICONS = {
    Outcome.ACKNOWLEDGED: "mdi:check-circle-outline",
    Outcome.DOUBTFUL: "mdi:help-circle-outline",
    Outcome.FAILED: "mdi:alert-circle-outline",
    Outcome.SKIPPED: "mdi:debug-step-over",
}
_MODE_ICON = "mdi:swap-horizontal"
_UNCLEAN_ICON = "mdi:power-plug-off-outline"


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Describe], None]
) -> None:
    """Say how the events are told."""

    def line(data: Mapping[str, Any], icon: str | None, key: str, **words: str) -> dict[str, Any]:
        text = words_for(hass)("common", f"logbook_{key}")
        return {
            LOGBOOK_ENTRY_NAME: data.get("name"),
            LOGBOOK_ENTRY_MESSAGE: text.format(by=by(data), **words),
            LOGBOOK_ENTRY_ENTITY_ID: data.get("entity_id"),
            LOGBOOK_ENTRY_ICON: icon,
        }

    def by(data: Mapping[str, Any]) -> str:
        """Return who or what asked; where plan or rule would have, what stood in for it."""
        who, source = data.get("origin", ""), data.get("source", Source.EMS)
        return words_for(hass)("common", f"logbook_by_{source if who in _MACHINES else who}")

    @callback
    def describe_order(event: LazyEventPartialState) -> dict[str, Any]:
        data = event.data
        outcome, act, reason = data.get("outcome", ""), data.get("act", ""), data.get("reason", "")
        return line(
            data,
            _ICONS.get(outcome),
            act if outcome == Outcome.ACKNOWLEDGED else outcome,
            act=activity_word(hass, "act", act),
            reason=_inner(activity_word(hass, "reason", reason)),
        )

    @callback
    def describe_mode(event: LazyEventPartialState) -> dict[str, Any]:
        data = event.data
        mode = activity_word(hass, "after", data.get("after", ""))
        return line(data, _MODE_ICON, "mode_changed", mode=_inner(mode))

    @callback
    def describe_unclean_stop(event: LazyEventPartialState) -> dict[str, Any]:
        return line(event.data, _UNCLEAN_ICON, "unclean_stop")

    async_describe_event(DOMAIN, EVENT_UNCLEAN_STOP, describe_unclean_stop)
    async_describe_event(DOMAIN, EVENT_ORDER_ENDED, describe_order)
    async_describe_event(DOMAIN, EVENT_MODE_CHANGED, describe_mode)


def _inner(text: str) -> str:
    """Return a text as it is written within a sentence; abbreviations stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
