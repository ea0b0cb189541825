"""The one set-up of every platform: what the hub, subentries, appliances and screens show on it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..core.model import DeviceId, EquipmentId
from ..engine.ground.status import EquipmentStatus
from ..hub import ElfeConfigEntry, Hub
from .base import EquipmentEntity, ScreenEntity
from .population import EquipmentEntities, async_follow_screens


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform[D: EntityDescription]:
    """What is shown on one platform.

    `wanted` returns which of the `descriptions` an appliance has now: one of a few constant
    tuples; all of them without it. `make` builds one entity of an appliance, or chooses by
    the hub what does. A compact entry has those of platforms that are `in_compact` only.
    """

    domain: str
    descriptions: tuple[D, ...]
    make: Callable[[Hub, EquipmentId, D], EquipmentEntity]
    wanted: Callable[[EquipmentStatus], tuple[D, ...]] | None = None
    in_compact: bool = False
    of_hub: Callable[[Hub], Iterable[Entity]] = lambda _: ()
    of_screen: Callable[[Hub, DeviceId], ScreenEntity] | None = None

    async def async_set_up(
        self,
        _hass: HomeAssistant,
        entry: ElfeConfigEntry,
        async_add_entities: AddConfigEntryEntitiesCallback,
    ) -> None:
        """Add what there is now, and follow what comes, changes and goes."""
        hub = entry.runtime_data
        async_add_entities(self.of_hub(hub))
        hub.subentries.async_follow(self.domain, async_add_entities)
        await EquipmentEntities(
            entry,
            async_add_entities,
            platform=self.domain,
            descriptions=self.descriptions,
            wanted=self.wanted or (lambda _: self.descriptions),
            make=self.make,
            in_compact=self.in_compact,
        ).async_follow()
        if self.of_screen is not None:
            await async_follow_screens(entry, async_add_entities, self.domain, self.of_screen)
