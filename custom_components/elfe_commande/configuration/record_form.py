"""The form of the record: how long what happened is kept, and how much room it may take."""

from collections.abc import Mapping
from typing import Any

import voluptuous as vol

from ..const import (
    CONF_RECORD_DAYS,
    CONF_RECORD_SIZE,
    MAX_RECORD_DAYS,
    MAX_RECORD_SIZE,
    MIN_RECORD_SIZE,
)
from . import entry_settings as settings
from .schemas import integer


def record_schema(options: Mapping[str, Any]) -> vol.Schema:
    """Return the form, filled with what is chosen."""
    megabytes = settings.record_octets(options) // 1_000_000
    return vol.Schema(
        {
            vol.Required(CONF_RECORD_DAYS, default=settings.record_days(options)): integer(
                0, MAX_RECORD_DAYS
            ),
            vol.Required(CONF_RECORD_SIZE, default=megabytes): integer(
                MIN_RECORD_SIZE, MAX_RECORD_SIZE
            ),
        }
    )
