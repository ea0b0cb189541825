"""Small requests, and what a plan must keep to, judged apart from the planner."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.elfe_commande.core.model import EquipmentId
from custom_components.elfe_commande.planning.planner import plan
from custom_components.elfe_commande.planning.request import Load, Outlook
from custom_components.elfe_commande.planning.result import HomePlan, LoadPlan

PARIS = ZoneInfo("Europe/Paris")
SLOT = 900
NOON = int(datetime(2026, 6, 15, 12, tzinfo=PARIS).timestamp())


def outlook(**values: Any) -> Outlook:
    """Return eight hours from noon at 0.20, unless said otherwise."""
    slots = values.pop("slots", 32)
    usual = {"now": NOON, "slots": slots, "import_price": [0.2] * slots, "zone": PARIS}
    return Outlook(**usual | values)


def load(number: int = 1, **values: Any) -> Load:
    """Return a load of 1 kW for an hour, in one piece, unless said otherwise."""
    return Load(equipment_id=EquipmentId(number), **{"power": 1000.0, "minutes": 60} | values)


def only(view: Outlook, wanted: Load, **options: Any) -> LoadPlan:
    """Plan one load; return its plan."""
    (found,) = plan(view, [wanted], **options).loads
    return found


def slots_of(found: LoadPlan, start: int = NOON) -> list[int]:
    """Return the quarter-hours, from a start on, in which a load runs."""
    return [
        slot
        for run in found.runs
        for slot in range((run.start - start) // SLOT, (run.end - start) // SLOT)
    ]


def cost_of(view: Outlook, loads: list[Load], found: HomePlan) -> float:
    """Return the cost of a plan, from its runs alone; the outlook has no holes."""
    start = int(view.now // SLOT) * SLOT
    net = [b - s for b, s in zip(view.base, view.pv, strict=True)]
    for wanted, each in zip(loads, found.loads, strict=True):
        powers = [wanted.power] * 999 if isinstance(wanted.power, float) else list(wanted.power)
        for slot, power in zip(slots_of(each, start), powers, strict=False):
            net[slot] += power
    return sum(
        n / 4000 * (i if n > 0 else e)
        for n, i, e in zip(net, view.import_price, view.export_price, strict=True)
    )


def breaches(view: Outlook, wanted: Load, found: LoadPlan) -> list[str]:
    """Return what the plan of a load breaks; its on-time may be missing, and then is said to be."""
    start = int(view.now // SLOT) * SLOT
    broken = []
    slots = slots_of(found, start)
    runs = [((run.start - start) // SLOT, (run.end - start) // SLOT) for run in found.runs]
    due = -(-int(wanted.minutes) // 15) if isinstance(wanted.power, float) else len(wanted.power)
    if len(slots) + found.missing / 15 != due:
        broken.append(f"{len(slots)} of {due} placed, {found.missing} min missing")
    if any(high >= low for (_, high), (low, _) in pairwise(runs)):
        broken.append("runs touch")
    if slots and (slots[0] < 0 or slots[-1] >= view.slots):
        broken.append("horizon")
    free = [run for run in found.runs if not run.under_way]
    if any(run.start < (wanted.earliest or 0) for run in free):
        broken.append("earliest")
    if any(run.end > (wanted.latest or 1e12) for run in free):
        broken.append("latest")
    if not wanted.splittable and (len(runs) > 1 or (slots and len(slots) != due)):
        broken.append("in one piece")
    if any(run.end - run.start < min(wanted.minimum_run * 60, due * SLOT) for run in free):
        broken.append("minimum run")
    days: dict[Any, list[int]] = {}
    for slot in slots:
        day = datetime.fromtimestamp(start + slot * SLOT, view.zone).date()
        days.setdefault(day, []).append(slot)
    today = datetime.fromtimestamp(view.now, view.zone).date()
    for day, ran in days.items():
        starts = sum(low in ran for low, _ in runs if not (low == 0 and wanted.running_since))
        starts += wanted.starts_today if day == today else 0
        minutes = 15 * len(ran) + (wanted.minutes_today if day == today else 0)
        if wanted.most_starts is not None and starts > wanted.most_starts:
            broken.append(f"{starts} starts on {day}")
        if wanted.most_minutes is not None and minutes > wanted.most_minutes:
            broken.append(f"{minutes} min on {day}")
    return broken


def random_request(seed: int, zone: ZoneInfo = PARIS) -> tuple[Outlook, list[Load]]:
    """Return a home made by chance with loads that may ask too much; no holes."""
    rng = Random(seed)
    slots = rng.choice((20, 92, 96, 100, 140))
    now = NOON + rng.randrange(0, 365 * 86400)
    view = Outlook(
        now=now,
        slots=slots,
        import_price=[round(rng.uniform(-0.1, 0.4), 3) for _ in range(slots)],
        export_price=[round(rng.uniform(-0.05, 0.15), 3) for _ in range(slots)],
        pv=[max(0, round(rng.gauss(500, 1500))) for _ in range(slots)],
        base=[rng.randrange(100, 900) for _ in range(slots)],
        limit=rng.choice((None, None, 3000, 6000)),
        zone=zone,
    )
    loads = []
    for number in range(rng.randint(1, 6)):
        wanted = load(
            number,
            power=float(rng.randrange(200, 3700)),
            minutes=15 * rng.randint(1, 24),
            splittable=rng.random() < 0.7,
            late=rng.random() < 0.3,
        )
        if rng.random() < 0.2:
            watts = tuple(float(rng.randrange(0, 2500)) for _ in range(6))
            wanted = replace(wanted, power=(*watts, 100.0), splittable=False)
        if rng.random() < 0.5:
            earliest = now + rng.randrange(-3600, slots * SLOT)
            latest = earliest + rng.randrange(1, 12 * 3600)
            wanted = replace(wanted, earliest=earliest, latest=latest)
        if wanted.splittable:
            wanted = replace(
                wanted,
                minimum_run=rng.choice((0, 0, 30, 50)),
                most_starts=rng.choice((None, None, 1, 2)),
                most_minutes=rng.choice((None, None, 60, 120)),
                start_cost=rng.choice((0.0, 0.01)),
            )
        if rng.random() < 0.2:
            wanted = replace(wanted, highest_price=rng.uniform(-0.05, 0.3))
        loads.append(wanted)
    return view, loads
