"""From one reading of a UPS to the next: what is true now, and what is told of it."""

from dataclasses import dataclass, field
from typing import Final

from .battery_test import Phase, is_in_progress, mains_are_gone, verdict
from .known import Shutdown, Watch
from .vocabulary.events import KEPT, Group, UpsEvent
from .vocabulary.plausible import measured, nothing_measured
from .vocabulary.status import FORCED_SHUTDOWN, LOW_BATTERY, TESTING, Supply
from .vocabulary.thresholds import Thresholds
from .vocabulary.variables import Variables

CHARGE_MARGIN: Final = 2.0
"""Percent by which a charge must leave a limit before the limit's event is over."""


@dataclass(slots=True)
class Step:
    """One reading, with what was known before it."""

    watch: Watch
    variables: Variables
    tokens: tuple[str, ...]
    thresholds: Thresholds
    asserted: dict[Group, UpsEvent] = field(init=False)
    doubts: dict[Group, UpsEvent | None] = field(default_factory=dict)
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
        return event

    def follow_battery(self, supply: Supply, charge: float | None) -> None:
        """Follow what the UPS says of its battery, and else its charge in percent."""
        before = self.asserted.pop(Group.BATTERY, None)
        event = UpsEvent.BATTERY_LOW if self._says_low(supply, charge) else None
        if event is None and charge is not None:
            event = self._event_of(charge, before)
        if self._is_doubted(Group.BATTERY, event, before):
            event = before
        if event is None:
            return
        self.asserted[Group.BATTERY] = event
        if event is not before and (self.watch.heard or event in KEPT):
            self.told.append(event)
        if event is UpsEvent.BATTERY_LOW and supply is Supply.BATTERY and self._low_told:
            # From here on the battery matters; the mains never came back meanwhile.
            del self.asserted[Group.MAINS]

    @property
    def _low_told(self) -> bool:
        return LOW_BATTERY in self.tokens

    def _says_low(self, supply: Supply, charge: float | None) -> bool:
        """Return whether the UPS says that its battery is low, and can mean it.

        On mains, one that is full is not low: some devices say so while they test themselves.
        """
        if not self._low_told:
            return False
        full = charge is not None and charge >= self.thresholds.battery_full - CHARGE_MARGIN
        odd = full or nothing_measured(self.variables)
        return supply is Supply.BATTERY or not odd

    def _event_of(self, charge: float, before: UpsEvent | None) -> UpsEvent | None:
        low = measured(self.variables, "battery.charge.low")
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

    def follow_test(self, supply: Supply) -> tuple[Phase, str | None]:
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
        elif supply is Supply.BATTERY and not changed and self._may_be_a_test:
            # It is seen by what it does.
            return Phase.RUNNING, result
        if not changed and watch.test is not Phase.RUNNING:
            return watch.test, result
        self.asserted.pop(Group.BATTERY_TEST, None)
        if (outcome := verdict(result or "")) is not None:
            self.asserted[Group.BATTERY_TEST] = outcome
            if outcome is not before:
                self.told.append(outcome)
        return Phase.IDLE, result

    @property
    def _may_be_a_test(self) -> bool:
        """Whether mains are there as far as is known, and no status named a test that is over."""
        named_before = not TESTING.isdisjoint(self.watch.tokens)
        return not named_before and not mains_are_gone(self.variables)

    def is_testing(self, phase: Phase, *, patient: bool) -> bool:
        """Return whether a test accounts for what the UPS does, and no power cut."""
        if not TESTING.isdisjoint(self.tokens):
            return True
        return phase is Phase.RUNNING and patient and not mains_are_gone(self.variables)

    def follow_shutdown(self, supply: Supply, *, fresh: bool) -> Shutdown:
        """Return what `FSD` means: upsd keeps it until it is restarted, mains or not."""
        watch = self.watch
        if FORCED_SHUTDOWN not in self.tokens:
            return Shutdown.NONE
        on_mains = supply is Supply.MAINS
        if watch.shutdown is Shutdown.SPENT:
            return Shutdown.ANNOUNCED if supply is Supply.BATTERY else Shutdown.SPENT
        told_before = FORCED_SHUTDOWN in watch.tokens
        if on_mains and (fresh or (told_before and watch.supply is not Supply.MAINS)):
            return Shutdown.SPENT
        return Shutdown.ANNOUNCED if told_before else watch.shutdown

    def follow_check(self, group: Group, event: UpsEvent | None) -> None:
        """Follow a check that found something; one that cannot tell changes nothing."""
        if event is None:
            return
        before = self.asserted.get(group)
        if self._is_doubted(group, event, before):
            return
        self.asserted[group] = event
        if event is not before and (event in KEPT or before in KEPT):
            self.told.append(event)

    def _is_doubted(self, group: Group, event: UpsEvent | None, before: UpsEvent | None) -> bool:
        """Return whether a fault, or its end, is seen for the first time."""
        if event is before or (event not in KEPT and before not in KEPT):
            return False
        doubts = self.watch.doubts
        if group in doubts and doubts[group] is event:
            return False
        self.doubts[group] = event
        return True
