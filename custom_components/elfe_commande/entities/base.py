"""What all entities share: their device, their listener, and how wishes leave them."""

from typing import ClassVar, override

from homeassistant.core import CALLBACK_TYPE, State, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from ..core.model import DRIVEN_MODES, Constraints, ControlState, DeviceId, EquipmentId
from ..core.wish import ConstraintWish, Intent, Wish
from ..devices.identifiers import (
    equipment_identifier,
    hub_identifier,
    screen_identifier,
    unique_id_of,
)
from ..engine.engine import Engine
from ..engine.ground.status import EquipmentStatus, ScreenStatus
from ..hub import Hub
from .answers import failure_of
from .asking import async_constrain, async_wish, origin_of

# ------------------------------------------------------------------------------------ entities


class ElfeEntity(Entity):
    """An entity that the engine's changes reach through the coordinator.

    Losing the database or the EMS makes nothing unavailable: the last values stay, and the
    hub's entities tell.
    """

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, hub: Hub, description: EntityDescription) -> None:
        """Keep the hub and what makes this entity differ from its siblings."""
        self._hub = hub
        self.entity_description = description

    @property
    def _engine(self) -> Engine:
        return self._hub.engine

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Go on under another entity id: nothing here depends on it."""


class HubEntity(ElfeEntity):
    """An entity of the entry's own device."""

    def __init__(self, hub: Hub, description: EntityDescription) -> None:
        """Belong to the hub's device."""
        super().__init__(hub, description)
        entry_id = hub.entry.entry_id
        self._attr_unique_id = f"{entry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={hub_identifier(entry_id)})

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the hub."""
        self.async_on_remove(self._hub.coordinator.watch_hub(self.async_write_ha_state))


class EquipmentEntity(ElfeEntity):
    """An entity of one equipment's device."""

    told_by: ClassVar[str] = "native_value"
    """The property that its state is made of."""

    def __init__(
        self,
        hub: Hub,
        equipment_id: EquipmentId,
        description: EntityDescription,
    ) -> None:
        """Belong to the equipment's device."""
        super().__init__(hub, description)
        self._equipment_id = equipment_id
        self._attr_unique_id = unique_id_of(hub.entry.entry_id, equipment_id, description.key)

    @property
    def equipment_id(self) -> EquipmentId:
        """Return whose entity it is."""
        return self._equipment_id

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """Return the link to the device, made when asked: thousands would be kept otherwise."""
        identifier = equipment_identifier(self._hub.entry.entry_id, self._equipment_id)
        return DeviceInfo(identifiers={identifier})

    @property
    def _status(self) -> EquipmentStatus:
        """What is known of the equipment; Home Assistant asks only while it is available."""
        return self._engine.statuses[self._equipment_id]

    @property
    @override
    def available(self) -> bool:
        """Return whether the tables have the equipment."""
        return self._equipment_id in self._engine.statuses

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the equipment."""
        _ = self._follow()

    @callback
    def async_told(self) -> None:
        """Take note that the equipment changed, whatever of it is shown."""

    @callback
    def _follow(self) -> CALLBACK_TYPE:
        """Follow the equipment; return what writes the state if it shows something else."""
        changed = _Shown(self)
        self.async_on_remove(self._hub.coordinator.watch_equipment(self._equipment_id, changed))
        return changed


class _Shown:
    """Writes the state of an entity, unless it shows what was written last.

    It is told of each change of the equipment, and most of these change nothing that it shows:
    Home Assistant would put its state together to find that out. Kept apart from the entity, which
    would need a larger dictionary for one value more.
    """

    __slots__ = ("_entity", "_last", "_state")

    def __init__(self, entity: EquipmentEntity) -> None:
        """Know what is there now: Home Assistant writes it once the entity is added."""
        self._entity = entity
        self._last = self._now()
        self._state: State | None = None
        """What is there since; another, where somebody else wrote or removed it."""

    @property
    def __self__(self) -> EquipmentEntity:
        """Return whose it is, as methods do: that is logged if it raises."""
        return self._entity

    def _now(self) -> tuple[object, ...]:
        entity = self._entity
        if not entity.available:
            return ()
        return getattr(entity, entity.told_by), entity.extra_state_attributes

    @callback
    def __call__(self) -> None:
        """Write what changed, or what is not there as it was written."""
        entity = self._entity
        entity.async_told()
        now, there = self._now(), entity.hass.states.get(entity.entity_id)
        if now == self._last and (self._state is None or self._state is there):
            self._state = there
            return
        self._last = now
        entity.async_write_ha_state()
        self._state = entity.hass.states.get(entity.entity_id)


class WishingEntity(EquipmentEntity):
    """An entity of one equipment that takes people's wishes."""

    @property
    @override
    def available(self) -> bool:
        """Return whether anyone may order the equipment at all."""
        status = self._engine.statuses.get(self._equipment_id)
        return (
            status is not None
            and status.mode in DRIVEN_MODES
            and status.equipment.state.control != ControlState.COMMUNICATION_ERROR
        )

    async def _async_wish(self, intent: Intent, *, advance_end: bool = False) -> None:
        context, name = self._context, self._status.equipment.name
        result = await async_wish(
            self._engine,
            Wish(
                self._equipment_id,
                intent,
                origin_of(context),
                user_id=None if context is None else context.user_id,
                advance_end=advance_end,
            ),
        )
        if (failure := failure_of(self.hass, result, name)) is not None:
            raise failure

    async def _async_constrain(self, wishes: Constraints) -> None:
        context = self._context
        await async_constrain(
            self._engine,
            ConstraintWish(
                self._equipment_id,
                wishes,
                origin_of(context),
                user_id=None if context is None else context.user_id,
            ),
        )


class ScreenEntity(ElfeEntity):
    """An entity of one wall screen's device."""

    def __init__(self, hub: Hub, screen_id: DeviceId, description: EntityDescription) -> None:
        """Belong to the screen's device."""
        super().__init__(hub, description)
        self._screen_id = screen_id
        entry_id = hub.entry.entry_id
        self._attr_unique_id = f"{entry_id}_screen_{screen_id}_{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={screen_identifier(entry_id, screen_id)})

    @property
    def _status(self) -> ScreenStatus:
        """What is known of the screen; Home Assistant asks only while it is available."""
        return self._engine.screens[self._screen_id]

    @property
    @override
    def available(self) -> bool:
        """Return whether the tables have the screen."""
        return self._screen_id in self._engine.screens
