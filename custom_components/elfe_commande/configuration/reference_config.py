"""Read the `config.json` of the reference controller into a config entry's data and options."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME

from ..const import (
    CONF_CONTINUOUS_TYPES,
    CONF_DATABASE,
    CONF_EMS_DATABASE,
    CONF_EMS_TABLE,
    CONF_ENTRY_TYPE,
    CONF_ORDERS_AT_ONCE,
    CONF_SCHEMA,
    CONF_SCREENS,
    CONF_SSL,
    DEFAULT_EMS_TABLE,
    DEFAULT_PORT,
    DEFAULT_SCHEMA,
    DEFAULT_SCREENS,
    ENTRY_POSTGRESQL,
    MAX_ORDERS_AT_ONCE,
    SCREEN_INDICATOR_TOPIC,
    SCREEN_LABEL,
    SCREEN_LABEL_COLOR,
    SCREEN_LABEL_ID,
    SCREEN_LABEL_PAGE,
    SCREEN_LED,
    SCREEN_PAGES,
    SCREEN_STATUS_LEDS,
    SCREEN_STATUS_PAGE,
    SSL_DISABLE,
)
from ..core.topics import is_plain_topic
from .identifiers import is_color, is_name, is_table

OWNED_BY_HOME_ASSISTANT: Final = ("mqtt", "logging")
"""Sections that Home Assistant's own configuration replaces."""

TABLE_PREFIX: Final = "equipement_"
CONTINUOUS: Final = "equipement_continu"

SCREEN_KEYS: Final = {
    "screen_usage_assoc": SCREEN_PAGES,
    "screen_status_led": SCREEN_STATUS_LEDS,
    "screen_status_page": SCREEN_STATUS_PAGE,
    "screen_led_id": SCREEN_LED,
    "screen_connexion_label": SCREEN_LABEL,
    "screen_connexion_label_color": SCREEN_LABEL_COLOR,
    "screen_connexion_page": SCREEN_LABEL_PAGE,
    "screen_connexion_label_id": SCREEN_LABEL_ID,
    "screen_indicator_topic": SCREEN_INDICATOR_TOPIC,
}

USABLE: Final[Mapping[str, Callable[[str], bool]]] = {
    SCREEN_LABEL_COLOR: is_color,
    SCREEN_INDICATOR_TOPIC: is_plain_topic,
}
"""Texts that have to be of a certain form."""


class ConfigError(Exception):
    """The file cannot be taken over.

    `key` is one of the flow's errors, `placeholders` fill its text.
    """

    def __init__(self, key: str, **placeholders: str) -> None:
        """Keep what to tell the person."""
        super().__init__(f"{key}: {placeholders}")
        self.key = key
        self.placeholders = placeholders


@dataclass(slots=True)
class Imported:
    """What a file gives: data (credentials possibly absent), options, keys left aside."""

    data: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    owned: list[str] = field(default_factory=list)
    """Keys that Home Assistant owns, `section.key`."""
    unknown: list[str] = field(default_factory=list)
    """Keys that mean nothing to us."""


class _Reader:
    """Takes values out of a section, and remembers which were of the wrong kind."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.missing: list[str] = []

    def section(self, config: Mapping[str, Any], name: str) -> dict[str, Any]:
        found = config.get(name, {})
        if isinstance(found, dict):
            return dict(found)
        self.wrong.append(name)
        return {}

    def text(self, section: dict[str, Any], name: str, key: str) -> str | None:
        value = section.pop(key, None)
        if value is None or (isinstance(value, str) and value.strip()):
            return value.strip() if value else None
        self.wrong.append(f"{name}.{key}")
        return None

    def required(self, section: dict[str, Any], name: str, key: str) -> str:
        absent = section.get(key) is None
        value = self.text(section, name, key)
        if absent:
            self.missing.append(f"{name}.{key}")
        return value or ""

    def number(
        self, section: dict[str, Any], name: str, key: str, low: int, high: int
    ) -> int | None:
        value = section.pop(key, None)
        if value is None:
            return None
        number = _number(value)
        if number is not None and low <= number <= high:
            return number
        self.wrong.append(f"{name}.{key}")
        return None

    def numbers(self, value: Any, name: str) -> list[int]:
        """Take a list of ids; a single one will do."""
        values = value if isinstance(value, list) else [value]
        numbers = [number for item in values if (number := _number(item)) is not None]
        if len(numbers) != len(values):
            self.wrong.append(name)
        return numbers


def _number(value: Any) -> int | None:
    """Return a whole number; the file writes some of them as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return int(value) if re.fullmatch(r"\s*\d{1,9}\s*", str(value), re.ASCII) else None


