"""One plan, and all that it was made of."""

from dataclasses import dataclass

from ...planning.home.needs import Need
from ...planning.request import Load
from ...planning.result import HomePlan
from .outlooks import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan with what was known and owed when it was made."""

    made_at: float
    """Unix seconds."""
    seen: Seen
    needs: tuple[Need, ...]
    plan: HomePlan

    @property
    def loads(self) -> tuple[Load, ...]:
        """The loads that were planned, in the order of the plan."""
        return tuple(need.load for need in self.needs if need.load is not None)
