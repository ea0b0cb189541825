"""What the meters of loads say, and how long they are waited for."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ...core.model import EquipmentId
from ...core.timing import Timing
from .status import EquipmentStatus


@dataclass(slots=True)
class Metering:
    """Asks the meter of one load."""

    timing: Timing
    statuses: Mapping[EquipmentId, EquipmentStatus]
    heard_from: float = float("-inf")
    """The loop's time from which devices are listened to."""

    def drawing(self, status: EquipmentStatus) -> bool | None:
        """Return whether the load draws power; `None` if its meter says nothing recent."""
        now = asyncio.get_running_loop().time()
        return status.drawing(now, self.timing.meter_fresh_for)

    def runs(self, status: EquipmentStatus) -> bool | None:
        """Return whether the load runs as it was programmed last.

        What its meter said before tells of the run before that: nothing of what was handed over.
        """
        meter = status.meter
        seen = None if meter is None else status.observations.get(meter.id)
        if seen is None or seen.power_at < status.programmed_at:
            return None
        return self.drawing(status)

    def is_awaited(self, equipment_id: EquipmentId) -> bool:
        """Whether, soon after a start, the load's meter had no time yet to say that it runs."""
        if asyncio.get_running_loop().time() >= self.heard_from + self.timing.meter_wait:
            return False
        status = self.statuses.get(equipment_id)
        return status is not None and status.meter is not None and status.power is None

    async def heard(self, equipment_id: EquipmentId, given_up: asyncio.Future[None]) -> None:
        """Wait until the load's meter had the time to speak, unless it did, or `given_up`."""
        if self.is_awaited(equipment_id):
            left = self.heard_from + self.timing.meter_wait - asyncio.get_running_loop().time()
            await asyncio.wait([given_up], timeout=left)
