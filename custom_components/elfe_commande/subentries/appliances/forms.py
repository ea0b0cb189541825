"""The forms of an equipment, and what they turn into."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from homeassistant.components.button import DOMAIN as BUTTON
from homeassistant.components.sensor import DOMAIN as SENSOR, SensorDeviceClass
from homeassistant.const import UnitOfPower, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TimeSelector,
)
import voluptuous as vol

from ...const import SECTION_ADVANCED
from ...core.appliances import APPLIANCE_TYPES, TYPE_OF
from ...core.model import HandOver
from ...drivers import Driver, RevertingDriver
from ...drivers.entity import EntityDriver
from ...drivers.entity_setting import EntitySetting
from .definition import DRIVER_OF, SAFE_STATES, TYPOLOGY_OF
from .keys import (
    CONF_COMMAND_TOPIC,
    CONF_CONTINUOUS,
    CONF_CONTROL_TOPIC,
    CONF_CYCLE_DURATION,
    CONF_DRIVER,
    CONF_ENTITY,
    CONF_EQUIPMENT_TYPE,
    CONF_HAND_OVER,
    CONF_HOME,
    CONF_INVERTED,
    CONF_LWT_TOPIC,
    CONF_NAME,
    CONF_NOMINAL_POWER,
    CONF_POWER_SENSOR,
    CONF_READY_BY,
    CONF_SAFE_STATE,
    CONF_TOPIC,
    CONF_TYPOLOGY,
    DOMAINS,
)
from .planning_form import daily_field, planning_given, planning_section

MINUTE: Final = 60
DEFAULT_CYCLE: Final = 120
"""Minutes."""
INVERTED: Final = "inverted_relay"
NO_SAFE_STATE: Final = "none"
OPERATIONS: Final = ("once", "continuous")
SECTION_MEASURE: Final = "measure"
HAND_OVERS: Final = (HandOver.LEAVE.value, HandOver.ON.value, HandOver.OFF.value)
CONF_OPERATION: Final = "operation"
"""Of the form only: one of `OPERATIONS`."""

MQTT_DRIVERS: Final = tuple(
    sorted(
        name
        for name, driver in DRIVER_OF.items()
        if driver.drives and not isinstance(driver, EntityDriver)
    )
)

_TEXT: Final = TextSelector()


def typologies_for(driver: Driver) -> list[str]:
    """Return the names of the typologies that devices with this driver can drive."""
    return sorted(
        name
        for name, typology in TYPOLOGY_OF.items()
        if typology.presses is driver.presses and name != INVERTED
    )


def default_typology(driver: Driver) -> str:
    """Return the name of the usual typology: a finger robot presses, all else switches."""
    return "plug_and_finger" if driver.presses else "plug"


def radio(options: Iterable[str], key: str) -> SelectSelector:
    """Return a few lines in sight to choose one of, with texts of ours."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), translation_key=key, mode=SelectSelectorMode.LIST
        )
    )


def dropdown(options: Iterable[str], key: str) -> SelectSelector:
    """Return a list to choose one of, with texts of ours."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), translation_key=key, mode=SelectSelectorMode.DROPDOWN
        )
    )


def _number(low: float, high: float, unit: str) -> vol.All[int]:
    box = NumberSelectorConfig(
        min=low, max=high, step=1, unit_of_measurement=unit, mode=NumberSelectorMode.BOX
    )
    return vol.All(NumberSelector(box), vol.Coerce(int))


def _suggested(key: str, value: Any | None) -> vol.Optional:
    """Return a marker that can be emptied, which a default could not be."""
    return vol.Optional(key, description={"suggested_value": value})


def required(key: str, value: Any | None) -> vol.Required:
    """Return the marker of a field that must be filled, with what is known."""
    return vol.Required(key) if value is None else vol.Required(key, default=value)


def identity(known: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the fields of what the load is."""
    return {
        required(CONF_NAME, known.get(CONF_NAME)): _TEXT,
        # The frontend chooses the first of a list that must be answered: nobody would see that
        # a tank is taken for a dishwasher.
        _suggested(CONF_EQUIPMENT_TYPE, known.get(CONF_EQUIPMENT_TYPE)): dropdown(
            [each.key for each in APPLIANCE_TYPES.values() if each.local], "appliance_type"
        ),
    }


