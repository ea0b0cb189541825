"""What a dashboard shows of one appliance: made once, whoever looks. Times are unix seconds."""

from asyncio import TimerHandle
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from homeassistant.core import Event as HomeAssistantEvent, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.json import json_bytes
from homeassistant.util.hass_dict import HassKey

from ..actions.permissions import READ_PLAN, entities_of
from ..const import DOMAIN
from ..core.appliances import APPLIANCE_TYPES
from ..core.model import EquipmentId
from ..core.plan import SLOT, DayPlan, slot_start, to_text
from ..core.planned import is_late, knows
from ..describe import decision_of, mode_name, source_of
from ..devices.capacity import can_force_off
from ..devices.identifiers import equipment_of
from ..engine.ground.events import (
    BrokerChanged,
    ConnectionChanged,
    CycleEnded,
    EquipmentChanged,
    Event,
    InventoryChanged,
    LifecycleChanged,
    OrderEnded,
    PlanReceived,
    PowerMeasured,
)
from ..engine.ground.status import EquipmentStatus
from ..entities.sentences import run_under_way, sentence_of
from ..hub import Hub
from ..record.rows import SlotRow
from .makers import Maker, about_maker, makers_of

BOARDS: Final[HassKey[dict[str, Board]]] = HassKey(f"{DOMAIN}_boards")

type Watcher = Callable[[Board, Collection[EquipmentId]], None]


class Picture:
    """One appliance as it is now; the same object for as long as nothing of it changes."""

    __slots__ = ("body", "entity_ids", "home")

    def __init__(self, body: bytes, home: str, entity_ids: list[str]) -> None:
        """Keep it as JSON: it is made once, and sent to many."""
        self.body = body
        self.home = home
        self.entity_ids = entity_ids


