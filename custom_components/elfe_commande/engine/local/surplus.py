"""The surplus rules at work: every minute they are asked, and at most one load is moved."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
import logging

from ...core.decision import Proposal
from ...core.model import ControlState, EquipmentId
from ...core.plan import slot_start
from ...core.rule_conditions import observe
from ...core.rule_evaluation import URGENT
from ...core.rules import Limits, Measurement, Other, Rule, granted
from ..goals.goals import Goals
from ..goals.reconcile import Reconcile
from ..ground.ground import Ground
from ..ground.ports import Document, Problem, Readings
from ..ground.status import EquipmentStatus
from . import rule_memory
from .judge import GuardedReadings, Judge, RuleStatus, Verdict, proposed
from .rule_memory import Remembered

_LOGGER = logging.getLogger(__name__)

_STALE = "stale_rule_inputs"
_UNREACHABLE = "unreachable_threshold"
_KNOWN = (ControlState.ON, ControlState.OFF)


class RuleConflictError(Exception):
    """Another rule proposes for the same load already."""


class Surplus:
    """All rules of an entry. Nothing is moved before the engine runs."""

    def __init__(
        self,
        ground: Ground,
        reconcile: Reconcile,
        goals: Goals,
        document: Document,
    ) -> None:
        """Have no rule yet; `document` keeps what each remembers across restarts."""
        self._ground = ground
        self._reconcile = reconcile
        self._goals = goals
        self._document = document
        self._unsaved = False
        timing = ground.timing
        limits = Limits(timing.input_max_age, timing.input_silence, timing.rule_pass)
        self._judge = Judge(ground, reconcile, limits)

    @property
    def rules(self) -> dict[str, RuleStatus]:
        """Every rule at work, by its id."""
        return self._judge.rules

    @property
    def priorities(self) -> dict[EquipmentId, int]:
        """The priority of each load that has a rule at work; the lowest goes first."""
        rules = (status.rule for status in self.rules.values())
        return {rule.equipment_id: rule.priority for rule in rules if rule.enabled}

    # -- life

    async def load(self) -> None:
        """Read what the rules remember."""
        self._judge.memory = await rule_memory.load(self._document)

    async def run(self) -> None:
        """Ask the rules at every pass, for ever."""
        for rule_id in self._judge.memory.rules.keys() - self.rules.keys():
            self._ground.telling.tell(self._forget, rule_id)
        while True:
            await asyncio.sleep(self._judge.limits.period)
            failure = "A pass over the surplus rules failed; the next one is tried"
            with self._ground.telling.noted(failure):
                self.run_pass()
                await self._save()

    async def evaluate(self) -> list[RuleStatus]:
        """Run a pass now; the rules that got their way. Raises `NotRunningError`."""
        self._ground.lifecycle.require_running()
        moved = self.run_pass()
        await self._save()
        return moved

    async def close(self) -> None:
        """Store what the rules remember."""
        self._unsaved = bool(self._judge.memory.rules) or self._unsaved
        await self._save()

    async def _save(self) -> None:
        if not self._unsaved:
            return
        self._unsaved = False
        try:
            await rule_memory.save(self._document, self._judge.memory)
        except OSError:
            # The disk tells of it; the next pass tries again.
            self._unsaved = True

    # -- rules come and go

    def adopt(
        self, rule_id: str, title: str, rule: Rule, readings: Readings, changed: Callable[[], None]
    ) -> RuleStatus:
        """Take a rule in, new, changed or known from before a restart.

        `changed` is called when something shown of it changes. Raises `RuleConflictError`
        when the load has another rule.
        """
        if any(
            other.rule.equipment_id == rule.equipment_id and other.id != rule_id
            for other in self.rules.values()
        ):
            raise RuleConflictError(rule.equipment_id)
        known = self._judge.memory.rules.get(rule_id)
        if known is not None and known.equipment_id != rule.equipment_id:
            self._forget(rule_id)
            known = None
        remembered = known or Remembered(rule.equipment_id)
        self._judge.memory.rules[rule_id] = remembered
        telling = self._ground.telling
        readings = GuardedReadings(readings, title, telling)
        status = RuleStatus(rule_id, title, rule, readings, telling.guarded(changed), remembered)
        self.rules[rule_id] = status
        status.unwatch = readings.watch(lambda: self._observe(status))
        self._unsaved = True
        # What its load confirmed before a stop, and nobody looked at since.
        remembered.history = self._judge.case(status, {}, self._ground.clock.now()).history
        if (load := self._judge.load_of(status)) is not None:
            reason = "rule_silent" if status.history.on is None else "restored"
            self._propose(status, load, status.history.on, reason)
        return status

    def change(self, rule_id: str, rule: Rule) -> None:
        """Take over other thresholds; a rule switched off gives up its load at once."""
        if (status := self.rules.get(rule_id)) is None:
            return
        status.rule = rule
        if not rule.enabled and self._ground.lifecycle.running:
            now = self._ground.clock.now()
            verdict = self._judge.verdict(status, status.readings.read(), now)
            _ = self._follow(status, verdict, now, its_turn=False)

    def drop(self, rule_id: str, *, gone: bool) -> None:
        """Let a rule rest; one that is gone for good gives up what it switched on."""
        if (status := self.rules.pop(rule_id, None)) is not None:
            self._ground.telling.tell(status.unwatch)
        if gone:
            self._forget(rule_id)

    def _forget(self, rule_id: str) -> None:
        """Switch off what a rule that is no more had switched on, and forget it."""
        kept = self._judge.memory.rules.pop(rule_id, None)
        self._unsaved = True
        self._ground.problems.settle(_STALE, rule_id)
        self._ground.problems.settle(_UNREACHABLE, rule_id)
        load = None if kept is None else self._ground.store.statuses.get(kept.equipment_id)
        if kept is None or load is None:
            return
        if kept.history.on:
            load.proposal = Proposal(False, "rule_removed", self._ground.clock.now())
            self._order(load)
        load.proposal = None
        _ = self._reconcile.look(load, slot_start(self._ground.clock.now()))

    # -- what a rule says

    def verdict(
        self,
        rule_id: str,
        replaced: Mapping[str, Measurement] | None = None,
        at: float | None = None,
    ) -> Verdict:
        """Return what a rule would do now, or at `at`, with other readings in place of some.

        Nothing is ordered or remembered. Raises `KeyError` for a rule there is not.
        """
        status = self.rules[rule_id]
        now = self._ground.clock.now()
        later = 0.0 if at is None else at - now
        readings = {
            name: replace(reading, at=reading.at + later)
            for name, reading in status.readings.read().items()
        }
        return self._judge.verdict(status, {**readings, **(replaced or {})}, now + later)

    def _observe(self, status: RuleStatus) -> None:
        """Note since when thresholds are crossed, as soon as an input changes."""
        if self._ground.lifecycle.running:
            now = self._ground.clock.now()
            case = self._judge.case(status, status.readings.read(), now)
            status.remembered.history = observe(case)

    # -- what follows

    def run_pass(self) -> list[RuleStatus]:
        """Ask every rule, and move one load at most; return the rules that got their way.

        The lowest priority number goes on first, the highest goes off first. What needs no
        measure to be seen first (`URGENT`) does not wait for its turn.
        """
        if not self._ground.lifecycle.running:
            return []
        now = self._ground.clock.now()
        self._track(now)
        ranked = sorted(self.rules.values(), key=lambda status: (status.rule.priority, status.id))
        said = [
            (status, self._judge.verdict(status, status.readings.read(), now)) for status in ranked
        ]
        turn = _whose_turn(said)
        moved = [
            status
            for status, verdict in said
            if self._follow(status, verdict, now, its_turn=status is turn)
        ]
        self._unsaved = self._unsaved or bool(moved)
        return moved

    def _follow(self, status: RuleStatus, verdict: Verdict, now: float, *, its_turn: bool) -> bool:
        """Take over what a rule remembers, and let it have its way if it may; whether it did."""
        status.verdict = verdict
        evaluation, history = verdict.evaluation, verdict.history
        may = verdict.changes and (its_turn or not verdict.moves or evaluation.reason in URGENT)
        if may:
            history = granted(history, evaluation.on, now)
        before = status.history
        known = before.on is history.on and before.ran_since == history.ran_since
        self._unsaved = self._unsaved or not known
        status.remembered.history = history
        self._warn(status, verdict)
        self._warn_unreachable(status, verdict)
        load = self._judge.load_of(status)
        if load is not None:
            reason = "waits_for_turn" if verdict.changes and not may else evaluation.reason
            on = history.on if verdict.in_charge else None
            self._propose(status, load, on, reason)
            if may and verdict.moves:
                self._order(load)
        status.changed()
        return may and verdict.moves

    def _propose(
        self, status: RuleStatus, load: EquipmentStatus, on: bool | None, reason: str
    ) -> None:
        load.proposal = proposed(status.rule, status.history, on, reason)
        _ = self._reconcile.look(load, slot_start(self._ground.clock.now()))

    def _order(self, load: EquipmentStatus) -> None:
        _ = self._goals.look_again([load.equipment.id])

    def _track(self, now: float) -> None:
        """Follow the loads that others depend on: on since when, last finished when."""
        wanted = {
            status.rule.dependency.equipment_id
            for status in self.rules.values()
            if status.rule.dependency is not None
        }
        others = self._judge.memory.others
        for equipment_id in others.keys() - wanted:
            del others[equipment_id]
        for equipment_id in wanted:
            on = _running(self._ground.store.statuses.get(equipment_id))
            before = others.get(equipment_id, Other())
            if on is None or on is before.on:
                continue
            finished = now if before.on else before.finished
            others[equipment_id] = Other(on, now, finished)
            self._unsaved = True

    def _warn(self, status: RuleStatus, verdict: Verdict) -> None:
        """Ask a person to look at inputs that say nothing."""
        stale = bool(verdict.silent) and status.rule.enabled
        known = (_STALE, status.id) in self._ground.problems
        if stale and not known:
            readings = status.readings.read()
            sources = [readings[name].source for name in verdict.silent if name in readings]
            load = self._ground.store.statuses.get(status.rule.equipment_id)
            shown = {
                "rule": status.title,
                "equipment": "-" if load is None else load.equipment.name,
                "inputs": ", ".join(filter(None, sources)) or "-",
            }
            _LOGGER.warning("The inputs of the rule %s say nothing", status.title)
            self._ground.problems.report(
                Problem(_STALE, status.id, shown, status.rule.equipment_id)
            )
        elif known and not stale:
            _LOGGER.info("The inputs of the rule %s are back", status.title)
            self._ground.problems.settle(_STALE, status.id)

    def _warn_unreachable(self, status: RuleStatus, verdict: Verdict) -> None:
        """Ask a person to correct a threshold that its sensor never crosses."""
        known = (_UNREACHABLE, status.id) in self._ground.problems
        if known and not verdict.unreachable:
            self._ground.problems.settle(_UNREACHABLE, status.id)
        elif verdict.unreachable and not known:
            readings = status.readings.read()
            sources = [readings[name].source for name in verdict.unreachable if name in readings]
            _LOGGER.warning("A threshold of the rule %s is never crossed", status.title)
            self._ground.problems.report(
                Problem(
                    _UNREACHABLE,
                    status.id,
                    {"rule": status.title, "inputs": ", ".join(filter(None, sources)) or "-"},
                    status.rule.equipment_id,
                )
            )


def _whose_turn(said: Sequence[tuple[RuleStatus, Verdict]]) -> RuleStatus | None:
    """Return the one rule that may move its load in this pass for what was measured."""
    waiting = [
        (status, bool(verdict.evaluation.on))
        for status, verdict in said
        if verdict.changes and verdict.moves and verdict.evaluation.reason not in URGENT
    ]
    off = next((status for status, on in reversed(waiting) if not on), None)
    return off or next((status for status, _ in waiting), None)


def _running(load: EquipmentStatus | None) -> bool | None:
    """Return whether a load runs: by what its devices say, else by its row."""
    if load is None:
        return None
    if load.running is not None:
        return load.running
    control = load.equipment.state.control
    return control == ControlState.ON if control in _KNOWN else None