def entity_schema(known: Mapping[str, Any], own: Iterable[str]) -> vol.Schema:
    """Return the form of a load driven by an entity; `own` are ours, which cannot be chosen."""
    entity = EntitySelector(
        EntitySelectorConfig(filter={"domain": list(DOMAINS)}, exclude_entities=sorted(own))
    )
    return vol.Schema({**identity(known), required(CONF_ENTITY, known.get(CONF_ENTITY)): entity})


def second_entity_schema(known: Mapping[str, Any], own: Iterable[str]) -> vol.Schema:
    """Return the form of the button beside the one that starts the load."""
    entity = EntitySelector(
        EntitySelectorConfig(filter={"domain": [BUTTON]}, exclude_entities=sorted(own))
    )
    return vol.Schema({required(CONF_ENTITY, known.get(CONF_ENTITY)): entity})


def mqtt_schema(known: Mapping[str, Any], *, new: bool = True) -> vol.Schema:
    """Return the form of a load driven through MQTT; where it is `new`, with its device's name."""
    name = {_suggested(CONF_TOPIC, known.get(CONF_TOPIC)): _TEXT}
    return vol.Schema(
        {
            **identity(known),
            # All in sight: one click, and nobody has to guess what the list holds.
            _suggested(CONF_DRIVER, known.get(CONF_DRIVER)): radio(MQTT_DRIVERS, "driver"),
            **(name if new else {}),
        }
    )


def topics_schema(known: Mapping[str, Any]) -> vol.Schema:
    """Return the form of a device's topics; those left empty follow from its name."""
    keys = (CONF_CONTROL_TOPIC, CONF_COMMAND_TOPIC, CONF_LWT_TOPIC)
    advanced = {_suggested(key, known.get(key)): _TEXT for key in keys}
    # The frontend takes the section's default for its whole content.
    given = {key: known[key] for key in keys if key in known}
    return vol.Schema(
        {
            _suggested(CONF_TOPIC, known.get(CONF_TOPIC)): _TEXT,
            vol.Required(SECTION_ADVANCED, default=given): section(
                vol.Schema(advanced), {"collapsed": True}
            ),
        }
    )


def is_continuous(known: Mapping[str, Any]) -> bool:
    """Whether a load is switched at any time, as was said, or as is usual for its type."""
    usual = TYPE_OF[known[CONF_EQUIPMENT_TYPE]].continuous
    found: bool = known.get(CONF_CONTINUOUS, usual)
    return found


