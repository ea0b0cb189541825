"""What may be an equipment's entity, power sensor or topic."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_conversion import PowerConverter

from ...const import DOMAIN
from ...core.actuators import Attributes
from ...core.entity_topics import entity_of
from ...core.topics import is_plain_topic
from ...drivers import Driver, RevertingDriver
from .keys import CONF_COMMAND_TOPIC, CONF_CONTROL_TOPIC, CONF_LWT_TOPIC, CONF_TOPIC, DOMAINS


@dataclass(frozen=True, slots=True)
class Checked:
    """An error of the flow, or the topics as a device keeps them."""

    error: str | None = None
    topics: Mapping[str, str] = field(default_factory=dict)


def entity_error(
    hass: HomeAssistant,
    entity_id: str,
    taken: Mapping[str, str],
    domains: Collection[str] = DOMAINS,
) -> str | None:
    """Return why an entity cannot drive a load, `None` if it can.

    `taken` has the errors of those that something else switches.
    """
    if is_own(hass, entity_id):
        return "own_entity"
    if entity_id.partition(".")[0] not in domains:
        return "wrong_domain"
    if not _exists(hass, entity_id):
        return "no_such_entity"
    return taken.get(entity_id)


def attributes_of(hass: HomeAssistant, entity_id: str) -> Attributes:
    """Return what an entity can do, also while it is not available."""
    registered = er.async_get(hass).async_get(entity_id)
    state = hass.states.get(entity_id)
    known: dict[str, Any] = {}
    if registered is not None:
        known = {**(registered.capabilities or {})}
        known["supported_features"] = registered.supported_features
    return known if state is None else {**known, **state.attributes}


def sensor_error(hass: HomeAssistant, entity_id: str | None) -> str | None:
    """Return why an entity cannot measure a load, `None` if it can or if there is none."""
    if entity_id is None:
        return None
    if is_own(hass, entity_id):
        return "own_entity"
    state = hass.states.get(entity_id)
    if not _exists(hass, entity_id):
        return "no_such_entity"
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if entity_id.partition(".")[0] != SENSOR or (
        state is not None and unit not in PowerConverter.VALID_UNITS
    ):
        return "not_a_power_sensor"
    return None


def safe_state_error(
    driver: Driver, *, safe_on: bool, continuous: bool, inverted: bool
) -> str | None:
    """Return why a load cannot go back to a state by itself, `None` if it can."""
    if not continuous:
        return "safe_state_of_machine"
    # The raw state that the relay is to leave.
    leaves = safe_on is inverted
    if not isinstance(driver, RevertingDriver) or leaves not in driver.reverts_from:
        return "safe_state_impossible"
    return None


def own_entities(hass: HomeAssistant) -> list[str]:
    """Return our own entities: an equipment would drive itself."""
    registry = er.async_get(hass)
    return [entity.entity_id for entity in registry.entities.values() if entity.platform == DOMAIN]


def is_own(hass: HomeAssistant, entity_id: str) -> bool:
    """Return whether an entity is one of this integration."""
    registered = er.async_get(hass).async_get(entity_id)
    return registered is not None and registered.platform == DOMAIN


def _exists(hass: HomeAssistant, entity_id: str) -> bool:
    known = er.async_get(hass).async_get(entity_id) is not None
    return known or hass.states.get(entity_id) is not None


def topics_from(driver: Driver, given: Mapping[str, str]) -> Checked:
    """Return the topics of a device: those given, and for the others what its name implies."""
    values = {key: text.strip() for key, text in given.items() if text and text.strip()}
    name = values.get(CONF_TOPIC, "").strip("/")
    implied = driver.topics_of(name) if name else None
    if name and implied is None and not values.keys() >= {CONF_CONTROL_TOPIC, CONF_COMMAND_TOPIC}:
        return Checked("unknown_name")
    control = values.get(CONF_CONTROL_TOPIC) or (implied and implied.control)
    command = values.get(CONF_COMMAND_TOPIC) or (implied and implied.command)
    lwt = values.get(CONF_LWT_TOPIC) or (implied and implied.lwt)
    if not control or not command:
        return Checked("topics_missing")
    topics = {CONF_CONTROL_TOPIC: control, CONF_COMMAND_TOPIC: command}
    if lwt:
        topics[CONF_LWT_TOPIC] = lwt
    if not all(is_device_topic(topic) for topic in topics.values()):
        return Checked("invalid_topic")
    return Checked(topics=({CONF_TOPIC: name} if name else {}) | topics)


def is_device_topic(topic: str) -> bool:
    """Return whether a topic is one of the broker's devices, and of one device only.

    What stands for an entity is none: that would choose an entity past its own checks.
    """
    return is_plain_topic(topic) and entity_of(topic) is None
