"""One rule of an entry: what it reads, its place among the engine's rules, who shows it."""

from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
import voluptuous as vol

from ...const import LOGGER
from ...core.rules import OFF_CONDITION, ON_CONDITION
from ...engine.local.judge import RuleStatus
from ...hub import Hub
from ..unit import Unit
from .conditions import Conditions
from .readings import StateReadings
from .rule_settings import TUNABLE, rule_of
from .sources import sources_of


class RuleUnit(Unit):
    """Hands a rule to the engine while it is started; its entities follow it."""

    def __init__(self, hub: Hub, subentry: ConfigSubentry) -> None:
        """Prepare; nothing is proposed yet."""
        self.hub = hub
        self.subentry = subentry
        self.rule = rule_of(subentry.data)
        # Home Assistant changes subentries in place: this is what they were.
        self._known = {"title": subentry.title, **subentry.data}
        self._conditions: dict[str, Conditions] = {}
        self._watchers: list[CALLBACK_TYPE] = []

    @property
    def status(self) -> RuleStatus | None:
        """What the engine knows of the rule, `None` while it does not work."""
        return self.hub.engine.surplus.rules.get(self.subentry.subentry_id)

    # ------------------------------------------------------------------------------- its life

    @override
    async def async_start(self) -> None:
        """Let the engine ask the rule."""
        data = self.subentry.data
        for key in (ON_CONDITION, OFF_CONDITION):
            if raw := data.get(key):
                try:
                    self._conditions[key] = await Conditions.async_make(self.hub.hass, raw)
                except (vol.Invalid, HomeAssistantError) as error:
                    # The rule abstains without it, and says so.
                    LOGGER.warning("%s: its condition is refused: %s", self.subentry.title, error)
        self.hub.engine.surplus.adopt(
            self.subentry.subentry_id,
            self.subentry.title,
            self.rule,
            StateReadings(
                self.hub.hass, partial(sources_of, self.hub.hass, data), self._conditions
            ),
            self._tell,
        )
        self._tell()

    @override
    async def async_stop(self) -> None:
        """Let the rule rest; what it switched on goes off if it was removed."""
        gone = self.subentry.subentry_id not in self.hub.entry.subentries
        self.hub.engine.surplus.drop(self.subentry.subentry_id, gone=gone)
        for conditions in self._conditions.values():
            conditions.async_close()
        self._conditions.clear()

    @callback
    def adapt(self, subentry: ConfigSubentry) -> bool:
        """Follow a change of thresholds, or of whether it is enabled; whether that was all."""
        before, after = self._known, {"title": subentry.title, **subentry.data}
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        if not changed <= TUNABLE:
            return False
        self.subentry, self._known = subentry, after
        self.rule = rule_of(subentry.data)
        self.hub.engine.surplus.change(subentry.subentry_id, self.rule)
        self._tell()
        return True

    # --------------------------------------------------------------------------- who shows it

    @callback
    def watch(self, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` when something of the rule is to be shown anew."""
        self._watchers.append(changed)
        return partial(self._watchers.remove, changed)

    @callback
    def tune(self, key: str, value: Any) -> None:
        """Change something of the rule for good."""
        self.hub.hass.config_entries.async_update_subentry(
            self.hub.entry, self.subentry, data={**self.subentry.data, key: value}
        )

    @callback
    def _tell(self) -> None:
        self.hub.coordinator.telling.tell_all(self._watchers)
