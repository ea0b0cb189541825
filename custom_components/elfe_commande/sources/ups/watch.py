"""The state of a UPS, and the events by which it changes: pure functions.

An event is told when its group changes to it. What is right from the start is not told: a
"fine again" follows a fault. Faults, and what the supply means for others, need two readings
in a row that agree.
"""

from dataclasses import replace
from types import MappingProxyType

from .battery_test import Phase
from .known import Told, Watch
from .profiles.base import Profile
from .step import Step
from .vocabulary.events import Group, UpsEvent
from .vocabulary.status import Supply, implied_supply, supply_of, tokens_of
from .vocabulary.thresholds import Thresholds
from .vocabulary.variables import Variables

__all__ = ["Told", "Watch", "accept_test", "follow", "forget_test", "lose"]


def follow(
    watch: Watch,
    variables: Variables,
    profile: Profile,
    thresholds: Thresholds,
    *,
    patient: bool = True,
) -> tuple[Watch, Told]:
    """Return the state after a reading, and what it tells.

    `patient` is whether a battery test that the status does not name may still account for
    a UPS on battery: it lasts its time, not for ever.
    """
    step = Step(watch, variables, tokens_of(variables), thresholds)
    fresh = not watch.heard or watch.has(UpsEvent.COMMS_LOST)
    step.follow_communication()
    supply = supply_of(step.tokens)
    phase, result = step.follow_test(supply)
    testing = step.is_testing(phase, patient=patient)
    told_supply = watch.told_supply if testing else step.follow_supply(supply)
    charge = profile.charge(variables)
    if not testing:
        step.follow_battery(supply, charge)
    for group, check in profile.checks().items():
        step.follow_check(group, check(variables, thresholds))
    means = Supply.MAINS if testing else implied_supply(step.tokens)
    after = Watch(
        supply=supply,
        tokens=step.tokens,
        asserted=MappingProxyType(step.asserted),
        doubts=MappingProxyType(step.doubts),
        told_supply=told_supply,
        means=means,
        agreed=means if fresh or means is watch.means else watch.agreed,
        shutdown=step.follow_shutdown(supply, fresh=fresh),
        test=phase,
        test_result=result,
        testing=testing,
        charge=charge,
        heard=True,
    )
    return after, tuple(step.told)


def lose(watch: Watch) -> tuple[Watch, Told]:
    """Return the state once nothing is heard: the supply is unknown, faults stay."""
    if watch.has(UpsEvent.COMMS_LOST):
        return watch, ()
    asserted = {**watch.asserted, Group.COMMUNICATION: UpsEvent.COMMS_LOST}
    after = replace(
        watch,
        supply=Supply.UNKNOWN,
        means=Supply.UNKNOWN,
        agreed=Supply.UNKNOWN,
        tokens=(),
        testing=False,
        doubts=MappingProxyType({}),
        asserted=MappingProxyType(asserted),
    )
    return after, (UpsEvent.COMMS_LOST,)


def accept_test(watch: Watch) -> tuple[Watch, Told]:
    """Return the state once the UPS took the command of a battery test."""
    if watch.test is Phase.RUNNING:
        return watch, ()
    asserted = {**watch.asserted, Group.BATTERY_TEST: UpsEvent.TEST_INITIATED}
    after = replace(watch, test=Phase.ASKED, asserted=MappingProxyType(asserted))
    return after, (UpsEvent.TEST_INITIATED,)


def forget_test(watch: Watch) -> Watch:
    """Return the state once a test that was asked for has not shown in its time."""
    if watch.test is not Phase.ASKED:
        return watch
    asserted = dict(watch.asserted)
    asserted.pop(Group.BATTERY_TEST, None)
    return replace(watch, test=Phase.IDLE, asserted=MappingProxyType(asserted))
