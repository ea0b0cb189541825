"""A source of plans of a home without a server, as a type of subentry."""

from typing import Final

from ...hub import Hub
from ..kind import Kind
from .diagnostics import describe_source
from .flow import PlanSourceFlow
from .source_entities import entities_of
from .source_settings import SUBENTRY_PLAN_SOURCE, calendars_of
from .unit import PlanSourceUnit

KIND: Final = Kind[Hub, PlanSourceUnit](
    subentry_type=SUBENTRY_PLAN_SOURCE,
    flow=PlanSourceFlow,
    make=PlanSourceUnit,
    entities=entities_of,
    diagnose=describe_source,
    entities_named=calendars_of,
    local_only=True,
)
