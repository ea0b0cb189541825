"""What a plan is asked for: the home's outlook, its loads, and how much a change must gain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from ..core.model import EquipmentId

type Series = Sequence[float | None]
"""One value per quarter-hour from the start of the outlook on; `None`, NaN and infinity are holes,
and so is everything after its end."""
type FormerRuns = Mapping[EquipmentId, Sequence[tuple[int, int]]]
"""Of each load that was planned, the (start, end) unix times of its runs; none: left out."""

DAY_AND_A_HALF: Final = 144


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is known of the quarter-hours to come, whatever runs in them.

    Quarter-hours are those of unix time; a local day has 92, 96 or 100 of them.
    """

    now: float
    """Unix seconds; the quarter-hour that contains it is the first to plan."""
    slots: int = DAY_AND_A_HALF
    """How many quarter-hours."""
    import_price: Series = ()
    """Currency per kWh taken from the grid. Holes: the mean of the same local quarter-hour on the
    days that are known, else of all that is known. Empty: the sun alone counts, nothing is priced."""
    export_price: Series = ()
    """Currency per kWh given to the grid; holes likewise, empty: nothing is paid."""
    pv: Series = ()
    """Watts of the panels; a hole is no sun."""
    base: Series = ()
    """Watts of everything that is not planned; holes as for prices, empty: none."""
    limit: float | None = None
    """Watts that the home may take from the grid (its subscribed power); exceeded only if a load
    has no other place, and then as little as can be."""
    zone: tzinfo = UTC
    """Where its days begin, for limits that hold for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One load: what it still has to do, and when it may."""

    equipment_id: EquipmentId
    power: float | Sequence[float]
    """Watts while it runs; or of each of its quarter-hours, and then it runs in one piece."""
    minutes: float = 0.0
    """On-time owed: what remains of its run, or of its need for the window. Not read where `power`
    is a sequence, whose length says it."""
    earliest: float | None = None
    """Unix seconds from which it may run; `None`: now."""
    latest: float | None = None
    """Unix seconds at which it must be done; `None`: whenever."""
    splittable: bool = False
    """May pause. Its on-time then counts in whole quarter-hours."""
    minimum_run: float = 0.0
    """Minutes that a run of a splittable load lasts at least."""
    most_starts: int | None = None
    """Starts per local day."""
    most_minutes: float | None = None
    """On-time per local day."""
    starts_today: int = 0
    """Those made already, a run under way included."""
    minutes_today: float = 0.0
    """On-time that it has had today."""
    highest_price: float | None = None
    """Currency per kWh that its energy is worth. With it the load is optional: it runs only where
    that costs less, a splittable one as much of its on-time as does."""
    running_since: float | None = None
    """Unix seconds since which it runs. Its run is not moved: to its end, or for a splittable load
    to the end that was planned, at least for its minimum run."""
    start_cost: float = 0.0
    """Currency that a start must gain to be worth its while, so that a splittable load is not cut
    into pieces for next to nothing."""
    late: bool = False
    """Where cost leaves the choice: as late as can be instead of as early (hot water)."""
    missed: float = 0.0
    """Minutes of on-time that were to be done by now, or by a time that cannot be kept. They are
    told; what is placed is `minutes`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hysteresis:
    """What a change of plan must gain; a plan that moves for nothing is a complaint everywhere.

    In energy at the mean price of import, so that no currency is special. Forecasts of sun and
    base load are wrong by far more than 50 Wh within an hour: a gain of that size is noise. People
    would not get up for a cent; for the whole plan, two or three cents or one per cent of what its
    loads cost, whichever is more, are the least that is worth telling them a new hour.
    """

    load_kwh: float = 0.05
    """For one load to move: about one cent at 0.20 EUR/kWh."""
    plan_kwh: float = 0.1
    """For anything to move, and"""
    plan_share: float = 0.01
    """of what the loads cost."""
