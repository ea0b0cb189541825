"""Ask the database, before an entry is made or changed, whether it will do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.core import HomeAssistant

from ..const import CONF_EMS_DATABASE, CONF_EMS_TABLE, CONF_SCHEMA, LOGGER
from ..engine.ports import (
    StorageError,
    StorageRefusedError,
    StorageSchemaError,
    StorageUnreachableError,
)
from ..storage.postgres import check, list_homes
from .entry_settings import async_ssl_context, postgres_settings
from .identifiers import LONGEST, is_name, is_table


@dataclass(slots=True)
class Checked:
    """What came of the check: an error of the flow, or the homes of the database."""

    error: str | None = None
    placeholders: dict[str, str] = field(default_factory=dict)
    homes: tuple[str, ...] = ()


def _invalid_names(data: Mapping[str, Any]) -> list[str]:
    """Return the names that cannot be put in a statement."""
    wrong = [data[CONF_SCHEMA]] if not is_name(data[CONF_SCHEMA]) else []
    if not is_table(data[CONF_EMS_TABLE]):
        wrong.append(data[CONF_EMS_TABLE])
    if len(data[CONF_EMS_DATABASE]) > LONGEST:
        wrong.append(data[CONF_EMS_DATABASE])
    return wrong


async def async_check(hass: HomeAssistant, data: Mapping[str, Any]) -> Checked:
    """Connect, look for every table, column and privilege, and list the homes."""
    if wrong := _invalid_names(data):
        return Checked("invalid_identifier", {"names": ", ".join(wrong)})
    settings = postgres_settings(data, {}, await async_ssl_context(hass, data))
    try:
        report = await check(settings)
        homes = await list_homes(settings) if report.usable else []
    except StorageRefusedError as err:
        return Checked("invalid_auth", {"detail": str(err)})
    except StorageSchemaError as err:
        return Checked("missing_tables", {"tables": ", ".join(err.missing) or str(err)})
    except StorageUnreachableError as err:
        return Checked("cannot_connect", {"detail": str(err)})
    except StorageError as err:
        LOGGER.warning("Unexpected answer of the database: %s", err)
        return Checked("unknown", {"detail": str(err)})
    if report.missing:
        return Checked("missing_tables", {"tables": ", ".join(report.missing)})
    if report.missing_privileges:
        return Checked("missing_privileges", {"privileges": ", ".join(report.missing_privileges)})
    return Checked(homes=tuple(homes))
