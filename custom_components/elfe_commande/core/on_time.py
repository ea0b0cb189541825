"""When loads were on: what they owe still, and what of the home's past was theirs."""

from bisect import insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .model import CommandState, ControlState, Equipment, EquipmentId, Mode

KEPT: Final = 28 * 86_400
"""Seconds; the base load is learnt from as many."""
BRIDGED: Final = 900.0
"""Seconds that nobody looked, of a load that was on before and after: it was on all along."""
_HOUR: Final = 3600


@dataclass(slots=True)
class _Seen:
    stretches: list[tuple[float, float]] = field(default_factory=list)
    """(start, end) of every time it was on, in unix seconds."""
    since: float | None = None
    """Since when it is on."""
    looked: float = 0.0


class OnTime:
    """A journal of loads that were on; times are unix seconds."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._seen: dict[EquipmentId, _Seen] = {}

    def note(self, load: EquipmentId, on: bool | None, at: float) -> None:
        """Take note of whether a load is on; `None`: nobody knows, and it counts as off."""
        seen = self._seen.setdefault(load, _Seen())
        if on and seen.since is None:
            seen.since = at
            # Nobody looked since the start: it may have been on all along.
            gap = 0.0 if seen.looked else BRIDGED
            while seen.stretches and at - seen.stretches[-1][1] <= gap:
                seen.since = min(seen.since, seen.stretches.pop()[0])
        elif not on and seen.since is not None:
            if at > seen.since:
                insort(seen.stretches, (seen.since, at))
            seen.since = None
        seen.looked = at

    def since(self, load: EquipmentId) -> float | None:
        """Return since when a load is on, `None` if it is not."""
        seen = self._seen.get(load)
        return None if seen is None else seen.since

    def ended(self, load: EquipmentId) -> float | None:
        """Return when the last time that a load was on was over, `None` if none is known."""
        seen = self._seen.get(load)
        return seen.stretches[-1][1] if seen is not None and seen.stretches else None

    def minutes(self, load: EquipmentId, begin: float, end: float) -> float:
        """Return how long a load was on between two moments."""
        return (
            sum(
                max(0.0, min(until, end) - max(start, begin))
                for start, until in self._stretches(load, end)
            )
            / 60
        )

    def starts(self, load: EquipmentId, begin: float, end: float) -> int:
        """Return how often a load was started between two moments."""
        return sum(begin <= start < end for start, _ in self._stretches(load, end))

    def hours(self, load: EquipmentId, power: float) -> dict[int, float]:
        """Return the kWh that a load of so many watts took, by the unix time of the hour."""
        found: dict[int, float] = {}
        seen = self._seen.get(load)
        for start, end in () if seen is None else seen.stretches:
            hour = int(start // _HOUR) * _HOUR
            while hour < end:
                part = min(end, hour + _HOUR) - max(start, hour)
                found[hour] = found.get(hour, 0.0) + power * part / 3.6e6
                hour += _HOUR
        return found

    def forget(self, before: float, loads: Iterable[EquipmentId]) -> None:
        """Keep what is not older, of these loads only."""
        wanted = set(loads)
        for load in list(self._seen):
            if load not in wanted:
                del self._seen[load]
                continue
            seen = self._seen[load]
            seen.stretches = [each for each in seen.stretches if each[1] > before]

    def _stretches(self, load: EquipmentId, now: float) -> list[tuple[float, float]]:
        seen = self._seen.get(load)
        if seen is None:
            return []
        under_way = [(seen.since, max(seen.since, now))] if seen.since is not None else []
        return [*seen.stretches, *under_way]

    # -- on disk

    def dump(self, at: float) -> dict[str, Any]:
        """Return what is to be kept; what is on now was on until `at` as far as anybody knows."""
        return {
            str(load): [[round(start), round(end)] for start, end in self._stretches(load, at)]
            for load, seen in self._seen.items()
            if seen.stretches or seen.since is not None
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """Take what was kept; whatever cannot be that is left out."""
        for key, stretches in data.items():
            try:
                known = sorted((float(start), float(end)) for start, end in stretches)
                self._seen[EquipmentId(int(key))] = _Seen(known)
            except TypeError, ValueError:
                continue


def under_way(equipment: Equipment, now: float) -> tuple[int, int] | None:
    """Return when a machine was started and will be done (unix seconds), `None` if it is not."""
    state, duration = equipment.state, equipment.constraints.cycle_duration
    if equipment.continuous or state.mode != Mode.MANUAL or not duration:
        return None
    started = state.control == ControlState.ON and state.command == CommandState.ON
    if not started or not state.last_programmed < state.last_start <= now:
        return None
    end = state.last_start + duration
    return (state.last_start, end) if end > now else None
