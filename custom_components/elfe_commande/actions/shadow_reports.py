"""The report of shadow mode: what would have been ordered, against what was seen."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..describe import OFF, ON, iso
from ..hub import Hub
from ..shadow.book import Difference, Report
from .periods import PERIOD, period_of
from .permissions import async_require_admin
from .records import ATTR_LIMIT
from .targets import ATTR_CONFIG_ENTRY_ID, hubs_of

MOST: Final = 20_000
USUAL: Final = 1_000

GET_SHADOW_REPORT_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_CONFIG_ENTRY_ID): cv.string,
        **PERIOD,
        vol.Optional(ATTR_LIMIT, default=USUAL): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=MOST)
        ),
    }
)


async def async_get_shadow_report(call: ServiceCall) -> ServiceResponse:
    """Tell where we and whoever drives the loads differ; for administrators."""
    await async_require_admin(call)
    hubs = hubs_of(call, call.data.get(ATTR_CONFIG_ENTRY_ID))
    start, end = period_of(call, hubs)
    entries: list[JsonValueType] = []
    for hub in hubs:
        report = await hub.shadow_book.report(start.timestamp(), end.timestamp())
        about = about_shadow_report(hub, report, call.data[ATTR_LIMIT], iso)
        entries.append({"config_entry_id": hub.entry.entry_id, "title": hub.entry.title, **about})
    return {"from": start.isoformat(), "to": end.isoformat(), "entries": entries}


@callback
def about_shadow_report(
    hub: Hub, report: Report, limit: int, moment: Callable[[float | None], Any]
) -> dict[str, Any]:
    """Return a report with its newest differences, times as `moment` makes them."""
    shown = report.differ[-limit:]
    return {
        "shadow": hub.shadow,
        "since": moment(report.since),
        "slots": report.slots,
        "agree": report.agree,
        "unseen": report.unseen,
        "people": report.people,
        "differ": [_about(hub, each, moment) for each in shown],
        "more": report.more + len(report.differ) - len(shown),
    }


def _about(hub: Hub, each: Difference, moment: Callable[[float | None], Any]) -> dict[str, Any]:
    status = hub.engine.statuses.get(each.equipment_id)
    return {
        "slot": moment(each.slot),
        "id": int(each.equipment_id),
        "name": None if status is None else status.equipment.name,
        "ours": each.ours,
        "seen": None if each.seen is None else ON if each.seen else OFF,
        "ways": list(each.ways),
        "at": moment(each.at),
    }
