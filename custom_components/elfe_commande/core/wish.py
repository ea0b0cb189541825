"""What a person, or their automation, asks of an equipment: one shape for every surface."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import uuid4

from .model import Constraints, EquipmentId, TypologyId


class Origin(StrEnum):
    """Where an order or a change of mode comes from."""

    DASHBOARD = "dashboard"
    ACTION = "action"
    AUTOMATION = "automation"
    SCREEN = "screen"
    PORTAL = "portal"
    PLC = "plc"
    PANEL = "panel"
    """A panel of buttons, LEDs and digits."""
    MODE_FILE = "file"
    """Another program, by the file of modes."""
    EMS = "ems"
    RULE = "rule"
    DEVICE = "device"
    """The appliance itself, started by hand."""
    ELSEWHERE = "elsewhere"
    """Found changed in the database."""


UNATTENDED = frozenset({Origin.EMS, Origin.RULE, Origin.ELSEWHERE})
"""Nobody stands there and waits to see what came of it."""


class Intent(StrEnum):
    """What is wished."""

    TO_MANUAL = "to_manual"
    """Hand the load over to people: mode 20, and what its `HandOver` says."""
    TO_PILOTED = "to_piloted"
    """Hand the load over to the plan: mode 30, waiting."""
    FORCED_OFF = "forced_off"
    """Mode 20, load off and kept off."""
    FORCED_ON = "forced_on"
    """Mode 20, load on, because somebody wants it on."""
    START = "start"
    """Run the typology's start now, as the plan would."""
    STOP = "stop"
    """Run the typology's stop now; continuous loads only."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One request about one equipment.

    `force` lets a press through that the safety rules would skip. `typology_id` runs another
    scenario than the equipment's own. `user_id` is Home Assistant's, when one is known.
    """

    equipment_id: EquipmentId
    intent: Intent
    origin: Origin
    force: bool = False
    typology_id: TypologyId | None = None
    user_id: str | None = None
    advance_end: bool = False
    """Once done, move a wished end that is past to its next occurrence, as the screens do."""
    id: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True, slots=True)
class ConstraintWish:
    """Other wishes about an equipment: its wished end, cycle duration or charge left."""

    equipment_id: EquipmentId
    wishes: Constraints
    """Only what is not `None` is changed."""
    origin: Origin
    user_id: str | None = None
