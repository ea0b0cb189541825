"""What the wall screens show: every change, on all screens of the home, each of them whole."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from functools import partial
import logging

from ...core.model import DeviceId, EquipmentId, HomeId
from ...core.screens import Screen
from ...interfaces import Interface, Publication
from ...interfaces.pages import page_view
from ..ground.background import Background
from ..ground.events import ScreensChanged
from ..ground.ground import Ground
from ..ground.ports import Messenger, MessengerError, Unsubscribe
from ..ground.status import EquipmentStatus, ScreenStatus
from .households import Households

_LOGGER = logging.getLogger(__name__)


class Displays:
    """Draws the screens, and knows which of them are there."""

    def __init__(
        self,
        ground: Ground,
        messenger: Messenger,
        households: Households,
        interfaces: Collection[Interface],
    ) -> None:
        """Know of no screen; `interfaces` draw each in their way on the screens that are theirs."""
        self._ground = ground
        self._messenger = messenger
        self._households = households
        self._interfaces = interfaces
        self._background = Background()
        self._due: dict[EquipmentId, None] = {}
        self._returned: dict[DeviceId, None] = {}
        self._drawing: dict[DeviceId, asyncio.Lock] = {}
        self._refreshing: asyncio.TimerHandle | None = None
        self._returning: asyncio.TimerHandle | None = None

    def watch_broker(self) -> Unsubscribe:
        """Know of no screen whether it is there while the broker is lost; end by what is returned."""
        return self._messenger.watch_connection(self._connection_changed)

    def close(self) -> None:
        """Draw nothing more."""
        for timer in (self._refreshing, self._returning):
            if timer is not None:
                timer.cancel()
        self._background.cancel()

    # -- which are there

    @property
    def screens(self) -> dict[DeviceId, ScreenStatus]:
        """Return the wall screens there are."""
        return self._households.screens

    def adopt(self, screens: Iterable[Screen]) -> None:
        """Take over the screens that the tables have now; one without a home is nobody's."""
        if self._households.adopt(screens):
            self._ground.notify(ScreensChanged())

    def presence(self, plate: str, *, online: bool) -> None:
        """Take note that a screen came or went; one that says it came is drawn anew.

        It may have been restarted without anybody telling that it was gone.
        """
        for status in self.screens.values():
            if status.screen.plate != plate:
                continue
            if status.online is not online:
                status.online = online
                self._ground.notify(ScreensChanged())
            if online:
                self._returned[status.screen.id] = None
                self._later_returned()

    def _connection_changed(self, connected: bool) -> None:
        """Forget which screens are there.

        What changes meanwhile is drawn nowhere: each is drawn when the broker, which retains
        that it is there, says so again.
        """
        known = [status for status in self.screens.values() if status.online is not None]
        if connected or not known:
            return
        for status in known:
            status.online = None
        self._ground.notify(ScreensChanged())

    # -- what they show

    def refresh(self, equipment_id: EquipmentId, *, at_once: bool = False) -> None:
        """Show an equipment anew on all screens of its home, with what else changes now.

        `at_once`: before all others, somebody stands before the screen and waits.
        """
        if at_once:
            self._due.pop(equipment_id, None)
            self._background.begin(self._publish_due([equipment_id], at_once=True), "refresh")
            return
        self._due[equipment_id] = None
        if self._refreshing is None:
            loop = asyncio.get_running_loop()
            window = self._ground.timing.refresh_window
            self._refreshing = loop.call_later(window, self._refresh_due)

    def _refresh_due(self) -> None:
        self._refreshing = None
        due, self._due = list(self._due), {}
        self._background.begin(self._publish_due(due), "refresh")

    async def _publish_due(self, due: list[EquipmentId], *, at_once: bool = False) -> None:
        for equipment_id in due:
            status = self._ground.store.statuses.get(equipment_id)
            if status is None:
                continue
            for screen in self._households.screens_of(status.equipment.home):
                await self._draw(screen, status, at_once=at_once)

    def _later_returned(self) -> None:
        """Refresh the screens that came back together, after one word to the indicators."""
        if self._returning is None:
            loop = asyncio.get_running_loop()
            window = self._ground.timing.return_window
            self._returning = loop.call_later(window, self._refresh_returned)

    def _refresh_returned(self) -> None:
        self._returning = None
        returned, self._returned = list(self._returned), {}
        screens = [self.screens[i].screen for i in returned if i in self.screens]
        screens = [each for each in screens if not self._ground.owner.is_elsewhere(each.home)]
        if screens:
            self._background.begin(self._publish_screens(screens, returned=True), "screens")

    async def refresh_screens(self, home: HomeId | None = None) -> int:
        """Show everything anew on the screens of a home, or of all; return how many."""
        screens = [s.screen for s in self.screens.values() if home in (None, s.screen.home)]
        await self._publish_screens(screens, returned=False)
        return len(screens)

    async def _publish_screens(self, screens: list[Screen], *, returned: bool) -> None:
        if returned:
            for interface in self._interfaces:
                await self._show(
                    interface.refreshed, f"{type(interface).__name__} does not refresh"
                )
        for screen in screens:
            for status in tuple(self._households.equipments_of(screen.home)):
                await self._draw(screen, status)

    async def _draw(
        self, screen: Screen, status: EquipmentStatus, *, at_once: bool = False
    ) -> None:
        """Show an equipment on a screen; never two at once there, an older one would end last."""
        if self._ground.owner.is_elsewhere(screen.home):
            return
        async with self._drawing.setdefault(screen.id, asyncio.Lock()):
            failure = f"Equipment {status.equipment.id} cannot be shown on {screen.plate}"
            await self._show(partial(self._shown, screen, status), failure, at_once=at_once)

    def _shown(self, screen: Screen, status: EquipmentStatus) -> Iterable[Publication]:
        """Return the messages for an equipment, if it is the one its page shows."""
        households = self._households
        page = households.layout.page_of(status.equipment.type_id)
        if page is None or households.holder(status.equipment.home, page) is not status:
            return ()
        view = page_view(households.layout, status.equipment, self._ground.zone)
        if view is None:
            return ()
        return [p for i in self._interfaces for p in i.show(screen, view)]

    async def _show(
        self, drawn: Callable[[], Iterable[Publication]], failure: str, *, at_once: bool = False
    ) -> None:
        """Publish what is drawn; what cannot be drawn keeps nothing else from the screens."""
        try:
            lines = [(each.topic, each.payload) for each in drawn()]
            await self._messenger.publish_together(lines, at_once=at_once)
        except MessengerError as error:
            # The screens are refreshed when they are back.
            _LOGGER.debug("Not shown: %s", error)
        except Exception as error:  # noqa: BLE001
            self._ground.telling.note(failure, error)
