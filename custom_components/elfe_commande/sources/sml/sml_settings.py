"""How a meter is read and shown: its waits, and what a person chose."""

from dataclasses import dataclass, fields, replace

from .obis import DEFAULT_FILTER


@dataclass(frozen=True, slots=True)
class MeterTiming:
    """Durations in seconds."""

    retry_first: float = 0.5
    """From a lost line to the first try to open it again; doubled after each further one."""
    retry_max: float = 60.0
    open_timeout: float = 15.0
    open_allowance: float = 1.0
    """What a thread gets to end that opens a local port for whoever gave up: it takes less."""
    stale_after: float = 120.0
    """Without a telegram for so long, values say nothing and the line is opened anew."""
    power_interval: float = 5.0
    """Between two values shown of what changes at any moment; 0 shows every telegram's."""
    energy_interval: float = 60.0
    """The same for counters."""
    smoothing: float = 30.0
    """Time constant of the surplus; 0 shows it as it is."""
    unpowered_after: float = 600.0
    """From the first telegram without any power to the repair that asks for the PIN."""
    listen: float = 15.0
    """How long the flow listens before a meter is added."""

    def scaled(self, factor: float) -> MeterTiming:
        """Return the same waits, multiplied."""
        return replace(self, **{f.name: getattr(self, f.name) * factor for f in fields(self)})


@dataclass(frozen=True, slots=True)
class MeterSettings:
    """What a person chose for one meter."""

    timing: MeterTiming = MeterTiming()
    hidden: frozenset[str] = DEFAULT_FILTER
    """Codes that are dropped, as `1-0:1.8.0*255`."""
    inverted: bool = False
    """Whether signed powers are shown with the other sign."""