def import_config(config: Any) -> Imported:
    """Take over a whole file; `ConfigError` names what cannot be."""
    if not isinstance(config, dict) or not {"pgsql", "psql"} & config.keys():
        raise ConfigError("not_a_config")
    reader = _Reader()
    # The documentation calls this section `psql`, the program `pgsql`.
    name = "pgsql" if "pgsql" in config else "psql"
    database = reader.section(config, name)
    ems = reader.section(config, "ems")
    coordination = reader.section(config, "coordination")
    imported = Imported()

    imported.data = {
        CONF_ENTRY_TYPE: ENTRY_POSTGRESQL,
        CONF_SSL: SSL_DISABLE,
        CONF_HOST: reader.required(database, name, "host"),
        CONF_PORT: reader.number(database, name, "port", 1, 65535) or DEFAULT_PORT,
        CONF_DATABASE: reader.required(database, name, "database"),
    }
    password = database.get("pass")
    for key, ours in (("user", CONF_USERNAME), ("pass", CONF_PASSWORD)):
        if value := reader.text(database, name, key):
            # Blanks belong to a password.
            imported.data[ours] = password if ours == CONF_PASSWORD else value
    _import_ems(reader, ems, imported)
    other = reader.text(coordination, "coordination", "database")
    schemas, refused = _import_tables(coordination)
    _import_options(reader, coordination, imported)

    if reader.wrong:
        raise ConfigError("invalid_values", keys=", ".join(reader.wrong))
    if reader.missing:
        raise ConfigError("missing_keys", keys=", ".join(reader.missing))
    if other is not None and other != imported.data[CONF_DATABASE]:
        raise ConfigError("two_databases", pgsql=imported.data[CONF_DATABASE], coordination=other)
    if refused or len(schemas) > 1:
        raise ConfigError("unsupported_tables", tables=", ".join(refused or sorted(schemas)))
    imported.data[CONF_SCHEMA] = next(iter(schemas), DEFAULT_SCHEMA)

    for section in OWNED_BY_HOME_ASSISTANT:
        if section in config:
            keys = config[section]
            within = [f"{section}.{key}" for key in keys] if isinstance(keys, dict) else []
            imported.owned += within or [section]
    known = {name, "ems", "coordination", *OWNED_BY_HOME_ASSISTANT}
    imported.unknown = [str(key) for key in config if key not in known]
    for section, rest in ((name, database), ("ems", ems), ("coordination", coordination)):
        imported.unknown += [f"{section}.{key}" for key in rest]
    return imported


def _import_ems(reader: _Reader, ems: dict[str, Any], imported: Imported) -> None:
    database = reader.text(ems, "ems", "database") or ""
    same = database == imported.data[CONF_DATABASE]
    imported.data[CONF_EMS_DATABASE] = "" if same else database
    table = reader.text(ems, "ems", "table") or DEFAULT_EMS_TABLE
    # Without a schema PostgreSQL looks in `public`, where the EMS's own installer puts it.
    table = table if "." in table else f"public.{table}"
    if not is_table(table):
        raise ConfigError("unsupported_tables", tables=f"ems.table = {table}")
    imported.data[CONF_EMS_TABLE] = table
    threads = reader.number(ems, "ems", "thread", 1, 10**9)
    if threads is not None:
        imported.options[CONF_ORDERS_AT_ONCE] = min(threads, MAX_ORDERS_AT_ONCE)


def _import_tables(coordination: dict[str, Any]) -> tuple[set[str], list[str]]:
    """Return the schemas of the tables named, and those of which only the standard name would do."""
    schemas: set[str] = set()
    refused: list[str] = []
    for key in [k for k in coordination if k.startswith(TABLE_PREFIX) and k != CONTINUOUS]:
        value = coordination.pop(key)
        standard = key.removesuffix("_table")
        if key.endswith("_table_root"):
            standard = key.removesuffix("table_root")
        schema, _, table = str(value).partition(".")
        if table == standard and is_name(schema):
            schemas.add(schema)
        else:
            refused.append(f"{key} = {value}")
    return schemas, refused


def _import_options(reader: _Reader, coordination: dict[str, Any], imported: Imported) -> None:
    if CONTINUOUS in coordination:
        value = coordination.pop(CONTINUOUS)
        imported.options[CONF_CONTINUOUS_TYPES] = reader.numbers(
            value, f"coordination.{CONTINUOUS}"
        )
    topics = coordination.pop("permanent_topic", None)
    if isinstance(topics, list) and all(isinstance(topic, str) for topic in topics):
        # What we listen to follows from the tables.
        imported.owned.append("coordination.permanent_topic")
    elif topics is not None:
        reader.wrong.append("coordination.permanent_topic")
    screens: dict[str, Any] = {}
    for key, ours in SCREEN_KEYS.items():
        if coordination.get(key) is None:
            coordination.pop(key, None)
        else:
            default = DEFAULT_SCREENS[ours]
            value = _screen_value(reader, coordination, key, default)
            usable = USABLE.get(ours)
            if usable is not None and isinstance(value, str) and not usable(value):
                reader.wrong.append(f"coordination.{key}")
            screens[ours] = value
    if screens:
        imported.options[CONF_SCREENS] = {**DEFAULT_SCREENS, **screens}


def _screen_value(reader: _Reader, coordination: dict[str, Any], key: str, default: Any) -> Any:
    """Take a value of the same kind as its default: page map, list map, number or text."""
    name = f"coordination.{key}"
    if isinstance(default, str):
        return reader.text(coordination, "coordination", key)
    if isinstance(default, int):
        return reader.number(coordination, "coordination", key, 0, 255)
    value = coordination.pop(key)
    if not isinstance(value, dict) or any(_number(page) is None for page in value):
        reader.wrong.append(name)
        return default
    if key == "screen_usage_assoc":
        return {page: reader.numbers(types, name) for page, types in value.items()}
    leds = {page: _number(led) for page, led in value.items()}
    if None in leds.values():
        reader.wrong.append(name)
    return leds
