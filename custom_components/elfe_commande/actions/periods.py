"""The time that an action about the past is asked for."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..describe import clock_text, in_utc
from ..hub import Hub

ATTR_FROM: Final = "from"
ATTR_TO: Final = "to"
PERIOD: Final = {vol.Optional(ATTR_FROM): cv.datetime, vol.Optional(ATTR_TO): cv.datetime}
"""What schemas of such actions have; without it, the day until now."""


def period_of(call: ServiceCall, hubs: Iterable[Hub]) -> tuple[datetime, datetime]:
    """Return begin and end, by the clocks of the engines; raises if it ends before it begins."""
    now = max((hub.engine.clock.now() for hub in hubs), default=0.0)
    end = in_utc(call.data.get(ATTR_TO, dt_util.utc_from_timestamp(now)))
    start = in_utc(call.data.get(ATTR_FROM, end - timedelta(days=1)))
    if start >= end:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="record_period",
            translation_placeholders={
                "start": clock_text(start.timestamp()),
                "end": clock_text(end.timestamp()),
            },
        )
    return start, end
