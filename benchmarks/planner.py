"""The planner against proven optima, naive plans and EMHASS, home by home.

A file in the form of `planner_homes.Home`, or homes made by chance and solved here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from time import process_time
from typing import Any, Final

from benchmarks.planner_homes import (
    DAY,
    Home,
    Place,
    cost_of,
    faults,
    net_of,
    powers_of,
    random_home,
    request,
    start_of,
)
from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.planning.planner import plan
from custom_components.elfe_commande.planning.result import HomePlan

NOTHING: Final = 1e-4
"""EUR; where planning can gain less, there is no share to speak of."""
SOLVER_SECONDS = 120.0
EMHASS_GAP: Final = 0.01
"""What EMHASS asks of its solver unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came out for one home; EUR."""

    name: str
    loads: int
    cost: float
    at_once: float
    cheapest_hours: float
    surplus_alone: float
    optimum: float | None
    seconds: float
    """Processor time of the whole plan, explanations included."""
    faults: tuple[str, ...] = ()
    limited: bool = False
    """Whether the home had a limit to what it may take from the grid."""
    emhass: float | None = None
    """What EMHASS's recorded plan costs, `None` where none was recorded."""
    emhass_seconds: float | None = None
    """Its own time for that plan, as it told it where it was recorded."""

    @property
    def excess(self) -> float | None:
        """The EUR above the optimum."""
        return None if self.optimum is None else self.cost - self.optimum

    def share(self, cost: float) -> float | None:
        """Return a cost's excess as a share of what planning can gain."""
        if self.optimum is None:
            return None
        gain = self.at_once - self.optimum
        return (cost - self.optimum) / gain if gain > NOTHING else 0.0


# ---------------------------------------------------------------------------- naive plans


def _naive(load: Any, rank: Callable[[int, float], tuple[float, ...]], offset: int) -> Place:
    """Return a load's place by the least sum of ranks (of a quarter-hour and a power).

    Loads that may pause take the best quarter-hours if neither a minimum run nor starts bind
    them, else one run, which keeps to both.
    """
    steps, powers = load["steps"], powers_of(load)
    window = range(load["earliest"], load["latest"])
    if load["splittable"] and "min_run" not in load:
        days: dict[int, int] = {}
        place: list[int] = []
        for slot in sorted(window, key=lambda slot: (*rank(slot, powers[0]), slot)):
            day = (slot + offset) // DAY
            if len(place) < steps and days.get(day, 0) < load.get("most_steps", DAY):
                place.append(slot)
                days[day] = days.get(day, 0) + 1
        return sorted(place)
    start = min(
        window[: len(window) - steps + 1],
        key=lambda start: [
            *map(
                sum,
                zip(
                    *(rank(start + after, power) for after, power in enumerate(powers)),
                    strict=True,
                ),
            ),
            start,
        ],
    )
    return range(start, start + steps)


def _worth_it(home: Home, load: int, place: Place) -> bool:
    """Return whether an optional load, alone in the home, costs less than it is worth."""
    idle: list[Place] = [()] * len(home["loads"])
    return cost_of(home, [*idle[:load], place, *idle[load + 1 :]]) < cost_of(home, idle)


def _each(home: Home, rank: Callable[[int, float], tuple[float, ...]]) -> list[Place]:
    """Place each load alone; an optional one where it is worth it."""
    places = [_naive(load, rank, home.get("day_offset", 0)) for load in home["loads"]]
    return [
        place
        if "highest_price" not in home["loads"][number] or _worth_it(home, number, place)
        else ()
        for number, place in enumerate(places)
    ]


def at_once(home: Home) -> list[Place]:
    """Start every load as soon as it may."""
    return _each(home, lambda slot, _power: (slot,))


def cheapest_hours(home: Home) -> list[Place]:
    """Run every load when the price of import is lowest, whatever the sun and the others do."""
    return _each(home, lambda slot, power: (home["price_import"][slot] * power,))


def surplus_alone(home: Home) -> list[Place]:
    """Run the loads one after the other where the sun leaves most, whatever the price."""
    places: list[Place] = []
    loads = home["loads"]
    for number, load in enumerate(loads):
        net = net_of(home | {"loads": loads[:number]}, places)  # type: ignore[operator]

        def bought(slot: int, power: float, net: Sequence[float] = net) -> tuple[float, ...]:
            return (max(0.0, net[slot] + power) - max(0.0, net[slot]),)

        place = _naive(load, bought, home.get("day_offset", 0))
        worth = "highest_price" not in load or _worth_it(home, number, place)
        places.append(place if worth else ())
    return places


# ---------------------------------------------------------------------------- measuring


def places_of(home: Home, found: HomePlan) -> list[Place]:
    """Return the quarter-hours in which a plan runs each load."""
    start = start_of(home)
    places: list[Place] = []
    for number in range(len(home["loads"])):
        load = found.of(EquipmentId(number))
        assert load is not None
        places.append(
            [
                slot
                for run in load.runs
                for slot in range((run.start - start) // 900, (run.end - start) // 900)
            ]
        )
    return places


def measure(home: Home, name: str, optimum: float | None) -> Result:
    """Plan a home and its naive plans; all costs are computed from the places alone."""
    outlook, loads = request(home)
    begun = process_time()
    found = plan(outlook, loads)
    seconds = process_time() - begun
    places = places_of(home, found)
    limited = home.get("limit_w") is not None
    theirs = None if limited else recorded(home)
    return Result(
        name=name,
        loads=len(loads),
        cost=cost_of(home, places),
        at_once=cost_of(home, at_once(home)),
        cheapest_hours=cost_of(home, cheapest_hours(home)),
        surplus_alone=cost_of(home, surplus_alone(home)),
        optimum=optimum,
        seconds=seconds,
        faults=tuple(faults(home, places)),
        limited=limited,
        emhass=None if theirs is None else cost_of(home, theirs[0]),
        emhass_seconds=None if theirs is None else theirs[1],
    )


def recorded(home: Home) -> tuple[list[Place], float] | None:
    """Return EMHASS's places of the loads and its seconds, as a file has them.

    Its first call with the gap that it has by default: the search ends once a plan is within 1 %
    of the optimum.
    """
    calls = [each for each in home.get("emhass", ()) if each["mip_rel_gap"] == EMHASS_GAP]
    if not calls:
        return None
    first = min(calls, key=lambda each: each["call"])
    places = [
        [slot for begin, end in runs for slot in range(begin, end)] for runs in first["schedule"]
    ]
    return places, float(first["duration_total_seconds"])


def solved(home: Home) -> float | None:
    """Return the optimum by HiGHS, `None` where it is not installed or not done in time."""
    try:
        from benchmarks.optimum import optimum  # noqa: PLC0415
    except ImportError:
        return None
    found = optimum(home, SOLVER_SECONDS)
    return found.cost if found.proven else None


def of_file(path: Path) -> Iterator[Result]:
    """Measure the homes of a file, then those with a limit that their optima are known for."""
    homes = json.loads(path.read_text())["homes"]
    for home in homes:
        known = home.get("optimum")
        yield measure(home, home["name"], known["cost_eur"] if known else solved(home))
    for home in homes:
        if (known := home.get("optimum_with_import_limit")) is not None:
            watts = known["max_import_w"]
            limited = home | {"limit_w": watts}
            yield measure(limited, f"{home['name']}, {watts} W", known["cost_eur"])


def of_chance(count: int, first: int) -> Iterator[Result]:
    """Measure homes made by chance, from a seed on."""
    for seed in range(first, first + count):
        home = random_home(seed)
        yield measure(home, home["name"], solved(home))
