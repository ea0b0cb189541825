"""The devices of an entry: the hub, its homes behind it, equipments and screens behind theirs."""

import asyncio
from collections.abc import Callable, Collection, Iterable

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_translations

from ..configuration.entry_settings import is_local
from ..const import DOMAIN
from ..coordinator import ElfeCoordinator
from ..core.appliances import APPLIANCE_TYPES
from ..core.model import EquipmentId, HomeId
from ..core.pace import paced
from ..engine.ground.events import EquipmentChanged, Event
from .capacity import Capacity
from .identifiers import (
    equipment_identifier,
    equipment_of,
    home_identifier,
    home_of,
    hub_identifier,
)
from .screens import ScreenRoster
from .shapes import Kind, Shape, kind_of, shape_of


class Roster:
    """Which equipments are shown, kept in step with the tables.

    Entities are added by the platforms, which are told of every equipment that is new or whose
    shape changed; devices appear with their first entity, and go when the equipment does.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        coordinator: ElfeCoordinator,
        *,
        compact: bool,
        subentry_of: Callable[[EquipmentId], str | None] = lambda _: None,
    ) -> None:
        """Show nothing yet; see `async_start`.

        `subentry_of` returns the subentry that the device of an equipment belongs to, if any.
        """
        self._subentry_of = subentry_of
        self._hass = hass
        self._entry = entry
        self._statuses = coordinator.engine.statuses
        self._coordinator = coordinator
        self._registry = dr.async_get(hass)
        self._watchers: list[Callable[[Collection[EquipmentId]], None]] = []
        self._known: dict[EquipmentId, Shape] = {}
        self._registered: set[EquipmentId] = set()
        self._namesakes: dict[str, set[EquipmentId]] = {}
        """Equipments by their name: two homes may each have a tank."""
        self._homes: dict[HomeId, str] = {}
        self._hub_device = ""
        self._words: dict[str, str] = {}
        self.turn = asyncio.Lock()
        """Held while a chunk of entities is added."""
        self.screens = ScreenRoster(
            hass,
            entry,
            coordinator,
            home_device=self.ensure_home,
            changed=self._screens_changed,
            compact=compact,
        )
        self.capacity = Capacity(hass, entry, compact=compact)

    async def async_start(self) -> None:
        """Create the hub's device, remove what left the tables meanwhile, follow the rest."""
        self._words = await async_get_translations(
            self._hass, self._hass.config.language, "selector", [DOMAIN]
        )
        # Home Assistant names the homes' devices from these, before any platform loads them.
        await async_get_translations(self._hass, self._hass.config.language, "device", [DOMAIN])
        self._hub_device = self._registry.async_get_or_create(
            config_entry_id=self._entry.entry_id,
            identifiers={hub_identifier(self._entry.entry_id)},
            entry_type=dr.DeviceEntryType.SERVICE,
            name=self._entry.title,
            manufacturer="ELFE",
        ).id
        self._check_capacity()
        if self._statuses:
            devices = dr.async_entries_for_config_entry(self._registry, self._entry.entry_id)
            homes = self._inhabited()
            await self._remove(
                device.id if self.is_stale(device, homes) else None for device in devices
            )
        for unwatch in (
            self._coordinator.watch_added(self._refresh),
            self._coordinator.watch_removed(self._refresh),
            self._coordinator.watch_all(self._handle),
        ):
            self._entry.async_on_unload(unwatch)
        self.screens.async_start()

    @property
    def shown(self) -> list[EquipmentId]:
        """The equipments that have a device, or will have one."""
        return list(self._known)

    @callback
    def is_shown(self, equipment_id: EquipmentId) -> bool:
        """Return whether an equipment has a device, or will have one."""
        return equipment_id in self._known

    @callback
    def watch(self, changed: Callable[[Collection[EquipmentId]], None]) -> CALLBACK_TYPE:
        """Call `changed` with equipments that are new, or whose shape is, or that went."""
        self._watchers.append(changed)

        @callback
        def unwatch() -> None:
            self._watchers.remove(changed)

        return unwatch

    @callback
    def is_stale(self, device: dr.AnyDeviceEntry, homes: Collection[HomeId] | None = None) -> bool:
        """Return whether a device stands for nothing that the tables still have.

        Whoever asks of many hands in the homes of the tables: all rows are looked at for them.
        """
        identifiers = device.identifiers
        if hub_identifier(self._entry.entry_id) in identifiers:
            return False
        if device.config_subentry_id is not None:
            # It goes along with its subentry.
            return device.config_subentry_id not in self._entry.subentries
        equipment_id = equipment_of(self._entry.entry_id, identifiers)
        if equipment_id is not None:
            status = self._statuses.get(equipment_id)
            return status is None or kind_of(status) is Kind.REMOVED
        if (stale := self.screens.is_stale(identifiers)) is not None:
            return stale
        home = home_of(self._entry.entry_id, identifiers)
        return home not in (self._inhabited() if homes is None else homes)

    def _inhabited(self) -> set[HomeId]:
        """Return the homes that the tables have something of."""
        return self.screens.homes | {
            status.equipment.home
            for status in self._statuses.values()
            if kind_of(status) is not Kind.REMOVED
        }

    @callback
    def ensure_device(self, equipment_id: EquipmentId) -> None:
        """Create the device of an equipment, and of its home, unless they are there."""
        if equipment_id not in self._registered and equipment_id in self._known:
            self._registered.add(equipment_id)
            self._register(equipment_id)

    @callback
    def _handle(self, event: Event) -> None:
        if isinstance(event, EquipmentChanged):
            self._refresh(event.ids)

    @callback
    def _refresh(self, ids: Collection[EquipmentId]) -> None:
        """Take note of what became of these equipments."""
        changed: list[EquipmentId] = []
        gone: list[EquipmentId] = []
        renamed: set[EquipmentId] = set()
        for equipment_id in ids:
            status = self._statuses.get(equipment_id)
            old = self._known.get(equipment_id)
            new = None if status is None else shape_of(status)
            if new == old:
                continue
            if new is None or new.kind is Kind.REMOVED:
                if old is not None:
                    del self._known[equipment_id]
                    renamed |= self._name(equipment_id, old.name, None)
                    gone.append(equipment_id)
                continue
            self._known[equipment_id] = new
            renamed |= self._name(equipment_id, None if old is None else old.name, new.name)
            changed.append(equipment_id)
        if not changed and not gone:
            # Nearly always, and thousands of times in a cycle.
            return
        for equipment_id in {*changed, *renamed}:
            if equipment_id in self._registered and equipment_id in self._known:
                self._coordinator.telling.tell(self._register, equipment_id)
        self._check_capacity()
        self._coordinator.telling.tell_all(self._watchers, [*changed, *gone])
        self._registered.difference_update(gone)
        if gone or not self._homes.keys() <= self._occupied():
            _ = self._entry.async_create_background_task(
                self._hass, self._clear(gone), f"{DOMAIN} stale devices"
            )

    @callback
    def _screens_changed(self, gone: Collection[str]) -> None:
        """Take note of screens that came, and of the devices of those that went."""
        self._check_capacity()
        if gone or not self._homes.keys() <= self._occupied():
            _ = self._entry.async_create_background_task(
                self._hass, self._clear((), gone), f"{DOMAIN} stale devices"
            )

    @callback
    def _check_capacity(self) -> None:
        self.capacity.check(self._statuses.values(), screens=len(self.screens.shown))

    @property
    def homes(self) -> Collection[HomeId]:
        """The homes that have a device."""
        return self._homes.keys()

    def _occupied(self) -> set[HomeId]:
        return self.screens.homes | {shape.home for shape in self._known.values()}

    async def _clear(self, gone: Iterable[EquipmentId], screen_devices: Iterable[str] = ()) -> None:
        """Remove the devices of these equipments and screens, and of homes that are empty now."""
        await self._remove(screen_devices)
        await self._remove(map(self._left_by, gone))
        empty = self._homes.keys() - self._occupied()
        await self._remove(self._homes.pop(home) for home in empty)

    def _left_by(self, equipment_id: EquipmentId) -> str | None:
        """Return the device of an equipment that went, unless it came back meanwhile."""
        entry_id = self._entry.entry_id
        device = self._registry.async_get_device_by_identifier(
            equipment_identifier(entry_id, equipment_id), entry_id
        )
        return device.id if device is not None and self.is_stale(device) else None

    async def _remove(self, device_ids: Iterable[str | None]) -> None:
        """Remove devices; `None` stays, and is work as well: others have their turn."""
        async for device_id in paced(device_ids):
            if device_id is not None:
                self._registry.async_remove_device(device_id)

    def _name(
        self, equipment_id: EquipmentId, old: str | None, new: str | None
    ) -> set[EquipmentId]:
        """Take note of a name; return those that are told apart otherwise from now on."""
        if old == new:
            return set()
        others: set[EquipmentId] = set()
        if old is not None and (left := self._namesakes.get(old)) is not None:
            left.discard(equipment_id)
            others |= left if len(left) == 1 else set()
            if not left:
                del self._namesakes[old]
        if new is not None:
            found = self._namesakes.setdefault(new, set())
            others |= found if len(found) == 1 else set()
            found.add(equipment_id)
        return others

    @callback
    def name_of(self, equipment_id: EquipmentId) -> str | None:
        """Return what an equipment is called: with its home, where its name alone is not enough."""
        shape = self._known.get(equipment_id)
        if shape is None:
            return None
        alone = len(self._namesakes[shape.name]) == 1
        return shape.name if alone else f"{shape.name} {shape.home}"

    @callback
    def _register(self, equipment_id: EquipmentId) -> None:
        shape = self._known[equipment_id]
        known = APPLIANCE_TYPES.get(shape.type_id)
        type_key = "" if known is None else known.key
        self._registry.async_get_or_create(
            config_entry_id=self._entry.entry_id,
            config_subentry_id=self._subentry_of(equipment_id),
            identifiers={equipment_identifier(self._entry.entry_id, equipment_id)},
            name=self.name_of(equipment_id),
            model=self._word("equipment_type", type_key),
            model_id=self._word("installation", str(shape.typology_id)),
            serial_number=str(equipment_id),
            via_device_id=self.ensure_home(shape.home),
        )

    @callback
    def ensure_home(self, home: HomeId) -> str:
        """Return the device of a home, created unless it is there."""
        if home not in self._homes:
            self._homes[home] = self._registry.async_get_or_create(
                config_entry_id=self._entry.entry_id,
                identifiers={home_identifier(self._entry.entry_id, home)},
                entry_type=dr.DeviceEntryType.SERVICE,
                translation_key="household" if is_local(self._entry) else "home",
                translation_placeholders={"home": home},
                via_device_id=self._hub_device,
            ).id
        return self._homes[home]

    def _word(self, selector: str, key: str) -> str | None:
        return self._words.get(f"component.{DOMAIN}.selector.{selector}.options.{key}")
