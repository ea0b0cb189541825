"""Keys of an equipment's subentry, and what its values mean."""

from typing import Final

from homeassistant.const import Platform

CONF_EQUIPMENT_ID: Final = "equipment_id"
"""A small integer, never used again."""
CONF_NAME: Final = "name"
"""Of the form only: it becomes the title."""
CONF_HOME: Final = "home"
CONF_EQUIPMENT_TYPE: Final = "equipment_type"
"""Key of `shapes.EQUIPMENT_TYPES`."""
CONF_TYPOLOGY: Final = "typology"
"""Name of a typology."""
CONF_CONTINUOUS: Final = "continuous"
"""Whether the load follows its plan every quarter-hour, instead of being started once."""
CONF_READY_BY: Final = "ready_by"
"""Wall-clock time `HH:MM:SS` at which a one-shot load shall be done."""
CONF_CYCLE_DURATION: Final = "cycle_duration"
"""Seconds."""
CONF_NOMINAL_POWER: Final = "nominal_power"
"""Watts."""
CONF_POWER_SENSOR: Final = "power_sensor"
"""Entity that measures this load alone."""
CONF_DEVICES: Final = "devices"
"""What is ordered: one mapping per device, with the keys below."""

CONF_USAGE: Final = "usage"
"""Role of the device: an id of the usage enumeration."""
CONF_DRIVER: Final = "driver"
"""Name of a driver."""
CONF_ENTITY: Final = "entity_id"
CONF_TOPIC: Final = "topic"
"""The one topic that people enter; those below follow from it unless they say otherwise."""
CONF_CONTROL_TOPIC: Final = "control_topic"
CONF_COMMAND_TOPIC: Final = "command_topic"
CONF_LWT_TOPIC: Final = "lwt_topic"

CONF_INVERTED: Final = "inverted"
"""Of the form only: the load runs while the relay is off, typology 190."""

DOMAINS: Final = (Platform.SWITCH, "input_boolean", Platform.LIGHT, Platform.BUTTON)
"""Entities that can be ordered."""
