"""Two homes that have one of everything, as rows and as living appliances."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
import time
from typing import Any

import asyncpg

from .appliances import (
    DEVICES,
    DISHES,
    DRYING,
    WASHING,
    AnyDevice,
    CarCharger,
    Dialect,
    Finger,
    Heater,
    Load,
    Machine,
    Outputs,
    Screen,
    SocorelChannel,
    Start,
    Topics,
    WaterHeater,
)
from .database import SCHEMA, insert_rows, schema
from .database.enumerations import DEVICE_TABLES
from .rows import Rows, detail_rows, topic_row
from .specs import DeviceSpec, channel, finger, plug, relay, screen, tasmota

HOMES = ("R001", "R002")
MANUAL, PILOTED = 20, 30
MACHINES = {111: DISHES, 112: WASHING, 113: DRYING}


@dataclass(frozen=True, slots=True)
class Equipment:
    """One piloted equipment with its devices."""

    id: int
    home: str
    name: str
    type: int
    typology: int
    devices: tuple[DeviceSpec, ...]
    mode: int = PILOTED
    hours_ahead: float = 8.0
    cycle: int = 5400

    @property
    def inverted(self) -> bool:
        """Return whether the load is powered while its relay is off."""
        return self.typology == 190

    @property
    def start(self) -> Start:
        """Return what starts the machine of such an installation."""
        return {
            130: Start.PRESS,
            150: Start.POWER_THEN_PRESS,
            160: Start.DOUBLE_PRESS,
            170: Start.PRESS,
        }.get(self.typology, Start.POWER)


@dataclass(slots=True)
class Household:
    """The living side of a territory: devices by id, loads and what they hang on by equipment id."""

    devices: dict[str, AnyDevice] = field(default_factory=dict)
    screens: dict[str, Screen] = field(default_factory=dict)
    loads: dict[int, Load] = field(default_factory=dict)

    @property
    def everything(self) -> tuple[AnyDevice | Screen, ...]:
        """Return all that goes on the broker."""
        return (*self.devices.values(), *self.screens.values())

    def machine(self, equipment: int) -> Machine:
        """Return the machine of an equipment; KeyError when it has none."""
        load = self.loads[equipment]
        if not isinstance(load, Machine):
            raise KeyError(equipment)
        return load


def two_homes() -> tuple[Equipment, ...]:
    """Return every typology and every driver, a screen per home, two equipments nobody can pilot."""
    one, two = HOMES
    return (
        Equipment(
            1, one, "Lave-vaisselle", 111, 130, (plug("D101", 21), finger("C101"), screen("g001"))
        ),
        Equipment(2, one, "Lave-linge", 112, 120, (plug("D102"),), cycle=7200),
        Equipment(3, one, "Ballon d'eau chaude", 131, 140, (relay("D103"),)),
        Equipment(4, one, "Chauffage du salon", 151, 190, (tasmota("A104"),)),
        Equipment(5, one, "Voiture", 221, 180, (relay("D105", 12),), mode=MANUAL),
        Equipment(
            6, one, "Sèche-linge de la cave", 113, 170, (plug("D106"), finger("C106")), mode=MANUAL
        ),
        Equipment(
            11, two, "Lave-linge", 112, 160, (tasmota("A111", 21), finger("C111"), screen("g002"))
        ),
        Equipment(
            12,
            two,
            "Lave-vaisselle",
            111,
            150,
            (plug("D112", 21), finger("C112", 31), finger("C113", 32)),
            mode=MANUAL,
        ),
        Equipment(13, two, "Sèche-linge", 113, 120, (tasmota("A114"),), mode=MANUAL),
        Equipment(14, two, "Ballon d'eau chaude", 131, 180, (channel("S115", 1, usage=12),)),
        Equipment(15, two, "Borne de recharge", 221, 120, (channel("S116", 2),)),
        Equipment(
            16,
            two,
            "Compteur général",
            410,
            200,
            (
                DeviceSpec(
                    "B117", 211, 21, Topics("tele/B117/SENSOR", "cmnd/B117/POWER", "tele/B117/LWT")
                ),
            ),
            mode=1,
        ),
    )


def many(
    count: int,
    *,
    type_id: int = 131,
    typology: int = 120,
    device: int = 111,
    per_home: int = 10,
    mode: int = PILOTED,
) -> tuple[Equipment, ...]:
    """Return `count` equipments of one plug or relay each, for benches; ids start at 1."""
    describe: dict[int, Callable[[str], DeviceSpec]] = {111: plug, 112: tasmota, 411: relay}
    return tuple(
        Equipment(
            number,
            f"R{1000 + (number - 1) // per_home}",
            f"Appareil {number}",
            type_id,
            typology,
            (describe[device](f"T{number:06}"),),
            mode,
        )
        for number in range(1, count + 1)
    )


def rows(equipments: Iterable[Equipment], now: float | None = None) -> Rows:
    """Return the rows of all tables for some equipments, at the v6.3 level."""
    moment = int(time.time() if now is None else now)
    found: Rows = {}
    number = 0
    for each in equipments:
        detail_rows(found, each.id, each.type, moment + int(each.hours_ahead * 3600), each.cycle)
        found.setdefault(schema.PILOT, []).append(_pilot_row(each, moment))
        for device in each.devices:
            number += 1
            found.setdefault(schema.DEVICE, []).append(_device_row(each, device, number))
            found.setdefault(DEVICE_TABLES[device.type], []).append(
                topic_row(number, device.id, device.type, device.topics)
            )
    return found


async def install(
    connection: asyncpg.Connection,
    equipments: Iterable[Equipment],
    *,
    now: float | None = None,
    schema_name: str = SCHEMA,
) -> None:
    """Insert some equipments; the connection is the owner's, the level either of both."""
    await insert_rows(connection, rows(equipments, now), schema=schema_name, ignore_unknown=True)


