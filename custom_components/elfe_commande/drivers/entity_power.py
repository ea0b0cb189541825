"""Device type 90003, ours: a power sensor of Home Assistant that measures one load."""

from collections.abc import Mapping
from typing import Any, override

from ..core.model import Device, DeviceTypeId
from .base import Message, Reading, number_of
from .entity import EntityDriver


class EntityPower(EntityDriver):
    """Reports watts; nothing can be ordered of it."""

    type_id = DeviceTypeId(90003)
    name = "entity_power"
    drives = False
    measures_load = True

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        return None

    @override
    def _read(self, values: Mapping[str, Any]) -> Reading | None:
        if values.get("available") is not True:
            return Reading(available=False)
        return Reading(power=number_of(values.get("power")), available=True)


DRIVER = EntityPower()
