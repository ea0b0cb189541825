"""What the engine knows of each equipment: the object that entities show."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...core.decision import Act, Decision, Proposal, Shed
from ...core.gesture import ScreenTouched
from ...core.model import (
    METERING_USAGES,
    CommandState,
    ControlState,
    Device,
    DeviceId,
    Equipment,
    Mode,
)
from ...core.outcome import Result
from ...core.plan import DayPlan
from ...core.relay_mode import RelayMode, relay_mode
from ...core.screens import Screen
from ...core.wish import Origin
from ...drivers import DRIVERS, Reading
from ...typologies import TYPOLOGIES, Typology

DRAWING_FROM = 10.0
"""Watts from which a load is running; standby electronics stay below."""


def meter_of(equipment: Equipment) -> Device | None:
    """Return the device that measures this load alone, if any."""
    return next(
        (
            device
            for device in equipment.devices
            if device.usage in METERING_USAGES
            and (driver := DRIVERS.get(device.type_id)) is not None
            and driver.measures_load
        ),
        None,
    )


NEVER = float("-inf")
_LEFT_TO_PEOPLE = frozenset({CommandState.ERROR, CommandState.NOT_COMMANDED})
LONGEST = 900.0
"""Seconds; a device that reports more rarely has to be asked."""
GRACE = 15.0
"""Seconds that a report may be late."""


@dataclass(slots=True, eq=False)
class Observation:
    """What one device last said, with the loop's time of it, and whether it still speaks."""

    on: bool | None = None
    on_at: float = 0.0
    power: float | None = None
    power_at: float = 0.0
    online: bool | None = None
    """By its last will; of an entity, whether it is available."""
    available: bool | None = None
    """Whether an entity is, whose return is no reason to order anything anew."""
    heard_at: float = NEVER
    """When it last said anything itself."""
    away_at: float = NEVER
    """When its last will was told, or the last order sent that it left without any answer."""
    stale: bool = False
    """It reports by itself, and has not for too long."""
    cut: bool = False
    """The broker is lost: nothing of it can be heard."""
    period: float | None = None
    """Seconds between its reports, by its own settings."""
    fault: str | None = None
    """Why it switched its load off, until it is on again."""

    def take(self, reading: Reading, at: float, *, lasting: bool) -> None:
        """Take note of what was told at that time of the loop; what is `lasting` tells all there is."""
        if reading.on is not None or lasting:
            self.on, self.on_at = reading.on, at
        if reading.power is not None or lasting:
            self.power, self.power_at = reading.power, at
        if reading.on or reading.fault is not None:
            self.fault = reading.fault
        if reading.available is not None:
            self.available = reading.available

    def cut_off(self) -> None:
        """Take note that nothing goes through it: its own next measure may be minutes away."""
        if self.power is not None:
            self.power, self.power_at = 0.0, self.on_at

    @property
    def connected(self) -> bool | None:
        """Return whether the device answers, `None` if nothing tells.

        What it says itself tells most, then its last will; an order that it left without any
        answer, and nothing heard of it since, tells that it does not.
        """
        if self.cut:
            return None
        if self.available is False or self.away_at > self.heard_at:
            return False
        if self.heard_at > NEVER and not self.stale:
            return True
        if self.online is False and self.heard_at == NEVER:
            return False
        return True if self.online or self.available else None

    @property
    def lapsed(self) -> bool:
        """Whether it was known to be there once, and nothing tells any more."""
        known = self.heard_at > NEVER or self.online is not None
        return known and self.connected is None

    @property
    def counts(self) -> bool:
        """Whether what it said is still how things are."""
        return not (self.stale or self.cut) and self.connected is not False


@dataclass(frozen=True, slots=True)
class Doubt:
    """An order that was taken, and that nothing confirmed yet."""

    on: bool
    """What it made of the load."""
    end: Callable[[], None]
    """Called once what is measured confirms it."""