class Board:
    """The pictures of the appliances of one loaded entry, for as long as somebody looks."""

    def __init__(self, hub: Hub) -> None:
        """Follow the engine."""
        self.hub = hub
        self._pictures: dict[EquipmentId, Picture] = {}
        self._stale: set[EquipmentId] = set()
        self._owners: dict[str, EquipmentId] = {}
        """By the id of an entity that a picture knows: once it has another, or none, nothing tells."""
        self._ends: dict[EquipmentId, tuple[int, TimerHandle]] = {}
        """When a run that is pictured will be done: then the picture is another, though nothing is."""
        self._plans: dict[EquipmentId, tuple[DayPlan, list[int]]] = {}
        self._makers: dict[Maker, Callable[[], None]] = {}
        self._watchers: list[Watcher] = []
        self._rows: list[Callable[[Board, SlotRow], None]] = []
        self._unfollow = [
            hub.coordinator.watch_all(self._handle),
            hub.archive.watch_slots(self._over),
            hub.hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_changed),
        ]

    @callback
    def watch(self, changed: Watcher, over: Callable[[Board, SlotRow], None]) -> Callable[[], None]:
        """Call `changed` with appliances of which there is news, none for the entry's own.

        `over` is called with rows of quarter-hours that are over. Returns what ends it.
        """
        self._watchers.append(changed)
        self._rows.append(over)

        def unwatch() -> None:
            self._watchers.remove(changed)
            self._rows.remove(over)
            if not self._watchers:
                self._close()

        return unwatch

    def picture(self, equipment_id: EquipmentId) -> Picture | None:
        """Return an appliance as it is now, `None` if the tables do not have it."""
        status = self.hub.engine.statuses.get(equipment_id)
        if status is None or not self.hub.roster.is_shown(equipment_id):
            self._pictures.pop(equipment_id, None)
            return None
        known = self._pictures.get(equipment_id)
        if known is not None and equipment_id not in self._stale:
            return known
        self._stale.discard(equipment_id)
        self._wait_for_end(status)
        entry_id = self.hub.entry.entry_id
        entity_ids = entities_of(self.hub.hass, READ_PLAN, f"{entry_id}_{equipment_id}")
        self._owners.update(dict.fromkeys(entity_ids, equipment_id))
        body = json_bytes(self._describe(status, entity_ids))
        if known is None or (known.body, known.entity_ids) != (body, entity_ids):
            home = str(status.equipment.home)
            known = self._pictures[equipment_id] = Picture(body, home, entity_ids)
        return known

    def health(self) -> dict[str, Any]:
        """Return how the entry is, and what makes its plans if somebody here does."""
        engine, makers = self.hub.engine, list(makers_of(self.hub))
        for maker in makers:
            # They come and go without a word.
            if maker not in self._makers:
                self._makers[maker] = maker.watch(self._health_changed)
        return {
            "title": self.hub.entry.title,
            "lifecycle": int(engine.lifecycle.code),
            "running": engine.lifecycle.running,
            "ems": engine.connected,
            "broker": self.hub.messenger.connected,
            "plan_at": engine.plan_time(),
            # Its plans come each quarter-hour; who plans a home by hand does so once a day.
            "server": self.hub.local is None,
            "shadow": self.hub.shadow,
            "makers": [about_maker(each) for each in makers],
        }

    def key(self, equipment_id: EquipmentId) -> str:
        """Return what an appliance is called among those of all entries."""
        return f"{self.hub.entry.entry_id}_{equipment_id}"

    def _describe(self, status: EquipmentStatus, entity_ids: list[str]) -> dict[str, Any]:
        equipment, now = status.equipment, self.hub.engine.clock.now()
        wished, run = equipment.constraints.wished_end or None, run_under_way(status, now)
        ready = _ready_at(status, run)
        since = equipment.state.last_programmed if run is None else run[0]
        kind = APPLIANCE_TYPES.get(equipment.type_id)
        return {
            "id": self.key(equipment.id),
            "equipment_id": int(equipment.id),
            "entity_id": self._usable(entity_ids),
            "name": equipment.name,
            "home": str(equipment.home),
            "kind": None if kind is None else kind.key,
            "mode": mode_name(status.mode),
            "running": status.running,
            "connected": status.connected,
            "power": status.power,
            "wished_end": wished,
            "ready_at": ready,
            "late": is_late(wished, ready, since),
            "next_start": status.next_start,
            "decision": {
                "on": decision_of(status),
                "source": source_of(status),
                "reason": None if status.decision is None else status.decision.reason,
                "sentence": sentence_of(self.hub.hass, status, now),
            },
            "can": _can(status),
            "plan": self._plan(status, now),
        }

    def _usable(self, entity_ids: Iterable[str]) -> str | None:
        """Return the first entity that is there: what is asked of a disabled one is not heard."""
        known = map(er.async_get(self.hub.hass).async_get, entity_ids)
        return next((each.entity_id for each in known if each and not each.disabled), None)

    def _plan(self, status: EquipmentStatus, now: float) -> dict[str, Any] | None:
        """Return the plan in force, and which of its quarter-hours to come are otherwise now."""
        plan, equipment_id = status.plan, status.equipment.id
        if plan is None:
            self._plans.pop(equipment_id, None)
            return None
        known = self._plans.get(equipment_id)
        if known is None or known[0] is not plan:
            changed = [] if known is None else _differing(known[0], plan, slot_start(now))
            known = self._plans[equipment_id] = plan, changed
        return {
            "start": plan.first_valid,
            "slots": to_text(plan.decisions),
            "owner": plan.owner.value,
            "valid": knows(plan, status.equipment),
            "changed": known[1],
        }

    @callback
    def _handle(self, event: Event) -> None:
        match event:
            case EquipmentChanged(ids) | PlanReceived(ids):
                self._changed(ids)
            case OrderEnded() | PowerMeasured():
                self._changed((event.equipment_id,))
            case InventoryChanged(added, removed):
                self._changed(added | removed)
            case CycleEnded() | LifecycleChanged() | ConnectionChanged() | BrokerChanged():
                self._tell(())
                self._look_for_ends()
            case _:
                pass

    @callback
    def _registry_changed(
        self, event: HomeAssistantEvent[er.EventEntityRegistryUpdatedData]
    ) -> None:
        """Picture an appliance anew of which an entity came, went, or is otherwise."""
        data = event.data
        former = data["entity_id"]
        if data["action"] == "update":
            former = data.get("old_entity_id", former)
        owner = self._owners.pop(former, None) or self._owner_of(data["entity_id"])
        if owner is not None:
            self._changed((owner,))

    def _owner_of(self, entity_id: str) -> EquipmentId | None:
        """Return the appliance that an entity is of, `None` for one of somebody else."""
        hass, entry_id = self.hub.hass, self.hub.entry.entry_id
        entity = er.async_get(hass).async_get(entity_id)
        if entity is None or entity.config_entry_id != entry_id or entity.device_id is None:
            return None
        device = dr.async_get(hass).async_get(entity.device_id)
        return None if device is None else equipment_of(entry_id, device.identifiers)

    def _wait_for_end(self, status: EquipmentStatus) -> None:
        """Have an appliance pictured anew when the run under way will be done."""
        equipment_id, now = status.equipment.id, self.hub.engine.clock.now()
        if (known := self._ends.pop(equipment_id, None)) is not None:
            known[1].cancel()
        run = run_under_way(status, now)
        if run is not None and run[1] is not None:
            loop = self.hub.hass.loop
            timer = loop.call_later(run[1] - now, self._changed, (equipment_id,))
            self._ends[equipment_id] = run[1], timer

    def _look_for_ends(self) -> None:
        """Have runs that are over pictured anew: timers know nothing of a clock that was set."""
        now = self.hub.engine.clock.now()
        over = [each for each, (end, _) in self._ends.items() if end <= now]
        for each in over:
            self._ends.pop(each)[1].cancel()
        if over:
            self._changed(over)

    def _changed(self, ids: Collection[EquipmentId]) -> None:
        self._stale.update(ids)
        self._tell(ids)

    @callback
    def _health_changed(self) -> None:
        self._tell(())

    def _tell(self, ids: Collection[EquipmentId]) -> None:
        self.hub.coordinator.telling.tell_all(self._watchers, self, ids)

    @callback
    def _over(self, row: SlotRow) -> None:
        self.hub.coordinator.telling.tell_all(self._rows, self, row)

    def _close(self) -> None:
        boards = self.hub.hass.data.get(BOARDS, {})
        if boards.get(self.hub.entry.entry_id) is self:
            del boards[self.hub.entry.entry_id]
        for unfollow in (*self._unfollow, *self._makers.values()):
            unfollow()
        self._unfollow.clear()
        self._makers.clear()
        for _, timer in self._ends.values():
            timer.cancel()


