"""What the engine tells about: one listener, the coordinator, hears all of it."""

from dataclasses import dataclass

from ...core.decision import Act, Source
from ...core.gesture import ScreenTouched
from ...core.lifecycle import Code
from ...core.model import Equipment, EquipmentId, HomeId
from ...core.outcome import Result
from ...core.screens import Screen
from ...core.wish import Origin


@dataclass(frozen=True, slots=True)
class InventoryChanged:
    """Equipments appeared or went."""

    added: frozenset[EquipmentId]
    removed: frozenset[EquipmentId]


@dataclass(frozen=True, slots=True)
class EquipmentChanged:
    """Anything shown of these equipments changed.

    `at_once`: somebody who wished it waits to see it.
    """

    ids: frozenset[EquipmentId]
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class PowerMeasured:
    """The meter of an equipment says another power, and nothing else that is shown changed."""

    equipment_id: EquipmentId


@dataclass(frozen=True, slots=True)
class OrderEnded:
    """An order, or its first try when more follow, came to an end."""

    equipment_id: EquipmentId
    act: Act
    source: Source
    origin: Origin
    result: Result
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class ModeChanged:
    """The mode of an equipment changed (ids of the mode enumeration)."""

    equipment_id: EquipmentId
    before: int
    after: int
    origin: Origin
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class LoadDrifted:
    """A load is no longer as it was brought to, by nobody's hand that is known; told once.

    `on` is what its device reports of it.
    """

    equipment_id: EquipmentId
    on: bool


@dataclass(frozen=True, slots=True)
class PlanReceived:
    """New plans were read for these equipments."""

    ids: frozenset[EquipmentId]


@dataclass(frozen=True, slots=True)
class CycleEnded:
    """A cycle over all equipments was done; see `Engine.last_cycle`."""


@dataclass(frozen=True, slots=True)
class LifecycleChanged:
    """The engine reached another code."""

    code: Code


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The plan's database was lost or found again."""

    connected: bool


@dataclass(frozen=True, slots=True)
class BrokerChanged:
    """The broker, through which devices are reached, was lost or found again."""

    connected: bool


@dataclass(frozen=True, slots=True)
class OwnershipChanged:
    """Homes became ours to drive, or somebody else's."""

    gained: frozenset[HomeId]
    lost: frozenset[HomeId]


@dataclass(frozen=True, slots=True)
class ScreensChanged:
    """Wall screens appeared, went, or came on or off line; see `Engine.screens`."""


@dataclass(frozen=True, slots=True)
class ScreenEvent:
    """A person touched a wall screen."""

    screen: Screen
    touched: ScreenTouched


@dataclass(frozen=True, slots=True)
class PortalUpdated:
    """The web portal changed an equipment; told after its row was read anew.

    `changed` has the names of what is different: `mode`, `wished_end`, `cycle_duration`,
    `charge_left`, `name`, ...
    """

    before: Equipment
    after: Equipment
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProblemsChanged:
    """What a person must mend changed; see `Engine.problems`."""


type Event = (
    InventoryChanged
    | EquipmentChanged
    | PowerMeasured
    | OrderEnded
    | ModeChanged
    | LoadDrifted
    | PlanReceived
    | CycleEnded
    | LifecycleChanged
    | ConnectionChanged
    | BrokerChanged
    | OwnershipChanged
    | ScreensChanged
    | ScreenEvent
    | PortalUpdated
    | ProblemsChanged
)
