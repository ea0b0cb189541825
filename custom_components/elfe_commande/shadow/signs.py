"""What devices and rows say of a load, as signs of what somebody else ordered."""

from dataclasses import dataclass
from typing import Final

from ..core.model import ControlState, EquipmentId
from ..core.plan import slot_start
from ..engine.ground.status import EquipmentStatus
from .comparing import Seen, Watched, Way

_STATES: Final = {int(ControlState.ON): True, int(ControlState.OFF): False}
_BEFORE: Final = 0.0
"""When something was so that nobody saw change."""


@dataclass(slots=True)
class _Known:
    """What was last seen of one load."""

    row: bool | None
    device: bool | None
    started: int
    programmed: int
    piloted: bool


class Signs:
    """Compares each look at a load with the one before."""

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._known: dict[EquipmentId, _Known] = {}

    def forget(self, equipment_id: EquipmentId) -> None:
        """Forget a load that went."""
        self._known.pop(equipment_id, None)

    def note(self, load: Watched, status: EquipmentStatus, now: float, tolerance: float) -> None:
        """Add to a load what is new; rows that are read just after a quarter-hour tell of before."""
        equipment, typology = status.equipment, status.typology
        state = equipment.state
        seen = _Known(
            _STATES.get(state.control),
            _device(status),
            state.last_start,
            state.last_programmed,
            equipment.piloted and equipment.driven and status.supported,
        )
        known = self._known.get(equipment.id)
        self._known[equipment.id] = seen
        if known is None or seen.programmed != known.programmed:
            load.programmed.append(float(seen.programmed))
        if known is None:
            load.piloted.append((_BEFORE, seen.piloted))
            for way, on in ((Way.ROW, seen.row), (Way.DEVICE, seen.device)):
                if on is not None:
                    load.seen.append(Seen(_BEFORE, on, way))
            return
        self._note_row(load, seen, known, now, tolerance)
        ended = seen.device is False and typology is not None and typology.presses
        if seen.device is not None and seen.device is not known.device and not ended:
            # What is heard for the first time was so before.
            at = _BEFORE if known.device is None else now
            load.seen.append(Seen(at, seen.device, Way.DEVICE))
            load.seen.sort(key=_at)
        elif seen.device is None:
            seen.device = known.device

    def _note_row(
        self, load: Watched, seen: _Known, known: _Known, now: float, tolerance: float
    ) -> None:
        slot = slot_start(now)
        read_at = slot - 1.0 if now < slot + tolerance else now
        if seen.started > known.started:
            load.seen.append(Seen(float(seen.started), True, Way.ROW))
        elif seen.row is not None and seen.row is not known.row:
            load.seen.append(Seen(read_at, seen.row, Way.ROW))
        if seen.piloted is not known.piloted:
            programmed = seen.programmed != known.programmed
            load.piloted.append((float(seen.programmed) if programmed else now, seen.piloted))
            load.piloted.sort()
        load.seen.sort(key=_at)


def _at(seen: Seen) -> float:
    return seen.at


def _device(status: EquipmentStatus) -> bool | None:
    """Return whether the load is on, by its devices; where buttons are pressed, whether it runs."""
    typology = status.typology
    if typology is not None and typology.presses:
        # That it ends by itself is nobody's order.
        return status.running
    return status.reported_on
