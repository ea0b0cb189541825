"""What a topic of ours stands for in Home Assistant: entities, and what they show."""

from typing import Final

from homeassistant.core import HomeAssistant, State

from ..core.actuators import Actuator, Reading, Shown
from ..core.entity_topics import actuator_of, entities_of

_BUTTON: Final = "entity_button"


class Target:
    """The entities behind one topic."""

    def __init__(self, hass: HomeAssistant, topic: str) -> None:
        """Take the topic apart."""
        self._hass = hass
        self.topic: Final = topic
        self.entity_ids: Final = entities_of(topic)
        self.actuator: Final[Actuator | None] = actuator_of(topic)
        domain = None if self.actuator is None else self.actuator.domain
        self.presses: Final = domain is not None and domain.driver == _BUTTON

    def state(self, entity_id: str) -> State | None:
        """Return the state of one of them."""
        return self._hass.states.get(entity_id)

    def look(self, entity_id: str) -> Shown | None:
        """Return what one of them shows."""
        return shown(self.state(entity_id))

    def chosen(self, entity_id: str, state: State | None) -> Reading:
        """Return what was chosen of all of them, where one has this state."""
        if self.actuator is None:
            return None
        return self.actuator.intent(
            lambda each: shown(state) if each == entity_id else self.look(each)
        )


def shown(state: State | None) -> Shown | None:
    """Return what an entity with this state shows."""
    return None if state is None else Shown(state.state, state.attributes)
