"""Calendars that are heard of between two looks: their states tell of one event only."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ...core.plan import DAY, SLOT, slot_start
from ...hub import Hub

type _Pushed = list[JsonValueType] | None


class Calendars:
    """Tells when the coming day of a calendar is another than before."""

    def __init__(self, hub: Hub, entity_ids: tuple[str, ...], changed: Callable[[], None]) -> None:
        """Follow nothing yet."""
        self._hub = hub
        self._entity_ids = entity_ids
        self._changed = changed
        self._known: dict[str, _Pushed] = {}

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Follow them meanwhile; one that is loaded anew is followed from the next time on."""
        component = self._hub.hass.data.get(DATA_COMPONENT)
        start = slot_start(self._hub.engine.clock.now())
        with ExitStack() as ends:
            for entity_id in self._entity_ids:
                entity = None if component is None else component.get_entity(entity_id)
                if entity is not None:
                    end = entity.async_subscribe_events(
                        dt_util.utc_from_timestamp(start),
                        dt_util.utc_from_timestamp(start + DAY * SLOT),
                        partial(self._pushed, entity_id),
                    )
                    ends.callback(end)
            yield

    @callback
    def _pushed(self, entity_id: str, events: _Pushed) -> None:
        """Take what a calendar pushes whenever it writes its state, mostly the same as before."""
        known = entity_id in self._known and self._known[entity_id] == events
        self._known[entity_id] = events
        if not known:
            self._changed()
