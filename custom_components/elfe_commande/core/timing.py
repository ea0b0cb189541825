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
    first_cycle_again: float = 2.0
    """The same after a restart: orders may have been under way."""
    settle: float = 5.0
    """From a quarter-hour boundary to the cycle: the EMS may still be writing."""
    plan_look: float = 60.0
    """Between two looks for plans that came after the cycle."""
    shadow_tolerance: float = 60.0
    """Shadow mode: an order that is seen so much before or after a quarter-hour counts for it."""
    ack_timeouts: Mapping[int, float] = field(default=DEFAULT_ACK_TIMEOUTS)
    """Per device type id."""
    ack_timeout: float = 10.0
    """For device types that are not in `ack_timeouts`."""
    setting_timeout: float = 90.0
    """For those that follow late: thermostats, clouds, what is polled once a minute."""
    press_pause: float = 5.0
    """Between two presses of one sequence."""
    retry_first: float = 10.0
    """From a failed first try to the second; doubled after each further one."""
    retry_max: float = 120.0
    retry_rest: float = 900.0
    """Between tries of a person's wish that was not reached within `order_window`."""
    order_window: float = 890.0
    """How long an order may be retried; an EMS order never outlives its slot either."""
    wish_lifetime: float = 86400.0
    """How long a load is brought to the mode that a person wished, before they are told that it
    was given up."""
    press_retry: float = 5.0
    """Between tries of a press inside a sequence already begun."""
    write_window: float = 0.05
    """Write-backs of that long go in one statement."""
    write_retry: float = 5.0
    """Between tries to write what the database could not take."""
    away_wait: float = 0.05
    """How long an order waits for a database that was away a moment ago."""
    outbox_age: float = 600.0
    """After that a person is asked to look at a database that takes nothing."""
    refresh_window: float = 0.02
    """Changes shown on the screens together."""
    return_window: float = 1.0
    """Screens that come back within that time are refreshed together."""
    pair_window: float = 1.0
    """From one roller to the other of a pair."""
    flood_window: float = 10.0
    """Within which gestures on one object of a screen are counted."""
    flood_quiet: float = 2.0
    """How long a screen that sent too many has to be quiet before the last of them counts."""
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
    connection_look: float = 60.0
    """Between looks at whether the database answers and the broker is there."""
    outage_told: float = 180.0
    """How long one of them is away before a person is asked."""
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
    outputs_wait: float = 1.0
    """After an unclean stop, how long devices have to say what their outputs are: one that does not
    answer must not keep all others from being as they should for longer than five seconds."""
    cycle_limit: float = 890.0
    """From the begin of a cycle to its report, which names what has not ended by then."""
    wish_limit: float = 300.0
    """How long whoever wishes something waits for the first try; the order goes on."""
    part_limit: float = 120.0
    """What each part gets to open at the start, and to close at the stop."""
    request_lifetime: float = 60.0
    """How long what people did on screens and portal waits for the start to end."""
    revert_after: float = 1200.0
    """After that without a new order a device goes back to its load's safe state by itself: a
    quarter-hour, and five minutes for the order that renews it."""
    shed_step: float = 5.0
    """Between two loads that are shed, or given back."""
    min_off: float = 60.0
    """How long a load that was shed stays off at least."""
    panel_wait: float = 2.0
    """From the last press on a panel of buttons to all of them being carried out."""
    panel_answer: float = 20.0
    """How long an action of the panel's own integration may take to show something."""
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
    owner_beat: float = 5.0
    """Between two proofs that our homes are ours, and two tries to take those of nobody."""
    owner_answer: float = 5.0
    """How long the database may take to answer one."""
    owner_proof: float = 15.0
    """How old a proof may be when an order leaves: shorter than `owner_lease`."""
    owner_lease: float = 30.0
    """Without a word from us for that long, the database gives our homes to others."""
    stranger_patience: float = 60.0
    """How long another installation that shares nothing with us is seen before it is told."""
    plan_source_look: float = 300.0
    """Between two looks at a source of plans; there is another one before each quarter-hour."""
    plan_source_ahead: float = 45.0
    """How long before a quarter-hour that is: what was planned at the last minute counts."""
    plan_source_again: float = 30.0
    """To the second look, where a source suddenly says nothing of what it had planned."""
    plan_source_settle: float = 2.0
    """From a change of a calendar, or a machine handed over, to the look that it makes."""
    plan_source_answer: float = 20.0
    """How long a source may take to answer."""
    plan_source_patience: float = 10800.0
    """After that without an answer, or without a fresh plan, a person is asked to look."""
    planner_settle: float = 2.0
    """From something that changes what the planner goes by to the plan that it makes."""
    planner_rest: float = 60.0
    """Between two plans for which only a sensor changed: some do each second."""
    planner_look: float = 3600.0
    """Between two plans for which nothing happened: forecasts are new each hour or so."""
    planner_price_look: float = 900.0
    """The same while tomorrow's prices should be there, and are not."""
    planner_answer: float = 30.0
    """How long an integration may take to answer with its prices."""
    planner_search: float = 20.0
    """How long the planner may search; it needs a hundredth of that."""
    planner_patience: float = 10800.0
    """How long prices or a forecast may be missing before a person is asked to look."""
    record_save: float = 10.0
    """From a run that is over to the record on disk; what is over meanwhile goes with it."""
    states_rest: float = 1.0
    """How long changes of states add up at most, or wait for the orders of a cycle."""

    archive_write: float = 1.0
    """What is to be kept of what happened within that time is written together."""
    archive_retry: float = 30.0
    """Between tries to write it on a disk that does not take it."""
    archive_open: float = 5.0
    """How long a start waits for what was kept; it goes on without."""
    archive_thin: float = 3600.0
    """Between two looks at what is too old to be kept."""

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
