"""Keys of the config entry, and their defaults."""

from collections.abc import Mapping
import logging
from types import MappingProxyType
from typing import Any, Final

from homeassistant.const import Platform

from .core.appliances import CONTINUOUS_TYPES
from .core.screens import NOT_PILOTED_COLOR, PILOTED_COLOR

DOMAIN: Final = "elfe_commande"
REPOSITORY: Final = "https://github.com/elfe-commande/elfe-commande"
"""Where its users find code, documentation and issues."""
LOGGER: Final = logging.getLogger(__package__)

PLATFORMS: Final = (
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
)

MAX_ENTITIES: Final = 10_000
"""Home Assistant drops what an entry enables beyond that."""

# ------------------------------------------------------------- data: how to reach the database

CONF_ENTRY_TYPE: Final = "entry_type"
ENTRY_POSTGRESQL: Final = "postgresql"
"""Inventory and plans in PostgreSQL."""
ENTRY_LOCAL: Final = "local"
"""Equipments as subentries, state and plans on disk: no server at all."""
CONF_HOME_NAME: Final = "home"
"""Of a local entry: the home that its equipments are in unless they say otherwise."""
SUBENTRY_EQUIPMENT: Final = "equipment"
SUBENTRY_PLANNER: Final = "planner"
CONF_USUAL_END: Final = "usual_end"
"""Of the planner: by when machines are usually to be done, what an appliance's form is filled with."""

CONF_DATABASE: Final = "database"
CONF_SSL: Final = "ssl"
CONF_AUTHORITY: Final = "certificate_authority"
"""Certificates, as text, that verify the server in place of the public ones."""
CONF_SCHEMA: Final = "schema"
CONF_EMS_DATABASE: Final = "ems_database"
CONF_EMS_TABLE: Final = "ems_table"

SECTION_ADVANCED: Final = "advanced"

SSL_DISABLE: Final = "disable"
SSL_REQUIRE: Final = "require"
SSL_VERIFY_FULL: Final = "verify-full"
SSL_MODES: Final = (SSL_DISABLE, SSL_REQUIRE, SSL_VERIFY_FULL)

DEFAULT_PORT: Final = 5432
DEFAULT_DATABASE: Final = "bdd_coordination"
DEFAULT_SCHEMA: Final = "bdd_coordination_schema"
DEFAULT_EMS_TABLE: Final = "bdd_coordination_schema.result"

# ------------------------------------------------------------------ options: how to serve it

CONF_HOMES: Final = "homes"
"""Keys of the homes served (`utilisateur`); none means all."""
CONF_CONTINUOUS_TYPES: Final = "continuous_types"
CONF_SAFE_OFF: Final = "safe_off"
CONF_SAFE_ON: Final = "safe_on"
"""Keys of types, and numbers of appliances as text, whose safe state is off, or on."""
"""Ids of the equipment types that follow their plan every quarter-hour."""
CONF_ACK_TIMEOUTS: Final = "ack_timeouts"
"""Seconds per device type id; the ids are text, as JSON wants its keys."""
CONF_ORDERS_AT_ONCE: Final = "orders_at_once"
CONF_RULE_PERIOD: Final = "rule_period"
"""Seconds between two passes over the surplus rules."""
CONF_COMPACT: Final = "compact"
"""Only the switch per equipment."""
CONF_SCREENS: Final = "screens"
CONF_CONNECTED_WORDS: Final = "connected_words"
"""What the panel of a PLC says when remote orders work again; none means the usual words."""

DEFAULT_CONTINUOUS_TYPES: Final = tuple(sorted(CONTINUOUS_TYPES))
DEFAULT_ORDERS_AT_ONCE: Final = 256
DEFAULT_RULE_PERIOD: Final = 60
MIN_RULE_PERIOD: Final = 10
MAX_RULE_PERIOD: Final = 600
MAX_ORDERS_AT_ONCE: Final = 1024
MAX_ACK_TIMEOUT: Final = 300

CONF_PLATES: Final = "plates"
"""Names of the wall screens of a local home."""
CONF_RECORD_DAYS: Final = "record_days"
"""How long is kept what happened; 0: not at all."""
CONF_RECORD_SIZE: Final = "record_megabytes"
"""How much room it may take."""
DEFAULT_RECORD_DAYS: Final = 30
MAX_RECORD_DAYS: Final = 3660
DEFAULT_RECORD_SIZE: Final = 250
MIN_RECORD_SIZE: Final = 10
MAX_RECORD_SIZE: Final = 20_000

CONF_SHADOW: Final = "shadow"
"""Look, decide and tell; send and write nothing."""

CONF_MODE_FILE: Final = "mode_file"
"""Path of the file in which other programs see and choose modes; empty for none."""
CONF_STATE_FILE: Final = "state_file"
"""Path of the file that says what runs."""

# Keys inside the option `screens`; page numbers are text.
SCREEN_PAGES: Final = "pages"
"""Page to the equipment types it shows."""
SCREEN_KINDS: Final = "kinds"
"""Page to what it has besides its switch (`machine`, `car` or `simple`), where its types do
not tell."""
SCREEN_CHOSEN: Final = "chosen"
"""Home to page to the equipment that it shows, where several could be."""
SCREEN_STATUS_LEDS: Final = "status_leds"
"""Page to the number of its light on the status page."""
SCREEN_STATUS_PAGE: Final = "status_page"
SCREEN_LED: Final = "led"
"""Number of the light on a page of its own."""
SCREEN_PILOTED_COLOR: Final = "piloted_color"
SCREEN_MANUAL_COLOR: Final = "manual_color"
SCREEN_DISABLED_COLOR: Final = "disabled_color"
SCREEN_LABEL: Final = "label"
SCREEN_LABEL_COLOR: Final = "label_color"
SCREEN_LABEL_PAGE: Final = "label_page"
SCREEN_LABEL_ID: Final = "label_id"
SCREEN_INDICATOR_TOPIC: Final = "indicator_topic"

DEFAULT_SCREENS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        SCREEN_PAGES: {
            "2": [111],
            "3": [112],
            "4": [113],
            "5": [221],
            "6": [131],
            "7": [151, 155],
        },
        SCREEN_KINDS: {},
        SCREEN_CHOSEN: {},
        SCREEN_STATUS_LEDS: {"2": 12, "3": 13, "4": 14, "5": 15, "6": 16, "7": 17},
        SCREEN_STATUS_PAGE: 8,
        SCREEN_LED: 10,
        SCREEN_PILOTED_COLOR: PILOTED_COLOR,
        SCREEN_MANUAL_COLOR: NOT_PILOTED_COLOR,
        SCREEN_DISABLED_COLOR: NOT_PILOTED_COLOR,
        SCREEN_LABEL: "ecran connecté",
        SCREEN_LABEL_COLOR: "#208020",
        SCREEN_LABEL_PAGE: 9,
        SCREEN_LABEL_ID: 8,
        SCREEN_INDICATOR_TOPIC: "INDICATEURS/refresh",
    }
)
