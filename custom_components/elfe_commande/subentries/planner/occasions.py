"""What makes the planner plan: appliances, prices, forecasts, settings. Never the clock alone."""

import asyncio
from collections.abc import Callable

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import (
    CALLBACK_TYPE,
    Event as HomeAssistantEvent,
    EventStateChangedData,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event

from ...core.model import EquipmentId
from ...engine.ground.events import (
    CycleEnded,
    EquipmentChanged,
    Event,
    InventoryChanged,
    LifecycleChanged,
)
from ...hub import Hub
from .energy_dashboard import async_follow_dashboard
from .loads import Loads
from .planner_settings import entities_read


class Occasions:
    """Calls `plan_soon` when something changes that a plan goes by."""

    def __init__(
        self,
        hub: Hub,
        subentry: ConfigSubentry,
        loads: Loads,
        *,
        plan_soon: CALLBACK_TYPE,
        tell: CALLBACK_TYPE,
        planned_at: Callable[[], float],
    ) -> None:
        """Watch nothing yet.

        `tell` is called when what is shown changes with time; `planned_at` returns the loop's
        time of the last plan.
        """
        self._hub = hub
        self._subentry = subentry
        self._loads = loads
        self._plan_soon = plan_soon
        self._tell = tell
        self._planned_at = planned_at
        self._known: dict[EquipmentId, tuple[object, ...]] = {}
        self._rest: asyncio.TimerHandle | None = None
        self._unwatch: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Begin to watch."""
        hub, subentry = self._hub, self._subentry
        self._unwatch += [
            hub.coordinator.watch_all(self._happened),
            await async_follow_dashboard(hub.hass, self._plan_soon),
            hub.entry.add_update_listener(self._entry_changed),
        ]
        if entities := list(entities_read(subentry.data)):
            self._unwatch.append(
                async_track_state_change_event(hub.hass, entities, self._sensor_changed)
            )

    @callback
    def async_stop(self) -> None:
        """Watch no more."""
        while self._unwatch:
            self._unwatch.pop()()
        if self._rest is not None:
            self._rest.cancel()
            self._rest = None

    @callback
    def _happened(self, event: Event) -> None:
        match event:
            case EquipmentChanged(ids, _):
                # Each of them is taken note of.
                if [each for each in ids if self._is_news(each)]:
                    self._plan_soon()
            case InventoryChanged() | LifecycleChanged():
                self._plan_soon()
            case CycleEnded():
                self._tell()
            case _:
                pass

    def _is_news(self, equipment_id: EquipmentId) -> bool:
        """Take note of an appliance; return whether a plan goes by what changed."""
        status = self._hub.engine.statuses.get(equipment_id)
        if status is not None:
            self._loads.note(status, self._hub.engine.clock.now())
        watched = self._loads.watched(equipment_id)
        before = self._known.get(equipment_id)
        self._known[equipment_id] = watched
        return before != watched

    async def _entry_changed(self, *_: object) -> None:
        """Plan anew: how an appliance is used may have changed, or who follows a plan source."""
        self._plan_soon()

    @callback
    def _sensor_changed(self, _: HomeAssistantEvent[EventStateChangedData]) -> None:
        """Plan anew, at once if the last plan is old enough, else when it will be."""
        if self._rest is None:
            loop, timing = self._hub.hass.loop, self._hub.engine.timing
            rest = self._planned_at() + timing.planner_rest - loop.time()
            self._rest = loop.call_later(max(0.0, rest), self._rested)

    @callback
    def _rested(self) -> None:
        self._rest = None
        self._plan_soon()
