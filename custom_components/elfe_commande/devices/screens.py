"""The wall screens of an entry, their devices, and who hears of which."""

from collections.abc import Callable, Collection, Iterable
from functools import partial

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..coordinator import ElfeCoordinator
from ..core.gesture import ScreenTouched
from ..core.model import DeviceId, HomeId
from ..core.screens import Screen
from ..engine.ground.events import Event, ScreenEvent
from .identifiers import screen_identifier, screen_of


class ScreenRoster:
    """Which screens are shown, kept in step with the tables; none in a compact entry.

    Each change reaches the entities of that screen, and no others.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        coordinator: ElfeCoordinator,
        *,
        home_device: Callable[[HomeId], str],
        changed: Callable[[Collection[str]], None],
        compact: bool,
    ) -> None:
        """Show nothing yet; `changed` hears of screens that came, and devices without one."""
        self._entry = entry
        self._coordinator = coordinator
        self._engine = coordinator.engine
        self._registry = dr.async_get(hass)
        self._home_device = home_device
        self._changed = changed
        self._compact = compact
        self._known: dict[DeviceId, Screen] = {}
        self._online: dict[DeviceId, bool | None] = {}
        self._added: list[Callable[[Collection[DeviceId]], None]] = []
        self._watchers: dict[DeviceId, list[CALLBACK_TYPE]] = {}
        self._touched: dict[DeviceId, list[Callable[[ScreenTouched], None]]] = {}

    @callback
    def async_start(self) -> None:
        """Show the screens known now, and follow what becomes of them."""
        if self._compact:
            return
        self._refresh()
        self._entry.async_on_unload(self._coordinator.watch_screens(self._refresh))
        self._entry.async_on_unload(self._coordinator.watch_all(self._handle))

    @property
    def shown(self) -> list[DeviceId]:
        """The screens that have a device."""
        return list(self._known)

    @property
    def homes(self) -> set[HomeId]:
        """The homes that have a screen."""
        if self._compact:
            return set()
        return {status.screen.home for status in self._engine.screens.values()}

    @callback
    def is_stale(self, identifiers: Iterable[tuple[str, str]]) -> bool | None:
        """Return whether a device's screen left the tables, `None` if it is no screen's.

        Screens are not kept on disk: without the database nothing is known of them.
        """
        screen_id = screen_of(self._entry.entry_id, identifiers)
        if screen_id is None:
            return None
        if self._compact:
            return True
        return self._engine.connected and screen_id not in self._engine.screens

    @callback
    def watch_added(self, added: Callable[[Collection[DeviceId]], None]) -> CALLBACK_TYPE:
        """Call `added` with screens that are new."""
        self._added.append(added)
        return partial(self._added.remove, added)

    @callback
    def watch(self, screen_id: DeviceId, changed: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call `changed` when a screen came on or off line."""
        watchers = self._watchers.setdefault(screen_id, [])
        watchers.append(changed)
        return partial(watchers.remove, changed)

    @callback
    def watch_touches(
        self, screen_id: DeviceId, touched: Callable[[ScreenTouched], None]
    ) -> CALLBACK_TYPE:
        """Call `touched` with each touch of a screen."""
        watchers = self._touched.setdefault(screen_id, [])
        watchers.append(touched)
        return partial(watchers.remove, touched)

    @callback
    def _handle(self, event: Event) -> None:
        if isinstance(event, ScreenEvent):
            watchers = self._touched.get(event.screen.id, ())
            self._coordinator.telling.tell_all(watchers, event.touched)

    @callback
    def _refresh(self) -> None:
        """Take note of what became of the screens."""
        screens = {i: status.screen for i, status in self._engine.screens.items()}
        new = [i for i in screens if i not in self._known]
        gone = [i for i in self._known if i not in screens]
        moved = [i for i, screen in screens.items() if self._known.get(i) != screen]
        self._known = screens
        telling = self._coordinator.telling
        for screen_id in moved:
            telling.tell(self._register, screens[screen_id])
        devices = [device for i in gone if (device := self._device_of(i)) is not None]
        if moved or devices:
            telling.tell(self._changed, devices)
        if new:
            telling.tell_all(self._added, new)
        before = self._online
        self._online = {i: status.online for i, status in self._engine.screens.items()}
        for screen_id, online in self._online.items():
            if before.get(screen_id) is not online:
                telling.tell_all(self._watchers.get(screen_id, ()))

    @callback
    def _register(self, screen: Screen) -> None:
        self._registry.async_get_or_create(
            config_entry_id=self._entry.entry_id,
            identifiers={screen_identifier(self._entry.entry_id, screen.id)},
            translation_key="screen",
            translation_placeholders={"plate": screen.plate},
            via_device_id=self._home_device(screen.home),
        )

    def _device_of(self, screen_id: DeviceId) -> str | None:
        entry_id = self._entry.entry_id
        device = self._registry.async_get_device_by_identifier(
            screen_identifier(entry_id, screen_id), entry_id
        )
        return None if device is None else device.id
