"""The state of a UPS, and the events by which it changes: pure functions.

An event is told when its group changes to it. What is right from the start is not told: a
"fine again" follows a fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from .battery_test import Phase, is_in_progress, verdict
from .profiles.base import Profile
from .vocabulary.events import KEPT, Group, UpsEvent
from .vocabulary.status import FORCED_SHUTDOWN, LOW_BATTERY, TESTING, Supply, supply_of, tokens_of
from .vocabulary.thresholds import Thresholds
from .vocabulary.variables import Variables, number

type Told = tuple[UpsEvent, ...]
type Asserted = Mapping[Group, UpsEvent]

CHARGE_MARGIN: Final = 2.0
"""Percent by which a charge must leave a limit before the limit's event is over."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of a UPS after a reading."""

    supply: Supply = Supply.UNKNOWN
    tokens: tuple[str, ...] = ()
    asserted: Asserted = field(default=MappingProxyType({}))
    """At most one event of each group."""
    told_supply: UpsEvent | None = None
    """What was last said of the supply, which outlives a status that says nothing."""
    test: Phase = Phase.IDLE
    test_result: str | None = None
    charge: float | None = None
    """Percent."""
    heard: bool = False
    """There was a reading at all."""

    def has(self, event: UpsEvent) -> bool:
        """Return whether an event is true now."""
        return event in self.asserted.values()

    @property
    def forced_shutdown(self) -> bool:
        """Whether the UPS announces that it switches everything off."""
        return FORCED_SHUTDOWN in self.tokens


def follow(
    watch: Watch, variables: Variables, profile: Profile, thresholds: Thresholds
) -> tuple[Watch, Told]:
    """Return the state after a reading, and what it tells."""
    step = _Step(watch, variables, tokens_of(variables), thresholds)
    step.follow_communication()
    supply = supply_of(step.tokens)
    told_supply = step.follow_supply(supply)
    charge = profile.charge(variables)
    step.follow_battery(charge)
    phase, result = step.follow_test()
    for group, check in profile.checks().items():
        step.follow_check(group, check(variables, thresholds))
    after = Watch(
        supply=supply,
        tokens=step.tokens,
        asserted=MappingProxyType(step.asserted),
        told_supply=told_supply,
        test=phase,
        test_result=result,
        charge=charge,
        heard=True,
    )
    return after, tuple(step.told)


def lose(watch: Watch) -> tuple[Watch, Told]:
    """Return the state once nothing is heard: the supply is unknown, faults stay."""
    if watch.has(UpsEvent.COMMS_LOST):
        return watch, ()
    asserted = {**watch.asserted, Group.COMMUNICATION: UpsEvent.COMMS_LOST}
    after = replace(watch, supply=Supply.UNKNOWN, tokens=(), asserted=MappingProxyType(asserted))
    return after, (UpsEvent.COMMS_LOST,)


def accept_test(watch: Watch) -> tuple[Watch, Told]:
    """Return the state once the UPS took the command of a battery test."""
    if watch.test is Phase.RUNNING:
        return watch, ()
    asserted = {**watch.asserted, Group.BATTERY_TEST: UpsEvent.TEST_INITIATED}
    after = replace(watch, test=Phase.ASKED, asserted=MappingProxyType(asserted))
    return after, (UpsEvent.TEST_INITIATED,)


@dataclass(slots=True)
class _Step:
    """From one reading to the next: what is true now, and what is told of it."""

    watch: Watch
    variables: Variables
    tokens: tuple[str, ...]
    thresholds: Thresholds
    asserted: dict[Group, UpsEvent] = field(init=False)
    told: list[UpsEvent] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with what was true."""
        self.asserted = dict(self.watch.asserted)

    def follow_communication(self) -> None:
        """Take note that the UPS is heard."""
        lost = self.asserted.get(Group.COMMUNICATION) is UpsEvent.COMMS_LOST
        self.asserted[Group.COMMUNICATION] = UpsEvent.COMMS_OK
        if lost:
            self.told.append(UpsEvent.COMMS_OK)

    def follow_supply(self, supply: Supply) -> UpsEvent | None:
        """Follow the supply; return what was last told of it."""
        before = self.watch.told_supply
        if supply is Supply.UNKNOWN:
            self.asserted.pop(Group.MAINS, None)
            return before
        event = UpsEvent.ON_BATTERY if supply is Supply.BATTERY else UpsEvent.ON_MAINS
        self.asserted[Group.MAINS] = event
        right_from_the_start = before is None and event is UpsEvent.ON_MAINS
        if event is not before and not right_from_the_start:
            self.told.append(event)
        if supply is Supply.BATTERY and LOW_BATTERY in self.tokens:
            # From here on the battery matters; the mains never came back meanwhile.
            del self.asserted[Group.MAINS]
        return event

    def follow_battery(self, charge: float | None) -> None:
        """Follow what the UPS says of its battery, and else its charge in percent."""
        before = self.asserted.pop(Group.BATTERY, None)
        event = UpsEvent.BATTERY_LOW if LOW_BATTERY in self.tokens else None
        if event is None and charge is not None:
            event = self._event_of(charge, before)
        if event is None:
            return
        self.asserted[Group.BATTERY] = event
        if event is not before and (self.watch.heard or event in KEPT):
            self.told.append(event)

    def _event_of(self, charge: float, before: UpsEvent | None) -> UpsEvent | None:
        low = number(self.variables, "battery.charge.low")
        low = self.thresholds.battery_low if low is None else low
        full = self.thresholds.battery_full
        if before is UpsEvent.BATTERY_LOW:
            low += CHARGE_MARGIN
        elif before is UpsEvent.BATTERY_FULL:
            full -= CHARGE_MARGIN
        if charge < low or (charge == low and before is not UpsEvent.BATTERY_LOW):
            return UpsEvent.BATTERY_LOW
        if charge > full or (charge == full and before is not UpsEvent.BATTERY_FULL):
            return UpsEvent.BATTERY_FULL
        return None

    def follow_test(self) -> tuple[Phase, str | None]:
        """Follow a battery test; return how far it is, and the text of its result."""
        watch = self.watch
        result = self.variables.get("ups.test.result")
        before = self.asserted.get(Group.BATTERY_TEST)
        if not TESTING.isdisjoint(self.tokens) or is_in_progress(result or ""):
            self.asserted[Group.BATTERY_TEST] = UpsEvent.TEST_INITIATED
            if before is not UpsEvent.TEST_INITIATED:
                self.told.append(UpsEvent.TEST_INITIATED)
            return Phase.RUNNING, result
        changed = result is not None and result != watch.test_result
        if watch.test is Phase.IDLE:
            # An old result that is seen for the first time is no news.
            changed = changed and watch.test_result is not None
        if not changed and watch.test is not Phase.RUNNING:
            return watch.test, result
        self.asserted.pop(Group.BATTERY_TEST, None)
        if (outcome := verdict(result or "")) is not None:
            self.asserted[Group.BATTERY_TEST] = outcome
            if outcome is not before:
                self.told.append(outcome)
        return Phase.IDLE, result

    def follow_check(self, group: Group, event: UpsEvent | None) -> None:
        """Follow a check that found something; one that cannot tell changes nothing."""
        if event is None:
            return
        before = self.asserted.get(group)
        self.asserted[group] = event
        if event is not before and (event in KEPT or before in KEPT):
            self.told.append(event)