@callback
def board_of(hass: HomeAssistant, hub: Hub) -> Board:
    """Return the board of an entry as it is loaded now, which all who look share."""
    boards = hass.data.setdefault(BOARDS, {})
    entry_id = hub.entry.entry_id
    if entry_id not in boards or boards[entry_id].hub is not hub:
        boards[entry_id] = Board(hub)
    return boards[entry_id]


def about_past(row: SlotRow) -> dict[str, Any]:
    """Return what became of an appliance from `at` to `until`, in each quarter-hour alike."""
    return {
        "at": row.at,
        "until": row.until,
        "planned": row.planned,
        "on": row.wanted,
        "source": row.owner if row.source == "ems" and row.owner else row.source,
        "reason": row.reason,
        "outcome": row.outcome,
        "failure": row.failure,
        "ran": row.ran,
        "energy": row.energy,
    }


def _ready_at(status: EquipmentStatus, run: tuple[int, int | None] | None) -> int | None:
    """Return when a machine will be done, by the run under way if there is one."""
    if status.equipment.continuous:
        return None
    if run is not None:
        return run[1]
    cycle = status.equipment.constraints.cycle_duration
    return status.next_start + cycle if status.next_start and cycle else None


def _can(status: EquipmentStatus) -> list[str]:
    """Return what people may ask of it."""
    if not status.equipment.driven:
        return []
    has = status.equipment.constraints
    offered = {
        "pilot": True,
        "start": True,
        "mode": can_force_off(status),
        "deadline": has.wished_end is not None,
    }
    return [each for each, offers in offered.items() if offers]


def _differing(before: DayPlan, after: DayPlan, slot: int) -> list[int]:
    """Return the quarter-hours from a slot on that two plans decide otherwise."""
    slots: Iterable[int] = range(max(slot, after.first_valid), after.end, SLOT)
    return [at for at in slots if bool(before.decision(at)) is not after.decision(at)]
