"""What the portal said while nobody here heard it: modes in rows that nothing followed.

It writes a mode and says so once. While the engine is stopped, the broker away or the home somebody
else's, that word is lost; the row says what was chosen, and by its command state that nobody did it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
import logging
from typing import Final

from ...core.model import DRIVEN_MODES, CommandState, Equipment, EquipmentId, Mode
from ...core.wish import Intent, Origin, Wish
from ..goals.inventory import InventoryKeeper
from ..ground.background import Background
from ..ground.errors import WishRefusedError
from ..ground.ground import Ground
from ..ground.ports import StorageError
from ..ground.status import EquipmentStatus
from ..rows.memory import Heard
from ..rows.rows import Rows
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)

_OF_THE_PLAN: Final = frozenset(
    {CommandState.STANDBY, CommandState.WAITING, CommandState.ACTIVATING}
)
_OF_PEOPLE: Final = frozenset({CommandState.INITIAL, CommandState.ON, CommandState.NOT_COMMANDED})


@dataclass(slots=True)
class Missed:
    """Carries out what was chosen meanwhile, once rows are read and the portal is heard again.

    `heard`: whether it is.
    """

    ground: Ground
    rows: Rows
    inventory: InventoryKeeper
    wishes: Wishes
    heard: Callable[[], bool]
    _before: dict[EquipmentId, Heard] = field(default_factory=dict)
    """What each row was when the portal was heard last; empty while it is."""
    _others: dict[EquipmentId, None] = field(default_factory=dict)
    """Of which it was heard while somebody else drove the home: they may not have got to it."""
    _background: Background = field(default_factory=Background)

    def __post_init__(self) -> None:
        """Look each time that all rows were read."""
        self.inventory.was_read = self._look

    def close(self) -> None:
        """Begin nothing more."""
        self._background.cancel()

    def unheard(self, before: Mapping[EquipmentId, Heard]) -> None:
        """Take note of the modes there were when the portal was heard last."""
        if not self._before:
            self._before.update(before)

    def left(self) -> dict[EquipmentId, Heard]:
        """Return what a restart must know: of each row that was read in another mode since."""
        found: dict[EquipmentId, Heard] = {}
        now, statuses = self.ground.clock.now(), self.ground.store.statuses
        for equipment_id in (*self._before, *self._others):
            if (status := statuses.get(equipment_id)) is None:
                continue
            mode = status.equipment.state.mode
            heard = self._before.get(equipment_id)
            if equipment_id in self._others and mode in DRIVEN_MODES:
                # Told and read: as if it had been in the other mode until now.
                (other,) = DRIVEN_MODES - {mode}
                heard = Heard(other, now)
            if heard is not None and heard.mode != mode:
                found[equipment_id] = heard
        return found

    def elsewhere(self, equipment_id: EquipmentId) -> None:
        """Take note of an equipment of which the portal spoke to whoever drives it."""
        self._others[equipment_id] = None

    def broker_changed(self, connected: bool) -> None:
        """Keep the modes of now when the broker is lost; read the rows once it is back."""
        if connected:
            if self._before and self.ground.lifecycle.running:
                self._background.begin(self._read(), "rows after the broker's return")
            return
        now, statuses = self.ground.clock.now(), self.ground.store.statuses
        self.unheard(heard_of((status.equipment for status in statuses.values()), now))

    async def _read(self) -> None:
        try:
            await self.inventory.read()
        except StorageError as error:
            # They are read once the database answers again.
            self.rows.reachable(error)

    def _look(self) -> None:
        """Begin to carry out what was missed, if it can be known now."""
        if not self.ground.lifecycle.running or not self.heard():
            return
        oldest = self.ground.clock.now() - self.ground.timing.wish_lifetime
        before = {each: heard.mode for each, heard in self._before.items() if heard.at >= oldest}
        self._before = {}
        if not before and not self._others:
            return
        told, self._others = self._others, {}
        for equipment_id, status in self.ground.store.statuses.items():
            mode = status.equipment.state.mode
            changed = before.get(equipment_id, mode) in DRIVEN_MODES - {mode}
            if not (changed or equipment_id in told) or not self._is_left(status):
                continue
            if self.ground.owner.is_elsewhere(status.equipment.home):
                self._others[equipment_id] = None
            else:
                self._background.begin(self._follow(status), f"missed {equipment_id}")

    def _is_left(self, status: EquipmentStatus) -> bool:
        """Whether the row has a mode that nobody followed, and nothing else is to be said of it."""
        equipment = status.equipment
        wish = self.rows.journal.wishes.get(equipment.id)
        if wish is not None and not wish.is_replaced(equipment.state):
            return False
        if status.shed is not None or not equipment.driven:
            return False
        command = equipment.state.command
        if equipment.state.mode == Mode.MANUAL:
            return command in _OF_THE_PLAN
        # The plan orders what runs continuously in each quarter-hour, and writes what it did.
        return command in _OF_PEOPLE and not equipment.continuous

    async def _follow(self, status: EquipmentStatus) -> None:
        number = status.equipment.id
        _LOGGER.info("Equipment %s: its mode was changed while that could not be heard", number)
        await follow_mode(self.wishes, status.equipment)


def heard_of(equipments: Iterable[Equipment], at: float) -> dict[EquipmentId, Heard]:
    """Return the mode of each row at that unix time."""
    return {each.id: Heard(int(each.state.mode), at) for each in equipments}


async def follow_mode(wishes: Wishes, equipment: Equipment) -> None:
    """Do what the mode of a row leads to, as the portal wished."""
    piloted = equipment.state.mode == Mode.PILOTED
    intent = Intent.TO_PILOTED if piloted else Intent.TO_MANUAL
    try:
        await wishes.carry_out(Wish(equipment.id, intent, Origin.PORTAL))
    except WishRefusedError as error:
        _LOGGER.info("Portal, equipment %s: %s", equipment.id, error.key)
