"""What the chain of decision will do with a load, quarter-hour by quarter-hour; pure.

It knows plans, wishes and what people ask now. What an EMS plans next, what a rule will measure, what
somebody does at the appliance, it cannot know: such a quarter-hour is told as open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from .decision import decide
from .model import Constraints, Equipment, HandOver, Mode
from .plan import DAY, SLOT, DayPlan
from .planned import is_late, plan_link
from .snapshot import Act, Combination, Decision, Snapshot, Source
from .wish import Intent

OPEN: Final = "-"
"""A quarter-hour of which nobody can tell yet."""
_ON: Final = "1"
_OFF: Final = "0"

NOT_RUNNING: Final = "not_running"
"""The engine sends nothing at present."""
NEXT_PLAN: Final = "next_plan"
"""Plans come from elsewhere: another wished end, or that it was handed over, counts in the next."""
NO_PLAN: Final = "no_plan"
RULE: Final = "rule"
BY_HAND: Final = "by_hand"
DURATION: Final = "duration"
UPS: Final = "ups"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person thinks of doing. Nothing of it: how it is."""

    intent: Intent | None = None
    """A mode, or a start."""
    wished_end: int | None = None
    """Unix seconds."""


@dataclass(slots=True)
class Foreseen:
    """What becomes of a load."""

    start: int
    """The unix time at which the first quarter-hour begins."""
    slots: str = ""
    """For each quarter-hour a 1 (on), a 0 (off) or an `OPEN`."""
    ready_at: int | None = None
    """When a machine will be done, `None` where nobody can tell (unix seconds)."""
    late: bool = False
    """That is after its wished end."""
    notes: list[str] = field(default_factory=list)
    """What is to be known about it; keys of the translations (`common`, `foresight_…`)."""

    def note(self, key: str) -> None:
        """Have something told, once."""
        if key not in self.notes:
            self.notes.append(key)


@dataclass(slots=True)
class _Run:
    """A machine that was started."""

    begin: float
    end: float | None


def foresee(
    snapshot: Snapshot,
    plans: Sequence[DayPlan],
    asked: Asked,
    *,
    running: bool | None = None,
    run: tuple[float, float | None] | None = None,
    slots: int = DAY,
) -> Foreseen:
    """Return what the chain does in the quarter-hours from the snapshot's on.

    `plans` are the one in force and those to come, in their order. `running` says whether the load
    is on now, `run` when a machine under way was started and will be done.
    """
    found = Foreseen(snapshot.slot)
    if not snapshot.ready:
        found.note(NOT_RUNNING)
    if snapshot.shed is not None:
        found.note(UPS)
    equipment = _as_asked(snapshot.equipment, asked, snapshot.now)
    handed_over = equipment.state.mode != snapshot.equipment.state.mode
    started = _run_of(snapshot, equipment, asked, run)
    if handed_over or asked.intent is not None:
        # What its meter says tells of before: the order of now comes in between.
        snapshot = replace(
            snapshot, drawing=None, reported_on=None, unconfirmed_start=False, cut=False
        )
    kept_off = snapshot.forced_off if asked.intent is None else asked.intent is Intent.FORCED_OFF
    snapshot = replace(
        snapshot,
        equipment=equipment,
        ready=True,
        forced_off=kept_off,
        overruled=snapshot.overruled and asked.intent is None,
    )
    running = _left_running(equipment, asked, running)
    if (asked.wished_end is not None or handed_over) and equipment.piloted:
        found.note(NEXT_PLAN)
    course = _Course(snapshot, plans, found, running, started)
    found.slots = "".join(course.slot(index) for index in range(slots))
    if not equipment.continuous and course.run is not None and course.run.end is not None:
        found.ready_at = int(course.run.end)
    elif course.run is not None and not equipment.continuous:
        found.note(DURATION)
    since = equipment.state.last_programmed if started is None else started.begin
    found.late = is_late(equipment.constraints.wished_end or None, found.ready_at, since)
    return found


