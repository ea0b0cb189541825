"""Device type 90004, ours: an entity of Home Assistant that is given one of two chosen values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, override

from ..core.model import DeviceTypeId
from .base import Reading
from .entity_switch import EntitySwitch


class EntitySetting(EntitySwitch):
    """Acknowledges by its own value, unless that may be an echo and something measured tells."""

    type_id = DeviceTypeId(90004)
    name = "entity_setting"
    follows_late = True

    @override
    def _read(self, values: Mapping[str, Any]) -> Reading | None:
        reading = super()._read(values)
        if reading is None or not reading.online:
            return reading
        works = values.get("works")
        return replace(
            reading,
            echo=values.get("echo") is True,
            watched=values.get("watched") is True,
            works=works if isinstance(works, bool) else None,
            strayed=values.get("strayed") is True,
        )


DRIVER = EntitySetting()
