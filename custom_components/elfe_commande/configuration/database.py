"""Ask the database, before an entry is made or changed, whether it will do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..const import (
    CONF_AUTHORITY,
    CONF_EMS_DATABASE,
    CONF_EMS_TABLE,
    CONF_SCHEMA,
    CONF_SSL,
    LOGGER,
    SSL_VERIFY_FULL,
)
from ..details import async_load_details, detail_text
from ..engine.ground.ports import (
    StorageError,
    StorageRefusedError,
    StorageSchemaError,
    StorageUnreachableError,
)
from ..storage.postgres import (
    CertificateNameError,
    CertificateRefusedError,
    PostgresSettings,
    check,
    list_homes,
)
from .entry_settings import async_ssl_context, postgres_settings
from .identifiers import LONGEST, is_name, is_table

_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


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


async def async_check(
    hass: HomeAssistant, data: Mapping[str, Any], options: Mapping[str, Any] = _NONE
) -> Checked:
    """Connect, look for every table, column and privilege, and list the homes.

    Whether an entry only looks, and needs to write nothing, is in its options.
    """
    if wrong := _invalid_names(data):
        return Checked("invalid_identifier", {"names": ", ".join(wrong)})
    if data.get(CONF_AUTHORITY) and data.get(CONF_SSL) != SSL_VERIFY_FULL:
        return Checked("certificate_unused")
    try:
        context = await async_ssl_context(hass, data)
    except ValueError:
        return Checked("invalid_certificate")
    try:
        return await _async_ask(postgres_settings(data, options, context))
    except StorageError as err:
        await async_load_details(hass)
        return _told(hass, err)


def _told(hass: HomeAssistant, error: StorageError) -> Checked:
    detail = {"detail": detail_text(hass, str(error))}
    match error:
        case StorageRefusedError():
            return Checked("invalid_auth", detail)
        case StorageSchemaError():
            return Checked("missing_tables", {"tables": ", ".join(error.missing) or str(error)})
        case CertificateNameError():
            return Checked("wrong_host_name", detail)
        case CertificateRefusedError():
            return Checked("cannot_verify", detail)
        case StorageUnreachableError():
            return Checked("cannot_connect", detail)
    LOGGER.warning("Unexpected answer of the database: %s", error)
    return Checked("unknown", detail)


async def _async_ask(settings: PostgresSettings) -> Checked:
    report = await check(settings)
    if report.missing:
        return Checked("missing_tables", {"tables": ", ".join(report.missing)})
    if report.read_only:
        return Checked("database_read_only", {"server": report.read_only})
    if report.missing_privileges:
        return Checked("missing_privileges", {"privileges": ", ".join(report.missing_privileges)})
    return Checked(homes=tuple(await list_homes(settings)))
