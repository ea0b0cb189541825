"""The planner of a home without a server, as a type of subentry."""

from typing import Final

from ...const import SUBENTRY_PLANNER
from ...hub import Hub
from ..kind import Kind
from .diagnostics import describe_planner
from .flow import PlannerFlow
from .planner_entities import entities_of
from .planner_settings import entities_read
from .unit import PlannerUnit

KIND: Final = Kind[Hub, PlannerUnit](
    subentry_type=SUBENTRY_PLANNER,
    flow=PlannerFlow,
    make=PlannerUnit,
    entities=entities_of,
    diagnose=describe_planner,
    entities_named=entities_read,
    local_only=True,
)
