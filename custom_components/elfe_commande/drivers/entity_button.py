"""Device type 90002, ours: a button of Home Assistant that starts a machine."""

from collections.abc import Mapping
from typing import Any, override

from ..core.model import Device, DeviceTypeId
from .base import Message, Reading
from .entity import EntityDriver, hand_of, reply_of


class EntityButton(EntityDriver):
    """Is pressed; that the press was taken does not say that the machine started."""

    type_id = DeviceTypeId(90002)
    name = "entity_button"
    presses = True

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        return super().order(device, on=on, request=request) if on else None

    @override
    def _read(self, values: Mapping[str, Any]) -> Reading | None:
        # Not `online`: a press on an unavailable button fails at once instead of being put off.
        return Reading(
            available=values.get("available") is True,
            reply=reply_of(values, sure=False),
            hand=hand_of(values),
        )


DRIVER = EntityButton()
