"""The last inventory and plans on disk: with them a start needs no database."""

from dataclasses import dataclass, field
import logging
from typing import Any, Final, NamedTuple

from ...core.lifecycle import Code, Transition
from ...core.model import (
    Constraints,
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
)
from ...core.pace import paced
from ...core.plan import DayPlan, Owner, from_text, owner_of, to_text
from ...core.speed import Speed
from ..ground.ports import Document
from .followed import Processed

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
"""Of the document; those before it had none, and the same content."""


class Heard(NamedTuple):
    """The mode of a row when the portal was heard last, and the unix time of that."""

    mode: int
    at: float


@dataclass(slots=True)
class Memory:
    """What is known of the world. `at` is the unix time it was saved.

    `history` is how the lifecycle got to `code`.
    """

    equipments: list[Equipment] = field(default_factory=list)
    plans: list[DayPlan] = field(default_factory=list)
    processed: dict[EquipmentId, Processed] = field(default_factory=dict)
    at: float = 0.0
    code: int | None = None
    speed: Speed | None = None
    history: list[Transition] = field(default_factory=list)
    plan_source: str | None = None
    """Where the plans were read; earlier versions did not store it."""
    unheard: dict[EquipmentId, Heard] = field(default_factory=dict)
    """Of rows whose mode was read, and not followed yet."""


async def load(document: Document) -> Memory | None:
    """Read the memory; `None` at first, or if it is not what was written."""
    data = await document.load()
    if data is None:
        return None
    try:
        return Memory(
            [_equipment(row) async for row in paced(data["equipments"])],
            [_plan(row) async for row in paced(data["plans"])],
            {EquipmentId(i): Processed(*rest) for i, *rest in data["processed"]},
            data["at"],
            data["code"],
            _speed(data["speed"]),
            # Not there in what earlier versions stored.
            [_transition(row) for row in data.get("history", ())],
            data.get("plan_source"),
            {EquipmentId(i): Heard(mode, at) for i, mode, at in data.get("unheard", ())},
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        _LOGGER.warning("What was stored cannot be used and is replaced: %s", error)
        return None


async def save(document: Document, memory: Memory) -> None:
    """Write the memory, leaving the loop to others in between."""
    await document.save(
        {
            "version": VERSION,
            "equipments": [_equipment_row(e) async for e in paced(memory.equipments)],
            "plans": [_plan_row(p) async for p in paced(memory.plans)],
            "processed": [[i, p.slot, p.on, p.before] for i, p in memory.processed.items()],
            "at": memory.at,
            "code": memory.code,
            "speed": None
            if memory.speed is None
            else [memory.speed.round_trip, memory.speed.measured_on],
            "history": [[int(t.code), t.at, t.details] for t in memory.history],
            "plan_source": memory.plan_source,
            # Not there in what earlier versions stored, nor where there is none.
            **({"unheard": [[i, *h] for i, h in memory.unheard.items()]} if memory.unheard else {}),
        }
    )


def _speed(row: object) -> Speed | None:
    """Return the speed; earlier versions stored a number, which does not say of what."""
    match row:
        case [float() | int() as round_trip, str() as measured_on]:
            return Speed(round_trip, measured_on)
    return None


def _transition(row: list[Any]) -> Transition:
    code, at, details = row
    return Transition(Code(code), float(at), str(details))


def _equipment_row(equipment: Equipment) -> list[Any]:
    state, wishes = equipment.state, equipment.constraints
    return [
        equipment.id,
        equipment.typology_id,
        equipment.type_id,
        equipment.name,
        equipment.home,
        equipment.continuous,
        [
            state.mode,
            state.control,
            state.command,
            state.ems_order,
            state.last_start,
            state.last_programmed,
        ],
        [wishes.wished_end, wishes.cycle_duration, wishes.charge_left],
        [
            [
                d.id,
                d.type_id,
                d.usage,
                d.control_topic,
                d.command_topic,
                d.lwt_topic,
                d.hardware_id,
            ]
            for d in equipment.devices
        ],
        # Not there in what earlier versions stored, nor where there is none.
        *(() if equipment.safe_on is None else (equipment.safe_on,)),
    ]


def _equipment(row: list[Any]) -> Equipment:
    identity, typology, kind, name, home, continuous, state, wishes, devices, *safe = row
    return Equipment(
        id=EquipmentId(identity),
        typology_id=TypologyId(typology),
        type_id=EquipmentTypeId(kind),
        name=name,
        home=HomeId(home),
        continuous=continuous,
        state=State(*state),
        constraints=Constraints(*wishes),
        devices=tuple(Device(DeviceId(d[0]), DeviceTypeId(d[1]), *d[2:]) for d in devices),
        safe_on=safe[0] if safe else None,
    )


def _plan_row(plan: DayPlan) -> list[Any]:
    return [
        plan.equipment_id,
        plan.first_valid,
        plan.row_id,
        to_text(plan.decisions),
        plan.known_at,
        *(() if plan.owner is Owner.EMS else (plan.owner,)),
    ]


def _plan(row: list[Any]) -> DayPlan:
    # Earlier versions stored no owner, and before that no moment either.
    identity, first_valid, row_id, text, *more = row
    decisions = from_text(text)
    known_at = more[0] if more else 0
    owner = owner_of(more[1]) if len(more) > 1 else Owner.EMS
    return DayPlan(EquipmentId(identity), first_valid, decisions, row_id, known_at, owner=owner)
