"""What the home drew in the last weeks, from the statistics of the meters that the dashboard names."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...const import LOGGER
from ...core.plan import SLOT
from ...planning.readers.base_load import WEEKS, Row, balance, hours_of, without
from ...planning.readers.dashboard import Dashboard

RECORDER: Final = "recorder"
_MOST: Final = 100.0
"""kWh in an hour: more is a meter that was replaced, or a day in one row."""


async def async_history(
    hass: HomeAssistant,
    dashboard: Dashboard,
    now: float,
    loads: Iterable[Mapping[int, float]],
    limit: float | None,
) -> dict[int, float]:
    """Return the kWh of each hour (unix time) that the home drew without `loads`.

    Empty where nothing measures it. `limit` is the subscribed power, W: no hour is above it.
    """
    if not dashboard.meters or RECORDER not in hass.config.components:
        return {}
    ids = {statistic for _, statistic in dashboard.meters}
    most = _MOST if limit is None else limit / 1000 * 1.2
    try:
        rows = await _async_rows(hass, ids, now)
    except Exception as error:  # noqa: BLE001
        LOGGER.debug("The statistics cannot be read: %s", error)
        return {}
    parts = [
        (sign, hours_of(rows.get(statistic, ()), most)) for sign, statistic in dashboard.meters
    ]
    return without(balance(parts), loads)


async def _async_rows(hass: HomeAssistant, ids: set[str], now: float) -> dict[str, list[Row]]:
    from homeassistant.components.recorder.statistics import statistics_during_period  # noqa: PLC0415
    from homeassistant.helpers.recorder import get_instance  # noqa: PLC0415

    end = dt_util.utc_from_timestamp(now // SLOT * SLOT)
    found: Mapping[str, list[Any]] = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        end - timedelta(weeks=WEEKS),
        end,
        ids,
        "hour",
        {"energy": UnitOfEnergy.KILO_WATT_HOUR},
        {"change"},
    )
    return {
        statistic: [Row(row["start"], row["end"], row.get("change")) for row in rows]
        for statistic, rows in found.items()
    }
