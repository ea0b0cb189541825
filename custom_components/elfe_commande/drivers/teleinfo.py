"""Device type 211: Linky reader with Tasmota 12. It measures, nothing can be ordered of it."""

from typing import override

from ..core.model import Device, DeviceTypeId
from .base import Driver, Message, Reading, number_of, object_of


class Teleinfo(Driver):
    """Reports the power of the whole connection, in watts, in `ENERGY.Power`."""

    type_id = DeviceTypeId(211)
    name = "teleinfo"
    drives = False
    measures_load = False

    @override
    def topics(self, device: Device) -> tuple[str, ...]:
        return (device.control_topic,)

    @override
    def order(self, device: Device, *, on: bool, request: str) -> Message | None:
        return None

    @override
    def read(self, device: Device, topic: str, payload: bytes) -> Reading | None:
        energy = (object_of(payload) or {}).get("ENERGY")
        power = number_of(energy.get("Power")) if isinstance(energy, dict) else None
        return None if power is None else Reading(power=power)


DRIVER = Teleinfo()
