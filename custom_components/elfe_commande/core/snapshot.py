"""What a decision depends on, and what a decision is."""

from dataclasses import dataclass
from enum import StrEnum

from .model import Equipment
from .plan import DayPlan


class Source(StrEnum):
    """Who decided."""

    LIFECYCLE = "lifecycle"
    USER = "user"
    SAFETY = "safety"
    EMS = "ems"
    SURPLUS = "surplus"
    DEFAULT = "default"


class Act(StrEnum):
    """What is to be done to the load; each is one scenario of a typology."""

    START = "start"
    """Start a one-shot load, which then goes back to manual."""
    ON = "on"
    OFF = "off"
    """Follow a plan with a continuous load; shedding cuts other loads with it too."""
    KEEP_OFF = "keep_off"
    """Repeat the waiting order, writing nothing: auto-on timers would end the wait."""
    RECORD_STARTED = "record_started"
    """Order nothing: the machine runs already; write that it was started."""
    TO_MANUAL = "to_manual"
    TO_PILOTED = "to_piloted"
    FORCED_OFF = "forced_off"
    FORCED_ON = "forced_on"


class Combination(StrEnum):
    """How a plan and a local rule decide together for a load."""

    EMS_FIRST = "ems_first"
    """The plan where there is one, else the rule."""
    SURPLUS_FIRST = "surplus_first"
    """The rule where it says something, else the plan."""
    EITHER = "either"
    """On when one of them wants it on."""
    BOTH = "both"
    """On when both want it on, off when one of them wants it off."""


@dataclass(frozen=True, slots=True)
class Shed:
    """What a UPS on battery asks of a load. Without `off`: only that it is not started."""

    off: bool = False
    """What was switched on automatically goes off."""
    one_shots: bool = False
    """Running one-shot loads may be cut: the last resort, by option."""
    forced: bool = False
    """So may loads that a person switched on, by option."""
    back: bool = False
    """Mains are back: a load that was cut in manual mode is switched on again."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a local rule proposes for a load; `on` is `None` while it abstains.

    `reason` is a key of the translations. `since` is the unix time the proposal was made at.
    """

    on: bool | None
    reason: str
    since: float = 0.0
    combination: Combination = Combination.EMS_FIRST
    alone: bool = False
    """No plan was ever seen for the load: the rule is the only one there is."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a decision depends on. Times are unix seconds."""

    equipment: Equipment
    now: float
    slot: int
    ready: bool
    """The lifecycle lets orders through."""
    plan: DayPlan | None = None
    """The plan in force, before the rule about stale plans."""
    supported: bool = True
    """Typology and devices have a scenario and drivers."""
    presses: bool = False
    """The typology presses buttons instead of switching the load."""
    drawing: bool | None = None
    """The load draws power, by its own meter; `None` if nothing recent says."""
    reported_on: bool | None = None
    """The switching device's own last report of its state."""
    forced_off: bool = False
    """Our journal holds a person's forced off."""
    overruled: bool = False
    """It did, and the row says since that somebody switched the load on at the appliance."""
    unconfirmed_start: bool = False
    """A start was ordered and never acknowledged: the load may be running."""
    last_slot: int | None = None
    """The last slot that was processed for this load."""
    last_on: bool | None = None
    """What the plan wanted in it."""
    shed: Shed | None = None
    """What a UPS asks, `None` while none does."""
    cut: bool = False
    """A UPS cut it in manual mode, and nobody wished anything of it since."""
    proposal: Proposal | None = None
    """What a local rule proposes, `None` where the load has no rule."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is wanted of the load, who said so, and what to do about it.

    `reason` is a key of the translations. `pulse` is the slot of the plan's pulse that a
    press is made for, so that it is made once.
    """

    source: Source
    reason: str
    on: bool | None = None
    act: Act | None = None
    pulse: int | None = None


def waiting_act(snapshot: Snapshot) -> Act | None:
    """Return what keeps a one-shot load waiting; nothing if it is pressed or may be running."""
    return None if snapshot.presses or snapshot.unconfirmed_start else Act.KEEP_OFF
