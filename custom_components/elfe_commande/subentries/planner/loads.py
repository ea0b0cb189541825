"""The appliances of a local home as the planner sees them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from typing import Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.util import dt as dt_util

from ...const import SUBENTRY_EQUIPMENT
from ...core.model import Equipment, EquipmentId, Mode
from ...core.on_time import OnTime, under_way
from ...core.plan import DayPlan, Owner, slot_start
from ...core.planned import knows
from ...engine.ground.status import EquipmentStatus
from ...hub import ElfeConfigEntry, Hub
from ...planning.home.habits import Habits
from ...planning.home.needs import Need, need_of
from ...record.recorder import Recorder
from ..appliances.definition import equipment_id_of
from ..appliances.home import LocalHome
from ..appliances.planning_form import habits_of
from ..plan_sources.source_settings import SUBENTRY_PLAN_SOURCE, loads_of

START_KWH: Final = 0.06
"""What a start of a load that may pause has to gain, in kWh at the mean price: one to two cents.
A switch that clicks for less is not worth its wear."""


class Loads:
    """Knows the habits of every appliance, and by the record since when it is on."""

    def __init__(self, hub: Hub, record: Recorder, home: LocalHome) -> None:
        """Look at nothing yet."""
        self._hub = hub
        self._record = record
        self._home = home

    @property
    def on_time(self) -> OnTime:
        """When appliances were on: the one count that there is."""
        return self._record.book.on_time

    def needs(self, now: float, zone: tzinfo, price: float = 0.0) -> list[Need]:
        """Return every appliance with what it owes; `price` is a usual one (currency per kWh)."""
        habits, elsewhere = _habits(self._hub.entry), _elsewhere(self._hub.entry)
        found = []
        for equipment_id, status in sorted(self._hub.engine.statuses.items()):
            self.note(status, now)
            if status.supported and equipment_id in habits:
                plan = plan_of(self._home, equipment_id, now)
                found.append(
                    need_of(
                        status.equipment,
                        habits[equipment_id],
                        self.on_time,
                        now,
                        zone,
                        start_cost=START_KWH * price,
                        other_plan=equipment_id in elsewhere or is_others(plan, status.equipment),
                        wanted_now=_wanted_now(plan, status.equipment, now),
                    )
                )
        return found

    def with_end(self, equipment: Equipment, now: float, wished_end: float | None) -> Need:
        """Return what an appliance would owe with another wished end (unix seconds), or its own.

        One that people have is taken as handed over now.
        """
        end = equipment.constraints.wished_end if wished_end is None else int(wished_end)
        wishes = replace(equipment.constraints, wished_end=end)
        asked = replace(equipment, constraints=wishes)
        if asked.driven and not asked.piloted and under_way(asked, now) is None:
            state = replace(asked.state, mode=Mode.PILOTED, last_programmed=int(now))
            asked = replace(asked, state=state)
        habits = _habits(self._hub.entry).get(equipment.id, Habits())
        return need_of(asked, habits, self.on_time, now, dt_util.get_default_time_zone())

    def are_planned_here(self, status: EquipmentStatus, now: float) -> bool:
        """Return whether no plan source, and no plan in force of somebody else, stands before."""
        elsewhere, equipment = _elsewhere(self._hub.entry), status.equipment
        others = is_others(plan_of(self._home, equipment.id, now), equipment)
        return equipment.id not in elsewhere and not others

    def note(self, status: EquipmentStatus, now: float) -> None:
        """Have the record look whether an appliance is on."""
        self._record.look(status, now)

    def watched(self, equipment_id: EquipmentId) -> tuple[object, ...]:
        """Return what of an appliance makes a new plan when it changes."""
        status = self._hub.engine.statuses.get(equipment_id)
        if status is None:
            return ()
        equipment, plan = status.equipment, status.plan
        state = equipment.state
        return (
            state.mode,
            state.control,
            state.last_programmed,
            state.last_start,
            equipment.constraints,
            equipment.continuous,
            plan is not None and plan.owner is not Owner.PLANNER,
        )


def _habits(entry: ElfeConfigEntry) -> dict[EquipmentId, Habits]:
    return {
        equipment_id_of(subentry): habits_of(subentry.data)
        for subentry in entry.get_subentries_of_type(SUBENTRY_EQUIPMENT)
    }


def _elsewhere(entry: ElfeConfigEntry) -> set[EquipmentId]:
    """Return the appliances that follow a plan source."""
    sources: Iterable[ConfigSubentry] = entry.get_subentries_of_type(SUBENTRY_PLAN_SOURCE)
    return {equipment_id for source in sources for equipment_id in loads_of(source.data)}


def plan_of(home: LocalHome, equipment_id: EquipmentId, now: float) -> DayPlan | None:
    """Return the plan in force; one that begins is, before the cycle takes it over."""
    return home.storage.in_force(equipment_id, slot_start(now))


def _wanted_now(plan: DayPlan | None, equipment: Equipment, now: float) -> bool:
    """Return whether the plan in force is the planner's and wants a load on at a unix time."""
    if plan is None or plan.owner is not Owner.PLANNER or not knows(plan, equipment):
        return False
    return bool(plan.decision(slot_start(now)))


def is_others(plan: DayPlan | None, equipment: Equipment) -> bool:
    """Return whether the plan in force is somebody else's, who said it since the programming."""
    return plan is not None and plan.owner is not Owner.PLANNER and knows(plan, equipment)
