"""How it is with what makes the plans of a local home: its planner, and its plan sources."""

from collections.abc import Iterator
from typing import Any, Final

from ..hub import Hub
from ..sources.plans.base import LOST, WITHOUT_PLAN
from ..subentries.plan_sources.source_entities import NOT_STORED
from ..subentries.plan_sources.unit import PlanSourceUnit
from ..subentries.planner.findings import WELL
from ..subentries.planner.unit import PlannerUnit

type Maker = PlannerUnit | PlanSourceUnit

_ILL: Final = LOST | WITHOUT_PLAN


def makers_of(hub: Hub) -> Iterator[Maker]:
    """Yield what makes plans; nothing where they are the EMS's, or come by an action."""
    yield from hub.subentries.units(PlannerUnit)
    yield from hub.subentries.units(PlanSourceUnit)


def about_maker(maker: Maker) -> dict[str, Any]:
    """Return the word that its sensor shows, whether that is well, and when it last succeeded.

    A plan that says nothing new is not handed on: how old the one in force is tells nothing of it.
    """
    return {"title": maker.subentry.title} | (
        _about_planner(maker) if isinstance(maker, PlannerUnit) else _about_source(maker)
    )


def _about_planner(planner: PlannerUnit) -> dict[str, Any]:
    worst, planned = next(iter(planner.findings), None), planner.planned
    return {
        "kind": "planner",
        "state": worst,
        "well": worst is None or worst in WELL,
        "at": None if planned is None else planned.made_at,
    }


def _about_source(source: PlanSourceUnit) -> dict[str, Any]:
    reading = source.reading
    state = None if reading is None else reading.finding
    return {
        "kind": "plan_source",
        "state": state if source.stored else NOT_STORED,
        "well": source.stored and state not in _ILL,
        "at": source.read_at,
    }