@dataclass(slots=True)
class EquipmentStatus:
    """One equipment, what is decided for it, and what became of the last order."""

    equipment: Equipment
    decision: Decision | None = None
    plan: DayPlan | None = None
    """The plan in force."""
    coming: tuple[DayPlan, ...] = ()
    """While it is piloted: the plans that were read and begin later, in their order."""
    next_start: int | None = None
    """When a plan will next start it (unix seconds), `None` if none will."""
    last_result: Result | None = None
    last_act: Act | None = None
    last_origin: Origin | None = None
    """Whose order it was."""
    observations: dict[DeviceId, Observation] = field(default_factory=dict)
    wished_mode: Mode | None = None
    """A wish under way: shown at once, before it is done."""
    wished_off: bool | None = None
    """A wish under way: forced off or not."""
    forced: bool | None = None
    """What a person forced it to, on or off, for as long as their word stands."""
    shed: Shed | None = None
    """What a UPS asks of the load, `None` while none does."""
    proposal: Proposal | None = None
    """What its local rule proposes, `None` where it has none."""
    settled_mode: int | None = None
    """The mode that was last ordered for, or found at the start; `None`: not known yet."""
    claimed_from: int | None = None
    """The mode that people were told, while the row is only claimed for a press."""
    sent_at: float = float("-inf")
    """The loop's time of the last order: what a device said before it proves nothing."""
    programmed_at: float = float("-inf")
    """The loop's time at which its row was seen to be programmed anew."""
    reached_on: bool | None = None
    """What the load was brought to, as its device confirmed; `None` once another order is sent,
    or somebody's hand is known to have changed it."""
    doubt: Doubt | None = None
    settled: Equipment | None = None
    """The row on which alone the decision depends; see `Reconsider.is_settled`."""
    _metered: tuple[tuple[Device, ...], Device | None] | None = None
    revision: int = 0
    """Counts the states stored since the start, to tell an older read from a newer write."""

    def __post_init__(self) -> None:
        """Take the mode found at the start for settled: nothing is ordered because of it."""
        if self.settled_mode is None:
            self.settled_mode = self.equipment.state.mode

    @property
    def ahead(self) -> tuple[DayPlan, ...]:
        """Return the plan in force, and those to come."""
        return self.coming if self.plan is None else (self.plan, *self.coming)

    @property
    def typology(self) -> Typology | None:
        """Return the equipment's scenario, `None` if there is none for its typology."""
        return TYPOLOGIES.get(self.equipment.typology_id)

    @property
    def runs_by_press(self) -> bool:
        """Whether a press begins a run of several quarter-hours, and none is to follow in it."""
        typology = self.typology
        return self.equipment.continuous and typology is not None and typology.presses

    @property
    def supported(self) -> bool:
        """Whether there is a scenario to drive it with."""
        return self.equipment.typology_id in TYPOLOGIES

    @property
    def mode(self) -> int:
        """Return the mode to show: the wish under way, else the stored one."""
        return self.wished_mode if self.wished_mode is not None else self.equipment.state.mode

    @property
    def forced_off(self) -> bool:
        """Whether a person switched the load off in manual.

        The row says so too, for whoever else writes it; not one whose order failed, nor one that
        was left to people as it was.
        """
        if self.wished_off is not None:
            return self.wished_off
        state = self.equipment.state
        if self.forced is not None:
            return state.mode == Mode.MANUAL and not self.forced
        off = state.mode == Mode.MANUAL and state.control == ControlState.OFF
        return off and state.command not in _LEFT_TO_PEOPLE

    @property
    def forced_on(self) -> bool:
        """Whether a person switched the load on in manual."""
        return self.mode == Mode.MANUAL and self.forced is True

    @property
    def relay_mode(self) -> RelayMode | None:
        """Return the mode and what it leads to as one, `None` where nobody may drive it."""
        if self.equipment.state.control == ControlState.COMMUNICATION_ERROR:
            return None
        wanted = None if self.decision is None else self.decision.on
        return relay_mode(self.mode, forced_off=self.forced_off, wanted_on=wanted)

    @property
    def meter(self) -> Device | None:
        """Return the device that measures this load alone, if any."""
        devices = self.equipment.devices
        if self._metered is None or self._metered[0] is not devices:
            self._metered = devices, meter_of(self.equipment)
        return self._metered[1]

    @property
    def power(self) -> float | None:
        """Return the power measured, in watts; `None` once its meter is silent or away."""
        meter = self.meter
        seen = None if meter is None else self.observations.get(meter.id)
        return seen.power if seen is not None and seen.counts else None

    @property
    def reported_on(self) -> bool | None:
        """Return whether the load is powered, by its switching device's last report."""
        return self._reported()[0]

    @property
    def reported_since(self) -> bool | None:
        """Return the switching device's report, if it is newer than our last order."""
        on, _, at = self._reported()
        return on if at > self.sent_at else None

    def _reported(self) -> tuple[bool | None, bool, float]:
        """Return the switching device's last report, whether it still counts, and its loop's time."""
        device, on = self._switch()
        seen = None if device is None else self.observations.get(device.id)
        if seen is None or seen.on is None:
            return None, False, NEVER
        return seen.on == on, seen.counts, seen.on_at

    def _switch(self) -> tuple[Device | None, bool]:
        """Return the device that switches the load, and its raw state while that is powered."""
        typology = self.typology
        if typology is None or typology.presses:
            return None, False
        order = next(iter(typology.scenarios[Act.TO_MANUAL].orders), None)
        return (None, False) if order is None else (self.equipment.device(order.usage), order.on)

    def is_off_by(self, device: Device) -> bool:
        """Whether it is this device that switches the load, and it says that it is off."""
        return self._switch()[0] == device and self.reported_on is False

    @property
    def differs(self) -> bool:
        """Whether a piloted load is no longer as it was brought to, by its device's own report.

        Somebody may have switched it by hand: nothing is ordered for it before the next slot.
        """
        if self.reached_on is None or not self.equipment.piloted:
            return False
        on, counts, _ = self._reported()
        return counts and on is not None and on is not self.reached_on

    @property
    def running(self) -> bool | None:
        """Return whether the load runs: by its meter, else by its switch.

        `None` if that is not known, or was said by a device that is silent or away since.
        """
        power = self.power
        if power is not None:
            return power >= DRAWING_FROM
        on, counts, _ = self._reported()
        return on if counts else None

    def drawing(self, now: float, fresh_for: float) -> bool | None:
        """Return whether the load draws power; `None` if its meter says nothing recent.

        `now` is the loop's time, `fresh_for` in seconds.
        """
        meter = self.meter
        seen = None if meter is None else self.observations.get(meter.id)
        if meter is None or seen is None or seen.power is None:
            return None
        if seen.power_at <= self.sent_at or now - seen.power_at > _counts_for(
            meter, seen, fresh_for
        ):
            return None
        return seen.power >= DRAWING_FROM

    @property
    def faults(self) -> str | None:
        """Return why its devices switched the load off, `None` if none did."""
        return ", ".join(o.fault for o in self.observations.values() if o.fault) or None

    @property
    def online(self) -> bool | None:
        """Return whether every device that tells is there; `None` if none tells."""
        known = [o.online for o in self.observations.values() if o.online is not None]
        return all(known) if known else None

    @property
    def connected(self) -> bool | None:
        """Return whether its devices answer, all of them; `None` if nothing tells.

        A device that never said anything, and has no last will, does not count.
        """
        answers, unsure = False, False
        for device in self.equipment.devices:
            if (seen := self.observations.get(device.id)) is None:
                continue
            if (connected := seen.connected) is False:
                return False
            answers = answers or connected is True
            unsure = unsure or seen.lapsed
        return True if answers and not unsure else None

    def note_silence(self, device_id: DeviceId, sent_at: float) -> None:
        """Take note that a device left an order without any answer; `sent_at` is the loop's time."""
        self.observations.setdefault(device_id, Observation()).away_at = sent_at


def _counts_for(meter: Device, seen: Observation, fresh_for: float) -> float:
    """Return how long, in seconds, what a meter said counts: until its next report is overdue."""
    driver = DRIVERS[meter.type_id]
    period = driver.period if seen.period is None else seen.period
    if driver.lasting:
        return float("inf")
    return fresh_for if period is None else max(fresh_for, min(period, LONGEST) + GRACE)


@dataclass(slots=True)
class ScreenStatus:
    """One wall screen, and what is known of it. Times are unix seconds."""

    screen: Screen
    online: bool | None = None
    last_touch: ScreenTouched | None = None
    last_touch_at: float | None = None
