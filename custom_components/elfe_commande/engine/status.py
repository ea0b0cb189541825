"""What the engine knows of each equipment: the object that entities show."""

from dataclasses import dataclass, field

from ..core.decision import Act, Decision, Proposal, Shed
from ..core.gesture import ScreenTouched
from ..core.model import METERING_USAGES, ControlState, Device, DeviceId, Equipment, Mode, Usage
from ..core.outcome import Result
from ..core.plan import DayPlan
from ..core.relay_mode import RelayMode, relay_mode
from ..core.screens import Screen
from ..drivers import DRIVERS
from ..typologies import TYPOLOGIES, Typology

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


@dataclass(slots=True)
class Observation:
    """What one device last said, with the loop's time of it."""

    on: bool | None = None
    on_at: float = 0.0
    power: float | None = None
    power_at: float = 0.0
    online: bool | None = None


@dataclass(slots=True)
class EquipmentStatus:
    """One equipment, what is decided for it, and what became of the last order."""

    equipment: Equipment
    decision: Decision | None = None
    plan: DayPlan | None = None
    """The plan in force."""
    next_start: int | None = None
    """Unix seconds."""
    last_result: Result | None = None
    last_act: Act | None = None
    observations: dict[DeviceId, Observation] = field(default_factory=dict)
    wished_mode: Mode | None = None
    """A wish under way: shown at once, before it is done."""
    wished_off: bool | None = None
    """A wish under way: forced off or not."""
    shed: Shed | None = None
    """What a UPS asks of the load, `None` while none does."""
    proposal: Proposal | None = None
    """What its local rule proposes, `None` where it has none."""
    settled_mode: int | None = None
    """The mode that was last ordered for, or found at the start; `None`: not known yet."""
    sent_at: float = float("-inf")
    """The loop's time of the last order: what a device said before it proves nothing."""
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
    def typology(self) -> Typology | None:
        """Return the equipment's scenario, `None` if there is none for its typology."""
        return TYPOLOGIES.get(self.equipment.typology_id)

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
        """Whether a person switched the load off in manual."""
        if self.wished_off is not None:
            return self.wished_off
        state = self.equipment.state
        return state.mode == Mode.MANUAL and state.control == ControlState.OFF

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
        """Return the last power measured, in watts."""
        meter = self.meter
        seen = None if meter is None else self.observations.get(meter.id)
        return None if seen is None else seen.power

    @property
    def reported_on(self) -> bool | None:
        """Return whether the load is powered, by its switching device's last report."""
        typology = self.typology
        if typology is None or typology.presses:
            return None
        order = next(iter(typology.scenarios[Act.TO_MANUAL].orders), None)
        device = None if order is None else self.equipment.device(order.usage)
        seen = None if device is None else self.observations.get(device.id)
        if order is None or seen is None or seen.on is None:
            return None
        return seen.on == order.on

    @property
    def running(self) -> bool | None:
        """Return whether the load runs: by its meter, else by its switch; `None` if unknown."""
        power = self.power
        if power is not None:
            return power >= DRAWING_FROM
        return self.reported_on

    def drawing(self, now: float, fresh_for: float) -> bool | None:
        """Return whether the load draws power; `None` if its meter says nothing recent.

        `now` is the loop's time, `fresh_for` in seconds.
        """
        meter = self.meter
        seen = None if meter is None else self.observations.get(meter.id)
        if seen is None or seen.power is None:
            return None
        if seen.power_at <= self.sent_at or now - seen.power_at > fresh_for:
            return None
        return seen.power >= DRAWING_FROM

    @property
    def online(self) -> bool | None:
        """Return whether every device that tells is there; `None` if none tells."""
        known = [o.online for o in self.observations.values() if o.online is not None]
        return all(known) if known else None

    def has_device(self, usage: Usage) -> bool:
        """Return whether a device has this role."""
        return self.equipment.device(usage) is not None


@dataclass(slots=True)
class ScreenStatus:
    """One wall screen, and what is known of it. Times are unix seconds."""

    screen: Screen
    online: bool | None = None
    last_touch: ScreenTouched | None = None
    last_touch_at: float | None = None
