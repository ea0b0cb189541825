"""What a local rule is, what it sees, what it remembers, and what it proposes.

Everything here is a value or a pure function: the engine's room for rules observes the inputs
(`observe`), asks what the rule proposes (`evaluate`, both in `rule_evaluation`) and, when the change is granted, notes it
(`granted`, `released`). Times are unix seconds, durations seconds, powers watts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .model import EquipmentId
from .regulator import CHARGED, RegulatorState
from .snapshot import Combination

STARTS_WITHIN: Final = 12 * 3600
"""Starts are counted, and a cycle of another load is taken for recent, within that time."""
_REMEMBERED: Final = 36 * 3600


class Quantity(StrEnum):
    """A number that a rule may look at; also the name of its input."""

    SURPLUS = "surplus"
    """Watts that would be given away."""
    SOC = "soc"
    """Percent of charge of the home's battery."""
    PRODUCTION = "production"
    """Watts of the panels."""
    FORECAST = "forecast"
    """Percent of charge expected at sunset."""


REGULATOR: Final = "regulator"
DEPENDENCY: Final = "dependency"
ON_CONDITION: Final = "on_condition"
OFF_CONDITION: Final = "off_condition"


@dataclass(frozen=True, slots=True)
class Band:
    """Two thresholds: on from the upper, held for a while; off down from the lower."""

    on: float
    off: float
    on_delay: float = 60.0
    off_delay: float = 60.0


class Need(StrEnum):
    """What another load must be, or have done."""

    IS_ON = "is_on"
    ON_FOR = "on_for"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Dependency:
    """What must hold of another load. `seconds` is for `ON_FOR`."""

    equipment_id: EquipmentId
    need: Need
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of one load; what is empty or `None` is not looked at."""

    equipment_id: EquipmentId
    priority: int = 10
    """Ascending: the lowest goes first."""
    combination: Combination = Combination.EMS_FIRST
    enabled: bool = True
    nominal_power: float = 0.0
    """What the load takes: reserved of the surplus until a measure can show it."""
    bands: Mapping[Quantity, Band] = field(default_factory=lambda: MappingProxyType({}))
    regulator: bool = False
    """A regulator's state is looked at."""
    regulator_states: frozenset[RegulatorState] = CHARGED
    regulator_grace: float = 60.0
    """The state is taken to last that long after it was left."""
    hours: tuple[time, time] | None = None
    """Local; may go over midnight."""
    months: frozenset[int] = frozenset()
    dependency: Dependency | None = None
    on_condition: bool = False
    """A free condition must hold for the load to go on."""
    off_condition: bool = False
    """A free condition switches the load off."""
    min_on: float = 300.0
    min_off: float = 60.0
    max_on: float | None = None
    max_on_per_day: float | None = None
    max_starts: int | None = None
    """Within 12 hours."""
    ready_by: time | None = None
    """Local time of the day at which a one-shot load is to be done."""
    meet_wished_end: bool = True
    """Where `ready_by` is not given, the wished end of the equipment is met."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the names of the readings without which it says nothing."""
        asked = (
            (REGULATOR, self.regulator),
            (ON_CONDITION, self.on_condition),
            (OFF_CONDITION, self.off_condition),
        )
        return (*self.bands, *(name for name, wanted in asked if wanted))

    def tuned(self, quantity: Quantity, **thresholds: float) -> Rule:
        """Return the rule with other thresholds."""
        band = replace(self.bands[quantity], **thresholds)
        return replace(self, bands=MappingProxyType({**self.bands, quantity: band}))


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value and when it was last reported; `None` when its source says nothing."""

    value: float | str | bool | None
    at: float
    source: str = ""
    """What it comes from: rules that share a source share what is reserved of it."""
    lowest: float | None = None
    """The least that its source can tell, where that is known."""
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """The load a rule depends on; `None` where nothing is known of it."""

    on: bool | None = None
    since: float = 0.0
    finished: float | None = None
    """When it last went off after having been on."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a rule sees at one moment."""

    local: datetime
    """The moment, in the home's time zone."""
    readings: Mapping[str, Measurement] = field(default_factory=lambda: MappingProxyType({}))
    other: Other = field(default=Other())
    reserved: float = 0.0
    """Watts that loads just started will take of the surplus measured."""
    is_on: bool = False
    """The load is on, as far as is known: an order to switch it off may not have come through."""
    one_shot: bool = False
    cycle: float = 0.0
    """How long a one-shot load runs."""
    deadline: float | None = None
    """When a one-shot load is to be done."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How old an input may be, and how long a pass may be away."""

    max_age: float = 500.0
    """An input older than that makes the rule abstain."""
    silence: float = 600.0
    """After that without news of an input, what the rule switched on goes off."""
    period: float = 60.0


@dataclass(frozen=True, slots=True)
class History:
    """What a rule remembers.

    `on` is what it was last granted, `None` since somebody else decided for the load. Only what
    the device confirmed is a run: it counts as a start, and its time as on-time.
    """

    on: bool | None = None
    since: float = 0.0
    runs: tuple[tuple[float, float], ...] = ()
    """Begin and end of what it switched on, the present run apart."""
    ran_since: float | None = None
    """When the present run began, `None` until the device confirmed it."""
    holds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Since when each threshold is crossed; when the regulator was last as accepted."""
    heard: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """When each input last had a value."""
    planned: bool = False
    """A plan was seen for the load."""
    signed: bool | None = None
    """Whether the surplus is told below zero: seen, or it stood at zero; `None` as yet."""

    def starts(self, now: float) -> int:
        """Return how often it switched the load on within 12 hours."""
        begun = [begin for begin, _ in self.runs]
        if self.ran_since is not None:
            begun.append(self.ran_since)
        return sum(1 for begin in begun if begin > now - STARTS_WITHIN)

    def on_time(self, after: float, now: float) -> float:
        """Return how long the load was on by this rule since a moment."""
        runs = self.runs if self.ran_since is None else (*self.runs, (self.ran_since, now))
        return sum(max(0.0, end - max(begin, after)) for begin, end in runs)

    @property
    def last_on(self) -> float | None:
        """Return when it last began a run."""
        if self.on:
            return self.since
        return self.runs[-1][0] if self.runs else None

    @property
    def last_off(self) -> float | None:
        """Return when it last ended a run."""
        return self.runs[-1][1] if self.runs else None


@dataclass(frozen=True, slots=True)
class Case:
    """One rule at one moment: all that an evaluation depends on."""

    rule: Rule
    inputs: Inputs
    history: History
    now: float
    limits: Limits = field(default=Limits())


def granted(history: History, on: bool | None, now: float) -> History:
    """Note that what the rule proposed is done from now on."""
    if history.on == on:
        return history
    runs = history.runs
    if history.ran_since is not None:
        runs = (*(run for run in runs if run[1] > now - _REMEMBERED), (history.ran_since, now))
    return replace(history, on=on, since=now, runs=runs, ran_since=None)


def confirmed(history: History, at: float) -> History:
    """Note that the device said it is on; the run began then."""
    if not history.on or history.ran_since is not None:
        return history
    return replace(history, ran_since=max(at, history.since))


def released(history: History, now: float) -> History:
    """Note that somebody else decides for the load."""
    return granted(history, None, now)