def habits_schema(
    known: Mapping[str, Any],
    driver: Driver,
    homes: Iterable[str],
    own: Iterable[str],
    *,
    opened: Collection[str] = (),
) -> vol.Schema:
    """Return the form of how a load is used, filled with what is known or usual.

    A load that is started once is asked for its end and duration, one that is switched at any
    time for its power and its time of the day. Sections are closed but those `opened`.
    """
    continuous = is_continuous(known)
    duration = known.get(CONF_CYCLE_DURATION)
    minutes = None if duration is None else duration // MINUTE
    if CONF_CONTINUOUS not in known and not continuous:
        minutes = DEFAULT_CYCLE
    sensor = EntitySelector(
        EntitySelectorConfig(
            filter={"domain": SENSOR, "device_class": SensorDeviceClass.POWER},
            exclude_entities=sorted(own),
        )
    )
    typology = known.get(CONF_TYPOLOGY, default_typology(driver))
    home = SelectSelector(
        SelectSelectorConfig(
            options=sorted(homes), custom_value=True, mode=SelectSelectorMode.DROPDOWN
        )
    )
    advanced: dict[Any, Any] = {
        vol.Required(CONF_HOME, default=known[CONF_HOME]): home,
        vol.Required(CONF_TYPOLOGY, default="plug" if typology == INVERTED else typology): dropdown(
            typologies_for(driver), "typology"
        ),
        vol.Required(CONF_OPERATION, default=OPERATIONS[1] if continuous else OPERATIONS[0]): radio(
            OPERATIONS, "operation"
        ),
    }
    if not driver.presses:
        if not isinstance(driver, EntitySetting):
            # Of what is given chosen values, people choose which one means on.
            inverted = vol.Required(CONF_INVERTED, default=typology == INVERTED)
            advanced[inverted] = BooleanSelector()
        kept = known.get(CONF_HAND_OVER, HandOver.LEAVE.value)
        advanced[vol.Required(CONF_HAND_OVER, default=kept)] = dropdown(HAND_OVERS, "hand_over")
    if isinstance(driver, RevertingDriver):
        safe = known.get(CONF_SAFE_STATE, NO_SAFE_STATE)
        advanced[vol.Required(CONF_SAFE_STATE, default=safe)] = dropdown(
            (NO_SAFE_STATE, *SAFE_STATES), "safe_state"
        )
    inner = vol.Schema(advanced)
    power = {
        _suggested(CONF_NOMINAL_POWER, known.get(CONF_NOMINAL_POWER)): _number(
            1, 100_000, UnitOfPower.WATT
        )
    }
    times = {
        _suggested(CONF_READY_BY, known.get(CONF_READY_BY)): TimeSelector(),
        _suggested(CONF_CYCLE_DURATION, minutes): _number(1, 1440, UnitOfTime.MINUTES),
    }
    measure = {
        **({} if continuous else power),
        _suggested(CONF_POWER_SENSOR, known.get(CONF_POWER_SENSOR)): sensor,
    }
    measured = {str(key): known[str(key)] for key in measure if str(key) in known}
    return vol.Schema(
        {
            **({**power, **daily_field(known)} if continuous else times),
            # The frontend takes the section's default for its whole content.
            vol.Required(SECTION_MEASURE, default=measured): section(
                vol.Schema(measure), {"collapsed": SECTION_MEASURE not in opened}
            ),
            **planning_section(known, continuous=continuous),
            vol.Required(SECTION_ADVANCED, default=lambda: inner({})): section(
                inner, {"collapsed": SECTION_ADVANCED not in opened}
            ),
        }
    )


def topics_given(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form of a device's topics says, without its section."""
    given = {key: value for key, value in user_input.items() if key != SECTION_ADVANCED}
    return {**given, **user_input[SECTION_ADVANCED]}


def habits(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the form of how a load is used says, as the subentry keeps it."""
    advanced, given = user_input[SECTION_ADVANCED], {**user_input, **user_input[SECTION_MEASURE]}
    found: dict[str, Any] = {
        CONF_HOME: advanced[CONF_HOME].strip(),
        CONF_TYPOLOGY: INVERTED if advanced.get(CONF_INVERTED) else advanced[CONF_TYPOLOGY],
        CONF_CONTINUOUS: advanced[CONF_OPERATION] == OPERATIONS[1],
    }
    for key in (CONF_READY_BY, CONF_NOMINAL_POWER, CONF_POWER_SENSOR):
        if given.get(key):
            found[key] = given[key]
    if CONF_HAND_OVER in advanced:
        found[CONF_HAND_OVER] = advanced[CONF_HAND_OVER]
    if advanced.get(CONF_SAFE_STATE, NO_SAFE_STATE) != NO_SAFE_STATE:
        found[CONF_SAFE_STATE] = advanced[CONF_SAFE_STATE]
    if minutes := user_input.get(CONF_CYCLE_DURATION):
        found[CONF_CYCLE_DURATION] = minutes * MINUTE
    return found | planning_given(user_input)