def build(
    equipments: Iterable[Equipment],
    *,
    clock: Callable[[], float] = time.time,
    speed: float = 1.0,
    dialect: Dialect = Dialect.REAL,
    delay: float = 0.1,
) -> Household:
    """Return the devices and machines of some equipments, off the broker until a fleet takes them.

    `speed` makes the machines live faster; `delay` is how long devices take to answer, in seconds.
    """
    household = Household()
    plcs: dict[str, Outputs] = {}
    for equipment in equipments:
        load = _load(equipment, clock, speed)
        if load:
            household.loads[equipment.id] = load
        if isinstance(load, Machine) and equipment.mode == PILOTED:
            load.load()
        for spec in equipment.devices:
            if spec.type == 711:
                household.screens[spec.id] = Screen(spec.id.lower(), spec.topics)
            elif spec.type in DEVICES:
                device = _device(spec, equipment, load, dialect, delay)
                if isinstance(device, SocorelChannel):
                    device.outputs = plcs.setdefault(spec.hardware, Outputs())
                household.devices[spec.id] = device
    return household


def _device(
    spec: DeviceSpec, equipment: Equipment, load: Load | None, dialect: Dialect, delay: float
) -> AnyDevice:
    if spec.type == Finger.type_id:
        button = "power" if spec.usage == 31 else "start"
        return Finger(spec.id, spec.topics, button=button, dialect=dialect, delay=delay, load=load)
    # A plug that only measures (21) is never switched, and lets the power through.
    measures = spec.usage == 21
    powered = measures or equipment.mode != PILOTED
    device = DEVICES[spec.type](
        spec.id, spec.topics, dialect=dialect, delay=delay, load=load, inverted=equipment.inverted
    )
    device.on = powered is not equipment.inverted
    return device


def _load(equipment: Equipment, clock: Callable[[], float], speed: float) -> Load | None:
    powered = equipment.mode != PILOTED or equipment.typology in {130, 150, 160}
    if profile := MACHINES.get(equipment.type):
        return Machine(profile, start=equipment.start, clock=clock, speed=speed, powered=powered)
    match equipment.type:
        case 131:
            return WaterHeater(clock=clock, speed=speed, powered=powered)
        case 151 | 155:
            return Heater(clock=clock, speed=speed, powered=powered)
        case 221:
            return CarCharger(clock=clock, speed=speed, powered=powered)
    return None


def _pilot_row(equipment: Equipment, now: int) -> dict[str, Any]:
    piloted = equipment.mode == PILOTED
    return {
        "id": equipment.id,
        "equipement_pilote_specifique_id": equipment.id,
        "typologie_installation_domotique_id": equipment.typology,
        "nom_humain": equipment.name,
        "description": "aucun",
        "equipement_pilote_ou_mesure_type_id": equipment.type,
        "equipement_pilote_ou_mesure_mode_id": equipment.mode,
        "etat_controle_id": 25 if piloted else 15,
        "etat_commande_id": 11 if piloted else 13,
        "ems_consigne_marche": False,
        "timestamp_derniere_mise_en_marche": 0,
        "timestamp_derniere_programmation": now - 3600,
        "utilisateur": equipment.home,
    }


def _device_row(equipment: Equipment, device: DeviceSpec, number: int) -> dict[str, Any]:
    return {
        "id": device.id,
        "equipement_pilote_ou_mesure_id": equipment.id,
        "equipement_domotique_type_id": device.type,
        "equipement_domotique_usage_id": device.usage,
        "id_materiel": device.hardware or device.id,
        "marque": "simulée",
        "utilisateur": equipment.home,
        "utilisateur_affecte": True,
        "equipement_domotique_specifique_id": number,
    }
