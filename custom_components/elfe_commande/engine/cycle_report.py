"""What a cycle did, and what of it had no end in time."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
import logging
from typing import Final

from ..core.model import EquipmentId
from ..core.outcome import Outcome, Result

_LOGGER = logging.getLogger(__name__)

_NAMED: Final = 20
"""Loads named in the log that did not end."""


@dataclass(frozen=True, slots=True)
class CycleReport:
    """What a cycle did. `at` in unix seconds, `duration` in seconds, then numbers of loads.

    `degraded`: the plan or the rows could not be read, and what was known was followed.
    `not_ended`: loads whose first try was still under way when the cycle's time was over.
    """

    at: float
    duration: float = 0.0
    equipments: int = 0
    ordered: int = 0
    acknowledged: int = 0
    failed: int = 0
    doubtful: int = 0
    skipped: int = 0
    not_ended: int = 0
    degraded: bool = False


def counted(
    report: CycleReport, firsts: Mapping[EquipmentId, asyncio.Future[Result]]
) -> CycleReport:
    """Return the report with what became of first tries."""
    results = [first.result() for first in firsts.values() if first.done()]
    counts = dict.fromkeys(Outcome, 0)
    for result in results:
        counts[result.outcome] += 1
    return replace(
        report,
        ordered=sum(1 for result in results if result.tries),
        acknowledged=counts[Outcome.ACKNOWLEDGED],
        failed=counts[Outcome.FAILED],
        doubtful=counts[Outcome.DOUBTFUL],
        skipped=counts[Outcome.SKIPPED],
        not_ended=len(firsts) - len(results),
    )


def warn_of_unended(
    report: CycleReport, firsts: Mapping[EquipmentId, asyncio.Future[Result]]
) -> None:
    """Name in the log what goes on although the cycle is over."""
    if not report.not_ended:
        return
    loads = [str(equipment_id) for equipment_id, first in firsts.items() if not first.done()]
    more = ", ..." if len(loads) > _NAMED else ""
    _LOGGER.warning(
        "A cycle is over after %.0f s, and %d orders go on: equipments %s",
        report.duration,
        report.not_ended,
        ", ".join(loads[:_NAMED]) + more,
    )
