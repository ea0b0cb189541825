"""What is kept: the shape of each row. Times are unix seconds, energies Wh.

The first two fields of every row are its key: whose it is, and when. The words are those of the
enumerations in `core`, and the keys of the translations.
"""

from typing import Final, NamedTuple

from ..core.model import EquipmentId
from ..core.plan import LONGEST, DayPlan, Owner, owner_of

HUB: Final = EquipmentId(0)
"""Whose rows are those of the engine itself: the tables number equipments from 1."""


class SlotRow(NamedTuple):
    """A load over one quarter-hour, or over several that were all alike."""

    equipment_id: EquipmentId
    at: int
    """When the first of them began."""
    until: int
    """When the last of them was over."""
    planned: bool | None = None
    """What the plan in force wanted; `None` without a plan."""
    owner: str | None = None
    """Whose plan it was."""
    wanted: bool | None = None
    """What was decided; `None`: no order."""
    source: str | None = None
    reason: str | None = None
    mode: int | None = None
    outcome: str | None = None
    """How the last order of the quarter-hour ended; `None` where there was none."""
    failure: str | None = None
    """Why it was not carried out."""
    ran: int | None = None
    """Seconds of each quarter-hour in which it ran; `None` where nothing tells."""
    energy: float | None = None
    """Wh of each quarter-hour; `None` where nothing measures it."""

    def continues(self, before: SlotRow) -> bool:
        """Return whether nothing but time passed since the row before."""
        return before.until == self.at and before[3:] == self[3:]


class EventRow(NamedTuple):
    """Something that happened at a moment."""

    equipment_id: EquipmentId
    at: float
    kind: str
    """`order`, `mode`, `drift`; of the engine `lifecycle`, `database`, `broker`, `lost`."""
    act: str | None = None
    on: bool | None = None
    """What was ordered, what a device reports, whether something is reached."""
    before: int | None = None
    after: int | None = None
    """Modes; a code of the lifecycle; how many rows were lost."""
    origin: str | None = None
    source: str | None = None
    owner: str | None = None
    user_id: str | None = None
    outcome: str | None = None
    reason: str | None = None
    detail: str | None = None
    tries: int | None = None
    latency: float | None = None
    will_retry: bool | None = None


class PlanRow(NamedTuple):
    """A plan that said something new."""

    equipment_id: EquipmentId
    at: int
    """When it was seen first."""
    start: int
    owner: str
    slots: str
    """A 0 or a 1 for each quarter-hour from `start` on."""


class Cause(NamedTuple):
    """Why a load began to run."""

    origin: str | None = None
    """Whose order it was, if one was seen."""
    source: str | None = None
    reason: str | None = None
    owner: str | None = None
    """Whose plan was in force."""

    @property
    def plan_owner(self) -> Owner | None:
        """Return whose plan it was, `None` where there was none."""
        return None if self.owner is None else owner_of(self.owner)


class RunRow(NamedTuple):
    """Something that a load did."""

    equipment_id: EquipmentId
    at: int
    end: int
    """Of one under way: until when that is known."""
    going: bool
    """Whether it was not over then."""
    energy: float | None = None
    origin: str | None = None
    source: str | None = None
    reason: str | None = None
    owner: str | None = None

    @property
    def cause(self) -> Cause:
        """Return why it ran."""
        return Cause(*self[5:])


type Row = SlotRow | EventRow | PlanRow | RunRow

KINDS: Final[dict[str, type[Row]]] = {
    "slots": SlotRow,
    "events": EventRow,
    "plans": PlanRow,
    "runs": RunRow,
}
"""Each kind of row by the name of its table."""
TABLE_OF: Final[dict[object, str]] = {kind: name for name, kind in KINDS.items()}


class PlanNews:
    """Tells which plans say something new of the time to come."""

    def __init__(self) -> None:
        """Know of no plan yet."""
        self._known: dict[EquipmentId, tuple[DayPlan, ...]] = {}

    def of(self, plans: tuple[DayPlan, ...], equipment_id: EquipmentId, slot: int) -> list[DayPlan]:
        """Return those of the plans that differ from the known, from a slot on."""
        known = self._known.get(equipment_id, ())
        self._known[equipment_id] = plans
        return [
            plan
            for plan in plans
            if not any(plan is each or _says_the_same(plan, each, slot) for each in known)
        ]

    def forget(self, equipment_id: EquipmentId) -> None:
        """Forget a load that went."""
        self._known.pop(equipment_id, None)


def _says_the_same(plan: DayPlan, known: DayPlan, slot: int) -> bool:
    """Whether a plan wants no more and no less than another one that is known did."""
    if plan.owner is not known.owner:
        return False
    start = max(slot, plan.first_valid)
    if known.index(start) is None:
        return False
    new, old = (each.decisions[each.index(start) or 0 :] for each in (plan, known))
    return new.ljust(LONGEST, b"\0") == old.ljust(LONGEST, b"\0")
