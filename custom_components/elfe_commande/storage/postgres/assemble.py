"""One equipment from its rows, and what is wrong with them; pure."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final

import asyncpg

from ...core.model import (
    DRIVEN_MODES,
    Constraints,
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    EquipmentTypeId,
    HomeId,
    State,
    TypologyId,
    Usage,
)
from ...core.topics import is_plain_topic, legible
from ...drivers import DRIVERS
from ...engine.ground.ports import Problem
from ...typologies import TYPOLOGIES, Typology

type Row = Sequence[Any] | asyncpg.Record
"""A row by position; see `statements.equipments` and `statements.devices`."""

_ORDERED_USAGES: Final = frozenset(
    {Usage.MEASURE_AND_SWITCH, Usage.SWITCH, Usage.PRESS_POWER, Usage.PRESS_START}
)
NO_VALUE: Final = frozenset({"", "aucun", "non renseigné"})
_METER_TYPE: Final = 410
_PLANT_TYPES: Final = range(900, 1000)

_REQUIRED: Final = {
    1: "typologie_installation_domotique_id",
    2: "equipement_pilote_ou_mesure_type_id",
    5: "equipement_pilote_ou_mesure_mode_id",
    6: "etat_controle_id",
    7: "etat_commande_id",
    8: "ems_consigne_marche",
}


def state_of(row: Row, start: int) -> State:
    """Return the state in the six columns from `start` on."""
    mode, control, command, ems, last_start, last_programmed = row[start : start + 6]
    return State(mode, control, command, ems, last_start or 0, last_programmed or 0)


def assemble(
    row: Row, devices: Sequence[Row], continuous_types: Collection[EquipmentTypeId]
) -> tuple[Equipment | None, tuple[Problem, ...]]:
    """Return the equipment, `None` if its row cannot be used, and what a person must mend.

    Problems are told only about equipments that somebody is to drive.
    """
    number, typology_id, type_id, name, home = row[:5]
    told: list[Problem] = []

    def tell(key: str, subject: str | None = None, **placeholders: str) -> None:
        shown = {"equipment": name or str(number), "id": str(number), "home": home or ""}
        about = subject or str(number)
        told.append(Problem(key, about, shown | placeholders, EquipmentId(number)))

    if empty := [column for index, column in _REQUIRED.items() if row[index] is None]:
        tell("malformed_equipment", columns=", ".join(empty))
        return None, tuple(told)
    driven = row[5] in DRIVEN_MODES and not _measures_only(type_id)
    if home is None:
        if driven:
            tell("missing_home")
        return None, tuple(told)
    typology = TYPOLOGIES.get(TypologyId(typology_id))
    wired = _Wiring(typology, tell)
    kept = tuple(d for r in devices if r[4] == home and (d := wired.device(r)) is not None)
    if typology is None:
        tell("unsupported_typology", typology=str(typology_id))
    wired.check(kept)
    duration = row[12]
    equipment = Equipment(
        EquipmentId(number),
        TypologyId(typology_id),
        EquipmentTypeId(type_id),
        name or str(number),
        HomeId(home),
        state_of(row, 5),
        continuous=type_id in continuous_types,
        devices=kept,
        constraints=Constraints(row[11], duration or None, row[13]),
    )
    return equipment, tuple(told) if driven else ()


def _measures_only(type_id: int) -> bool:
    return type_id == _METER_TYPE or type_id in _PLANT_TYPES


class _Wiring:
    """The devices of one equipment, held against what its typology orders."""

    def __init__(self, typology: Typology | None, tell: Callable[..., None]) -> None:
        self._usages = typology.usages if typology else frozenset()
        self._tell = tell
        self._explained: set[int] = set()

    def device(self, row: Row) -> Device | None:
        """Return the device, `None` if it cannot be reached."""
        _, number, type_id, usage, _, hardware, control, command, lwt, found = row
        if not found:
            if usage in self._usages:
                self._explained.add(usage)
                self._tell("missing_topics", number, device=number, type=str(type_id))
            return None
        topics = {"control": control}
        if usage in _ORDERED_USAGES:
            topics["command"] = command
        for name, topic in topics.items():
            if not is_topic(topic):
                self._explained.add(usage)
                shown = legible(topic or "")
                self._tell("invalid_topic", number, device=number, which=name, topic=shown)
                return None
        if lwt in NO_VALUE:
            lwt = None
        elif lwt is not None and not is_topic(lwt):
            shown = legible(lwt)
            self._tell("invalid_topic", number, device=number, which="lwt", topic=shown)
            lwt = None
        return Device(
            DeviceId(number),
            DeviceTypeId(type_id),
            usage,
            control,
            command or "",
            lwt,
            None if hardware in NO_VALUE else hardware,
        )

    def check(self, devices: Sequence[Device]) -> None:
        """Tell of doubles, of roles that nobody has, and of devices nobody can talk to."""
        first: dict[int, Device] = {}
        for device in devices:
            chosen = first.setdefault(device.usage, device)
            if chosen is not device:
                shown = {"usage": str(device.usage), "device": device.id, "chosen": chosen.id}
                self._tell("duplicate_usage", device.id, **shown)
        for usage in sorted(self._usages):
            holder = first.get(usage)
            if holder is None:
                if usage not in self._explained:
                    self._tell("missing_device", usage=str(int(usage)))
            elif (driver := DRIVERS.get(holder.type_id)) is None or not driver.drives:
                shown = {"device": holder.id, "type": str(holder.type_id)}
                self._tell("unsupported_device_type", holder.id, **shown)
            elif driver.unheard(holder):
                self._tell("unheard_device", holder.id, topic=holder.command_topic)


def is_topic(topic: str | None) -> bool:
    """Return whether messages can be exchanged on this topic."""
    return topic is not None and topic.strip() not in NO_VALUE and is_plain_topic(topic)
