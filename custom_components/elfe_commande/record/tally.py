"""How the orders of a day ended, each counted once."""

from collections.abc import Collection
from typing import Final

from ..core.decision import Act
from ..core.model import EquipmentId
from ..core.outcome import Outcome, Result
from ..core.wish import UNATTENDED
from ..engine.ground.events import OrderEnded
from .day import Day, Failure

_TAKEN: Final = frozenset({Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL})


class Tally:
    """Counts; what plan or rule confirm each quarter-hour anew is no other order."""

    def __init__(self) -> None:
        """Have counted nothing yet."""
        self._last: dict[EquipmentId, tuple[Act, Outcome]] = {}
        self._tried: dict[EquipmentId, tuple[Act, Outcome]] = {}
        """What is counted of an order that is tried again."""

    def count(self, event: OrderEnded, day: Day) -> None:
        """Count an order by its end, and keep why it was not done; one tried again as it stands."""
        result, act, equipment_id = event.result, event.act, event.equipment_id
        done = result.outcome is Outcome.ACKNOWLEDGED
        again = self._last.get(equipment_id) == (act, result.outcome)
        repeated = again and result.outcome in _TAKEN and event.origin in UNATTENDED
        tried = self._tried.pop(equipment_id, None)
        if tried is not None and tried[0] is act:
            day.orders[tried[1]] -= 1
            day.orders = +day.orders
            repeated = False
        if result.will_retry:
            self._tried[equipment_id] = act, result.outcome
        else:
            self._last[equipment_id] = act, result.outcome
        if not repeated:
            day.orders[result.outcome.value] += 1
        if not done:
            day.failure = _failure(act, result)
        elif day.failure is not None and day.failure.pending and day.failure.act == act:
            day.failure = None

    def forget(self, loads: Collection[EquipmentId]) -> None:
        """Remember of these loads only."""
        for each in (self._last, self._tried):
            for equipment_id in each.keys() - set(loads):
                del each[equipment_id]


def _failure(act: Act, result: Result) -> Failure:
    return Failure(
        round(result.at),
        act.value,
        result.outcome.value,
        result.reason,
        result.detail,
        result.will_retry,
    )
