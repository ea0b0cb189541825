"""How each kind of device is talked to: one protocol per file, pure.

A new device is one new module with a `DRIVER`; it is found here by its database id.
"""

from importlib import import_module
from pkgutil import iter_modules

from ..core.model import DeviceTypeId
from .base import Driver, Hand, Message, Reading, Reply, RevertingDriver, Topics

__all__ = [
    "DRIVERS",
    "Driver",
    "Hand",
    "Message",
    "Reading",
    "Reply",
    "RevertingDriver",
    "Topics",
]

DRIVERS: dict[DeviceTypeId, Driver] = {
    module.DRIVER.type_id: module.DRIVER
    for info in iter_modules(__path__)
    if hasattr(module := import_module(f"{__name__}.{info.name}"), "DRIVER")
}
"""By `equipement_domotique_type.id`."""
