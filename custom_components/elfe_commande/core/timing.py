"""Every wait of the engine, in one value, so that tests can replay a day in seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType

DEFAULT_ACK_TIMEOUTS: Mapping[int, float] = MappingProxyType(
    {111: 5.0, 112: 5.0, 311: 30.0, 411: 5.0, 811: 15.0}
)


@dataclass(frozen=True, slots=True)
class Timing:
    """Durations in seconds."""

    first_cycle: float = 30.0
    """From the entry being up to its first cycle."""
    settle: float = 5.0
    """From a quarter-hour boundary to the cycle: the EMS may still be writing."""
    ack_timeouts: Mapping[int, float] = field(default=DEFAULT_ACK_TIMEOUTS)
    """Per device type id."""
    ack_timeout: float = 10.0
    """For device types that are not in `ack_timeouts`."""
    press_pause: float = 5.0
    """Between two presses of one sequence."""
    retry_first: float = 10.0
    """From a failed first try to the second; doubled after each further one."""
    retry_max: float = 120.0
    order_window: float = 890.0
    """How long an order may be retried; an EMS order never outlives its slot either."""
    press_retry: float = 5.0
    """Between tries of a press inside a sequence already begun."""
    write_window: float = 0.05
    """Write-backs of that long go in one statement."""
    write_retry: float = 5.0
    """Between tries to write what the database could not take."""
    refresh_window: float = 0.02
    """Changes shown on the screens together."""
    return_window: float = 1.0
    """Screens that come back within that time are refreshed together."""
    pair_window: float = 1.0
    """From one roller to the other of a pair."""
    read_window: float = 0.01
    """Fresh reads asked within that time share one statement."""
    fresh_for: float = 2.0
    """How old a row may be when an order is decided on it."""
    batch_fresh_for: float = 30.0
    """The same for a first try of a switch, of a row that was read with all that still waited."""
    meter_fresh_for: float = 150.0
    """A power older than that says nothing."""
    feedback_fresh_for: float = 660.0
    """How long what a device said is shown as how it is: two of the longest report periods that
    devices are delivered with (300 s), and a margin."""
    broker_patience: float = 30.0
    """How long the broker may be away before nothing is known of its devices."""
    meter_wait: float = 65.0
    """After the start, how long a waiting load is left alone until its meter speaks."""
    idle_confirm: float = 180.0
    """How long a meter must show an idle machine before a doubtful press is called failed."""
    rule_pass: float = 60.0
    """Between two looks at the surplus rules; each changes at most one load."""
    input_max_age: float = 500.0
    """A rule abstains when one of its inputs is older."""
    input_silence: float = 600.0
    """After that without news of an input, what a rule switched on goes off."""
    clock_check: float = 5.0
    """Between looks at an implausible clock."""
    clock_warning: float = 60.0
    """From the first look at an implausible clock to the repair issue."""
    clock_look: float = 30.0
    """Between looks at the clock while running: one that was set is noticed within that time."""
    clock_jump: float = 60.0
    """How far wall clock and elapsed time may part before the quarter-hours are counted anew."""
    outputs_wait: float = 10.0
    """After an unclean stop, how long devices have to say what their outputs are."""
    cycle_limit: float = 890.0
    """From the begin of a cycle to its report, which names what has not ended by then."""
    wish_limit: float = 300.0
    """How long whoever wishes something waits for the first try; the order goes on."""
    part_limit: float = 120.0
    """What each part gets to open at the start, and to close at the stop."""
    request_lifetime: float = 60.0
    """How long what people did on screens and portal waits for the start to end."""
    shed_step: float = 5.0
    """Between two loads that are shed, or given back."""
    min_off: float = 60.0
    """How long a load that was shed stays off at least."""
    panel_wait: float = 2.0
    """From the last press on a panel of buttons to all of them being carried out."""
    mode_file_look: float = 2.0
    """Between looks at the file of modes."""
    mode_file_echo: float = 6.0
    """How long a program may take from reading the file of modes to writing it back."""
    stop_allowance: float = 1.0
    """What a task that is cancelled gets to end, when the engine stops or its time is over."""
    unit_limit: float = 30.0
    """What a meter, UPS or rule gets to start, and to stop: none should wait for anything."""
    give_way: float = 0.15
    """How long no automatic order leaves once a person wished something."""
    give_way_pause: float = 0.05
    """From one such rest to the next at least: wishes slow a cycle down, no more."""
    states_rest: float = 1.0
    """How long changes of states add up at most, or wait for the orders of a cycle."""

    def ack_for(self, device_type: int) -> float:
        """Return how long to wait for a device of this type to acknowledge."""
        return self.ack_timeouts.get(device_type, self.ack_timeout)

    def scaled(self, factor: float) -> Timing:
        """Return the same waits, multiplied: tests scale devices and engine alike."""
        changes: dict[str, float] = {
            f.name: getattr(self, f.name) * factor for f in fields(self) if f.type is float
        }
        timeouts = MappingProxyType({k: v * factor for k, v in self.ack_timeouts.items()})
        return replace(self, ack_timeouts=timeouts, **changes)
