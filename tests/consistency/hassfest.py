"""What hassfest asks of a custom integration's texts, icons and descriptions, as schemas.

Hassfest is no package: these are its rules as far as they can be known, for every language where
it looks at English only, and for a custom integration where some hold in core only.
"""

from collections.abc import Callable, Mapping
import re
from string import Formatter
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import TargetSelector, validate_selector
import voluptuous as vol

HTML: Final = re.compile(r"<[a-z].*?>", re.IGNORECASE)
REFERENCE: Final = re.compile(r"\[%|%\]")
QUOTED: Final = re.compile(r"'\{\w+\}'")
URL: Final = re.compile(r"\w+://[\w-]+\.[\w.-]+|\bwww\.\w", re.IGNORECASE)
"""An address that somebody could go to; `socket://host:port` is how one is written."""
KEY: Final = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
ICON: Final = re.compile(r"mdi:[a-z0-9]+(-[a-z0-9]+)*")

type Check = Callable[[Any], Any]


def text(value: Any) -> str:
    """Return a text that people read; raises `Invalid` for what hassfest refuses in one."""
    if not isinstance(value, str):
        raise vol.Invalid("not a text")
    if value != value.strip() or not value:
        raise vol.Invalid("empty, or blanks around it")
    for pattern, what in (
        (HTML, "looks like HTML"),
        (REFERENCE, "refers to another text"),
        (QUOTED, "has a placeholder in single quotes"),
        (URL, "has an address, which belongs in a placeholder"),
    ):
        if pattern.search(value):
            raise vol.Invalid(what)
    if any(name is not None and not name.isidentifier() for name in placeholders(value)):
        raise vol.Invalid("has a placeholder without a proper name")
    return value


def plain(value: Any) -> str:
    """Return a text where nothing would fill a placeholder."""
    if placeholders(text(value)):
        raise vol.Invalid("has a placeholder")
    return str(value)


def placeholders(value: str) -> list[str]:
    """Return the names in braces; raises `Invalid` for a brace without its other half."""
    try:
        return [name for _, name, _, _ in Formatter().parse(value) if name is not None]
    except ValueError as error:
        raise vol.Invalid(str(error)) from error


def key(value: Any) -> str:
    """Return a key of the translations: lower case, no hyphen or underscore at an end."""
    if not KEY.fullmatch(str(value)):
        raise vol.Invalid(f"no key of the translations: {value}")
    return str(value)


def icon(value: Any) -> str:
    """Return the name of an icon of Material Design Icons."""
    if not ICON.fullmatch(str(value)):
        raise vol.Invalid(f"no icon: {value}")
    return str(value)


def _by(name: Check, value: Any) -> dict[Any, Any]:
    return {vol.All(str, name): value}


# ------------------------------------------------------------------------------------- texts

_TEXTS: Final = _by(key, text)
_NAMED: Final = {vol.Required("name"): text, vol.Required("description"): text}


