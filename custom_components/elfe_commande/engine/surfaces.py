"""The people's side: what they do on screens, portal and panels.

Every gesture becomes a wish on the one path of wishes.
"""

import asyncio
from collections.abc import Callable, Hashable, Mapping
import logging

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
from ..core.lifecycle import Code
from ..core.wish import Intent, Origin, Wish
from ..interfaces import Interface
from .background import Background
from .context import EngineContext
from .displays import Displays
from .errors import WishRefusedError
from .events import ScreenEvent
from .households import Households
from .plc import PlcPanel
from .portal import Portal
from .ports import Arrival, Messenger, MessengerError, Unsubscribe
from .postponed import Postponed
from .rollers import Rollers
from .status import EquipmentStatus
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)


class Surfaces:
    """Routes gestures to the rooms that carry them out."""

    def __init__(
        self,
        context: EngineContext,
        messenger: Messenger,
        interfaces: Mapping[str, Interface],
        households: Households,
        displays: Displays,
        *,
        wishes: Wishes,
        portal: Portal,
        plc: PlcPanel,
    ) -> None:
        """Listen to nothing yet; `interfaces` are the kinds of screens, by name."""
        self._context = context
        self._messenger = messenger
        self._interfaces = interfaces
        self._households = households
        self._displays = displays
        self._wishes = wishes
        self._portal = portal
        self._plc = plc
        self._rollers = Rollers(context, wishes)
        self._unsubscribes: list[Unsubscribe] = []
        self._background = Background()
        self._postponed = Postponed()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the interfaces there are."""
        return tuple(self._interfaces)

    # -- start and stop

    async def open(self) -> None:
        """Listen to every surface; a retained "online" of a screen refreshes it."""
        self._unsubscribes.append(self._displays.watch_broker())
        await asyncio.gather(*map(self._listen, self._interfaces.values()))

    async def _listen(self, interface: Interface) -> None:
        name = type(interface).__name__
        try:
            unsubscribe = await self._messenger.subscribe(
                interface.topics(), self._reader(interface)
            )
        except MessengerError as error:
            _LOGGER.warning("Cannot listen to the messages of %s: %s", name, error)
        except Exception as error:  # noqa: BLE001
            self._context.telling.note(f"Cannot listen to the messages of {name}", error)
        else:
            self._unsubscribes.append(unsubscribe)

    async def close(self) -> None:
        """Listen no longer; what was rolled and not written yet is written."""
        while self._unsubscribes:
            self._context.telling.tell(self._unsubscribes.pop())
        await self._rollers.close()
        self._background.cancel()
        self._displays.close()

    def resume(self) -> None:
        """Do what people asked for while the engine was not running yet."""
        for gesture in self._postponed.take(asyncio.get_running_loop().time()):
            self._context.telling.tell(self._take, gesture)

    # -- gestures

    def _reader(self, interface: Interface) -> Callable[[Arrival], None]:
        def read(arrival: Arrival) -> None:
            for gesture in interface.read(
                arrival.topic, arrival.payload, retained=arrival.retained
            ):
                self._context.telling.tell(self._take, gesture)

        def receive(arrival: Arrival) -> None:
            self._context.traffic.note()
            self._context.telling.tell(read, arrival)

        return receive

    def _take(self, gesture: Gesture) -> None:
        """Begin what a gesture asks for; nothing of it is awaited in the broker's callback."""
        if not self._context.lifecycle.running and (about := self._about(gesture)):
            self._postpone(gesture, about)
            return
        match gesture:
            case PlatePresence(plate, online):
                self._displays.presence(plate, online=online)
            case ScreenTouched():
                self._touched(gesture)
            case SwitchTurned(plate, page, piloted):
                if status := self._households.shown_on(plate, page):
                    self._background.begin(self._turn(status, piloted=piloted), "switch")
            case WheelRolled(plate, page):
                if status := self._households.shown_on(plate, page):
                    self._rollers.roll(status, gesture, self._displays.refresh)
            case ValueRefused(plate, page):
                if status := self._households.shown_on(plate, page):
                    self._displays.refresh(status.equipment.id)
            case PortalUpdate(equipment_id):
                self._background.begin(
                    self._portal.update(equipment_id, self._displays.refresh), "portal"
                )
            case PanelMode(serial, manual):
                self._background.begin(
                    self._plc.turned(serial, self._displays.refresh, manual=manual), "panel"
                )

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
            self._displays.refresh(equipment_id, at_once=True)

    def _touched(self, touched: ScreenTouched) -> None:
        for status in self._households.screens.values():
            if status.screen.plate == touched.plate:
                status.last_touch = touched
                status.last_touch_at = self._context.clock.now()
                self._context.notify(ScreenEvent(status.screen, touched))
