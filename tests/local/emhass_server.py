"""A little EMHASS: it serves what was recorded, as if it had been computed just now."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from custom_components.elfe_commande.core.plan import slot_start
from tests.plan_sources.recordings import Look

PLAN, LAST_RUN = "/api/v1/plan", "/api/v1/last-run"


class EmhassServer:
    """Listens on a port of this machine while it is open."""

    def __init__(self) -> None:
        """Have computed nothing yet."""
        self.pages: dict[str, Any] = {}
        self.status = 200
        self.asked: list[str] = []
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def open(self) -> None:
        """Listen, on the same port as before."""
        app = web.Application()
        app.router.add_get("/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        assert self._runner.addresses
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Be away."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def serve(self, look: Look, now: float, *, begin: int = 0) -> None:
        """Serve a recording whose row `begin` is the present step."""
        rows = look.plan["plan"]
        self.pages = {PLAN: look.plan, LAST_RUN: look.last_run}
        if rows:
            present = _moment(rows[begin]["timestamp"])
            delay = timedelta(seconds=slot_start(now) - present.timestamp())
            self.pages[PLAN] = {
                **look.plan,
                "generated_at": _text(datetime.fromtimestamp(now, UTC)),
                "plan": [
                    {**row, "timestamp": _text(_moment(row["timestamp"]) + delay)} for row in rows
                ],
            }
            self.end(look.last_run["status"], now)

    def end(self, status: str, now: float) -> None:
        """Have a run end now."""
        self.pages[LAST_RUN] = {
            "status": status,
            "timestamp": _text(datetime.fromtimestamp(now, UTC)),
            "infeasible": status == "infeasible",
            "schema_version": "1.0",
        }

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path not in self.pages:
            return web.Response(status=404, text="<html>nothing</html>", content_type="text/html")
        return web.json_response(self.pages[request.path], status=self.status)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@asynccontextmanager
async def emhass_server() -> AsyncIterator[EmhassServer]:
    """Run a server."""
    server = EmhassServer()
    await server.open()
    try:
        yield server
    finally:
        await server.close()
