"""What a typology is made of, and the two families that exist: switched and pressed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ..core.decision import Act
from ..core.model import CommandState, ControlState, HandOver, Mode, TypologyId, Usage
from ..core.outcome import NOTHING, Writes


@dataclass(frozen=True, slots=True)
class Order:
    """One raw order to the device with this role."""

    usage: Usage
    on: bool


@dataclass(frozen=True, slots=True)
class Scenario:
    """What to send for one act, a pause between two orders, and what to write afterwards.

    `failed` is written when a load that may be ordered again never acknowledged, or when a
    press was reported as not made; `doubtful` when a press was not answered; `broken` when a
    sequence stopped after its first press; `given_up` instead of `failed` when the wished
    end can no longer be met by another try.
    """

    orders: tuple[Order, ...] = ()
    acknowledged: Writes = NOTHING
    failed: Writes = NOTHING
    given_up: Writes = NOTHING
    doubtful: Writes = NOTHING
    broken: Writes = NOTHING


@dataclass(frozen=True, slots=True)
class Typology:
    """A way to wire an appliance and the scenarios that drive it."""

    id: TypologyId
    name: str
    scenarios: Mapping[Act, Scenario]
    presses: bool = False
    """It presses buttons, which toggle, instead of switching the load."""
    handing_over: Mapping[HandOver, Scenario] = field(default_factory=dict)
    """Other ways to hand the load over to people than `Act.TO_MANUAL`."""

    def scenario(self, act: Act, hand_over: HandOver = HandOver.ON) -> Scenario:
        """Return what to send and to write for an act; raises `KeyError` if there is nothing."""
        if act is Act.TO_MANUAL and hand_over in self.handing_over:
            return self.handing_over[hand_over]
        return self.scenarios[act]

    @property
    def usages(self) -> frozenset[Usage]:
        """Return the roles that any of its scenarios orders."""
        return frozenset(o.usage for s in self.scenarios.values() for o in s.orders)


_TO_MANUAL = Writes(mode=Mode.MANUAL, programmed=True)
_TO_PILOTED = Writes(mode=Mode.PILOTED, programmed=True)
_ERROR = Writes(command=CommandState.ERROR)
_GIVEN_UP = Writes(mode=Mode.MANUAL, command=CommandState.ERROR)
_IS_ON = Writes(command=CommandState.ON, control=ControlState.ON, ems_order=True)
_LEFT = replace(_TO_MANUAL, command=CommandState.NOT_COMMANDED)


def switched(
    typology_id: int,
    name: str,
    *,
    usage: Usage,
    standby: CommandState,
    inverted: bool = False,
) -> Typology:
    """Return a typology whose one device switches the load.

    `standby` is the command state of a piloted load that waits; `inverted` when the load
    runs while the relay is off.
    """
    load_on = (Order(usage, on=not inverted),)
    load_off = (Order(usage, on=inverted),)
    is_on = replace(_IS_ON, started=True)
    is_off = Writes(command=CommandState.WAITING, control=ControlState.OFF, ems_order=False)
    started = replace(is_on, mode=Mode.MANUAL)
    powered = Scenario(
        load_on,
        replace(is_on, mode=Mode.MANUAL, programmed=True),
        failed=replace(_TO_MANUAL, command=CommandState.ERROR),
    )
    return Typology(
        TypologyId(typology_id),
        name,
        handing_over=MappingProxyType(
            {
                HandOver.LEAVE: Scenario((), _LEFT),
                HandOver.OFF: Scenario(
                    load_off,
                    replace(_LEFT, control=ControlState.OFF, ems_order=False),
                    failed=replace(_TO_MANUAL, command=CommandState.ERROR),
                ),
            }
        ),
        scenarios=MappingProxyType(
            {
                Act.START: Scenario(load_on, started, given_up=_GIVEN_UP),
                Act.RECORD_STARTED: Scenario((), started),
                Act.ON: Scenario(load_on, is_on, failed=_ERROR),
                Act.OFF: Scenario(load_off, is_off, failed=_ERROR),
                Act.KEEP_OFF: Scenario(load_off),
                Act.TO_MANUAL: powered,
                Act.FORCED_ON: powered,
                Act.TO_PILOTED: Scenario(
                    load_off,
                    replace(is_off, command=standby, mode=Mode.PILOTED, programmed=True),
                    failed=replace(_TO_PILOTED, command=CommandState.ERROR),
                ),
                Act.FORCED_OFF: Scenario(
                    load_off,
                    replace(
                        is_off, command=CommandState.INITIAL, mode=Mode.MANUAL, programmed=True
                    ),
                    failed=replace(_TO_MANUAL, command=CommandState.ERROR),
                ),
            }
        ),
    )


def pressed(typology_id: int, name: str, *, presses: tuple[Usage, ...]) -> Typology:
    """Return a typology that starts the load by pressing the buttons of these roles in turn.

    A press toggles: nothing is pressed to hand the load over, and nothing stops it.
    """
    orders = tuple(Order(usage, on=True) for usage in presses)
    doubtful = _IS_ON
    acknowledged = replace(_IS_ON, started=True)
    return Typology(
        TypologyId(typology_id),
        name,
        MappingProxyType(
            {
                Act.START: Scenario(
                    orders,
                    replace(acknowledged, mode=Mode.MANUAL),
                    given_up=_GIVEN_UP,
                    doubtful=replace(doubtful, mode=Mode.MANUAL),
                    broken=_GIVEN_UP,
                ),
                Act.RECORD_STARTED: Scenario((), replace(acknowledged, mode=Mode.MANUAL)),
                Act.ON: Scenario(
                    orders, acknowledged, failed=_ERROR, doubtful=doubtful, broken=_GIVEN_UP
                ),
                Act.TO_MANUAL: Scenario(
                    (), replace(_TO_MANUAL, command=CommandState.ON, ems_order=False)
                ),
                Act.TO_PILOTED: Scenario(
                    (), replace(_TO_PILOTED, command=CommandState.STANDBY, ems_order=False)
                ),
            }
        ),
        presses=True,
    )
