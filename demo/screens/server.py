"""A small web server for the page of the screens, on this machine only."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
import json
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from demo.appliances import Fleet
from demo.territory import Equipment

from .plate import NoSuchObjectError, Plate

FOLDER = Path(__file__).parent / "page"
LANGUAGES = ("en", "fr")
HOST = "127.0.0.1"
TOGETHER = 0.02
"""How long what is drawn is gathered before it is shown, in seconds."""
SLOW = 2.0
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
KINDS = {".js": "text/javascript", ".css": "text/css"}


class ScreenServer:
    """Shows the screens of a fleet, and lets them be touched.

    A browser gets all screens when it connects, then each one anew whenever something is drawn.
    """

    def __init__(
        self,
        fleet: Fleet,
        equipments: Iterable[Equipment],
        *,
        language: str = "en",
        home: str = "",
    ) -> None:
        """Take the screens that the fleet has; `home` is where Home Assistant is."""
        owned = tuple(equipments)
        homes = {device.id: each.home for each in owned for device in each.devices}
        self.plates = {
            screen.plate: Plate(
                fleet,
                screen,
                [each for each in owned if each.home == homes.get(identifier)],
                self._changed,
            )
            for identifier, screen in fleet.screens.items()
        }
        self._language = language
        self._home = home
        self._address = ""
        self._sockets: set[web.WebSocketResponse] = set()
        self._new: dict[str, None] = {}
        self._news = asyncio.Event()
        self._pushing: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Return where a browser finds it; empty before the start."""
        return self._address

    async def start(self, port: int = 0) -> None:
        """Listen on a port, or on a free one."""
        application = web.Application()
        application.router.add_get("/", self._page)
        application.router.add_get("/live", self._live)
        application.router.add_get("/{name}", _file)
        application.on_shutdown.append(self._hang_up)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, port).start()
        self._address = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self._pushing = asyncio.create_task(self._push())

    async def stop(self) -> None:
        """Close every connection."""
        if self._pushing is not None:
            self._pushing.cancel()
            await asyncio.gather(self._pushing, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        for plate in self.plates.values():
            plate.close()
        self.plates.clear()

    # ----------------------------------------------------------------------------- answers

    async def _page(self, request: web.Request) -> web.Response:
        language = request.query.get("lang", self._language)
        text = Template((FOLDER / "index.html").read_text()).substitute(
            language=language if language in LANGUAGES else "en", home=self._home
        )
        return web.Response(text=text, content_type="text/html", headers=HEADERS)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        # Any page of the web may connect to this machine, ours alone is wanted.
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc != urlsplit(self._address).netloc:
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        # Before what is sent first, for nothing to be missed in between.
        self._sockets.add(socket)
        await socket.send_json(
            {
                "plates": [each.description for each in self.plates.values()],
                "states": [each.state for each in self.plates.values()],
            }
        )
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._touch(message.data)
        finally:
            self._sockets.discard(socket)
        return socket

    def _touch(self, text: str) -> None:
        """Do what a browser asks; what makes no sense is ignored."""
        with suppress(ValueError, KeyError, TypeError, NoSuchObjectError):
            match json.loads(text):
                case {"plate": plate, "plug": bool(plugged)}:
                    self.plates[plate].plug(plugged)
                case {"plate": plate, "page": int(page), "switch": int(value)}:
                    self.plates[plate].turn(page, value)
                case {"plate": plate, "page": int(page), "roller": int(item), "row": int(row)}:
                    self.plates[plate].roll(page, item, row)

    # ----------------------------------------------------------------------------- news

    def _changed(self, plate: Plate) -> None:
        self._new[plate.screen.plate] = None
        self._news.set()

    async def _push(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(TOGETHER)
            self._news.clear()
            new, self._new = list(self._new), {}
            states = [self.plates[plate].state for plate in new]
            await asyncio.gather(*(_send(each, {"states": states}) for each in self._sockets))

    async def _hang_up(self, _application: web.Application) -> None:
        for socket in tuple(self._sockets):
            await socket.close()


async def _file(request: web.Request) -> web.Response:
    path = FOLDER / request.match_info["name"]
    # A slash may hide in the name, as %2F.
    if path.suffix not in KINDS or path.parent != FOLDER or not path.is_file():
        raise web.HTTPNotFound
    kind = KINDS[path.suffix]
    return web.Response(text=path.read_text(), content_type=kind, headers=HEADERS)


async def _send(socket: web.WebSocketResponse, news: dict[str, Any]) -> None:
    """Send, unless the browser is gone; one that does not read is dropped."""
    try:
        async with asyncio.timeout(SLOW):
            await socket.send_json(news)
    except ConnectionError, TimeoutError, RuntimeError:
        with suppress(Exception):
            await asyncio.wait_for(socket.close(), SLOW)
