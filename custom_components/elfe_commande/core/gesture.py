"""What a person did on a surface, before it is known which equipment it is about."""

from dataclasses import dataclass
from enum import StrEnum

from .model import DeviceTypeId, EquipmentId


class Wheel(StrEnum):
    """What a roller sets."""

    END_HOUR = "end_hour"
    END_MINUTE = "end_minute"
    CYCLE_HOURS = "cycle_hours"
    CYCLE_MINUTES = "cycle_minutes"
    CHARGE = "charge"


@dataclass(frozen=True, slots=True)
class SwitchTurned:
    """The switch of a page of a wall screen was turned."""

    plate: str
    page: int
    piloted: bool


@dataclass(frozen=True, slots=True)
class WheelRolled:
    """A roller of a page of a wall screen was set. `value`: hours, minutes or percent.

    `settled`: it is the event that follows a choice; otherwise it counts only if it differs
    from what is stored.
    """

    plate: str
    page: int
    wheel: Wheel
    value: int
    settled: bool = True


@dataclass(frozen=True, slots=True)
class ValueRefused:
    """A roller was set to something impossible: the stored value is shown again."""

    plate: str
    page: int


@dataclass(frozen=True, slots=True)
class PlatePresence:
    """A wall screen came or went."""

    plate: str
    online: bool


@dataclass(frozen=True, slots=True)
class ScreenTouched:
    """Any well-formed event of a wall screen, for automations; `value` is `val`."""

    plate: str
    page: int
    item: int
    event: str
    value: int | float | str | bool | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class PortalUpdate:
    """The web portal changed the row of an equipment."""

    equipment_id: EquipmentId


@dataclass(frozen=True, slots=True)
class PanelMode:
    """Somebody took a PLC over at its panel, or gave it back; its `outputs` are such devices."""

    serial: str
    manual: bool
    outputs: DeviceTypeId


type Gesture = (
    SwitchTurned
    | WheelRolled
    | ValueRefused
    | PlatePresence
    | ScreenTouched
    | PortalUpdate
    | PanelMode
)
