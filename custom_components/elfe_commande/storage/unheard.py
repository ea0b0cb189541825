"""Devices whose topics do not tell where they answer."""

from collections.abc import Iterable, Iterator

from ..core.model import Equipment
from ..drivers import DRIVERS
from ..engine.ground.ports import Problem


def unheard(equipments: Iterable[Equipment]) -> Iterator[Problem]:
    """Yield a problem for each device that can be ordered and not be heard."""
    for equipment in equipments:
        for device in equipment.devices:
            driver = DRIVERS.get(device.type_id)
            if driver is None or not driver.drives or not driver.unheard(device):
                continue
            shown = {"equipment": equipment.name, "topic": device.command_topic}
            yield Problem("unheard_device", str(device.id), shown, equipment.id)
