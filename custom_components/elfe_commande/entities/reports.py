"""What became of an appliance: its day so far, and what it has still to run."""

from typing import Final

from homeassistant.util import dt as dt_util

from ..core.model import EquipmentId
from ..hub import Hub
from ..planning.home.habits import Habits
from ..planning.home.needs import Due, due_of
from ..record.recorder import Recorder
from ..subentries.appliances.planning_form import habits_of

_NOBODY_SAID: Final = Habits()


def habits_in(hub: Hub, equipment_id: EquipmentId) -> Habits:
    """Return how an appliance is used, as far as somebody said so."""
    subentry = hub.entry.subentries.get(hub.subentry_of(equipment_id) or "")
    return _NOBODY_SAID if subentry is None else habits_of(subentry.data)


def due(hub: Hub, record: Recorder, equipment_id: EquipmentId) -> Due | None:
    """Return what an appliance has still to run, `None` where nobody said."""
    return due_of(
        hub.engine.statuses[equipment_id].equipment,
        habits_in(hub, equipment_id),
        record.book.on_time,
        hub.engine.clock.now(),
        dt_util.get_default_time_zone(),
    )


def on_today(hub: Hub, record: Recorder, equipment_id: EquipmentId) -> float:
    """Return the minutes that an appliance was on since midnight, as its devices confirmed."""
    now, zone = hub.engine.clock.now(), dt_util.get_default_time_zone()
    midnight = dt_util.start_of_local_day(dt_util.as_local(dt_util.utc_from_timestamp(now)))
    confirmed, _ = record.book.minutes(equipment_id, midnight.timestamp(), now, zone=zone)
    return confirmed
