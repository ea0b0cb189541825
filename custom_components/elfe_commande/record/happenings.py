"""From what the engine tells to what is kept of it."""

from typing import Final

from ..core.decision import Act
from ..core.model import EquipmentId
from ..core.outcome import Outcome
from ..core.wish import UNATTENDED
from ..engine.ground.events import (
    BrokerChanged,
    ConnectionChanged,
    Event,
    LifecycleChanged,
    LoadDrifted,
    ModeChanged,
    OrderEnded,
)
from ..engine.ground.owner import SHADOW
from ..engine.ground.status import EquipmentStatus
from .rows import HUB, EventRow

_TAKEN: Final = frozenset({Outcome.ACKNOWLEDGED, Outcome.DOUBTFUL})


class Happenings:
    """Makes rows of events; the same said again each quarter-hour by nobody is no other one."""

    def __init__(self) -> None:
        """Have heard nothing yet."""
        self._last: dict[EquipmentId, tuple[Act, Outcome, str]] = {}

    def row(self, event: Event, status: EquipmentStatus | None, now: float) -> EventRow | None:
        """Return what is kept of an event; `status` is that of its load."""
        match event:
            case OrderEnded():
                return self._order(event, status)
            case ModeChanged():
                return EventRow(
                    event.equipment_id,
                    now,
                    "mode",
                    before=event.before,
                    after=event.after,
                    origin=event.origin.value,
                    user_id=event.user_id,
                )
            case LoadDrifted():
                return EventRow(event.equipment_id, now, "drift", on=event.on)
            case LifecycleChanged():
                return EventRow(HUB, now, "lifecycle", after=int(event.code))
            case ConnectionChanged():
                return EventRow(HUB, now, "database", on=event.connected)
            case BrokerChanged():
                return EventRow(HUB, now, "broker", on=event.connected)
            case _:
                return None

    def forget(self, equipment_id: EquipmentId) -> None:
        """Forget a load that went."""
        self._last.pop(equipment_id, None)

    def _order(self, event: OrderEnded, status: EquipmentStatus | None) -> EventRow | None:
        result = event.result
        this = event.act, result.outcome, result.reason
        again = self._last.get(event.equipment_id) == this
        self._last[event.equipment_id] = this
        done = result.outcome in _TAKEN or result.reason == SHADOW
        if again and event.origin in UNATTENDED and done:
            return None
        plan = None if status is None else status.plan
        return EventRow(
            event.equipment_id,
            result.at,
            "order",
            act=event.act.value,
            on=result.on,
            origin=event.origin.value,
            source=event.source.value,
            owner=None if plan is None else plan.owner.value,
            user_id=event.user_id,
            outcome=result.outcome.value,
            reason=result.reason,
            detail=result.detail or None,
            tries=result.tries,
            latency=None if result.latency is None else round(result.latency, 3),
            will_retry=result.will_retry or None,
        )
