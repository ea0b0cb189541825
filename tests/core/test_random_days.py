"""Random days of a home: plans, rules, wishes, outages and restarts, on the pure core.

What the executor does with a decision is modelled in a few lines; the chain, the rules and their
histories are the real ones. `ELFE_RANDOM_DAYS` asks for more days.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
import os
import random
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from custom_components.elfe_commande.core.decision import (
    Act,
    Combination,
    Decision,
    Proposal,
    Shed,
    Snapshot,
    Source,
    decide,
)
from custom_components.elfe_commande.core.model import ControlState, Equipment, Mode
from custom_components.elfe_commande.core.plan import DAY, SLOT, DayPlan, slot_start
from custom_components.elfe_commande.core.rule_conditions import observe
from custom_components.elfe_commande.core.rule_evaluation import evaluate
from custom_components.elfe_commande.core.rules import (
    Band,
    Case,
    History,
    Inputs,
    Measurement,
    Quantity,
    Rule,
    confirmed,
    granted,
    released,
)
from custom_components.elfe_commande.engine.local.rule_memory import (
    Remembered,
    RuleMemory,
    load,
    save,
)
from demo.engine_host import MemoryDocument

from .snapshots import ONE, snapshot

PARIS = ZoneInfo("Europe/Paris")
BEGIN = 1_800_000_000 // SLOT * SLOT
STEP = 450
"""Seconds between two looks; a quarter-hour begins at every second."""
SEEDS = 20
DAYS = int(os.environ.get("ELFE_RANDOM_DAYS", "100")) // SEEDS
CYCLE = 5400


@dataclass
class Home:
    """One load with its device, and everything that may happen to it."""

    draw: random.Random
    continuous: bool
    presses: bool
    rule: Rule
    now: float = BEGIN
    equipment: Equipment = field(init=False)
    history: History = field(default=History())
    plan: DayPlan | None = None
    planned: bool = False
    watts: float = 0.0
    reading: Measurement = field(default=Measurement(None, 0.0))
    shed: Shed | None = None
    proposal: Proposal | None = None
    powered: bool = False
    """The load has current, as its device sees it."""
    running_until: float = 0.0
    """A machine runs its cycle until then."""
    silent: bool = False
    """The device does not answer, nor do anything."""
    last_slot: int | None = None
    last_on: bool | None = None
    claims: set[str] = field(default_factory=set)
    forced_off: bool = False

    def __post_init__(self) -> None:
        """Begin piloted and off."""
        self.equipment = snapshot(continuous=self.continuous, cycle=CYCLE).equipment
        self._write(control=ControlState.OFF, last_programmed=int(BEGIN - 1))

    @property
    def drawing(self) -> bool:
        return not self.continuous and self.now < self.running_until

    def _write(self, **columns: int) -> None:
        self.equipment = self.equipment.with_state(replace(self.equipment.state, **columns))

    def snapshot(self) -> Snapshot:
        return Snapshot(
            self.equipment,
            self.now,
            slot_start(self.now),
            True,
            plan=self.plan,
            presses=self.presses,
            drawing=self.drawing if not self.continuous else None,
            forced_off=self.forced_off,
            reported_on=self.powered,
            last_slot=self.last_slot,
            last_on=self.last_on,
            shed=self.shed,
            proposal=self.proposal,
        )

    # -- what happens

    def live(self) -> None:
        """Let seven minutes and a half pass."""
        self.now += STEP
        self._happen()
        self._ask_rule()
        if self.now % SLOT == 0:
            self.follow(decide(self.snapshot()))
            self.last_slot = slot_start(self.now)
            self.last_on = None if self.plan is None else self.plan.decision(self.last_slot)

    def _happen(self) -> None:
        chance = self.draw.random
        self.watts = max(-4000.0, min(6000.0, self.watts + self.draw.gauss(0, 1500)))
        if chance() < 0.9:
            self.reading = Measurement(round(self.watts), self.now)
        self.silent = chance() < (0.6 if self.silent else 0.01)
        if chance() < 0.01:
            first = slot_start(self.now)
            day = bytes(self.draw.random() < 0.2 for _ in range(DAY))
            self.plan = self.draw.choice((None, DayPlan(ONE, first, day, int(first))))
        if chance() < 0.005:
            self.shed = self.draw.choice((None, None, Shed(), Shed(off=True)))
        if chance() < 0.01:
            self._wish(self.draw.choice(("manual", "piloted", "off")))

    def _wish(self, wish: str) -> None:
        """Let a person choose; what they choose is done at once."""
        if wish == "off" and self.presses:
            return
        self.forced_off = wish == "off"
        manual = wish != "piloted"
        on = wish == "manual"
        if not self.presses and (not self.drawing or wish == "off" or on):
            self.powered = on
        control = ControlState.ON if self.powered else ControlState.OFF
        self._write(
            mode=Mode.MANUAL if manual else Mode.PILOTED,
            control=control,
            last_programmed=int(self.now),
        )

    # -- the rule, as its room in the engine asks it

    def _ask_rule(self) -> None:
        if self.plan is not None:
            self.history = replace(self.history, planned=True)
        case = self._case(self.history)
        case = replace(case, history=observe(case))
        on, off = self._if(case.history, on=True), self._if(case.history, on=False)
        in_charge = (on.on, on.act) != (off.on, off.act)
        if not in_charge:
            case = replace(case, history=released(case.history, self.now))
        evaluation = evaluate(case)
        wanted = evaluation.on
        if in_charge and wanted and not on.on:
            wanted = case.history.on
        before, history = case.history.on, case.history
        if in_charge:
            self._check_times(history, wanted, evaluation.reason)
            history = confirmed(granted(history, wanted, self.now), self.now)
        self.history = history
        self.proposal = self._proposed(history, history.on if in_charge else None)
        if in_charge and wanted is not before:
            self.follow(decide(self.snapshot()))

    def _check_times(self, history: History, wanted: bool | None, reason: str) -> None:
        elapsed = self.now - history.since
        if history.on and not wanted:
            assert elapsed >= self.rule.min_on, reason
        if history.on and wanted and self.rule.max_on is not None:
            assert elapsed < self.rule.max_on
        if wanted and not history.on:
            last = history.last_off
            assert reason == "deadline" or last is None or self.now - last >= self.rule.min_off

    def _proposed(self, history: History, on: bool | None) -> Proposal:
        return Proposal(on, "rule", history.since, self.rule.combination, alone=not history.planned)

    def _if(self, history: History, *, on: bool) -> Decision:
        return decide(replace(self.snapshot(), proposal=self._proposed(history, on)))

    def _case(self, history: History) -> Case:
        local = datetime.fromtimestamp(self.now, PARIS)
        readings = {"surplus": self.reading}
        inputs = Inputs(local, readings, one_shot=not self.continuous, cycle=CYCLE)
        return Case(self.rule, inputs, history, self.now)

    # -- the executor and the device, in a few lines

    def follow(self, decision: Decision) -> None:
        act = decision.act
        if act is None:
            return
        self._check(decision)
        if act is Act.RECORD_STARTED:
            self._write(mode=Mode.MANUAL, control=ControlState.ON, last_start=int(self.now))
            return
        if self.silent:
            return
        if act in (Act.OFF, Act.KEEP_OFF):
            self.powered = False
            if act is Act.OFF:
                self._write(control=ControlState.OFF)
            return
        if self.presses:
            self._press(decision)
        self.powered = True
        self._write(control=ControlState.ON, last_start=int(self.now))
        if act is Act.START:
            self.running_until = self.now + CYCLE
            self._write(mode=Mode.MANUAL)

    def _press(self, decision: Decision) -> None:
        """Press once per pulse of the plan, or per proposal."""
        name = f"{decision.source}:{decision.pulse or self.history.since}"
        assert name not in self.claims, "pressed twice for the same"
        self.claims.add(name)

    def _check(self, decision: Decision) -> None:
        """Hold every order against what must never happen."""
        act, state = decision.act, self.equipment.state
        if act in (Act.OFF, Act.KEEP_OFF):
            assert not self.presses, "a press cannot stop"
            if self.drawing:
                assert self.forced_off, "a machine that runs is cut"
            if state.mode == Mode.MANUAL:
                assert self.forced_off, "a load that a person switched on is cut"
            if decision.source is Source.DEFAULT and self.continuous:
                assert not self.history.planned, "an outage cuts what an EMS plans"
        if act in (Act.START, Act.ON):
            assert state.mode == Mode.PILOTED, "nobody piloted it"
            assert not self.drawing, "started while it runs"
            assert self.shed is None or state.control == ControlState.ON, "started on battery"


def rules(draw: random.Random) -> Rule:
    band = Band(3000.0, 0.0, on_delay=0.0, off_delay=draw.choice((0.0, 300.0)))
    return Rule(
        equipment_id=ONE,
        bands=MappingProxyType({Quantity.SURPLUS: band}),
        combination=draw.choice(list(Combination)),
        min_on=draw.choice((0.0, 300.0, 1800.0)),
        min_off=draw.choice((0.0, 900.0)),
        max_on=draw.choice((None, 3600.0)),
        max_starts=draw.choice((None, 3)),
    )


def homes(draw: random.Random) -> Iterator[Home]:
    for continuous, presses in ((True, False), (False, False), (False, True)):
        yield Home(draw, continuous, presses, rules(draw))


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_happens_in_a_day(seed: int) -> None:
    draw = random.Random(seed)
    document = MemoryDocument()
    lived = 0
    while lived < DAYS:
        for home in homes(draw):
            lived += 1
            for step in range(86_400 // STEP):
                home.live()
                if step % 61 == 60:
                    # A restart: what is remembered comes from disk.
                    await save(document, RuleMemory({"one": Remembered(ONE, home.history)}))
                    home.history = (await load(document)).rules["one"].history
            _end_of(home)


def _end_of(home: Home) -> None:
    """Once the device answers again, the load is as decided or wished last."""
    home.silent = False
    home.now += SLOT - home.now % SLOT
    decision = decide(home.snapshot())
    home.follow(decision)
    if home.presses or decision.on is None or home.drawing:
        return
    if decision.act in (Act.ON, Act.START):
        assert home.powered
    elif decision.act in (Act.OFF, Act.KEEP_OFF):
        assert not home.powered
    control = home.equipment.state.control
    if decision.act in (Act.ON, Act.OFF):
        assert control == (ControlState.ON if home.powered else ControlState.OFF)
