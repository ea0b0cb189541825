"""Which devices still speak: what was said too long ago is no longer shown as how things are."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ...core.model import EquipmentId
from ...core.timing import Timing
from ...drivers import DRIVERS, Driver, Reading
from ..ground.ports import Arrival, Messenger, Unsubscribe
from ..ground.status import EquipmentStatus, Observation


@dataclass(slots=True)
class Liveness:
    """Notices devices that fell silent with one timer for all of them, and a lost broker."""

    timing: Timing
    statuses: Mapping[EquipmentId, EquipmentStatus]
    changed: Callable[[EquipmentId], None]
    """Called with each equipment of which a device fell silent or was cut off."""
    _spoke: dict[Observation, EquipmentStatus] = field(default_factory=dict)
    """Devices that report by themselves and did so lately, in the order they last did."""
    _look: asyncio.TimerHandle | None = None
    _patience: asyncio.TimerHandle | None = None
    _unwatch: Unsubscribe | None = None

    def watch_broker(self, messenger: Messenger) -> None:
        """Know nothing of the broker's devices while it is lost for more than a moment."""
        if self._unwatch is None:
            self._unwatch = messenger.watch_connection(self._connection_changed)

    def close(self) -> None:
        """Notice nothing more."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        for timer in (self._look, self._patience):
            if timer is not None:
                timer.cancel()
        self._look = self._patience = None
        self._spoke.clear()

    def heard(
        self,
        status: EquipmentStatus,
        seen: Observation,
        driver: Driver,
        reading: Reading,
        arrival: Arrival,
    ) -> None:
        """Take note that a device, or the broker in its place, said something."""
        seen.cut = False
        if reading.online is False:
            seen.away_at = arrival.at
            return
        if arrival.retained:
            # Its last will, kept by the broker: it says nothing itself.
            return
        seen.heard_at, seen.stale = arrival.at, False
        if driver.lasting or driver.presses:
            return
        self._spoke.pop(seen, None)
        self._spoke[seen] = status
        if self._look is None:
            self._look_at(arrival.at + self.timing.feedback_fresh_for)

    def _look_at(self, when: float) -> None:
        self._look = asyncio.get_running_loop().call_at(when, self._find_silent)

    def _find_silent(self) -> None:
        """Give up what the devices said that were silent for too long."""
        self._look = None
        fresh_for, now = self.timing.feedback_fresh_for, asyncio.get_running_loop().time()
        while self._spoke:
            seen, status = next(iter(self._spoke.items()))
            if seen.heard_at + fresh_for > now:
                self._look_at(seen.heard_at + fresh_for)
                return
            del self._spoke[seen]
            seen.stale = True
            self.changed(status.equipment.id)

    def _connection_changed(self, connected: bool) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if not connected:
            # Brokers are restarted: not every appliance need be unknown for a second.
            wait = self.timing.broker_patience
            self._patience = asyncio.get_running_loop().call_later(wait, self._cut)

    def _cut(self) -> None:
        self._patience = None
        for status in self.statuses.values():
            for device in status.equipment.devices:
                driver = DRIVERS.get(device.type_id)
                seen = status.observations.get(device.id)
                if seen is not None and driver is not None and not driver.lasting:
                    seen.cut = True
                    self.changed(status.equipment.id)
