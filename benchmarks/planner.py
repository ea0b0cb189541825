"""The planner against proven optima and naive plans, home by home.

A file in the form of `planner_homes.Home`, or homes made by chance and solved here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
import json
from pathlib import Path
from statistics import fmean
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

MEAN, WORST, SECONDS = 0.005, 0.03, 0.1
"""The aims: excess as a share of what planning can gain, mean and worst; time of a home."""
NOTHING: Final = 1e-4
"""EUR; where planning can gain less, there is no share to speak of."""
SOLVER_SECONDS = 120.0


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
        limited=home.get("limit_w") is not None,
    )


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


# ---------------------------------------------------------------------------- reporting


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:z.2%}"


def _row(result: Result) -> str:
    optimum = "–" if result.optimum is None else f"{result.optimum:z.4f}"
    excess = "–" if result.excess is None else f"{result.excess:z.4f}"
    cells = (
        result.name,
        result.loads,
        f"{result.cost:.4f}",
        optimum,
        excess,
        _share(result.share(result.cost)),
        f"{result.at_once:.4f}",
        f"{result.cheapest_hours:.4f}",
        f"{result.surplus_alone:.4f}",
        f"{result.seconds * 1000:.0f} ms",
        ", ".join(result.faults) or "kept",
    )
    return f"| {' | '.join(map(str, cells))} |"


HEAD = """\
| home | loads | our cost | optimum | excess, EUR | of the gain | at once | cheapest hours \
| surplus alone | time | limits |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"""


def report(results: Sequence[Result], *, every: bool = True) -> tuple[str, bool]:
    """Return the figures as a page, and whether the aims are met."""
    known = [result for result in results if result.optimum is not None]
    lines = [HEAD, *(map(_row, results))] if every else []
    if not known:
        return "\n".join((*lines, "", "No optimum is known: install highspy.")), False
    kinds = {
        "the planner": [result.cost for result in known],
        "cheapest hours": [result.cheapest_hours for result in known],
        "surplus alone": [result.surplus_alone for result in known],
        "at once": [result.at_once for result in known],
    }
    lines += ["", "| plan | of the gain lost, mean | worst | of all gain | mean excess | worst |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    gain = sum(result.at_once - (result.optimum or 0.0) for result in known) or 1.0
    for kind, costs in kinds.items():
        shares = [result.share(cost) or 0.0 for result, cost in zip(known, costs, strict=True)]
        excesses = [
            cost - (result.optimum or 0.0) for result, cost in zip(known, costs, strict=True)
        ]
        lines.append(
            f"| {kind} | {fmean(shares):.3%} | {max(shares):.2%}"
            f" | {sum(excesses) / gain:.3%} | {fmean(excesses):.4f} EUR | {max(excesses):.4f} EUR |"
        )
    shares = [result.share(result.cost) or 0.0 for result in known]
    seconds = [result.seconds for result in results]
    met = (
        fmean(shares) <= MEAN
        and max(shares) <= WORST
        and fmean(seconds) <= SECONDS
        and not any(result.faults for result in results)
    )
    times = (
        "{} homes of {} with a proven optimum. Processor time of a home: mean {:.0f} ms,"
        " worst {:.0f} ms."
    )
    aims = "Aims (mean {:.1%}, worst {:.0%} of the gain, {:.0f} ms, every limit kept): {}."
    lines += [
        "",
        times.format(len(known), len(results), fmean(seconds) * 1000, max(seconds) * 1000),
        aims.format(MEAN, WORST, SECONDS * 1000, "met" if met else "NOT MET"),
    ]
    return "\n".join(lines), met


def main(path: Path | None, count: int, first: int) -> bool:
    """Measure, print, and return whether the aims are met."""
    results: list[Result] = []
    for result in of_file(path) if path is not None else of_chance(count, first):
        results.append(result)
        if path is None:
            print(_row(result), flush=True)
    met = True
    for limited in (False, True):
        group = [result for result in results if result.limited is limited]
        if group:
            text, reached = report(group, every=path is not None)
            print("\nWith a limit of import:\n" if limited else "", text, sep="\n")
            met = met and reached
    return met
