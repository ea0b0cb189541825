"""Homes to plan, as files have them and as chance makes them, and what a plan of them costs."""

from collections.abc import Mapping, Sequence
import math
from random import Random
from typing import Any, Final

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.planning.request import Load, Outlook

type Home = Mapping[str, Any]
"""The form of a file: `price_import`, `price_export` (EUR/kWh), `pv_w`, `base_w` (W), one value per
quarter-hour, `loads`, and perhaps `limit_w`, `optimum`, `day_offset` (quarter-hours of the first
day that have passed).

A load has `power_w`, `steps`, `earliest`, `latest` (exclusive), `splittable`, and perhaps
`profile_w`, `min_run`, `most_starts`, `most_steps` (a day), `highest_price`.
"""
type Place = Sequence[int]
"""The quarter-hours in which a load runs."""

DAY: Final = 96
MIDNIGHT: Final = 1_781_481_600
"""2026-06-15, UTC."""
EUR: Final = 0.25e-3
"""Of a watt during a quarter-hour at one EUR/kWh."""


def start_of(home: Home) -> int:
    """Return the unix time of the first quarter-hour."""
    return MIDNIGHT + 900 * int(home.get("day_offset", 0))


def request(home: Home) -> tuple[Outlook, list[Load]]:
    """Return what the planner is asked."""
    start = start_of(home)
    outlook = Outlook(
        now=start,
        slots=len(home["price_import"]),
        import_price=home["price_import"],
        export_price=home["price_export"],
        pv=home["pv_w"],
        base=home["base_w"],
        limit=home.get("limit_w"),
    )
    loads = [
        Load(
            equipment_id=EquipmentId(number),
            power=load.get("profile_w") or float(load["power_w"]),
            minutes=15 * load["steps"],
            earliest=start + 900 * load["earliest"],
            latest=start + 900 * load["latest"],
            splittable=load["splittable"],
            minimum_run=15 * load.get("min_run", 0),
            most_starts=load.get("most_starts"),
            most_minutes=15 * load["most_steps"] if "most_steps" in load else None,
            highest_price=load.get("highest_price"),
        )
        for number, load in enumerate(home["loads"])
    ]
    return outlook, loads


def powers_of(load: Mapping[str, Any]) -> list[float]:
    """Return the watts of each quarter-hour that a load runs."""
    return load.get("profile_w") or [load["power_w"]] * load["steps"]


def net_of(home: Home, places: Sequence[Place]) -> list[float]:
    """Return the watts that the home takes from the grid in each quarter-hour."""
    net = [base - pv for base, pv in zip(home["base_w"], home["pv_w"], strict=True)]
    for load, place in zip(home["loads"], places, strict=True):
        for slot, power in zip(place, powers_of(load), strict=False):
            net[slot] += power
    return net


def cost_of(home: Home, places: Sequence[Place]) -> float:
    """Return the EUR of a plan, less what optional loads are worth to their owner."""
    cost = sum(
        power * (bought if power > 0 else sold) * EUR
        for power, bought, sold in zip(
            net_of(home, places), home["price_import"], home["price_export"], strict=True
        )
    )
    for load, place in zip(home["loads"], places, strict=True):
        cost -= load.get("highest_price", 0.0) * sum(powers_of(load)[: len(place)]) * EUR
    return float(cost)


