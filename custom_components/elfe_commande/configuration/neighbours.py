"""Other entries on the same database: each home is served by one entry only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant

from ..configuration import entry_settings as settings
from ..const import CONF_DATABASE, CONF_SCHEMA, DOMAIN
from ..core.model import HomeId
from ..core.naming import some_of


@dataclass(frozen=True, slots=True)
class Overlap:
    """An error of the flows, and the homes it is about."""

    error: str
    homes: frozenset[HomeId]

    @property
    def placeholders(self) -> dict[str, str]:
        """Return what fills the error's text."""
        return {"homes": some_of(self.homes)}


def database_id(data: Mapping[str, Any]) -> str:
    """Return what tells one coordination database from another."""
    host = str(data[CONF_HOST]).lower()
    return f"{host}:{data[CONF_PORT]}/{data[CONF_DATABASE]}/{data[CONF_SCHEMA]}"


def neighbours(
    hass: HomeAssistant, data: Mapping[str, Any], entry: ConfigEntry | None = None
) -> list[ConfigEntry]:
    """Return the entries on the same database, without the one given."""
    return [
        other
        for other in hass.config_entries.async_entries(DOMAIN, include_ignore=False)
        if other != entry
        and not settings.is_local(other)
        and database_id(other.data) == database_id(data)
    ]


def unique_id(data: Mapping[str, Any], others: Iterable[ConfigEntry]) -> str:
    """Return an id for an entry beside others on its database: numbered, as homes may change."""
    taken = {other.unique_id for other in others}
    base = database_id(data)
    number = 1
    while (found := base if number == 1 else f"{base}#{number}") in taken:
        number += 1
    return found


def overlap_error(homes: frozenset[HomeId], others: Iterable[ConfigEntry]) -> Overlap | None:
    """Return what is wrong if homes would be served twice; serving none means serving all."""
    shared: set[HomeId] = set()
    for other in others:
        served = settings.homes(other.options)
        if not homes:
            return Overlap("homes_required", served)
        shared |= homes & (served or homes)
    return Overlap("homes_overlap", frozenset(shared)) if shared else None
