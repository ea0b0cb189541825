"""The machines of a home behind the devices: what they draw, and what harms them.

Time is read from a clock handed in; `speed` makes the machine live faster than the clock.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import accumulate
import time

type Clock = Callable[[], float]
type Profile = Sequence[tuple[float, float]]

# Seconds and watts. Two hours of washing, an hour and a half of dishes.
WASHING: Profile = (
    (900, 2100.0), (1800, 250.0), (900, 1800.0), (2400, 160.0), (900, 420.0), (300, 90.0),
)  # fmt: skip
DISHES: Profile = ((600, 90.0), (1500, 1900.0), (1200, 110.0), (1200, 1800.0), (900, 60.0))
DRYING: Profile = ((4200, 2300.0), (600, 180.0))
AWAKE = 60.0


class Start(StrEnum):
    """What starts a machine."""

    POWER = "power"
    PRESS = "press"
    DOUBLE_PRESS = "double_press"
    POWER_THEN_PRESS = "power_then_press"


class Phase(StrEnum):
    """Where a machine is."""

    IDLE = "idle"
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"


class Machine:
    """A dishwasher, a washing machine or a dryer: runs a profile once started.

    The counters tell harm: `harmful_presses` are presses during a run, which pause the machine;
    `interruptions` are power cuts during a run; `wasted_presses` did nothing at all.
    """

    def __init__(
        self,
        profile: Profile = DISHES,
        *,
        start: Start = Start.PRESS,
        clock: Clock = time.time,
        speed: float = 1.0,
        standby: float = 1.5,
        powered: bool = True,
    ) -> None:
        """Prepare a machine; with `Start.POWER` it starts when its power comes back."""
        self.profile = tuple((duration / speed, watts) for duration, watts in profile)
        self.start = start
        self.standby = standby
        self.powered = powered
        self.presses = self.starts = 0
        self.interruptions = self.harmful_presses = self.wasted_presses = 0
        self._ends = tuple(accumulate(duration for duration, _ in self.profile))
        self._clock = clock
        self._awake_for = AWAKE / speed
        self._completed = 0
        self._phase = Phase.IDLE
        self._since = 0.0
        self._elapsed = 0.0
        self._awake_until = 0.0

    @property
    def duration(self) -> float:
        """Return the length of a run in seconds of the clock."""
        return self._ends[-1]

    @property
    def phase(self) -> Phase:
        """Return where the machine is now."""
        if self._phase is Phase.RUNNING and self.powered and self._progress() >= self.duration:
            self._phase = Phase.DONE
            self._completed += 1
        return self._phase

    @property
    def completed(self) -> int:
        """Return how many runs came to their end."""
        _ = self.phase
        return self._completed

    @property
    def running(self) -> bool:
        """Return whether a cycle is under way, also while its power is cut."""
        return self.phase is Phase.RUNNING

    @property
    def watts(self) -> float:
        """Return what is drawn now, W."""
        if not self.powered:
            return 0.0
        if self.phase is not Phase.RUNNING:
            return self.standby
        done = self._progress()
        steps = zip(self._ends, self.profile, strict=True)
        return next((watts for end, (_, watts) in steps if done < end), self.standby)

    @property
    def unharmed(self) -> bool:
        """Return whether no run was ever cut or paused by a device."""
        return not self.interruptions and not self.harmful_presses

    def load(self) -> None:
        """Fill it, choose a programme and close the door: a person's act, which starts nothing."""
        if self.phase is not Phase.RUNNING:
            self._phase = Phase.READY

    def open(self) -> None:
        """Open the door: a person's act, which gives up what was loaded or running."""
        self._phase = Phase.IDLE

    def start_by_hand(self) -> None:
        """Load it and press start: a person's act, not counted as a press of a device."""
        if self.powered and not self.running:
            self._run()

    def supply(self, on: bool) -> None:
        """Give or cut the power: a cycle under way waits, and goes on afterwards."""
        if on is self.powered:
            return
        if self.running:
            if on:
                self._since = self._clock()
            else:
                self._elapsed = self._progress()
                self.interruptions += 1
        self.powered = on
        if on and self.start is Start.POWER and self._phase is Phase.READY:
            self._run()

    def press(self, button: str) -> None:
        """Push a button, as a finger does."""
        self.presses += 1
        phase = self.phase
        if not self.powered:
            self.wasted_presses += 1
        elif phase is Phase.RUNNING:
            self.harmful_presses += 1
            self._elapsed = self._progress()
            self._phase = Phase.PAUSED
        elif phase is Phase.PAUSED:
            self._resume()
        elif self._wakes(button):
            self._awake_until = self._clock() + self._awake_for
        elif phase is Phase.READY:
            self._run()
        else:
            self.wasted_presses += 1

    def _wakes(self, button: str) -> bool:
        """Return whether this press only wakes the machine."""
        awake = self._clock() < self._awake_until
        if self.start is Start.POWER_THEN_PRESS:
            return button == "power" or not awake
        return self.start is Start.DOUBLE_PRESS and not awake

    def _run(self) -> None:
        self.starts += 1
        self._elapsed = 0.0
        self._awake_until = 0.0
        self._resume()

    def _resume(self) -> None:
        self._since = self._clock()
        self._phase = Phase.RUNNING

    def _progress(self) -> float:
        """Return the seconds of the run that are done."""
        return self._elapsed + (self._clock() - self._since if self.powered else 0.0)
