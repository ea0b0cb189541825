"""When people want their load done."""

from datetime import time
from typing import override

from homeassistant.components.time import DOMAIN as PLATFORM, TimeEntity, TimeEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from .core.model import Constraints
from .core.wall_clock import next_occurrence
from .devices.shapes import Kind, kind_of
from .engine.ground.status import EquipmentStatus
from .entities.base import WishingEntity
from .entities.platform import Platform

PARALLEL_UPDATES = 0

WISHED_END = TimeEntityDescription(
    key="wished_end",
    translation_key="wished_end",
    entity_category=EntityCategory.CONFIG,
    entity_registry_enabled_default=False,
)
DESCRIPTIONS = (WISHED_END,)


def wanted(status: EquipmentStatus) -> tuple[TimeEntityDescription, ...]:
    """Return the times of an equipment: none where the tables have no wished end."""
    has = status.equipment.constraints.wished_end is not None
    return DESCRIPTIONS if has and kind_of(status) is Kind.DRIVEN else ()


class WishedEnd(WishingEntity, TimeEntity):
    """The wall-clock time by which the load shall be done."""

    @property
    @override
    def native_value(self) -> time | None:
        """Return the time as clocks at home show it, `None` while nothing was wished."""
        wished_end = self._status.equipment.constraints.wished_end
        if not wished_end:
            return None
        return dt_util.as_local(dt_util.utc_from_timestamp(wished_end)).time()

    @override
    async def async_set_value(self, value: time) -> None:
        """Wish for the next time that clocks show this."""
        zone = dt_util.get_default_time_zone()
        end = next_occurrence(dt_util.utcnow().timestamp(), value.hour, value.minute, zone)
        await self._async_constrain(Constraints(wished_end=end))


async_setup_entry = Platform(
    domain=PLATFORM, descriptions=DESCRIPTIONS, wanted=wanted, make=WishedEnd
).async_set_up
