"""Every wait of a UPS's client, in one value, so that tests can run in a hurry."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class UpsTiming:
    """Durations in seconds; `misses` is a number of readings."""

    status_period: float = 3.0
    """Between two looks at the status; 0 is never."""
    values_period: float = 60.0
    """Between two publications of the values; 0 is never."""
    timeout: float = 5.0
    """For each answer of the server."""
    retry: float = 60.0
    """Between two tries where both periods are 0."""
    stale_for: float = 600.0
    """From the first reading that was too old to the repair issue."""
    lost_for: float = 600.0
    """From the first reading that failed to the repair issue: longer than a server restarts."""
    confirm: float = 3.0
    """To the second look at what one reading alone says, where the next one is later."""
    test_begins: float = 60.0
    """From the command of a battery test to its first sign."""
    test_lasts: float = 3600.0
    """For so long a test that the status does not name may account for a UPS on battery."""
    shutdown_stays: float = 600.0
    """From `FSD`, or a status that names no supply, to it being believed no more."""
    misses: int = 2
    """Readings in a row that fail before the communication is called lost."""

    def scaled(self, factor: float) -> UpsTiming:
        """Return the same waits, multiplied; the time-out of the network stays."""
        kept = ("timeout", "misses")
        waits = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in kept}
        return replace(self, **{name: wait * factor for name, wait in waits.items()})

    @property
    def period(self) -> float:
        """Between two readings; 0 is never."""
        periods = [p for p in (self.status_period, self.values_period) if p > 0]
        return min(periods, default=0.0)