@dataclass(slots=True)
class _Course:
    """Goes from one quarter-hour to the next."""

    snapshot: Snapshot
    plans: Sequence[DayPlan]
    found: Foreseen
    running: bool | None
    run: _Run | None

    def slot(self, index: int) -> str:
        """Return what becomes of the load in the quarter-hour with this number."""
        snapshot = self.snapshot
        at = snapshot.slot + index * SLOT
        if self.run is not None and not snapshot.equipment.continuous:
            return self._of_run(at)
        if self.run is not None and index == 0:
            return _ON
        if not snapshot.equipment.piloted:
            return self._by_hand()
        decision = self._decide(at, first=index == 0)
        if decision is None:
            self.found.note(RULE)
            return OPEN
        if decision.act in (Act.START, Act.RECORD_STARTED):
            begin = max(snapshot.now, at)
            duration = snapshot.equipment.constraints.cycle_duration
            self.run = _Run(begin, begin + duration if duration else None)
            return self._of_run(at)
        if decision.source is Source.DEFAULT or decision.on is None:
            self.found.note(NEXT_PLAN if decision.reason == "programmed_after_plan" else NO_PLAN)
            return OPEN
        return _ON if decision.on else _OFF

    def _of_run(self, at: int) -> str:
        run = self.run
        if run is None or at + SLOT <= run.begin:
            return _OFF
        if run.end is None:
            return _ON if at <= run.begin else OPEN
        return _ON if at < run.end else _OFF

    def _by_hand(self) -> str:
        """Return how a load stays that people have."""
        self.found.note(BY_HAND)
        if self.snapshot.forced_off:
            return _OFF
        if not self.snapshot.equipment.continuous or self.running is None:
            # It is powered; whether it runs is for those who stand before it.
            return OPEN
        return _ON if self.running else _OFF

    def _decide(self, at: int, *, first: bool) -> Decision | None:
        """Return what the chain decides; `None` where it hangs on what a rule will measure."""
        now = self.snapshot
        plan = _in_force(self.plans, at)
        if first:
            return decide(replace(now, plan=plan))
        before = _in_force(self.plans, at - SLOT)
        seen = replace(
            now,
            now=float(at),
            slot=at,
            plan=plan,
            drawing=None,
            reported_on=None,
            last_slot=at - SLOT,
            last_on=None if before is None else before.decision(at - SLOT),
            shed=None,
            proposal=None,
        )
        return None if _hangs_on_rule(now, seen) else decide(seen)


def _in_force(plans: Sequence[DayPlan], slot: int) -> DayPlan | None:
    begun = [plan for plan in plans if plan.first_valid <= slot]
    return begun[-1] if begun and begun[-1].index(slot) is not None else None


def _hangs_on_rule(now: Snapshot, seen: Snapshot) -> bool:
    """Whether a load's rule has its say in a quarter-hour to come."""
    if now.proposal is None:
        return False
    said = plan_link(seen)
    match now.proposal.combination:
        case Combination.EMS_FIRST:
            return said is None
        case Combination.SURPLUS_FIRST:
            return True
        case Combination.EITHER:
            return said is None or not said.on
        case Combination.BOTH:
            return said is None or bool(said.on)


def _run_of(
    snapshot: Snapshot, equipment: Equipment, asked: Asked, run: tuple[float, float | None] | None
) -> _Run | None:
    """Return the run under way once it is done as asked."""
    now, duration = snapshot.now, equipment.constraints.cycle_duration
    if asked.intent is Intent.START:
        return _Run(now, now + duration if duration and not equipment.continuous else None)
    if asked.intent is not None or run is None:
        return None
    return _Run(*run)


def _as_asked(equipment: Equipment, asked: Asked, now: float) -> Equipment:
    """Return the load as it would be programmed."""
    if asked.wished_end is not None:
        equipment = equipment.with_constraints(Constraints(wished_end=asked.wished_end))
    state = equipment.state
    if asked.intent is Intent.TO_PILOTED and not equipment.piloted:
        state = replace(state, mode=Mode.PILOTED, last_programmed=int(now))
    elif asked.intent in (Intent.TO_MANUAL, Intent.FORCED_ON, Intent.FORCED_OFF):
        state = replace(state, mode=Mode.MANUAL, last_programmed=int(now))
    return equipment.with_state(state)


def _left_running(equipment: Equipment, asked: Asked, running: bool | None) -> bool | None:
    """Return whether a load is on once it is done as asked; `None` where nothing tells."""
    match asked.intent:
        case Intent.FORCED_ON | Intent.START:
            return True
        case Intent.FORCED_OFF | Intent.TO_PILOTED:
            return False
        case Intent.TO_MANUAL if equipment.hand_over is not HandOver.LEAVE:
            return equipment.hand_over is HandOver.ON
        case _:
            return running
