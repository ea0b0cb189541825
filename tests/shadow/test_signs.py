"""What devices and rows say of a load, as signs of what somebody else ordered."""

from dataclasses import replace
from typing import Any

from custom_components.elfe_commande.core.model import (
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
)
from custom_components.elfe_commande.engine.ground.status import EquipmentStatus, Observation
from custom_components.elfe_commande.shadow.comparing import Seen, Watched, Way
from custom_components.elfe_commande.shadow.signs import Signs

SLOT = 1_800_000_000
TOLERANCE = 60.0
PLUG, METER, FINGER = (
    Device(DeviceId(name), DeviceTypeId(kind), usage, f"{name}/status", f"{name}/set")
    for name, kind, usage in (("p", 111, 11), ("m", 111, 21), ("f", 311, 32))
)


class Look:
    """One load, looked at again and again."""

    def __init__(self, typology: int = 120, *devices: Device) -> None:
        self.load = Watched()
        self._signs = Signs()
        self._status = EquipmentStatus(
            Equipment(
                EquipmentId(1),
                TypologyId(typology),
                EquipmentTypeId(112),
                "Lave-linge",
                HomeId("R001"),
                State(30, 25, 11, ems_order=False, last_programmed=SLOT - 7200),
                devices=devices or (PLUG,),
            )
        )
        self.at(-900)

    def row(self, **changes: Any) -> None:
        equipment = self._status.equipment
        self._status.equipment = equipment.with_state(replace(equipment.state, **changes))

    def says(self, device: Device, *, on: bool | None = None, power: float | None = None) -> None:
        self._status.observations[device.id] = Observation(
            on=on, on_at=1.0, power=power, power_at=1.0, heard_at=1.0
        )

    def at(self, seconds: float) -> None:
        self._signs.note(self.load, self._status, SLOT + seconds, TOLERANCE)

    def since(self, seconds: float) -> list[Seen]:
        return [each for each in self.load.seen if each.at >= SLOT + seconds]


def test_a_start_has_the_time_that_the_row_says() -> None:
    look = Look()
    look.row(mode=20, control=15, last_start=SLOT + 17)
    look.at(905)
    assert look.since(0) == [Seen(SLOT + 17, True, Way.ROW)]
    # Read after it was over: the plan had it when the quarter-hour began.
    assert look.load.was_piloted(SLOT)
    assert not look.load.was_piloted(SLOT + 905)


def test_a_row_that_is_read_just_after_a_quarter_hour_tells_of_the_one_before() -> None:
    look = Look()
    look.row(control=15)
    look.at(905)
    (sign,) = look.since(0)
    assert (sign.at, sign.on, sign.way) == (SLOT + 899, True, Way.ROW)
    look.row(control=25)
    look.at(1300)
    assert look.load.seen[-1] == Seen(SLOT + 1300, False, Way.ROW)


def test_a_person_has_it_from_when_they_programmed_it() -> None:
    look = Look()
    look.row(mode=20, control=15, last_programmed=SLOT + 100)
    look.at(905)
    assert look.load.was_piloted(SLOT + 99)
    assert not look.load.was_piloted(SLOT + 101)
    assert SLOT + 100 in look.load.programmed


def test_what_a_device_says_first_was_so_before() -> None:
    look = Look()
    look.says(PLUG, on=True)
    look.at(10)
    assert look.since(0) == []
    look.says(PLUG, on=False)
    look.at(20)
    assert look.since(0) == [Seen(SLOT + 20, False, Way.DEVICE)]
    # Said again, and heard no longer: nothing new.
    look.at(30)
    look.says(PLUG)
    look.at(40)
    look.says(PLUG, on=False)
    look.at(50)
    assert len(look.since(0)) == 1


def test_a_pressed_machine_is_seen_by_its_meter_and_ends_by_itself() -> None:
    look = Look(130, METER, FINGER)
    look.says(METER, power=1.0)
    look.at(5)
    look.says(METER, power=900.0)
    look.at(20)
    look.says(METER, power=0.5)
    look.at(600)
    assert look.since(0) == [Seen(SLOT + 20, True, Way.DEVICE)]
    look.says(METER, power=800.0)
    look.at(700)
    assert look.since(600) == [Seen(SLOT + 700, True, Way.DEVICE)]
