"""Wished ends are wall-clock times: people mean seven in the morning, whatever the season."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

QUARTER: Final = 900


def next_occurrence(now: float, hour: int, minute: int, zone: tzinfo) -> int:
    """Return the next strictly future unix time at which clocks of the zone show hour:minute.

    A time skipped by a change of clocks becomes the first instant after the gap, a repeated
    one its first occurrence.
    """
    day = datetime.fromtimestamp(now, zone).date()
    for _ in range(3):
        at = _instant(datetime.combine(day, time(hour, minute)), zone)
        if at > now:
            return at
        day += timedelta(days=1)
    raise AssertionError("a day has at least one such time")


def _instant(wall: datetime, zone: tzinfo) -> int:
    local = wall.replace(tzinfo=zone, fold=0)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return int(instant.timestamp())
    # The time is skipped: fold 0 lands after the gap, as far in as the gap is long; what is
    # wanted is the first instant with the new offset.
    before = local.utcoffset()
    probe = instant
    while probe.astimezone(zone).utcoffset() != before:
        probe -= timedelta(minutes=1)
    return int((probe + timedelta(minutes=1)).timestamp())


def advanced_end(wished_end: int, now: float, zone: tzinfo) -> int:
    """Return the wished end on its quarter-hour, at its next occurrence if it is past."""
    rounded = wished_end // QUARTER * QUARTER
    if rounded >= now:
        return rounded
    local = datetime.fromtimestamp(rounded, zone)
    return next_occurrence(now, local.hour, local.minute, zone)
