"""An equipment's subentry as the engine knows it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time, tzinfo
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry

from ...core.actuators import Actuator, OwnChanges, Part, domain_of
from ...core.appliances import TYPE_OF
from ...core.entity_topics import topic_of, topic_of_actuator
from ...core.model import (
    CommandState,
    Constraints,
    ControlState,
    Device,
    DeviceId,
    DeviceTypeId,
    Equipment,
    EquipmentId,
    HandOver,
    HomeId,
    Mode,
    State,
    Usage,
)
from ...core.topics import legible
from ...core.wall_clock import next_occurrence
from ...drivers import DRIVERS, Driver
from ...drivers.entity_power import DRIVER as ENTITY_POWER
from ...storage.local import Definition
from ...typologies import TYPOLOGIES, Typology
from .checks import is_device_topic
from .keys import (
    CONF_COMMAND_TOPIC,
    CONF_CONTINUOUS,
    CONF_CONTROL_TOPIC,
    CONF_CYCLE_DURATION,
    CONF_DEVICES,
    CONF_DRIVER,
    CONF_ENTITY,
    CONF_EQUIPMENT_ID,
    CONF_EQUIPMENT_TYPE,
    CONF_HAND_OVER,
    CONF_HOME,
    CONF_LWT_TOPIC,
    CONF_OFF,
    CONF_ON,
    CONF_OWN_CHANGES,
    CONF_PAIR,
    CONF_PARTS,
    CONF_POWER_SENSOR,
    CONF_READY_BY,
    CONF_SAFE_STATE,
    CONF_TYPOLOGY,
    CONF_USAGE,
    CONF_WAY,
)

_LOGGER = logging.getLogger(__name__)

TYPOLOGY_OF: Final[Mapping[str, Typology]] = {t.name: t for t in TYPOLOGIES.values()}
DRIVER_OF: Final[Mapping[str, Driver]] = {d.name: d for d in DRIVERS.values()}

SAFE_STATES: Final[Mapping[str, bool]] = {"off": False, "on": True}

type Data = Mapping[str, Any]


def equipment_id_of(subentry: ConfigSubentry) -> EquipmentId:
    """Return the number of an equipment."""
    return EquipmentId(subentry.data[CONF_EQUIPMENT_ID])


def driver_of_entity(entity_id: str) -> Driver:
    """Return what talks to an entity, by its domain; raises `KeyError` if nothing does."""
    if (domain := domain_of(entity_id)) is None:
        raise KeyError(entity_id)
    return DRIVER_OF[domain.driver]


def halves_of(device: Data) -> Sequence[Data]:
    """Return what is kept of each entity of a device; nothing of a device of the broker."""
    if CONF_PARTS in device:
        found: Sequence[Data] = device[CONF_PARTS]
        return found
    return (device,) if CONF_ENTITY in device else ()


def actuator_of_device(device: Data) -> Actuator | None:
    """Return what gives entities chosen values, `None` if it is a switch, a button or no entity.

    Raises `ValueError` if it cannot be what is stored.
    """
    halves = halves_of(device)
    if not halves or CONF_WAY not in halves[0]:
        return None
    own = OwnChanges(device.get(CONF_OWN_CHANGES, OwnChanges.PEOPLE))
    return Actuator(tuple(map(_part, halves)), own, device.get(CONF_PAIR, ""))


def _part(half: Data) -> Part:
    entity_id: str = half[CONF_ENTITY]
    domain = domain_of(entity_id)
    way = None if domain is None else domain.way(half[CONF_WAY])
    if way is None:
        raise ValueError(entity_id)
    on, off = (way.parse(str(half[key])) if key in half else None for key in (CONF_ON, CONF_OFF))
    return Part(entity_id, way, on, off)


def roles_of(typology: Typology) -> tuple[int, ...]:
    """Return the roles of the devices that it orders: first the one that starts the load."""
    return tuple(sorted(map(int, typology.usages), key=lambda usage: usage == Usage.PRESS_POWER))


def needs_broker(data: Data) -> bool:
    """Return whether a device of the equipment is reached through MQTT."""
    return any(not halves_of(device) for device in data[CONF_DEVICES])


def driving_entities(data: Data) -> set[str]:
    """Return the entities that the equipment is driven by."""
    return {half[CONF_ENTITY] for device in data[CONF_DEVICES] for half in halves_of(device)}


def claims_of(data: Data) -> set[str]:
    """Return what nothing else may drive: its entities, its outputs of devices of the broker."""
    outputs = {output_of(device) for device in data[CONF_DEVICES] if not halves_of(device)}
    return driving_entities(data) | outputs


def output_of(device: Data) -> str:
    """Return what tells a device of the broker from all others: where it is ordered, and which."""
    driver = DRIVER_OF[device[CONF_DRIVER]]
    return f"{device[CONF_COMMAND_TOPIC]} {driver.output(device[CONF_CONTROL_TOPIC])}"


def entities_of(data: Data) -> set[str]:
    """Return the entities that the equipment is driven and measured by."""
    found = driving_entities(data)
    return found | ({data[CONF_POWER_SENSOR]} if data.get(CONF_POWER_SENSOR) else set())


def define(subentry: ConfigSubentry, *, now: float, zone: tzinfo) -> Definition:
    """Return the equipment of a subentry; a time of the day becomes its next occurrence.

    A continuous load begins piloted, which moves nothing before there is a plan or a rule; one
    that is started once begins in manual, until a person has filled it and hands it over.
    """
    data = subentry.data
    typology = TYPOLOGY_OF[data[CONF_TYPOLOGY]]
    continuous: bool = data[CONF_CONTINUOUS]
    wishes = _wishes(data, now=now, zone=zone)
    ready_by, duration = data.get(CONF_READY_BY), data.get(CONF_CYCLE_DURATION)
    return Definition(
        Equipment(
            id=equipment_id_of(subentry),
            typology_id=typology.id,
            type_id=TYPE_OF[data[CONF_EQUIPMENT_TYPE]].id,
            name=subentry.title,
            home=HomeId(data[CONF_HOME]),
            state=State(
                mode=Mode.PILOTED if continuous else Mode.MANUAL,
                control=ControlState.UNKNOWN,
                command=CommandState.STANDBY if continuous else CommandState.INITIAL,
                ems_order=False,
            ),
            continuous=continuous,
            devices=tuple(_devices(subentry)),
            constraints=wishes,
            # Versions that asked nothing of it powered the load, and no one had said so.
            hand_over=HandOver(data.get(CONF_HAND_OVER, HandOver.LEAVE)),
            safe_on=SAFE_STATES.get(data.get(CONF_SAFE_STATE, "")),
        ),
        # Whether there is a wished end at all depends on more than the time.
        marks=(f"{ready_by} {continuous}", str(duration), str(wishes.charge_left is not None)),
    )


def _wishes(data: Data, *, now: float, zone: tzinfo) -> Constraints:
    end = None if data[CONF_CONTINUOUS] else 0
    if ready_by := data.get(CONF_READY_BY):
        clock = time.fromisoformat(ready_by)
        end = next_occurrence(now, clock.hour, clock.minute, zone)
    charge = 0 if TYPE_OF[data[CONF_EQUIPMENT_TYPE]].charge else None
    return Constraints(end, data.get(CONF_CYCLE_DURATION), charge)


def _devices(subentry: ConfigSubentry) -> Iterator[Device]:
    """Yield the power sensor first: where there is one, it is what measures the load."""
    data = subentry.data

    def device(role: str, driver: Driver, usage: int, *topics: str | None) -> Device:
        control, command, lwt = topics
        type_id = DeviceTypeId(driver.type_id)
        number = DeviceId(f"{data[CONF_EQUIPMENT_ID]}-{role}")
        return Device(number, type_id, usage, control or "", command or "", lwt)

    if sensor := data.get(CONF_POWER_SENSOR):
        yield device("power", ENTITY_POWER, Usage.MEASURE, topic_of(sensor), None, None)
    for one in data[CONF_DEVICES]:
        usage, driver = one[CONF_USAGE], DRIVER_OF[one[CONF_DRIVER]]
        if halves_of(one):
            actuator = actuator_of_device(one)
            topic = topic_of(one[CONF_ENTITY]) if actuator is None else topic_of_actuator(actuator)
            yield device(str(usage), driver, usage, topic, topic, None)
        else:
            topics = (one[CONF_CONTROL_TOPIC], one[CONF_COMMAND_TOPIC], one.get(CONF_LWT_TOPIC))
            if wrong := [topic for topic in topics if topic and not is_device_topic(topic)]:
                # As with a row of the tables: the appliance is there, and nobody can reach it.
                _LOGGER.warning(
                    "%s: unusable topic: %s", subentry.title, ", ".join(map(legible, wrong))
                )
                continue
            yield device(str(usage), driver, usage, *topics)
