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
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .automations.chronicle import (
    EVENT_DRIFTED,
    EVENT_MODE_CHANGED,
    EVENT_ORDER_ENDED,
    EVENT_RUN_FINISHED,
    EVENT_UNCLEAN_STOP,
)
from .const import DOMAIN
from .core.decision import Source
from .core.outcome import Outcome
from .core.plan import Owner
from .core.wish import Origin
from .describe import ON, activity_word, number_text, words_for
from .devices.identifiers import unique_id_of

type Describe = Callable[[LazyEventPartialState], dict[str, Any]]

_OWNERS = frozenset(Owner) - {Owner.EMS}
_MACHINES = frozenset({Origin.EMS, Origin.RULE})
_ICONS = {
    Outcome.ACKNOWLEDGED: "mdi:check-circle-outline",
    Outcome.DOUBTFUL: "mdi:help-circle-outline",
    Outcome.FAILED: "mdi:alert-circle-outline",
    Outcome.SKIPPED: "mdi:debug-step-over",
}
_NAMED_FIRST = ((Platform.SELECT, "mode"), (Platform.EVENT, "activity"))
"""The mode bears the name of its appliance; where there is none, the activity says what it is."""
_MODE_ICON = "mdi:swap-horizontal"
_DRIFT_ICON = "mdi:not-equal-variant"
_RUN_ICON = "mdi:timer-stop-outline"
_UNCLEAN_ICON = "mdi:power-plug-off-outline"


@callback
def async_describe_events(
    hass: HomeAssistant, async_describe_event: Callable[[str, str, Describe], None]
) -> None:
    """Say how the events are told."""

    def line(data: Mapping[str, Any], icon: str | None, key: str, **words: str) -> dict[str, Any]:
        text = words_for(hass)("common", f"logbook_{key}")
        return {
            LOGBOOK_ENTRY_NAME: _name(hass, data),
            LOGBOOK_ENTRY_MESSAGE: text.format(by=by(data), **words),
            LOGBOOK_ENTRY_ENTITY_ID: _shown_at(hass, data),
            LOGBOOK_ENTRY_ICON: icon,
        }

    def by(data: Mapping[str, Any]) -> str:
        """Return who or what asked; where plan or rule would have, what stood in for it."""
        who, source = data.get("origin", ""), data.get("source", Source.EMS)
        words = words_for(hass)
        if who in _MACHINES and source in _OWNERS:
            return words("common", "logbook_by_owner").format(
                plan=words("common", f"plan_of_{source}")
            )
        return words("common", f"logbook_by_{source if who in _MACHINES else who}")

    @callback
    def describe_order(event: LazyEventPartialState) -> dict[str, Any]:
        data = event.data
        outcome, act, reason = data.get("outcome", ""), data.get("act", ""), data.get("reason", "")
        key = act if outcome == Outcome.ACKNOWLEDGED else outcome
        return line(
            data,
            _ICONS.get(outcome),
            "retried" if data.get("will_retry") else key,
            act=activity_word(hass, "act", act),
            reason=_inner(activity_word(hass, "reason", reason)),
        )

    @callback
    def describe_mode(event: LazyEventPartialState) -> dict[str, Any]:
        data = event.data
        mode = activity_word(hass, "after", data.get("after", ""))
        return line(data, _MODE_ICON, "mode_changed", mode=_inner(mode))

    @callback
    def describe_drift(event: LazyEventPartialState) -> dict[str, Any]:
        key = "drifted_on" if event.data.get("reported") == ON else "drifted_off"
        return line(event.data, _DRIFT_ICON, key)

    @callback
    def describe_run(event: LazyEventPartialState) -> dict[str, Any]:
        data = event.data
        energy = data.get("energy")
        key = "run_finished" if energy is None else "run_finished_energy"
        if not data.get("confirmed", True):
            key = "run_unconfirmed"
        given = {
            "minutes": f"{data.get('minutes', 0):.0f}",
            "energy": number_text(hass, energy or 0, 2),
        }
        return line(data, _RUN_ICON, key, **given)

    @callback
    def describe_unclean_stop(event: LazyEventPartialState) -> dict[str, Any]:
        return line(event.data, _UNCLEAN_ICON, "unclean_stop")

    async_describe_event(DOMAIN, EVENT_UNCLEAN_STOP, describe_unclean_stop)
    async_describe_event(DOMAIN, EVENT_ORDER_ENDED, describe_order)
    async_describe_event(DOMAIN, EVENT_MODE_CHANGED, describe_mode)
    async_describe_event(DOMAIN, EVENT_RUN_FINISHED, describe_run)
    async_describe_event(DOMAIN, EVENT_DRIFTED, describe_drift)


@callback
def _shown_at(hass: HomeAssistant, data: Mapping[str, Any]) -> str | None:
    """Return the entity that a line is shown at: by its name people read who did it.

    The event itself names the switch, which would be read as "Follow the plan: started".
    """
    entity_id: str | None = data.get("entity_id")
    entry_id, equipment_id = data.get("config_entry_id"), data.get("equipment_id")
    if entry_id is None or equipment_id is None:
        return entity_id
    registry = er.async_get(hass)
    for platform, key in _NAMED_FIRST:
        unique_id = unique_id_of(entry_id, equipment_id, key)
        found = registry.async_get_entity_id(platform, DOMAIN, unique_id)
        known = None if found is None else registry.async_get(found)
        if known is not None and not known.disabled:
            return known.entity_id
    return entity_id


@callback
def _name(hass: HomeAssistant, data: Mapping[str, Any]) -> str | None:
    """Return what the appliance is called: as its device is, which tells its home where needed."""
    device_id = data.get("device_id")
    device = None if device_id is None else dr.async_get(hass).async_get(device_id)
    called = None if device is None else device.name_by_user or device.name
    return called or data.get("name")


def _inner(text: str) -> str:
    """Return a text as it is written within a sentence; abbreviations stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
