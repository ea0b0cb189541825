"""How it is with the planner, and what a person is asked about when it lasts."""

from collections.abc import Mapping
from typing import Final

from homeassistant.config_entries import ConfigSubentry

from ...engine.engine import Engine
from ...engine.ground.ports import Problem
from ...planning.result import Reason
from .findings import LASTING, Finding
from .planned import Planned

ISSUE: Final = "planner_blind"
_ALL_PLACED: Final = frozenset({Reason.PLANNED, Reason.NOTHING_DUE, Reason.LATER, Reason.TOO_DEAR})


class Judge:
    """Finds the worst first, and asks a person after a while."""

    def __init__(self, engine: Engine, subentry: ConfigSubentry) -> None:
        """Have found nothing yet."""
        self.findings: tuple[Finding, ...] = ()
        """The worst first; empty before the first plan."""
        self.detail = ""
        """What the worst is about: an entity, a unit, areas."""
        self._engine = engine
        self._subentry = subentry
        self._since: float | None = None
        self._asked = False

    def judge(
        self, planned: Planned | None, at: float, *, failed: bool, stored: bool
    ) -> tuple[Finding, ...]:
        """Find how it is now; `at` is the loop's time."""
        found: set[Finding] = set()
        if planned is not None:
            found |= set(planned.seen.findings)
            if any(each.reason not in _ALL_PLACED for each in planned.plan.loads):
                found.add(Finding.INFEASIBLE)
            if not planned.loads:
                found.add(Finding.NO_LOADS)
        if failed:
            found.add(Finding.FAILED)
        if not stored:
            found.add(Finding.NOT_STORED)
        self.findings = tuple(each for each in Finding if each in (found or {Finding.OK}))
        details = (None if planned is None else planned.seen.details) or {}
        self.detail = details.get(self.findings[0], "")
        self._ask(at, details)
        return self.findings

    def settle(self) -> None:
        """Ask nobody any more."""
        self._since = None
        if self._asked:
            self._asked = False
            self._engine.settle_problem(ISSUE, self._subentry.subentry_id)

    def _ask(self, at: float, details: Mapping[Finding, str]) -> None:
        lasting = [each for each in self.findings if each in LASTING]
        if not lasting:
            self.settle()
            return
        self._since = at if self._since is None else self._since
        if at - self._since >= self._engine.timing.planner_patience and not self._asked:
            self._asked = True
            about = {
                "planner": self._subentry.title,
                "detail": details.get(lasting[0]) or str(lasting[0]),
            }
            self._engine.report(Problem(ISSUE, self._subentry.subentry_id, about))
