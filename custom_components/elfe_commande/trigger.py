"""Triggers: what happens to equipments, for automations."""

from collections.abc import Mapping
from typing import Any, ClassVar, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import Trigger
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from .actions.targets import ATTR_CONFIG_ENTRY_ID
from .automations.signals import LateExpected, RunFinished, RunningChanged, Told
from .automations.trigger_base import ElfeTrigger
from .core.lifecycle import Code
from .core.outcome import Outcome
from .core.wish import UNATTENDED, Origin
from .describe import (
    MODE_NAMES,
    about_mode,
    about_order,
    about_portal,
    about_run,
    about_touch,
    activity_word,
    iso,
    mode_name,
    source_of,
)
from .engine.ground.events import (
    LifecycleChanged,
    ModeChanged,
    OrderEnded,
    PlanReceived,
    PortalUpdated,
    ScreenEvent,
)
from .subentries.upses.automation import TRIGGERS as UPS_TRIGGERS

CONF_AFTER = "to"
CONF_BEFORE = "from"
CONF_CHANGED = "changed"
CONF_EVENT = "event"
CONF_HOME = "home"
CONF_OBJECT = "object"
CONF_ORIGIN = "origin"
CONF_OUTCOME = "outcome"
CONF_PAGE = "page"
CONF_PLATE = "plate"
CONF_RETRIED = "retried"

CHANGED = (
    "mode",
    "wished_end",
    "cycle_duration",
    "charge_left",
    "name",
    "home",
    "equipment_type",
    "typology",
)
UNHAPPY = (Outcome.FAILED.value, Outcome.DOUBTFUL.value, Outcome.SKIPPED.value)


def some_of(*known: str) -> Any:
    """Return what accepts one or several of these words."""
    return vol.All(cv.ensure_list, [vol.In(known)], vol.Length(min=1))


# ---------------------------------------------------------------------------- of people


class PortalUpdateTrigger(ElfeTrigger[PortalUpdated]):
    """The web portal changed an equipment."""

    kind = PortalUpdated
    options: ClassVar[VolDictType] = {vol.Optional(CONF_CHANGED): some_of(*CHANGED)}

    @override
    def payload(self, told: Told, event: PortalUpdated) -> dict[str, Any] | None:
        """Return what was changed."""
        about = self.about_equipment(told, event.after)
        return None if about is None else about | about_portal(event)

    @override
    def differs(self, payload: Mapping[str, Any]) -> str | None:
        """Return the option if nothing that was chosen changed."""
        wanted = self.chosen.get(CONF_CHANGED)
        return CONF_CHANGED if wanted and not set(wanted) & set(payload[CONF_CHANGED]) else None


class ScreenEventTrigger(ElfeTrigger[ScreenEvent]):
    """A person touched a wall screen."""

    kind = ScreenEvent
    targeted = False
    options: ClassVar[VolDictType] = {
        vol.Optional(CONF_PLATE): vol.All(cv.string, vol.Lower),
        vol.Optional(CONF_HOME): cv.string,
        vol.Optional(CONF_PAGE): vol.All(vol.Coerce(int), vol.Range(min=0)),
        vol.Optional(CONF_OBJECT): vol.All(vol.Coerce(int), vol.Range(min=0)),
        vol.Optional(CONF_EVENT): cv.string,
    }

    @override
    def payload(self, told: Told, event: ScreenEvent) -> dict[str, Any]:
        """Return what was touched."""
        return about_touch(self._hass, told.entry.entry_id, event)

    @override
    def differs(self, payload: Mapping[str, Any]) -> str | None:
        """Compare names of screens as MQTT topics spell them or not."""
        return super().differs({**payload, CONF_PLATE: payload[CONF_PLATE].lower()})

    @override
    def describe(self, payload: Mapping[str, Any]) -> str:
        """Return which object it was."""
        where = f"object {payload[CONF_OBJECT]} on page {payload[CONF_PAGE]}"
        return f"{payload[CONF_EVENT]} of {where} of screen {payload[CONF_PLATE]}"


class ModeChangedTrigger(ElfeTrigger[ModeChanged]):
    """The mode of an equipment changed."""

    kind = ModeChanged
    options: ClassVar[VolDictType] = {
        vol.Optional(CONF_BEFORE): some_of(*MODE_NAMES),
        vol.Optional(CONF_AFTER): some_of(*MODE_NAMES),
        vol.Optional(CONF_ORIGIN): some_of(*Origin),
    }

    @override
    def payload(self, told: Told, event: ModeChanged) -> dict[str, Any] | None:
        """Return the modes, and who changed them."""
        about = self.about(told, event.equipment_id)
        return None if about is None else about | about_mode(event)

    @override
    def differs(self, payload: Mapping[str, Any]) -> str | None:
        """Compare the modes with those chosen."""
        return super().differs(
            {**payload, CONF_BEFORE: payload["before"], CONF_AFTER: payload["after"]}
        )


# ----------------------------------------------------------------------- of equipments


class EquipmentStartedTrigger(ElfeTrigger[RunningChanged]):
    """An equipment started, by its own feedback."""

    kind = RunningChanged
    running: ClassVar[bool] = True

    @override
    def payload(self, told: Told, event: RunningChanged) -> dict[str, Any] | None:
        """Return what is known of the run."""
        if event.running is not self.running:
            return None
        about = self.about(told, event.equipment_id)
        if about is None:
            return None
        status = told.engine.statuses[event.equipment_id]
        decision = status.decision
        return about | {
            "mode": mode_name(status.equipment.state.mode),
            "power": status.power,
            "source": source_of(status),
            "reason": None if decision is None else decision.reason,
        }


