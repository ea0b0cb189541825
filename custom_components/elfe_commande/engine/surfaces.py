"""The people's side: what they do on screens, portal and panels, and what screens show.

Every gesture becomes a wish on the one path of wishes; every change is shown on all screens
of the home.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterable
import logging
from typing import Any

from ..core.gesture import (
    Gesture,
    PanelMode,
    PlatePresence,
    PortalUpdate,
    ScreenTouched,
    SwitchTurned,
    ValueRefused,
    WheelRolled,
)
from ..core.household import Layout, Screen
from ..core.lifecycle import Code
from ..core.model import DeviceId, EquipmentId, HomeId
from ..core.wish import Intent, Origin, Wish
from ..interfaces import FACTORIES, Interface, Publication
from ..interfaces.pages import page_view
from .context import EngineContext
from .errors import WishRefusedError
from .events import ScreenEvent, ScreensChanged
from .households import Households
from .panels import Panels
from .portal import Portal
from .ports import Arrival, Messenger, MessengerError, Unsubscribe
from .postponed import Postponed
from .status import EquipmentStatus, ScreenStatus
from .wheels import Wheels
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)


class Surfaces:
    """Routes gestures to the rooms that carry them out, and keeps the screens up to date."""

    def __init__(
        self,
        context: EngineContext,
        messenger: Messenger,
        layout: Layout,
        *,
        wishes: Wishes,
        portal: Portal,
        panels: Panels,
    ) -> None:
        """Hand the parts in; nothing is listened to yet."""
        self._context = context
        self._messenger = messenger
        self._households = Households(context.statuses, layout)
        self._wishes = wishes
        self._portal = portal
        self._panels = panels
        self._wheels = Wheels(context, wishes)
        self._interfaces = {name: create(layout) for name, create in FACTORIES.items()}
        self._unsubscribes: list[Unsubscribe] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._postponed = Postponed()
        self._due: dict[EquipmentId, None] = {}
        self._returned: dict[DeviceId, None] = {}
        self._drawing: dict[DeviceId, asyncio.Lock] = {}
        self._refreshing: asyncio.TimerHandle | None = None
        self._returning: asyncio.TimerHandle | None = None

    @property
    def screens(self) -> dict[DeviceId, ScreenStatus]:
        """Return the wall screens there are."""
        return self._households.screens

    @property
    def names(self) -> tuple[str, ...]:
        """Return the interfaces there are."""
        return tuple(self._interfaces)

    # -- start and stop

    async def open(self) -> None:
        """Listen to every surface; a retained "online" of a screen refreshes it."""
        self._unsubscribes.append(self._messenger.watch_connection(self._connection_changed))
        await asyncio.gather(*map(self._listen, self._interfaces.values()))

    async def _listen(self, interface: Interface) -> None:
        topics = interface.topics()
        try:
            unsubscribe = await self._messenger.subscribe(topics, self._reader(interface))
        except MessengerError as error:
            _LOGGER.warning("Cannot listen to %s: %s", ", ".join(topics), error)
        else:
            self._unsubscribes.append(unsubscribe)

    async def close(self) -> None:
        """Listen no longer; what was rolled and not written yet is written."""
        while self._unsubscribes:
            self._unsubscribes.pop()()
        for timer in (self._refreshing, self._returning):
            if timer is not None:
                timer.cancel()
        await self._wheels.close()
        for task in tuple(self._tasks):
            task.cancel()

    def resume(self) -> None:
        """Do what people asked for while the engine was not running yet."""
        for gesture in self._postponed.take(asyncio.get_running_loop().time()):
            self._take(gesture)

    def adopt(self, screens: Iterable[Screen]) -> None:
        """Take over the screens that the tables have now; one without a home is nobody's."""
        if self._households.adopt(screens):
            self._context.notify(ScreensChanged())

    def regroup(self) -> None:
        """Take note that equipments came, went, or changed their home."""
        self._households.regroup()

    # -- gestures

    def _reader(self, interface: Interface) -> Callable[[Arrival], None]:
        def receive(arrival: Arrival) -> None:
            self._context.traffic.note()
            gestures = interface.read(arrival.topic, arrival.payload, retained=arrival.retained)
            for gesture in gestures:
                self._take(gesture)

        return receive

    def _take(self, gesture: Gesture) -> None:
        """Begin what a gesture asks for; nothing of it is awaited in the broker's callback."""
        if not self._context.lifecycle.running and (about := self._about(gesture)):
            self._postpone(gesture, about)
            return
        match gesture:
            case PlatePresence(plate, online):
                self._presence(plate, online=online)
            case ScreenTouched():
                self._touched(gesture)
            case SwitchTurned(plate, page, piloted):
                if status := self._households.shown_on(plate, page):
                    self._spawn(self._turn(status, piloted=piloted), "switch")
            case WheelRolled(plate, page):
                if status := self._households.shown_on(plate, page):
                    self._wheels.roll(status, gesture, self.refresh)
            case ValueRefused(plate, page):
                if status := self._households.shown_on(plate, page):
                    self.refresh(status.equipment.id)
            case PortalUpdate(equipment_id):
                self._spawn(self._portal.update(equipment_id, self.refresh), "portal")
            case PanelMode(serial, manual):
                self._spawn(self._panels.turned(serial, self.refresh, manual=manual), "panel")

    def _about(self, gesture: Gesture) -> tuple[Hashable, ...]:
        """Return what a request is about, nothing for what orders nothing.

        The switch of a page and the portal say the same of an equipment: its mode.
        """
        match gesture:
            case SwitchTurned(plate, page):
                status = self._households.shown_on(plate, page)
                return () if status is None else (("mode", status.equipment.id),)
            case WheelRolled(plate, page, wheel):
                status = self._households.shown_on(plate, page)
                return () if status is None else ((wheel, status.equipment.id),)
            case PortalUpdate(equipment_id):
                return (("mode", equipment_id),)
            case PanelMode(serial):
                return (("plc", serial),)
        return ()

    def _postpone(self, gesture: Gesture, about: tuple[Hashable, ...]) -> None:
        """Keep a request until the engine runs; refuse it once it stops."""
        if self._context.lifecycle.code > Code.RUNNING:
            _LOGGER.info("Not done, the engine stops: %s", gesture)
            return
        until = asyncio.get_running_loop().time() + self._context.timing.request_lifetime
        if isinstance(gesture, PanelMode):
            # Not a request but how the PLC is: it stays so until its panel says otherwise.
            until = float("inf")
        for each in about:
            self._postponed.put(each, gesture, until)

    async def _turn(self, status: EquipmentStatus, *, piloted: bool) -> None:
        """Carry the switch of a page out; refused or not, the screens show what is."""
        intent = Intent.TO_PILOTED if piloted else Intent.TO_MANUAL
        equipment_id = status.equipment.id
        try:
            await self._wishes.carry_out(
                Wish(equipment_id, intent, Origin.SCREEN, advance_end=True)
            )
        except WishRefusedError as error:
            _LOGGER.info("Switch of equipment %s refused: %s", equipment_id, error.key)
        finally:
            self.refresh(equipment_id, at_once=True)

    def _touched(self, touched: ScreenTouched) -> None:
        for status in self.screens.values():
            if status.screen.plate == touched.plate:
                status.last_touch = touched
                status.last_touch_at = self._context.clock.now()
                self._context.notify(ScreenEvent(status.screen, touched))

    def _presence(self, plate: str, *, online: bool) -> None:
        for status in self.screens.values():
            if status.screen.plate != plate or status.online is online:
                continue
            status.online = online
            self._context.notify(ScreensChanged())
            if online:
                self._returned[status.screen.id] = None
                self._later_returned()

    def _connection_changed(self, connected: bool) -> None:
        """Know of no screen whether it is there while the broker is lost.

        What changes meanwhile is drawn nowhere: each is drawn when the broker, which retains
        that it is there, says so again.
        """
        known = [status for status in self.screens.values() if status.online is not None]
        if connected or not known:
            return
        for status in known:
            status.online = None
        self._context.notify(ScreensChanged())

    def _spawn(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(coroutine, name=f"elfe {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- what screens show

    def refresh(self, equipment_id: EquipmentId, *, at_once: bool = False) -> None:
        """Show an equipment anew on all screens of its home, with what else changes now.

        `at_once`: before all others, somebody stands before the screen and waits.
        """
        if at_once:
            self._due.pop(equipment_id, None)
            self._spawn(self._publish_due([equipment_id]), "refresh")
            return
        self._due[equipment_id] = None
        if self._refreshing is None:
            loop = asyncio.get_running_loop()
            window = self._context.timing.refresh_window
            self._refreshing = loop.call_later(window, self._refresh_due)

    def _refresh_due(self) -> None:
        self._refreshing = None
        due, self._due = list(self._due), {}
        self._spawn(self._publish_due(due), "refresh")

    async def _publish_due(self, due: list[EquipmentId]) -> None:
        for equipment_id in due:
            status = self._context.statuses.get(equipment_id)
            if status is None:
                continue
            for screen in self._households.screens_of(status.equipment.home):
                await self._draw(screen, status)

    def _later_returned(self) -> None:
        """Refresh the screens that came back together, after one word to the indicators."""
        if self._returning is None:
            loop = asyncio.get_running_loop()
            window = self._context.timing.return_window
            self._returning = loop.call_later(window, self._refresh_returned)

    def _refresh_returned(self) -> None:
        self._returning = None
        returned, self._returned = list(self._returned), {}
        screens = [self.screens[i].screen for i in returned if i in self.screens]
        if screens:
            self._spawn(self._publish_screens(screens, returned=True), "screens")

    async def refresh_screens(self, home: HomeId | None = None) -> int:
        """Show everything anew on the screens of a home, or of all; return how many."""
        screens = [s.screen for s in self.screens.values() if home in (None, s.screen.home)]
        await self._publish_screens(screens, returned=False)
        return len(screens)

    async def _publish_screens(self, screens: list[Screen], *, returned: bool) -> None:
        if returned:
            for interface in self._interfaces.values():
                await self._publish(interface.refreshed())
        for screen in screens:
            for status in tuple(self._households.equipments_of(screen.home)):
                await self._draw(screen, status)

    async def _draw(self, screen: Screen, status: EquipmentStatus) -> None:
        """Show an equipment on a screen; never two at once there, an older one would end last."""
        async with self._drawing.setdefault(screen.id, asyncio.Lock()):
            await self._publish(self._shown(screen, status))

    def _shown(self, screen: Screen, status: EquipmentStatus) -> Iterable[Publication]:
        """Return the messages for an equipment, if it is the one its page shows."""
        households = self._households
        page = households.layout.page_of(status.equipment.type_id)
        if page is None or households.holder(status.equipment.home, page) is not status:
            return ()
        view = page_view(households.layout, status.equipment, self._context.zone)
        if view is None:
            return ()
        return [p for i in self._interfaces.values() for p in i.show(screen, view)]

    async def _publish(self, publications: Iterable[Publication]) -> None:
        """Hand messages over in order; none waits until the one before has left."""
        publish = self._messenger.publish
        handed = [publish(each.topic, each.payload) for each in publications]
        for error in await asyncio.gather(*handed, return_exceptions=True):
            if isinstance(error, MessengerError):
                # The screens are refreshed when they are back.
                _LOGGER.debug("Not shown: %s", error)
                return
            if error is not None:
                raise error
