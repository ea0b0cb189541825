"""The forms of the config and options flows, and what they turn into."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio
import voluptuous as vol

from ..configuration import entry_settings as settings
from ..const import (
    CONF_ACK_TIMEOUTS,
    CONF_AUTHORITY,
    CONF_COMPACT,
    CONF_CONNECTED_WORDS,
    CONF_CONTINUOUS_TYPES,
    CONF_DATABASE,
    CONF_EMS_DATABASE,
    CONF_EMS_TABLE,
    CONF_ENTRY_TYPE,
    CONF_HOME_NAME,
    CONF_HOMES,
    CONF_ORDERS_AT_ONCE,
    CONF_RULE_PERIOD,
    CONF_SCHEMA,
    CONF_SHADOW,
    CONF_SSL,
    DEFAULT_DATABASE,
    DEFAULT_EMS_TABLE,
    DEFAULT_PORT,
    DEFAULT_SCHEMA,
    ENTRY_POSTGRESQL,
    MAX_ACK_TIMEOUT,
    MAX_ORDERS_AT_ONCE,
    MAX_RULE_PERIOD,
    MIN_RULE_PERIOD,
    SECTION_ADVANCED,
    SSL_DISABLE,
    SSL_MODES,
)
from ..core.appliances import APPLIANCE_TYPES
from ..core.timing import DEFAULT_ACK_TIMEOUTS

CONF_CONFIG: Final = "config"

EQUIPMENT_TYPES: Final = tuple(str(i) for i, each in APPLIANCE_TYPES.items() if each.driven)
"""Equipment types offered as continuous; others may be typed in."""

_TEXT: Final = TextSelector()
_USERNAME: Final = TextSelector(TextSelectorConfig(autocomplete="username"))
_PASSWORD: Final = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_LINES: Final = TextSelector(TextSelectorConfig(multiline=True))
_SSL: Final = SelectSelector(
    SelectSelectorConfig(
        options=list(SSL_MODES), translation_key="ssl", mode=SelectSelectorMode.DROPDOWN
    )
)


def integer(low: int, high: int) -> vol.All[int]:
    """Return the field of a whole number."""
    box = NumberSelectorConfig(min=low, max=high, step=1, mode=NumberSelectorMode.BOX)
    return vol.All(NumberSelector(box), vol.Coerce(int))


def _seconds() -> NumberSelector:
    return NumberSelector(
        NumberSelectorConfig(
            min=1,
            max=MAX_ACK_TIMEOUT,
            step="any",
            unit_of_measurement="s",
            mode=NumberSelectorMode.BOX,
        )
    )


def _required(key: str, value: Any | None) -> vol.Required:
    """Return a marker that a caller may leave out where a value is known."""
    return vol.Required(key) if value is None else vol.Required(key, default=value)


def _suggested(key: str, value: Any | None) -> vol.Optional:
    """Return a marker that can be emptied, which a default could not be."""
    return vol.Optional(key, description={"suggested_value": value})


def folded(key: str, fields: dict[Any, Any], **suggested: Any) -> dict[vol.Required, section]:
    """Return a section that is shown closed, and that a caller may leave out.

    The frontend takes the section's default for its whole content: it has to hold every field,
    also those whose value is only suggested.
    """
    schema = vol.Schema(fields)
    marker = vol.Required(key, default=lambda: {**schema({}), **suggested})
    return {marker: section(schema, {"collapsed": True})}


def connection_schema(
    known: Mapping[str, Any],
    *,
    keep_password: bool = False,
    typed: str | None = None,
    shadow: bool | None = None,
) -> vol.Schema:
    """Return the form of the connection, filled with what is known but the password.

    `keep_password` lets the password be left empty. `typed` is what was entered in this form just
    now, and is not to be entered again; one that is stored is never sent to a browser. With a
    `shadow` it asks whether the entry only looks, which is an option of it.
    """
    password = probatio.Secret(CONF_PASSWORD)
    again = None if typed is None else {"suggested_value": typed}
    emptied = {key: known.get(key) for key in (CONF_EMS_DATABASE, CONF_AUTHORITY)}
    return vol.Schema(
        {
            _required(CONF_HOST, known.get(CONF_HOST)): _TEXT,
            vol.Required(CONF_PORT, default=known.get(CONF_PORT, DEFAULT_PORT)): integer(1, 65535),
            vol.Required(CONF_DATABASE, default=known.get(CONF_DATABASE, DEFAULT_DATABASE)): _TEXT,
            _required(CONF_USERNAME, known.get(CONF_USERNAME)): _USERNAME,
            (vol.Optional if keep_password else vol.Required)(
                password, description=again
            ): _PASSWORD,
            vol.Required(CONF_SSL, default=known.get(CONF_SSL, SSL_DISABLE)): _SSL,
            **({} if shadow is None else _shadow(shadow)),
            **folded(
                SECTION_ADVANCED,
                {
                    vol.Required(
                        CONF_SCHEMA, default=known.get(CONF_SCHEMA, DEFAULT_SCHEMA)
                    ): _TEXT,
                    _suggested(CONF_EMS_DATABASE, emptied[CONF_EMS_DATABASE]): _TEXT,
                    vol.Required(
                        CONF_EMS_TABLE, default=known.get(CONF_EMS_TABLE, DEFAULT_EMS_TABLE)
                    ): _TEXT,
                    _suggested(CONF_AUTHORITY, emptied[CONF_AUTHORITY]): _LINES,
                },
                **{key: value for key, value in emptied.items() if value},
            ),
        }
    )


def _shadow(chosen: bool) -> dict[Any, Any]:
    return {vol.Required(CONF_SHADOW, default=chosen): BooleanSelector()}


def shadow_schema(chosen: bool) -> vol.Schema:
    """Return the form that asks whether an entry only looks."""
    return vol.Schema(_shadow(chosen))


def entry_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form of the connection as a config entry's data."""
    flat = {**user_input, **user_input[SECTION_ADVANCED]}
    del flat[SECTION_ADVANCED]
    flat.pop(CONF_SHADOW, None)
    data = {key: value.strip() if isinstance(value, str) else value for key, value in flat.items()}
    ems_database = data.get(CONF_EMS_DATABASE, "")
    data[CONF_EMS_DATABASE] = "" if ems_database == data[CONF_DATABASE] else ems_database
    data[CONF_ENTRY_TYPE] = ENTRY_POSTGRESQL
    if not data.get(CONF_AUTHORITY):
        data.pop(CONF_AUTHORITY, None)
    # Blanks belong to a password; an empty one means the one that is known.
    if password := flat.get(CONF_PASSWORD):
        data[CONF_PASSWORD] = password
    else:
        data.pop(CONF_PASSWORD, None)
    return data


