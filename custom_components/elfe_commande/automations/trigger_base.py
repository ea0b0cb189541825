"""What our triggers share: whom they hear, which equipments they are about, what they run."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    NotTriggeredInfo,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType, VolDictType
import voluptuous as vol

from ..core.model import Equipment, EquipmentId
from ..describe import about_equipment
from .selection import Selection, validate_target
from .signals import SIGNAL_TOLD, Happening, Told


class ElfeTrigger[E: Happening](Trigger):
    """A trigger that hears the engine of whichever entry is loaded."""

    kind: type[E]
    """What it hears."""
    options: ClassVar[VolDictType] = {}
    targeted: ClassVar[bool] = True

    @classmethod
    @override
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Return the configuration, with defaults; `vol.Invalid` says what is wrong with it."""
        schema: VolDictType = {vol.Optional(CONF_OPTIONS, default=dict): cls.options}
        if cls.targeted:
            schema[vol.Optional(CONF_TARGET)] = dict
        validated: ConfigType = vol.Schema(schema)(config)
        validate_target(hass, validated.get(CONF_TARGET, {}))
        return validated

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Keep what is chosen."""
        super().__init__(hass, config)
        self.chosen: dict[str, Any] = config.options or {}
        self.selection = Selection(hass, config.target)

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action at each happening that is meant."""

        @callback
        def handle(told: Told) -> None:
            if not isinstance(told.event, self.kind):
                return
            payload = self.payload(told, told.event)
            if payload is None:
                return
            user_id = payload.get("user_id")
            context = None if user_id is None else Context(user_id=user_id)
            if (differs := self.differs(payload)) is None:
                _ = run_action(payload, self.describe(payload), context)
            elif did_not_trigger is not None:
                did_not_trigger(NotTriggeredInfo(f"{differs}_not_chosen", payload), context)

        unfollow = self.selection.async_follow()
        disconnect = async_dispatcher_connect(self._hass, SIGNAL_TOLD, handle)

        @callback
        def detach() -> None:
            disconnect()
            unfollow()

        return detach

    @abstractmethod
    def payload(self, told: Told, event: E) -> dict[str, Any] | None:
        """Return the variables of the trigger, `None` if it is about another equipment."""

    def differs(self, payload: Mapping[str, Any]) -> str | None:
        """Return the first option that does not want this."""
        return next(
            (
                option
                for option, wanted in self.chosen.items()
                if payload[option] not in (wanted if isinstance(wanted, list) else [wanted])
            ),
            None,
        )

    def describe(self, payload: Mapping[str, Any]) -> str:
        """Return what the logbook says after "triggered by"."""
        return f"{_words(type(self).__name__)} of {payload['name']}"

    def about(self, told: Told, equipment_id: EquipmentId) -> dict[str, Any] | None:
        """Return what says which equipment it is, `None` if it is not meant or gone."""
        status = told.engine.statuses.get(equipment_id)
        return None if status is None else self.about_equipment(told, status.equipment)

    def about_equipment(self, told: Told, equipment: Equipment) -> dict[str, Any] | None:
        """Return what says which equipment it is, `None` if it is not meant."""
        if not self.selection.holds(told.entry.entry_id, equipment):
            return None
        return about_equipment(self._hass, told.entry.entry_id, equipment)


def _words(name: str) -> str:
    """Return the name of a class as words."""
    name = name.removesuffix("Trigger")
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
