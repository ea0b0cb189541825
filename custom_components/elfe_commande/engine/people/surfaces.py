"""The people's side: what they do on screens, portal and panels.

Every gesture becomes a wish on the one path of wishes.
"""

import asyncio
from collections.abc import Callable, Hashable, Mapping
import logging

from ...core.gesture import (
    Gesture,
    PanelMode,
    PlatePresence,
    PortalUpdate,
    ScreenTouched,
    SwitchTurned,
    ValueRefused,
    WheelRolled,
)
from ...core.lifecycle import Code
from ...core.model import CommandState, ControlState, Mode, State
from ...core.restraint import Restraint
from ...core.wish import Intent, Origin, Wish
from ...interfaces import Interface
from ..ground.background import Background
from ..ground.errors import WishRefusedError
from ..ground.events import ScreenEvent
from ..ground.ground import Ground
from ..ground.ports import Arrival, Messenger, Problem, Unsubscribe
from ..ground.status import EquipmentStatus
from ..rows.rows import Rows
from .displays import Displays
from .households import Households
from .plc import PlcPanel
from .portal import Portal
from .postponed import Postponed
from .rollers import Rollers
from .wishes import Wishes

_LOGGER = logging.getLogger(__name__)


class Surfaces:
    """Routes gestures to the rooms that carry them out."""

    def __init__(
        self,
        ground: Ground,
        messenger: Messenger,
        interfaces: Mapping[str, Interface],
        households: Households,
        displays: Displays,
        *,
        rows: Rows,
        wishes: Wishes,
        portal: Portal,
        plc: PlcPanel,
    ) -> None:
        """Listen to nothing yet; `interfaces` are the kinds of screens, by name."""
        self._ground = ground
        self._messenger = messenger
        self._interfaces = interfaces
        self._households = households
        self._displays = displays
        self._wishes = wishes
        self._portal = portal
        self._plc = plc
        self._rollers = Rollers(ground, rows, wishes, displays)
        self._unsubscribes: list[Unsubscribe] = []
        self._deaf: list[Interface] = []
        """Whose messages the broker did not grant."""
        self._background = Background()
        self._postponed = Postponed()
        self._restraint = Restraint(ground.timing.flood_window)
        self._quiet: dict[tuple[str, int], asyncio.TimerHandle] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the interfaces there are."""
        return tuple(self._interfaces)

    # -- start and stop

    async def open(self) -> None:
        """Listen to every surface; a retained "online" of a screen refreshes it."""
        self._unsubscribes.append(self._displays.watch_broker())
        self._deaf = list(self._interfaces.values())
        await self.listen_again()

    @property
    def ungranted(self) -> set[str]:
        """The topics of the surfaces that are not heard."""
        return {topic for interface in self._deaf for topic in interface.topics()}

    async def listen_again(self) -> None:
        """Ask for the messages of the surfaces that the broker did not grant."""
        deaf, self._deaf = self._deaf, []
        await asyncio.gather(*map(self._listen, deaf))

    async def _listen(self, interface: Interface) -> None:
        name = type(interface).__name__
        try:
            unsubscribe = await self._messenger.subscribe(
                interface.topics(), self._reader(interface)
            )
        except Exception as error:  # noqa: BLE001
            self._ground.telling.note(f"Cannot listen to the messages of {name}", error)
            self._deaf.append(interface)
        else:
            self._unsubscribes.append(unsubscribe)

    async def close(self) -> None:
        """Listen no longer; what was rolled and not written yet is written."""
        self._deaf.clear()
        while self._unsubscribes:
            self._ground.telling.tell(self._unsubscribes.pop())
        for timer in self._quiet.values():
            timer.cancel()
        await self._rollers.close()
        self._portal.close()
        self._plc.close()
        self._background.cancel()
        self._displays.close()

    def resume(self) -> None:
        """Do what people asked for while the engine was not running yet."""
        for gesture in self._postponed.take(asyncio.get_running_loop().time()):
            self._ground.telling.tell(self._take, gesture)

    # -- gestures

    def _reader(self, interface: Interface) -> Callable[[Arrival], None]:
        def read(arrival: Arrival) -> None:
            for gesture in interface.read(
                arrival.topic, arrival.payload, retained=arrival.retained
            ):
                self._ground.telling.tell(self._take, gesture)

        def receive(arrival: Arrival) -> None:
            self._ground.traffic.note()
            self._ground.telling.tell(read, arrival)

        return receive

    def _take(self, gesture: Gesture) -> None:
        """Begin what a gesture asks for; nothing of it is awaited in the broker's callback."""
        if not self._ground.lifecycle.running and (about := self._about(gesture)):
            self._postpone(gesture, about)
            return
        match gesture:
            case PlatePresence(plate, online):
                self._displays.presence(plate, online=online)
            case ScreenTouched():
                self._touched(gesture)
            case SwitchTurned(plate, page, piloted):
                if status := self._shown_on(plate, page):
                    self._turned(gesture, status, piloted=piloted)
            case WheelRolled(plate, page):
                if status := self._shown_on(plate, page):
                    self._rollers.roll(status, gesture)
            case ValueRefused(plate, page):
                if status := self._shown_on(plate, page):
                    self._displays.refresh(status.equipment.id)
            case PortalUpdate(equipment_id):
                self._background.begin(self._portal.update(equipment_id), "portal")
            case PanelMode():
                self._background.begin(self._plc.turned(gesture), "panel")

    def _shown_on(self, plate: str, page: int) -> EquipmentStatus | None:
        """Return what a page shows; of a home that somebody else drives, they hear it too."""
        status = self._households.shown_on(plate, page)
        if status is None or self._ground.owner.is_elsewhere(status.equipment.home):
            return None
        return status

    def _about(self, gesture: Gesture) -> tuple[Hashable, ...]:
        """Return what a request is about, nothing for what orders nothing.

        The switch of a page and the portal say the same of an equipment: its mode.
        """
        match gesture:
            case SwitchTurned(plate, page):
                status = self._shown_on(plate, page)
                return () if status is None else (("mode", status.equipment.id),)
            case WheelRolled(plate, page, wheel):
                status = self._shown_on(plate, page)
                return () if status is None else ((wheel, status.equipment.id),)
            case PortalUpdate(equipment_id):
                return (("mode", equipment_id),)
            case PanelMode(serial):
                return (("plc", serial),)
        return ()

    def _postpone(self, gesture: Gesture, about: tuple[Hashable, ...]) -> None:
        """Keep a request until the engine runs; refuse it once it stops."""
        if self._ground.lifecycle.code > Code.RUNNING:
            _LOGGER.info("Not done, the engine stops: %s", gesture)
            return
        until = asyncio.get_running_loop().time() + self._ground.timing.request_lifetime
        if isinstance(gesture, PanelMode):
            # Not a request but how the PLC is: it stays so until its panel says otherwise.
            until = float("inf")
        for each in about:
            self._postponed.put(each, gesture, until)

    def _turned(self, turned: SwitchTurned, status: EquipmentStatus, *, piloted: bool) -> None:
        """Begin what a switch asks for: nothing if it was let back, less if it never rests."""
        key = (turned.plate, turned.page)
        loop = asyncio.get_running_loop()
        if not self._restraint.admits(key, loop.time()):
            if (timer := self._quiet.pop(key, None)) is not None:
                timer.cancel()
            else:
                about = {"plate": turned.plate}
                problem = Problem("screen_flood", turned.plate, about)
                self._ground.problems.report(problem)
            quiet = self._ground.timing.flood_quiet
            self._quiet[key] = loop.call_later(quiet, self._calmed, key, turned)
        elif piloted is (status.mode == Mode.PILOTED) and _is_known(status.equipment.state):
            self._displays.refresh(status.equipment.id)
        else:
            self._background.begin(self._turn(status, piloted=piloted), "switch")

    def _calmed(self, key: tuple[str, int], last: SwitchTurned) -> None:
        """Carry out the last of too many, now that the screen is quiet."""
        del self._quiet[key]
        self._restraint.calmed(key)
        self._ground.problems.settle("screen_flood", last.plate)
        self._ground.telling.tell(self._take, last)

    async def _turn(self, status: EquipmentStatus, *, piloted: bool) -> None:
        """Carry the switch of a page out; the screens show its end, and here that it was refused."""
        intent = Intent.TO_PILOTED if piloted else Intent.TO_MANUAL
        equipment_id = status.equipment.id
        try:
            await self._wishes.carry_out(
                Wish(equipment_id, intent, Origin.SCREEN, advance_end=True)
            )
        except WishRefusedError as error:
            _LOGGER.info("Switch of equipment %s refused: %s", equipment_id, error.key)
            self._displays.refresh(equipment_id, at_once=True)

    def _touched(self, touched: ScreenTouched) -> None:
        for status in self._households.screens.values():
            if status.screen.plate == touched.plate:
                status.last_touch = touched
                status.last_touch_at = self._ground.clock.now()
                self._ground.notify(ScreenEvent(status.screen, touched))


def _is_known(state: State) -> bool:
    """Whether a row tells how its load is; where it does not, saying its mode again makes it so."""
    return state.control != ControlState.UNKNOWN and state.command != CommandState.NOT_COMMANDED