def home_schema(name: str) -> vol.Schema:
    """Return the form that names a local home."""
    return vol.Schema({_required(CONF_HOME_NAME, name or None): _TEXT})


def credentials_schema(username: str, typed: str | None = None) -> vol.Schema:
    """Return the form that asks for the credentials again; `typed` was entered just now."""
    again = None if typed is None else {"suggested_value": typed}
    return vol.Schema(
        {
            vol.Required(CONF_USERNAME, default=username): _USERNAME,
            vol.Required(probatio.Secret(CONF_PASSWORD), description=again): _PASSWORD,
        }
    )


def config_schema(text: str | None, *, shadow: bool) -> vol.Schema:
    """Return the form that takes the reference's file, and asks whether the entry only looks."""
    file = vol.Required(CONF_CONFIG, description={"suggested_value": text})
    return vol.Schema({file: _LINES, **_shadow(shadow)})


def summary_schema(options: Mapping[str, Any]) -> vol.Schema:
    """Return the form that ends an import."""
    at_once = settings.orders_at_once(options)
    return vol.Schema(
        {vol.Required(CONF_ORDERS_AT_ONCE, default=at_once): integer(1, MAX_ORDERS_AT_ONCE)}
    )


def _homes_selector(found: Iterable[str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=sorted(found),
            multiple=True,
            custom_value=True,
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def homes_schema(found: Iterable[str]) -> vol.Schema:
    """Return the form that chooses homes among those found."""
    return vol.Schema({vol.Required(CONF_HOMES): _homes_selector(found)})


def local_options_schema(options: Mapping[str, Any]) -> vol.Schema:
    """Return the form of the options of a local home."""
    return vol.Schema(
        {
            vol.Required(CONF_ORDERS_AT_ONCE, default=settings.orders_at_once(options)): integer(
                1, MAX_ORDERS_AT_ONCE
            ),
            vol.Required(CONF_RULE_PERIOD, default=int(settings.timing(options).rule_pass)): (
                integer(MIN_RULE_PERIOD, MAX_RULE_PERIOD)
            ),
            **_timeouts(options),
        }
    )


def _timeouts(options: Mapping[str, Any]) -> dict[vol.Required, section]:
    chosen = settings.timing(options).ack_timeouts
    fields = {
        vol.Required(str(type_id), default=chosen[type_id]): _seconds()
        for type_id in DEFAULT_ACK_TIMEOUTS
    }
    return folded(CONF_ACK_TIMEOUTS, fields)


def options_schema(options: Mapping[str, Any], found: Iterable[str]) -> vol.Schema:
    """Return the form of the options; `found` are the homes of the database."""
    homes = sorted(settings.homes(options))
    continuous = sorted(str(type_id) for type_id in settings.continuous_types(options))
    words = sorted(settings.connected_words(options))
    types = SelectSelector(
        SelectSelectorConfig(
            options=list(EQUIPMENT_TYPES),
            multiple=True,
            custom_value=True,
            translation_key="continuous_type",
            mode=SelectSelectorMode.DROPDOWN,
        )
    )
    return vol.Schema(
        {
            _suggested(CONF_HOMES, homes): _homes_selector({*found, *homes}),
            _suggested(CONF_CONTINUOUS_TYPES, continuous): types,
            vol.Required(CONF_ORDERS_AT_ONCE, default=settings.orders_at_once(options)): integer(
                1, MAX_ORDERS_AT_ONCE
            ),
            vol.Required(CONF_RULE_PERIOD, default=int(settings.timing(options).rule_pass)): (
                integer(MIN_RULE_PERIOD, MAX_RULE_PERIOD)
            ),
            vol.Required(CONF_COMPACT, default=settings.compact(options)): BooleanSelector(),
            _suggested(CONF_CONNECTED_WORDS, words): SelectSelector(
                SelectSelectorConfig(
                    options=words,
                    multiple=True,
                    custom_value=True,
                    mode=SelectSelectorMode.DROPDOWN,
                )
            ),
            **_timeouts(options),
        }
    )


def entry_options(options: Mapping[str, Any], user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form of the options merged into those that it does not show."""
    types = user_input.get(CONF_CONTINUOUS_TYPES, [])
    words = user_input.get(CONF_CONNECTED_WORDS, [])
    return {
        **options,
        **user_input,
        CONF_HOMES: sorted(user_input.get(CONF_HOMES, [])),
        CONF_CONTINUOUS_TYPES: sorted(int(type_id) for type_id in types),
        CONF_CONNECTED_WORDS: sorted({word.strip() for word in words}),
    }
