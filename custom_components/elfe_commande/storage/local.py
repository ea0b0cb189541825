"""A home without a server: equipments handed in, their state and plans in one document on disk."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
import logging
from typing import Any, Final, override

from ..core.failing import failing
from ..core.model import (
    DRIVEN_MODES,
    Constraints,
    ControlState,
    Equipment,
    EquipmentId,
    Inventory,
    Mode,
    State,
)
from ..core.outcome import Step
from ..core.plan import SLOT, DayPlan, Owner, from_text, owner_of, to_text
from ..core.screens import Screen
from ..engine.ground.ports import (
    Document,
    InventoryRead,
    PlansRead,
    Storage,
    StorageDataError,
    StorageUnreachableError,
)
from .unheard import unheard

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
"""Of the document; those before it had none, and the same content."""
_LATEST: Final = 2**31 - 1
"""The coordination database holds no later second; a plan or a wish moves between the two."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One equipment as people defined it.

    The state and constraints of `equipment` are those it begins with. `marks` has a mark for
    each of its constraints: when one is another than before, people defined this constraint
    anew, and it replaces what was wished since.
    """

    equipment: Equipment
    marks: tuple[str, str, str] = ("", "", "")


@dataclass(slots=True)
class _Kept:
    """What is on disk of one equipment."""

    state: State
    wishes: Constraints
    marks: tuple[str, ...]


class LocalStorage(Storage):
    """Keeps the guards and whole steps of the coordination database, for the homes of one entry."""

    def __init__(self, document: Document, definitions: Iterable[Definition] = ()) -> None:
        """Know the equipments; nothing is read before `open`."""
        self._document = document
        self._screens: tuple[Screen, ...] = ()
        self._definitions = {d.equipment.id: d for d in definitions}
        self._kept: dict[EquipmentId, _Kept] = {}
        self._inventory: Inventory = {}
        self._plans: dict[tuple[EquipmentId, int], DayPlan] = {}
        self._last_id = 0
        self._last_row = 0
        self._opened = False
        self._unsaved = False
        """The last save failed: what was defined since the one before may not be on disk."""
        self._turn = asyncio.Lock()

    # -- what people define

    def next_id(self) -> EquipmentId:
        """Return an id that no equipment of this storage ever had."""
        self._last_id = max(self._last_id, *self._definitions, 0) + 1
        return EquipmentId(self._last_id)

    async def define(
        self, definitions: Iterable[Definition], screens: Iterable[Screen] = ()
    ) -> None:
        """Follow equipments that were added, changed or removed. Raises a `StorageError`."""
        self._screens = tuple(screens)
        async with self._turn:
            self._definitions = {d.equipment.id: d for d in definitions}
            # Before `open` it is not known yet what was kept of them.
            if self._opened and self._settle():
                await self._save(self._kept, self._plans)

    # -- the protocol of the engine

    @override
    async def open(self) -> None:
        async with self._turn:
            self._load(await self._document.load())
            self._opened = True
            if self._settle():
                await self._save(self._kept, self._plans)

    @override
    async def close(self) -> None:
        pass

    @override
    async def ping(self) -> None:
        if self._unsaved:
            async with self._turn:
                await self._save(self._kept, self._plans)

    @override
    async def read_inventory(self) -> InventoryRead:
        if self._unsaved:
            # Nobody waits for it: the disk itself tells of another failure.
            async with self._turn:
                with suppress(StorageUnreachableError):
                    await self._save(self._kept, self._plans)
        problems = tuple(unheard(self._inventory.values()))
        return InventoryRead(dict(self._inventory), problems, self._screens)

    @override
    async def read_equipments(self, ids: Collection[EquipmentId]) -> Inventory:
        return {i: self._inventory[i] for i in ids if i in self._inventory}

    @override
    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        return {i: self._inventory[i].state for i in ids if i in self._inventory}

    @override
    async def read_plans(self, slot: int) -> PlansRead:
        chosen: dict[tuple[EquipmentId, bool], DayPlan] = {}
        for plan in self._plans.values():
            to_come = plan.first_valid > slot
            if to_come and plan.first_valid != slot + SLOT:
                continue
            key = (plan.equipment_id, to_come)
            if key not in chosen or chosen[key].first_valid < plan.first_valid:
                chosen[key] = plan
        # One that is over leaves none: those before it count no more.
        return PlansRead(tuple(plan for plan in chosen.values() if plan.end > slot))

    @override
    async def plan_mark(self) -> int:
        return self._last_row

    @override
    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        """Write the steps, each whole or not at all; `ValueError` for two about one equipment."""
        if len({step.equipment_id for step in steps}) != len(steps):
            raise ValueError("two steps about one equipment")
        async with self._turn:
            written = {
                step.equipment_id: _after(self._kept[step.equipment_id].state, step)
                for step in steps
                if step.equipment_id in self._inventory
                and _lets(self._kept[step.equipment_id].state, step)
            }
            if written:
                kept = {i: replace(self._kept[i], state=state) for i, state in written.items()}
                await self._keep(kept)
            return written

    @override
    async def write_constraints(
        self, equipment_id: EquipmentId, wishes: Constraints, not_after: int | None = None
    ) -> bool:
        async with self._turn:
            equipment = self._inventory.get(equipment_id)
            if equipment is None or not equipment.driven:
                return False
            if not_after is not None and equipment.state.last_programmed > not_after:
                return False
            wished = [f.name for f in fields(Constraints) if getattr(wishes, f.name) is not None]
            if not wished or any(getattr(equipment.constraints, n) is None for n in wished):
                return False
            _check(wishes)
            merged = equipment.with_constraints(wishes).constraints
            await self._keep({equipment_id: replace(self._kept[equipment_id], wishes=merged)})
            return True

    # -- plans

    def plans_of(self, equipment_id: EquipmentId) -> tuple[DayPlan, ...]:
        """Return every plan that is kept of an equipment, in the order in which they begin."""
        found = (plan for plan in self._plans.values() if plan.equipment_id == equipment_id)
        return tuple(sorted(found, key=lambda plan: plan.first_valid))

    def in_force(self, equipment_id: EquipmentId, slot: int) -> DayPlan | None:
        """Return the plan of an equipment that is in force in a slot."""
        begun = [plan for plan in self.plans_of(equipment_id) if plan.first_valid <= slot]
        return begun[-1] if begun and begun[-1].end > slot else None

    async def add_plans(
        self, plans: Iterable[DayPlan], *, now: float, replacing: Owner | None = None
    ) -> list[DayPlan]:
        """Store days of decisions, numbered on; forget what counts no more. Raises a `StorageError`.

        Of two plans for one equipment with the same first slot the later one stays. `replacing`:
        what this owner had planned for the same equipments from later on is forgotten.
        """
        days = list(plans)
        async with self._turn:
            begins: dict[EquipmentId, int] = {}
            for plan in days if replacing else ():
                first = begins.get(plan.equipment_id, plan.first_valid)
                begins[plan.equipment_id] = min(first, plan.first_valid)
            kept = {
                key: plan
                for key, plan in self._plans.items()
                if self._counts(plan, now)
                and not (
                    plan.owner is replacing
                    and plan.first_valid > begins.get(plan.equipment_id, plan.first_valid)
                )
            }
            added: list[DayPlan] = []
            # What another owner said since a plan was made is newer than that plan.
            fresh = [plan for plan in days if not (replacing and self._is_overruled(plan))]
            for number, plan in enumerate(fresh, self._last_row + 1):
                added.append(replace(plan, row_id=number))
                kept[plan.equipment_id, plan.first_valid] = added[-1]
            self._last_row += len(added)
            await self._save(self._kept, kept)
            self._plans = kept
            return added

    def _counts(self, plan: DayPlan, now: float) -> bool:
        """Whether a plan is not over, or keeps one that began before it from coming back."""
        return plan.end > now or any(
            before.end > now and before.first_valid < plan.first_valid
            for before in self.plans_of(plan.equipment_id)
        )

    def _is_overruled(self, plan: DayPlan) -> bool:
        other = self._plans.get((plan.equipment_id, plan.first_valid))
        return (
            other is not None
            and other.owner is not plan.owner
            and bool(plan.known_at)
            and other.known_at >= plan.known_at
        )

    async def drop_plans(self, equipment_ids: Collection[EquipmentId], owner: Owner) -> bool:
        """Forget what an owner planned for equipments; whether there was any of it."""
        async with self._turn:
            kept = {
                key: plan
                for key, plan in self._plans.items()
                if plan.equipment_id not in equipment_ids or plan.owner is not owner
            }
            if len(kept) == len(self._plans):
                return False
            # Whoever looks for new plans sees that something changed.
            self._last_row += 1
            await self._save(self._kept, kept)
            self._plans = kept
            return True

    # -- what is on disk

    def _settle(self) -> bool:
        """Make the inventory of definitions and what is kept; whether what is kept changed."""
        kept: dict[EquipmentId, _Kept] = {}
        for equipment_id, definition in self._definitions.items():
            kept[equipment_id] = _renewed(self._kept.get(equipment_id), definition)
        plans = {key: plan for key, plan in self._plans.items() if key[0] in kept}
        last_id = max(self._last_id, *kept, 0)
        changed = kept != self._kept or plans != self._plans or last_id != self._last_id
        self._kept, self._plans, self._last_id = kept, plans, last_id
        self._show(kept)
        for gone in self._inventory.keys() - kept.keys():
            del self._inventory[gone]
        return changed

    def _show(self, kept: dict[EquipmentId, _Kept]) -> None:
        """Renew equipments of the inventory; one that did not change stays the same object."""
        for equipment_id, one in kept.items():
            defined = self._definitions[equipment_id].equipment
            equipment = replace(defined, state=one.state, constraints=one.wishes)
            if self._inventory.get(equipment_id) != equipment:
                self._inventory[equipment_id] = equipment

    async def _keep(self, changed: dict[EquipmentId, _Kept]) -> None:
        """Save what changed, then show it."""
        await self._save({**self._kept, **changed}, self._plans)
        self._kept |= changed
        self._show(changed)

    async def _save(
        self, kept: dict[EquipmentId, _Kept], plans: dict[tuple[EquipmentId, int], DayPlan]
    ) -> None:
        try:
            await self._document.save(
                {
                    "version": VERSION,
                    "last_id": self._last_id,
                    "last_row": self._last_row,
                    "equipments": {str(i): _kept_row(one) for i, one in kept.items()},
                    "plans": [
                        [
                            p.equipment_id,
                            p.first_valid,
                            p.row_id,
                            p.known_at,
                            to_text(p.decisions),
                            # Earlier versions read what they wrote themselves.
                            *(() if p.owner is Owner.ACTION else (p.owner,)),
                        ]
                        for p in plans.values()
                    ],
                }
            )
        except OSError as error:
            self._unsaved = True
            raise StorageUnreachableError(failing(error)) from error
        self._unsaved = False

    def _load(self, data: dict[str, Any] | None) -> None:
        if data is None:
            return
        try:
            kept = {EquipmentId(int(i)): _kept(row) for i, row in data["equipments"].items()}
            plans = [_plan(*row) for row in data["plans"]]
            last_id, last_row = int(data["last_id"]), int(data["last_row"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            _LOGGER.warning("What was stored cannot be used and is replaced: %s", error)
            return
        self._kept = kept
        self._plans = {(plan.equipment_id, plan.first_valid): plan for plan in plans}
        self._last_id, self._last_row = last_id, last_row


def _plan(  # noqa: PLR0917
    number: int,
    first: int,
    row_id: int,
    known_at: int,
    text: str,
    owner: str = Owner.ACTION,
) -> DayPlan:
    """Return a stored day; earlier versions knew of no other owner than the action."""
    equipment_id, whose = EquipmentId(number), owner_of(owner)
    return DayPlan(equipment_id, first, from_text(text), row_id, known_at, owner=whose)


def _renewed(kept: _Kept | None, definition: Definition) -> _Kept:
    """Return what is kept of an equipment after people defined it, perhaps anew."""
    first = definition.equipment
    if kept is None:
        return _Kept(first.state, first.constraints, definition.marks)
    names = [field.name for field in fields(Constraints)]
    values = {
        name: getattr(first.constraints if old != new else kept.wishes, name)
        for name, old, new in zip(names, kept.marks, definition.marks, strict=True)
    }
    return _Kept(kept.state, Constraints(**values), definition.marks)


def _lets(state: State, step: Step) -> bool:
    """Whether the guards of a step let it through."""
    if state.control == ControlState.COMMUNICATION_ERROR:
        return False
    if state.mode not in DRIVEN_MODES and not (step.from_disabled and state.mode == Mode.DISABLED):
        return False
    if step.not_after is not None and state.last_programmed > step.not_after:
        return False
    if step.programmed_at not in (None, state.last_programmed):
        return False
    return step.expected_mode is None or state.mode == step.expected_mode


def _after(state: State, step: Step) -> State:
    writes = step.writes
    return State(
        mode=state.mode if writes.mode is None else int(writes.mode),
        control=state.control if writes.control is None else int(writes.control),
        command=state.command if writes.command is None else int(writes.command),
        ems_order=state.ems_order if writes.ems_order is None else writes.ems_order,
        last_start=int(step.at) if writes.started else state.last_start,
        last_programmed=int(step.at) if writes.programmed else state.last_programmed,
    )


def _check(wishes: Constraints) -> None:
    """Refuse what the coordination database would refuse."""
    end, duration, charge = wishes.wished_end, wishes.cycle_duration, wishes.charge_left
    if end is not None and not 0 <= end <= _LATEST:
        raise StorageDataError(f"no moment: {end}")
    if duration is not None and not 0 < duration <= _LATEST:
        raise StorageDataError(f"no duration: {duration}")
    if charge is not None and not 0 <= charge <= _LATEST:
        raise StorageDataError(f"no percentage: {charge}")


def _kept_row(kept: _Kept) -> dict[str, list[Any]]:
    state, wishes = kept.state, kept.wishes
    return {
        "state": [getattr(state, field.name) for field in fields(state)],
        "wishes": [getattr(wishes, field.name) for field in fields(wishes)],
        "marks": list(kept.marks),
    }


def _kept(row: dict[str, list[Any]]) -> _Kept:
    return _Kept(State(*row["state"]), Constraints(*row["wishes"]), tuple(row["marks"]))