def _described_alike(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a description of what has no label."""
    for labels, descriptions in (
        ("data", "data_description"),
        ("menu_options", "menu_option_descriptions"),
    ):
        if lonely := set(step.get(descriptions, {})) - set(step.get(labels, {})):
            raise vol.Invalid(f"described without a label: {', '.join(sorted(lonely))}")
    return step


_FIELDS: Final = {vol.Optional("data"): _TEXTS, vol.Optional("data_description"): _TEXTS}
_SECTION: Final = vol.All(
    {**_FIELDS, vol.Optional("name"): text, vol.Optional("description"): text}, _described_alike
)
_STEP: Final = vol.All(
    {
        **_FIELDS,
        vol.Optional("title"): text,
        vol.Optional("description"): text,
        vol.Optional("menu_options"): _TEXTS,
        vol.Optional("menu_option_descriptions"): _TEXTS,
        vol.Optional("submit"): text,
        vol.Optional("sections"): _by(key, _SECTION),
    },
    _described_alike,
)
_FLOW: Final = {
    vol.Optional("flow_title"): text,
    vol.Required("step"): _by(key, _STEP),
    vol.Optional("error"): _TEXTS,
    vol.Optional("abort"): _TEXTS,
    vol.Optional("progress"): _TEXTS,
    vol.Optional("create_entry"): _TEXTS,
}
_ENTRY_FLOW: Final = {**_FLOW, vol.Optional("initiate_flow"): {vol.Required("user"): text}}
_SUBENTRY_FLOW: Final = {
    **_FLOW,
    vol.Required("entry_type"): text,
    vol.Required("initiate_flow"): {vol.Required("user"): text, str: text},
}
_ISSUE: Final = vol.All(
    cv.has_at_least_one_key("description", "fix_flow"),
    cv.has_at_most_one_key("description", "fix_flow"),
    {
        vol.Required("title"): text,
        vol.Optional("description"): text,
        vol.Optional("fix_flow"): _FLOW,
    },
)
_STATES: Final = _by(key, plain)
_ENTITY: Final = {
    vol.Optional("name"): text,
    vol.Optional("state"): _STATES,
    vol.Optional("state_attributes"): _by(
        key, {vol.Optional("name"): plain, vol.Optional("state"): _STATES}
    ),
    vol.Optional("unit_of_measurement"): plain,
}
_OPTIONS: Final = {
    **_NAMED,
    vol.Optional("fields"): _by(key, {**_NAMED, vol.Optional("example"): text}),
}

TRANSLATIONS: Final = vol.Schema(
    {
        vol.Optional("title"): text,
        vol.Optional("config"): _ENTRY_FLOW,
        vol.Optional("options"): _FLOW,
        vol.Optional("config_subentries"): _by(cv.slug, _SUBENTRY_FLOW),
        vol.Optional("device"): _by(key, {vol.Optional("name"): text}),
        vol.Optional("entity"): _by(cv.slug, _by(key, _ENTITY)),
        vol.Optional("exceptions"): _by(cv.slug, {vol.Required("message"): text}),
        vol.Optional("issues"): _by(key, _ISSUE),
        vol.Optional("selector"): _by(
            cv.slug,
            {
                vol.Optional("choices"): _TEXTS,
                vol.Optional("options"): _TEXTS,
                vol.Optional("unit_of_measurement"): _TEXTS,
                vol.Optional("fields"): _by(key, _NAMED),
            },
        ),
        vol.Optional("services"): _by(
            key,
            {
                **_OPTIONS,
                vol.Optional("sections"): _by(
                    key, {vol.Required("name"): text, vol.Optional("description"): text}
                ),
            },
        ),
        vol.Optional("triggers"): _by(cv.slug, _OPTIONS),
        vol.Optional("conditions"): _by(cv.slug, _OPTIONS),
        vol.Optional("system_health"): {vol.Optional("info"): _TEXTS},
        vol.Optional("common"): _by(cv.slug, text),
    }
)

# ------------------------------------------------------------------------------------- icons


def _not_the_default(icons: Mapping[str, Any]) -> Mapping[str, Any]:
    """Refuse a state whose icon is the one that it would have anyway."""
    if icons.get("default") in icons.get("state", {}).values():
        raise vol.Invalid("a state has the icon of the default")
    return icons


_PICTURE: Final = {vol.Optional("default"): icon, vol.Optional("state"): _by(key, icon)}
_ENTITY_ICON: Final = vol.All(
    {
        **_PICTURE,
        vol.Optional("state_attributes"): _by(key, vol.All(_PICTURE, _not_the_default)),
    },
    _not_the_default,
)
_SECTION_ICONS: Final = {"step": _by(key, {vol.Optional("sections"): _by(key, icon)})}

ICONS: Final = vol.Schema(
    {
        vol.Optional("entity"): _by(cv.slug, _by(key, _ENTITY_ICON)),
        vol.Optional("services"): _by(
            key, {vol.Required("service"): icon, vol.Optional("sections"): _by(key, icon)}
        ),
        vol.Optional("triggers"): _by(key, {vol.Required("trigger"): icon}),
        vol.Optional("conditions"): _by(key, {vol.Required("condition"): icon}),
        vol.Optional("config"): _SECTION_ICONS,
        vol.Optional("options"): _SECTION_ICONS,
    }
)

# ------------------------------------------------- actions, triggers, conditions, as described


def _something(value: Any) -> Any:
    if value is None:
        raise vol.Invalid("nothing")
    return value


_FIELD: Final = {
    vol.Optional("example"): _something,
    vol.Optional("default"): _something,
    vol.Optional("required"): bool,
    vol.Optional("selector"): validate_selector,
}
_WITH_TARGET: Final = {
    vol.Optional("target"): vol.Any(TargetSelector.CONFIG_SCHEMA, None),
    vol.Optional("fields"): {str: _FIELD},
}

SERVICES: Final = vol.Schema({cv.slug: vol.Any(_WITH_TARGET, None)})
AUTOMATION: Final = vol.Schema(
    {vol.Remove(vol.Match(r"\.")): object, cv.slug: vol.Any(_WITH_TARGET, None)}
)
"""Of triggers and of conditions; a key with a dot holds what others repeat."""
