"""Carries what engines tell to automations and to the logbook, whichever entry is loaded.

An automation stays attached while an entry reloads, so it never holds an engine or a
coordinator: it hears one dispatcher signal, and each message brings the engine it is from.
"""

from dataclasses import dataclass

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.signal_type import SignalType

from ..const import DOMAIN
from ..coordinator import ElfeCoordinator
from ..core.decision import can_still_finish
from ..core.lifecycle import Code
from ..core.model import Constraints, EquipmentId
from ..core.planned import knows
from ..engine.engine import Engine
from ..engine.ground.events import EquipmentChanged, Event, InventoryChanged, LifecycleChanged
from ..engine.ground.status import EquipmentStatus
from ..record.day import Run
from ..record.recorder import Recorder
from .chronicle import Chronicle


@dataclass(frozen=True, slots=True)
class RunningChanged:
    """An equipment started or stopped, by its own feedback."""

    equipment_id: EquipmentId
    running: bool


@dataclass(frozen=True, slots=True)
class LateExpected:
    """A piloted machine will not be done by its wished end. Times are unix seconds."""

    equipment_id: EquipmentId
    wished_end: int
    ready_at: int | None
    """When it will be done, `None` if the plan does not start it at all."""


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run of an equipment is over, as the record has it."""

    equipment_id: EquipmentId
    run: Run


type Happening = Event | RunningChanged | LateExpected | RunFinished


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, and in which entry. Not to be kept: the engine goes with a reload."""

    entry: ConfigEntry
    engine: Engine
    event: Happening


SIGNAL_TOLD: SignalType[Told] = SignalType(f"{DOMAIN}_told")


class Memory:
    """What an entry's equipments last said; outlives a reload, not a restart."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.running: dict[EquipmentId, bool] = {}
        self.late: dict[EquipmentId, int] = {}
        """Wished ends that were told to be missed."""
        self.wished: dict[EquipmentId, tuple[Constraints, float]] = {}
        """What was last wished of each, and since when (unix seconds)."""

    def wished_at(self, status: EquipmentStatus, now: float) -> float:
        """Return since when this is wished of an equipment, 0 if since before it was known."""
        equipment = status.equipment
        wishes, since = self.wished.get(equipment.id, (equipment.constraints, 0.0))
        if wishes != equipment.constraints:
            since = now
        self.wished[equipment.id] = equipment.constraints, since
        return since

    def forget(self, ids: frozenset[EquipmentId]) -> None:
        """Forget equipments that left the tables."""
        for equipment_id in ids:
            self.running.pop(equipment_id, None)
            self.late.pop(equipment_id, None)
            self.wished.pop(equipment_id, None)


_MEMORIES: HassKey[dict[str, Memory]] = HassKey(f"{DOMAIN}_automation_memories")


class Forwarder:
    """Forwards the events of one entry, and those that follow from them."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, coordinator: ElfeCoordinator
    ) -> None:
        """Begin with what was remembered before a reload."""
        self._hass = hass
        self._entry = entry
        self._engine = coordinator.engine
        self._telling = coordinator.telling
        self._memory = hass.data.setdefault(_MEMORIES, {}).setdefault(entry.entry_id, Memory())
        self._chronicle = Chronicle(hass, entry.entry_id, self._engine.statuses)

    @callback
    def handle(self, event: Event) -> None:
        """Forward an event, then what it shows to have changed."""
        self._send(event)
        match event:
            case EquipmentChanged(ids):
                self.compare(ids)
            case InventoryChanged(added, removed):
                self._memory.forget(removed)
                self.compare(added)

    @callback
    def record(self, event: Event) -> None:
        """Let the logbook tell of an event."""
        self._chronicle.handle(event)
        match event:
            case LifecycleChanged(Code.RUNNING) if self._engine.unclean_stop:
                self._chronicle.tell_of_unclean_stop(self._entry)

    @callback
    def run_finished(self, equipment_id: EquipmentId, run: Run) -> None:
        """Tell automations and the logbook of a run that is over."""
        self._send(RunFinished(equipment_id, run))
        self._chronicle.tell_of_run(equipment_id, run)

    @callback
    def compare(self, ids: frozenset[EquipmentId]) -> None:
        """Tell of the equipments that started, stopped, or fell behind."""
        for equipment_id in ids:
            self._telling.tell(self._compare_one, equipment_id)

    def _compare_one(self, equipment_id: EquipmentId) -> None:
        if (status := self._engine.statuses.get(equipment_id)) is not None:
            self._compare_running(equipment_id, status.running)
            self._compare_lateness(equipment_id, status)

    def _compare_running(self, equipment_id: EquipmentId, running: bool | None) -> None:
        # What was never known, or is not known for now, neither started nor stopped.
        if running is None:
            return
        before = self._memory.running.get(equipment_id)
        self._memory.running[equipment_id] = running
        if before is not None and before is not running:
            self._send(RunningChanged(equipment_id, running))

    def _compare_lateness(self, equipment_id: EquipmentId, status: EquipmentStatus) -> None:
        now = dt_util.utcnow().timestamp()
        late = expected_late(status, now, self._memory.wished_at(status, now))
        if late is None:
            # What catches up and falls behind anew is told anew; what has started is settled.
            self._memory.late.pop(equipment_id, None)
        elif self._memory.late.get(equipment_id) != late.wished_end:
            self._memory.late[equipment_id] = late.wished_end
            self._send(late)

    def _send(self, event: Happening) -> None:
        async_dispatcher_send(self._hass, SIGNAL_TOLD, Told(self._entry, self._engine, event))


def expected_late(
    status: EquipmentStatus, now: float, wished_at: float = 0.0
) -> LateExpected | None:
    """Return how a piloted machine misses its wished end, `None` if it does not.

    A machine without a plan made since it was programmed, and since this end was wished, is late
    only once it can no longer be done in time.
    """
    equipment = status.equipment
    wished_end = equipment.constraints.wished_end
    if equipment.continuous or not (equipment.piloted and equipment.driven) or status.running:
        return None
    if not wished_end or wished_end <= now:
        return None
    if not any(
        knows(plan, equipment) and wished_at < plan.made_at and now < plan.end
        for plan in status.ahead
    ):
        too_late = not can_still_finish(equipment, now)
        return LateExpected(equipment.id, wished_end, None) if too_late else None
    if status.next_start is None:
        return LateExpected(equipment.id, wished_end, None)
    ready_at = status.next_start + (equipment.constraints.cycle_duration or 0)
    return LateExpected(equipment.id, wished_end, ready_at) if ready_at > wished_end else None


@callback
def async_forward(
    hass: HomeAssistant,
    entry: ConfigEntry,
    coordinator: ElfeCoordinator,
    record: Recorder | None = None,
) -> None:
    """Let automations and the logbook hear an entry for as long as it is loaded."""
    forwarder = Forwarder(hass, entry, coordinator)
    forwarder.compare(frozenset(coordinator.engine.statuses))
    for listener in (forwarder.handle, forwarder.record):
        entry.async_on_unload(coordinator.watch_all(listener))
    if record is not None:
        entry.async_on_unload(record.watch_runs(forwarder.run_finished))