def faults(home: Home, places: Sequence[Place]) -> list[str]:
    """Return in what a plan does not do what it was asked; computed apart from the planner."""
    found = []
    limit = home.get("limit_w")
    if limit is not None and max(net_of(home, places)) > limit:
        found.append("limit")
    for load, place in zip(home["loads"], places, strict=True):
        optional = "highest_price" in load
        if len(place) != load["steps"] and not (optional and len(place) < load["steps"]):
            found.append("steps")
        if any(not load["earliest"] <= slot < load["latest"] for slot in place):
            found.append("window")
        cuts = [i for i in range(1, len(place)) if place[i] != place[i - 1] + 1]
        runs = [place[a:b] for a, b in zip([0, *cuts], [*cuts, len(place)], strict=True) if a < b]
        if not load["splittable"] and (len(runs) > 1 or len(place) not in {0, load["steps"]}):
            found.append("in one piece")
        if any(len(run) < load.get("min_run", 1) for run in runs):
            found.append("min_run")
        offset = home.get("day_offset", 0)
        for day in {(slot + offset) // DAY for slot in place}:
            starts = sum((run[0] + offset) // DAY == day for run in runs)
            steps = sum((slot + offset) // DAY == day for slot in place)
            if starts > load.get("most_starts", starts):
                found.append("most_starts")
            if steps > load.get("most_steps", steps):
                found.append("most_steps")
    return found


# ---------------------------------------------------------------------------- by chance


def random_home(seed: int) -> dict[str, Any]:
    """Return a home made by chance: tariff, sun, habits and one to eight loads of all kinds."""
    rng = Random(seed)
    slots = rng.choice((92, 96, 96, 96, 100, 120, 144))
    offset = rng.randrange(DAY)
    hours = [((slot + offset) % DAY) / 4 for slot in range(slots)]
    usual = rng.uniform(0.12, 0.3)
    tariff = rng.choice(("spot", "spot", "two rates", "flat", "colours", "negative spot"))
    bought = _import_prices(rng, tariff, hours, usual)
    return {
        "name": f"seed-{seed}",
        "tariff": tariff,
        "day_offset": offset,
        "price_import": bought,
        "price_export": _export_prices(rng, bought),
        "pv_w": _sun(rng, hours),
        "base_w": _base(rng, hours),
        "loads": [_load(rng, slots, offset, usual) for _ in range(rng.randint(1, 8))],
    }


def _bump(hour: float, at: float, width: float) -> float:
    return math.exp(-(((hour - at) / width) ** 2))


def _import_prices(rng: Random, tariff: str, hours: list[float], usual: float) -> list[float]:
    if tariff == "flat":
        return [round(usual, 4)] * len(hours)
    if "spot" not in tariff:
        low = round(usual * rng.uniform(0.6, 0.85), 4)
        high = round(usual * (3 if tariff == "colours" else 1), 4)
        ranges = rng.choice((((22, 30),), ((23, 31),), ((0, 6), (12, 14)), ((2, 7), (12.5, 15.5))))
        return [
            low if any(a <= h < b or a <= h + 24 < b for a, b in ranges) else high for h in hours
        ]
    peak, valley = rng.uniform(0.02, 0.15), rng.uniform(0.02, 0.2)
    valley *= 2 if tariff == "negative spot" else 1
    noise, step = rng.uniform(0, 0.02), rng.choice((1, 1, 4))
    prices: list[float] = []
    for slot, hour in enumerate(hours):
        if slot % step:
            prices.append(prices[-1])
            continue
        shape = peak * (_bump(hour, 8, 1.8) + 1.4 * _bump(hour, 19.5, 2) - 0.4 * _bump(hour, 3, 2))
        prices.append(
            round(usual + shape - valley * _bump(hour, 13.5, 2.5) + rng.gauss(0, noise), 4)
        )
    return prices


def _export_prices(rng: Random, bought: list[float]) -> list[float]:
    kind = rng.choice(("none", "fixed", "fixed", "spot", "premium"))
    if kind == "premium":
        # Better paid than what is bought costs, at some hours or at all.
        return [round(rng.uniform(0.1, 0.3), 4)] * len(bought)
    if kind == "none":
        sold = [0.0] * len(bought)
    elif kind == "fixed":
        sold = [round(rng.uniform(0.02, 0.12), 4)] * len(bought)
    else:
        share, fee = rng.uniform(0.4, 0.95), rng.uniform(0, 0.05)
        sold = [round(share * price - fee, 4) for price in bought]
    if rng.random() < 0.7:
        return [min(one, other) for one, other in zip(sold, bought, strict=True)]
    return sold


def _sun(rng: Random, hours: list[float]) -> list[int]:
    peak, clouds, clear = rng.choice((0, 0.8, 1.5, 3, 4.5, 6, 9, 12)) * 850, rng.random(), 1.0
    watts = []
    for hour in hours:
        if rng.random() < 0.3:
            clear = 1 - rng.random() * clouds
        height = math.sin((hour - 6) / 14 * math.pi) if 6 < hour < 20 else 0
        watts.append(round(peak * height**1.3 * clear))
    return watts


def _base(rng: Random, hours: list[float]) -> list[int]:
    usual = rng.uniform(100, 500)
    return [
        round(
            usual
            * (1 + 0.8 * _bump(hour, 7.5, 1.2) + 1.8 * _bump(hour, 19.5, 1.8))
            * rng.uniform(0.7, 1.4)
            + (1500 if rng.random() < 0.03 else 0)
        )
        for hour in hours
    ]


def _load(rng: Random, slots: int, offset: int, usual: float) -> dict[str, Any]:
    kind = rng.choice(
        ("block", "block", "free", "free", "runs", "profile", "few", "optional", "pump")
    )
    power = round(
        rng.choice((300, 500, 800, 1000, 1200, 1500, 2000, 2200, 2400, 3000, 3700, 7400))
        * rng.uniform(0.85, 1.15)
    )
    steps = rng.randint(2, 12 if kind == "block" else 20)
    earliest, latest = 0, slots
    if rng.random() < 0.5:
        earliest = rng.randrange(slots - steps - 4)
        latest = min(slots, earliest + steps + rng.randint(3, 60))
    load: dict[str, Any] = {
        "name": kind,
        "power_w": power,
        "steps": steps,
        "earliest": earliest,
        "latest": latest,
        "splittable": kind in {"free", "runs", "few", "pump"},
    }
    if kind in {"runs", "few"}:
        load["min_run"] = min(steps, rng.choice((2, 2, 3, 4)))
    if kind == "few":
        load["most_starts"] = rng.randint(1, 3)
    if kind == "optional":
        load["highest_price"] = round(rng.uniform(0.3, 1) * usual, 4)
        load["splittable"] = rng.random() < 0.5
    if kind == "profile":
        load["profile_w"] = [
            round(power * rng.choice((0.05, 0.1, 0.3, 1, 1))) for _ in range(steps)
        ]
        load["power_w"] = max(load["profile_w"])
    if kind == "pump":
        # So much a day that its window still holds all of it.
        days: dict[int, int] = {}
        for slot in range(earliest, latest):
            day = (slot + offset) // DAY
            days[day] = days.get(day, 0) + 1
        most = next(m for m in range(1, DAY + 1) if sum(min(m, d) for d in days.values()) >= steps)
        load["most_steps"] = most + rng.randint(0, 3)
    return load