class EquipmentStoppedTrigger(EquipmentStartedTrigger):
    """An equipment stopped, by its own feedback."""

    running = False


class RunFinishedTrigger(ElfeTrigger[RunFinished]):
    """A run of an equipment is over: what it took, and whose it was."""

    kind = RunFinished

    @override
    def payload(self, told: Told, event: RunFinished) -> dict[str, Any] | None:
        """Return when it was, its minutes and its energy."""
        about = self.about(told, event.equipment_id)
        return None if about is None else about | about_run(event.run)


class OrderFailedTrigger(ElfeTrigger[OrderEnded]):
    """An order was not carried out, or may not have been."""

    kind = OrderEnded
    options: ClassVar[VolDictType] = {
        vol.Optional(CONF_OUTCOME, default=[Outcome.FAILED.value, Outcome.DOUBTFUL.value]): some_of(
            *UNHAPPY
        ),
        vol.Optional(CONF_RETRIED, default=False): cv.boolean,
    }

    @override
    def payload(self, told: Told, event: OrderEnded) -> dict[str, Any] | None:
        """Return who ordered what, and why it failed."""
        if event.result.outcome is Outcome.ACKNOWLEDGED:
            return None
        about = self.about(told, event.equipment_id)
        if about is None:
            return None
        about |= about_order(event, told.engine.statuses.get(event.equipment_id))
        for attribute in ("act", "reason", "origin"):
            about[f"{attribute}_text"] = activity_word(self._hass, attribute, about[attribute])
        return about

    @override
    def differs(self, payload: Mapping[str, Any]) -> str | None:
        """Leave out what will be tried again, unless it is wanted, or somebody waits for it."""
        outcome = payload[CONF_OUTCOME]
        if payload["will_retry"]:
            if payload[CONF_ORIGIN] not in UNATTENDED:
                # It was asked for now, and is not done now, whatever the reason.
                outcome = Outcome.FAILED.value
            elif not self.chosen[CONF_RETRIED]:
                return CONF_RETRIED
        return None if outcome in self.chosen[CONF_OUTCOME] else CONF_OUTCOME


class WillBeLateTrigger(ElfeTrigger[LateExpected]):
    """A piloted machine will not be done by its wished end."""

    kind = LateExpected

    @override
    def payload(self, told: Told, event: LateExpected) -> dict[str, Any] | None:
        """Return when it is wanted, and when it will be done."""
        about = self.about(told, event.equipment_id)
        if about is None:
            return None
        return about | {
            "wished_end": iso(event.wished_end),
            "ready_at": iso(event.ready_at),
        }


# ----------------------------------------------------------------------- of the engine


class PlanReceivedTrigger(ElfeTrigger[PlanReceived]):
    """New plans were read; once for all equipments planned together."""

    kind = PlanReceived

    @override
    def payload(self, told: Told, event: PlanReceived) -> dict[str, Any] | None:
        """Return the equipments that have a new plan."""
        statuses = told.engine.statuses
        ids = sorted(
            equipment_id
            for equipment_id in event.ids
            if (status := statuses.get(equipment_id)) is not None
            and self.selection.holds(told.entry.entry_id, status.equipment)
        )
        if not ids:
            return None
        return {
            "config_entry_id": told.entry.entry_id,
            "equipment_ids": [int(equipment_id) for equipment_id in ids],
            "count": len(ids),
            "plan_start": iso(told.engine.plan_time()),
        }

    @override
    def describe(self, payload: Mapping[str, Any]) -> str:
        """Return how many plans there are."""
        return f"new plan of {payload['count']} appliances"


class LifecycleChangedTrigger(ElfeTrigger[LifecycleChanged]):
    """The engine reached another code."""

    kind = LifecycleChanged
    targeted = False
    options: ClassVar[VolDictType] = {
        vol.Optional(CONF_AFTER): some_of(*(code.name.lower() for code in Code)),
        vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
    }

    @override
    def payload(self, told: Told, event: LifecycleChanged) -> dict[str, Any]:
        """Return the code."""
        code = event.code
        return {
            "config_entry_id": told.entry.entry_id,
            "name": told.entry.title,
            "code": int(code),
            "state": code.name.lower(),
            "details": told.engine.lifecycle.details,
        }

    @override
    def differs(self, payload: Mapping[str, Any]) -> str | None:
        """Compare the state with those chosen."""
        return super().differs({**payload, CONF_AFTER: payload["state"]})


TRIGGERS: dict[str, type[Trigger]] = {
    "equipment_started": EquipmentStartedTrigger,
    "equipment_stopped": EquipmentStoppedTrigger,
    "lifecycle_changed": LifecycleChangedTrigger,
    "mode_changed": ModeChangedTrigger,
    "order_failed": OrderFailedTrigger,
    "plan_received": PlanReceivedTrigger,
    "portal_update": PortalUpdateTrigger,
    "run_finished": RunFinishedTrigger,
    "screen_event": ScreenEventTrigger,
    "will_be_late": WillBeLateTrigger,
    **UPS_TRIGGERS,
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by their name."""
    return TRIGGERS
