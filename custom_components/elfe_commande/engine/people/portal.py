"""The web portal: it has changed a row, and says which."""

import asyncio
from dataclasses import dataclass, field
import logging

from ...core.model import Equipment, EquipmentId
from ...core.wish import Origin
from ..goals.inventory import InventoryKeeper
from ..ground.background import Background
from ..ground.events import PortalUpdated
from ..ground.ground import Ground
from ..ground.ports import StorageError
from ..rows.rows import Rows
from .displays import Displays
from .missed import Missed, follow_mode
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)


@dataclass(slots=True)
class Portal:
    """Reads the row anew and applies a changed mode; constraints alone order nothing."""

    ground: Ground
    rows: Rows
    inventory: InventoryKeeper
    wishes: Wishes
    displays: Displays
    missed: Missed
    _reading: dict[EquipmentId, asyncio.Lock] = field(default_factory=dict)
    _unread: dict[EquipmentId, None] = field(default_factory=dict)
    """Told of, and not read yet: the database could not be reached from here."""
    _background: Background = field(default_factory=Background)

    def __post_init__(self) -> None:
        """Read what could not be read once the database answers again."""
        self.rows.found_again.append(self._found_again)

    def close(self) -> None:
        """Read nothing more."""
        self._background.cancel()
        self.missed.close()

    def _found_again(self) -> None:
        unread, self._unread = self._unread, {}
        for equipment_id in unread:
            self._background.begin(self.update(equipment_id), f"portal {equipment_id}")

    async def update(self, equipment_id: EquipmentId) -> None:
        """Follow what the portal wrote about an equipment; then show it."""
        status = self.ground.store.statuses.get(equipment_id)
        if status is None:
            _LOGGER.debug("The portal changed equipment %s, which is not served", equipment_id)
            return
        # One at a time: of updates told together, only the first finds the mode changed.
        async with self._reading.setdefault(equipment_id, asyncio.Lock()):
            before = status.equipment
            try:
                other_mode = await self.inventory.read_one(equipment_id, (Origin.PORTAL, None))
            except StorageError as error:
                self._unread[equipment_id] = None
                self.rows.reachable(error)
                return
        after = status.equipment
        changed = changes(before, after)
        if self.ground.owner.is_elsewhere(after.home):
            self.missed.elsewhere(equipment_id)
        elif other_mode and after.driven:
            await follow_mode(self.wishes, after)
        self.ground.notify(PortalUpdated(before, after, changed))
        self.displays.refresh(equipment_id)


def changes(before: Equipment, after: Equipment) -> frozenset[str]:
    """Return the names of what differs between two reads of an equipment."""
    pairs = {
        "mode": (before.state.mode, after.state.mode),
        "control_state": (before.state.control, after.state.control),
        "name": (before.name, after.name),
        "home": (before.home, after.home),
        "typology": (before.typology_id, after.typology_id),
        "devices": (before.devices, after.devices),
        "wished_end": (before.constraints.wished_end, after.constraints.wished_end),
        "cycle_duration": (before.constraints.cycle_duration, after.constraints.cycle_duration),
        "charge_left": (before.constraints.charge_left, after.constraints.charge_left),
    }
    return frozenset(name for name, (old, new) in pairs.items() if old != new)
