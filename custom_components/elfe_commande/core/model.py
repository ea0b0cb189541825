"""Equipments, their devices and their state, with one id space per enumeration.

The same numbers live in several enumerations of the coordination database (111 is both a
dishwasher and a Shelly Plug), hence one type per id space. Values unknown to us stay plain
integers of that space: they are shown, never driven.
"""

from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import NewType

EquipmentId = NewType("EquipmentId", int)
"""`equipement_pilote_ou_mesure.id`, the EMS's `machine_id`."""
EquipmentTypeId = NewType("EquipmentTypeId", int)
TypologyId = NewType("TypologyId", int)
DeviceId = NewType("DeviceId", str)
"""`equipement_domotique.id`; compared as text because schema levels disagree on its type."""
DeviceTypeId = NewType("DeviceTypeId", int)
HomeId = NewType("HomeId", str)
"""`utilisateur`: the key of a household."""


class Mode(IntEnum):
    """Who drives an equipment (`equipement_pilote_ou_mesure_mode`)."""

    NOT_PILOTED = 1
    INSTALLING = 10
    MANUAL = 20
    PILOTED = 30
    DISABLED = 70
    REMOVED = 80


DRIVEN_MODES = frozenset({Mode.MANUAL, Mode.PILOTED})
"""Only these modes enter the chain of decision and are ever written."""


class ControlState(IntEnum):
    """Real state of the load (`equipement_pilote_etat_controle`)."""

    ON = 15
    OFF = 25
    COMMUNICATION_ERROR = 60
    UNKNOWN = 70


class CommandState(IntEnum):
    """Position in the reference's state machine (`equipement_pilote_etat_commande`)."""

    INITIAL = 1
    STANDBY = 11
    WAITING = 12
    """Named "running under control" in the database, written by the reference for "waiting,
    off"; reproduced until ELFE decides."""
    ON = 13
    ACTIVATING = 21
    ERROR = 30
    NOT_COMMANDED = 99


class Usage(IntEnum):
    """Role of a device inside its equipment (`equipement_domotique_usage`)."""

    MEASURE_AND_SWITCH = 11
    SWITCH = 12
    MEASURE = 21
    PRESS_POWER = 31
    PRESS_START = 32
    AMBIENCE = 61
    SCREEN = 71


METERING_USAGES = frozenset({Usage.MEASURE_AND_SWITCH, Usage.MEASURE})


@dataclass(frozen=True, slots=True)
class Device:
    """One piece of hardware and its MQTT topics, as the tables name them.

    `usage` is an id of the usage enumeration, kept as an integer when unknown to `Usage`.
    """

    id: DeviceId
    type_id: DeviceTypeId
    usage: int
    control_topic: str
    command_topic: str
    lwt_topic: str | None = None
    hardware_id: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What commande reads and writes of an equipment. Times are unix seconds."""

    mode: int
    control: int
    command: int
    ems_order: bool
    last_start: int = 0
    last_programmed: int = 0


@dataclass(frozen=True, slots=True)
class Constraints:
    """What people wish of an equipment; `None` where the tables have no such value."""

    wished_end: int | None = None
    """Unix seconds; 0 is "none yet"."""
    cycle_duration: int | None = None
    """Seconds."""
    charge_left: int | None = None
    """Percent still in the battery."""


class HandOver(StrEnum):
    """What becomes of a load that is switched, when it is handed over to people."""

    ON = "on"
    """It is powered, as the reference does it."""
    OFF = "off"
    LEAVE = "leave"
    """It stays as it is."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """One load: identity, wiring, state and wishes, as last read."""

    id: EquipmentId
    typology_id: TypologyId
    type_id: EquipmentTypeId
    name: str
    home: HomeId
    state: State
    continuous: bool = False
    devices: tuple[Device, ...] = ()
    """Assigned devices of the same home, ordered by id; screens excluded."""
    constraints: Constraints = field(default=Constraints())
    hand_over: HandOver = HandOver.ON
    safe_on: bool | None = None
    """What the load goes back to by itself when an order of plan, rule or safety is not renewed,
    where its device can; `None`: it stays as it was ordered."""

    @property
    def driven(self) -> bool:
        """Whether anyone may order it: mode 20 or 30, and no communication error."""
        return (
            self.state.mode in DRIVEN_MODES
            and self.state.control != ControlState.COMMUNICATION_ERROR
        )

    @property
    def piloted(self) -> bool:
        """Whether the EMS drives it."""
        return self.state.mode == Mode.PILOTED

    def device(self, usage: Usage) -> Device | None:
        """Return the device with this role, the lowest id when several claim it."""
        return next((device for device in self.devices if device.usage == usage), None)

    def with_state(self, state: State) -> Equipment:
        """Return the same equipment in another state."""
        return replace(self, state=state)

    def with_constraints(self, wishes: Constraints) -> Equipment:
        """Return the same equipment with these wishes in place of its own, `None`s aside."""
        mine = self.constraints
        return replace(
            self,
            constraints=Constraints(
                mine.wished_end if wishes.wished_end is None else wishes.wished_end,
                mine.cycle_duration if wishes.cycle_duration is None else wishes.cycle_duration,
                mine.charge_left if wishes.charge_left is None else wishes.charge_left,
            ),
        )


type Inventory = dict[EquipmentId, Equipment]
