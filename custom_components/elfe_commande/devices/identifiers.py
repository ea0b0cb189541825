"""How devices and entities are known to Home Assistant's registries."""

from collections.abc import Iterable

from ..const import DOMAIN
from ..core.model import DeviceId, EquipmentId, HomeId


def hub_identifier(entry_id: str) -> tuple[str, str]:
    """Return the identifier of the entry's own device."""
    return (DOMAIN, entry_id)


def home_identifier(entry_id: str, home: HomeId) -> tuple[str, str]:
    """Return the identifier of a home's device."""
    return (DOMAIN, f"{entry_id}_home_{home}")


def home_of(entry_id: str, identifiers: Iterable[tuple[str, str]]) -> HomeId | None:
    """Return the home that a device stands for, `None` if it is no home's."""
    prefix = f"{entry_id}_home_"
    for domain, text in identifiers:
        if domain == DOMAIN and text.startswith(prefix):
            return HomeId(text.removeprefix(prefix))
    return None


def equipment_identifier(entry_id: str, equipment_id: EquipmentId) -> tuple[str, str]:
    """Return the identifier of an equipment's device."""
    return (DOMAIN, f"{entry_id}_{equipment_id}")


def equipment_of(entry_id: str, identifiers: Iterable[tuple[str, str]]) -> EquipmentId | None:
    """Return the equipment that a device stands for, `None` if it is no equipment's."""
    prefix = f"{entry_id}_"
    for domain, text in identifiers:
        if domain == DOMAIN and text.startswith(prefix):
            rest = text.removeprefix(prefix)
            if rest.isascii() and rest.isdecimal():
                return EquipmentId(int(rest))
    return None


def screen_identifier(entry_id: str, screen_id: DeviceId) -> tuple[str, str]:
    """Return the identifier of a screen's device."""
    return (DOMAIN, f"{entry_id}_screen_{screen_id}")


def screen_of(entry_id: str, identifiers: Iterable[tuple[str, str]]) -> DeviceId | None:
    """Return the screen that a device stands for, `None` if it is no screen's."""
    prefix = f"{entry_id}_screen_"
    for domain, text in identifiers:
        if domain == DOMAIN and text.startswith(prefix):
            return DeviceId(text.removeprefix(prefix))
    return None


def unique_id_of(entry_id: str, equipment_id: EquipmentId, key: str) -> str:
    """Return the unique id of an equipment's entity."""
    return f"{entry_id}_{equipment_id}_{key}"
