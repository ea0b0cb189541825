"""What a surplus rule says of its load now, and what the chain of decision makes of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import override

from ...core.decision import Act, Decision, Proposal, Source, decide
from ...core.model import Constraints, ControlState
from ...core.plan import slot_start
from ...core.rule_conditions import conditions, observe, silent, unreachable
from ...core.rule_evaluation import Evaluation, deadline_of, evaluate
from ...core.rules import (
    Case,
    History,
    Inputs,
    Limits,
    Measurement,
    Other,
    Quantity,
    Rule,
    confirmed,
    released,
)
from ..goals.reconcile import Reconcile
from ..ground.ground import Ground
from ..ground.ports import Readings, Unsubscribe
from ..ground.status import EquipmentStatus
from ..ground.telling import Telling
from ..orders.presses import DEFAULT_CYCLE
from .rule_memory import Remembered, RuleMemory


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says, and what the chain of decision makes of it.

    `decision` is what is decided if the rule gets its way, `history` what the rule remembers
    before that. `moves`: the load is ordered then.
    """

    evaluation: Evaluation
    history: History
    decision: Decision
    in_charge: bool
    """What the rule says makes a difference."""
    moves: bool
    silent: tuple[str, ...] = ()
    """The inputs that have said nothing for too long."""
    unreachable: tuple[str, ...] = ()
    """The inputs of which a threshold is beyond what they can tell."""

    @property
    def changes(self) -> bool:
        """Whether the rule wants something else than it was granted."""
        return self.in_charge and self.evaluation.on is not self.history.on


@dataclass(frozen=True, slots=True)
class GuardedReadings(Readings):
    """What a rule looks at; nothing where reading it raises: the rule then abstains."""

    readings: Readings
    title: str
    telling: Telling

    @override
    def read(self) -> Mapping[str, Measurement]:
        try:
            return self.readings.read()
        except Exception as error:  # noqa: BLE001
            self.telling.note(f"The inputs of the rule {self.title} cannot be read", error)
            return {}

    @override
    def watch(self, changed: Callable[[], None]) -> Unsubscribe:
        return self.readings.watch(changed)


@dataclass(slots=True, eq=False)
class RuleStatus:
    """One rule at work: what entities show of it. `title` is for people."""

    id: str
    title: str
    rule: Rule
    readings: Readings
    changed: Callable[[], None]
    remembered: Remembered
    verdict: Verdict | None = None
    unwatch: Unsubscribe = lambda: None

    @property
    def history(self) -> History:
        """Return what the rule remembers."""
        return self.remembered.history


@dataclass(slots=True)
class Judge:
    """Looks at one rule among all; orders nothing, and changes nothing."""

    ground: Ground
    reconcile: Reconcile
    limits: Limits
    memory: RuleMemory = field(default_factory=RuleMemory)
    rules: dict[str, RuleStatus] = field(default_factory=dict)

    def load_of(self, status: RuleStatus) -> EquipmentStatus | None:
        """Return what is known of the load of a rule."""
        return self.ground.store.statuses.get(status.rule.equipment_id)

    def verdict(
        self, status: RuleStatus, readings: Mapping[str, Measurement], now: float
    ) -> Verdict:
        """Return what the rule says of these readings, and what is decided if it has its way."""
        case = self.case(status, readings, now)
        case = replace(case, history=observe(case))
        load = self.load_of(status)
        if load is None:
            return _without_load(case)
        if load.plan is not None and not case.history.planned:
            case = replace(case, history=replace(case.history, planned=True))
        snapshot = self.reconcile.snapshot(load, slot_start(self.ground.clock.now()))

        def decided(on: bool | None, reason: str) -> Decision:
            proposal = proposed(status.rule, case.history, on, reason)
            return decide(replace(snapshot, proposal=proposal))

        on, off = decided(True, "conditions_met"), decided(False, "conditions_met")
        in_charge = (on.on, on.act) != (off.on, off.act)
        if not in_charge:
            case = replace(case, history=released(case.history, now))
        evaluation = evaluate(case)
        if in_charge and evaluation.on and not on.on:
            # Nothing is started now: a UPS is on battery.
            evaluation = replace(evaluation, on=case.history.on, reason=on.reason)
        decision = decided(evaluation.on if in_charge else None, evaluation.reason)
        return Verdict(
            evaluation,
            case.history,
            decision,
            in_charge=in_charge,
            moves=_moves(load, decision, case.history),
            silent=silent(case),
            unreachable=unreachable(case),
        )

    def case(self, status: RuleStatus, readings: Mapping[str, Measurement], now: float) -> Case:
        """Return all that an evaluation of the rule depends on."""
        rule, load = status.rule, self.load_of(status)
        wishes = Constraints() if load is None else load.equipment.constraints
        other = Other()
        if rule.dependency is not None:
            other = self.memory.others.get(rule.dependency.equipment_id, other)
        zone = self.ground.zone
        inputs = Inputs(
            datetime.fromtimestamp(now, zone),
            readings,
            other,
            reserved=self._reserved(status, readings.get(Quantity.SURPLUS)),
            is_on=load is not None and load.equipment.state.control == ControlState.ON,
            one_shot=load is not None and not load.equipment.continuous,
            cycle=float(wishes.cycle_duration or DEFAULT_CYCLE),
            deadline=deadline_of(rule, wishes.wished_end, now, zone),
        )
        history = status.history if load is None else _as_confirmed(status.history, load, now)
        return Case(rule, inputs, history, now, self.limits)

    def _reserved(self, status: RuleStatus, surplus: Measurement | None) -> float:
        """Return the power of loads that were started since the surplus was measured."""
        if surplus is None:
            return 0.0
        total = 0.0
        for other in self.rules.values():
            begun = other.history.last_on
            if other is status or begun is None or begun <= surplus.at:
                continue
            shared = other.readings.read().get(Quantity.SURPLUS)
            if shared is not None and shared.source == surplus.source:
                total += other.rule.nominal_power
        return total


def proposed(rule: Rule, history: History, on: bool | None, reason: str) -> Proposal:
    """Return what a rule puts before the chain of decision."""
    return Proposal(on, reason, history.since, rule.combination, alone=not history.planned)


def _as_confirmed(history: History, load: EquipmentStatus, now: float) -> History:
    """Return the history with the begin of a run that the device of its load confirmed.

    It did by its answer, which the row holds, or by what it says of itself.
    """
    if not history.on or history.ran_since is not None or load.connected is False:
        return history
    state = load.equipment.state
    if state.control == ControlState.ON:
        # What was on before the rule wanted it is on by the rule from then on.
        return confirmed(history, min(now, max(state.last_start, history.since)))
    return confirmed(history, now) if load.running else history


def _without_load(case: Case) -> Verdict:
    history = released(case.history, case.now)
    reason = "unknown_equipment"
    return Verdict(
        Evaluation(None, reason, conditions(case)),
        history,
        Decision(Source.DEFAULT, reason),
        in_charge=False,
        moves=False,
        silent=silent(case),
    )


def _moves(load: EquipmentStatus, decision: Decision, history: History) -> bool:
    """Whether a decision orders something else than what the load does already.

    What a rule ordered itself may never have been acknowledged: its contrary is ordered.
    """
    control = load.equipment.state.control
    match decision.act:
        case Act.START:
            return True
        case Act.ON:
            return control != ControlState.ON or history.on is False
        case Act.OFF:
            return control != ControlState.OFF or history.on is True
        case _:
            return False
