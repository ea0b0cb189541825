"""Home Assistant's REST and WebSocket interfaces, as far as the demonstration needs them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp

TIMEOUT = aiohttp.ClientTimeout(total=60)
POLL = 0.2


class ClientError(Exception):
    """Home Assistant refused something."""


class Client:
    """One person's session; open it with `async with`, then `onboard` or `log_in`."""

    def __init__(self, address: str) -> None:
        """Keep the address, for example `http://127.0.0.1:8123`."""
        self.address = address
        self.tokens: dict[str, Any] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the session."""
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close what is open."""
        if self._session is not None:
            await self._session.close()

    # ---------------------------------------------------------------------------- who we are

    @property
    def client_id(self) -> str:
        """Return what identifies this application to Home Assistant: an address of its own."""
        return f"{self.address}/"

    async def onboard(self, name: str, user: str, password: str, language: str) -> None:
        """Create the first user, and be that user."""
        answer = await self.post(
            "/api/onboarding/users",
            {
                "name": name,
                "username": user,
                "password": password,
                "client_id": self.client_id,
                "language": language,
            },
        )
        await self._exchange(answer["auth_code"])

    async def log_in(self, user: str, password: str) -> None:
        """Be a user that exists."""
        flow = await self.post(
            "/auth/login_flow",
            {
                "client_id": self.client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": self.client_id,
            },
        )
        answer = await self.post(
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": self.client_id, "username": user, "password": password},
        )
        if answer.get("type") != "create_entry":
            raise ClientError(f"not logged in: {answer.get('errors')}")
        await self._exchange(answer["result"])

    async def _exchange(self, code: str) -> None:
        form = {"client_id": self.client_id, "grant_type": "authorization_code", "code": code}
        async with self._open.post(f"{self.address}/auth/token", data=form) as response:
            self.tokens = await _read(response)

    # ------------------------------------------------------------------------------ requests

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise ClientError("the session is not open")
        return self._session

    @property
    def _headers(self) -> dict[str, str]:
        token = self.tokens.get("access_token")
        return {"Authorization": f"Bearer {token}"} if token else {}

    async def get(self, path: str) -> Any:
        """Return the JSON of a path."""
        async with self._open.get(f"{self.address}{path}", headers=self._headers) as response:
            return await _read(response)

    async def post(self, path: str, body: object = None) -> Any:
        """Post JSON; return the JSON answered."""
        async with self._open.post(
            f"{self.address}{path}", json=body, headers=self._headers
        ) as response:
            return await _read(response)

    async def command(self, kind: str, /, **fields: Any) -> Any:
        """Send a WebSocket command; return its result."""
        async with self._asked(kind, fields) as (result, _):
            return result

    async def first_told(self, kind: str, /, **fields: Any) -> Any:
        """Subscribe by a WebSocket command; return what is told first, and hear no more."""
        async with self._asked(kind, fields) as (_, socket):
            return (await socket.receive_json())["event"]

    @asynccontextmanager
    async def _asked(
        self, kind: str, fields: dict[str, Any]
    ) -> AsyncIterator[tuple[Any, aiohttp.ClientWebSocketResponse]]:
        """Send a WebSocket command; yield its result, and where more may come.

        Each has a connection of its own: one that nobody reads from answers no ping, and Home
        Assistant hangs up on it after a minute.
        """
        address = f"{self.address}/api/websocket"
        async with self._open.ws_connect(address, max_msg_size=0) as socket:
            await socket.receive_json()
            await socket.send_json(
                {"type": "auth", "access_token": self.tokens.get("access_token", "")}
            )
            if (await socket.receive_json())["type"] != "auth_ok":
                raise ClientError("the WebSocket refused the token")
            await socket.send_json({"id": 1, "type": kind, **fields})
            while (message := await socket.receive_json())["type"] != "result":
                pass
            if not message["success"]:
                raise ClientError(f"{kind}: {message['error']}")
            yield message["result"], socket

    # --------------------------------------------------------------------- what is asked often

    async def act(self, action: str, /, **data: Any) -> None:
        """Call an action, for example `switch.turn_on`."""
        await self.post(f"/api/services/{action.replace('.', '/')}", data)

    async def ask(self, action: str, /, **data: Any) -> Any:
        """Call an action and return its answer."""
        path = f"/api/services/{action.replace('.', '/')}?return_response"
        return (await self.post(path, data))["service_response"]

    async def state(self, entity_id: str) -> dict[str, Any]:
        """Return a state with its attributes."""
        state: dict[str, Any] = await self.get(f"/api/states/{entity_id}")
        return state

    async def configure(self, handler: str, *steps: dict[str, Any]) -> dict[str, Any]:
        """Go through a config flow, one answer per step; return the entry it made."""
        answer = await self.post("/api/config/config_entries/flow", {"handler": handler})
        for step in steps:
            if answer["type"] not in ("form", "menu"):
                break
            path = f"/api/config/config_entries/flow/{answer['flow_id']}"
            answer = await self.post(path, step)
        if answer["type"] != "create_entry":
            raise ClientError(f"the flow of {handler} ended in {answer}")
        entry: dict[str, Any] = answer["result"]
        return entry

    async def choose(self, entry_id: str, *steps: dict[str, Any]) -> None:
        """Go through the options flow of an entry, one answer per step."""
        flows = "/api/config/config_entries/options/flow"
        answer = await self.post(flows, {"handler": entry_id})
        for step in steps:
            answer = await self.post(f"{flows}/{answer['flow_id']}", step)
        if answer["type"] != "create_entry":
            raise ClientError(f"the options of {entry_id} ended in {answer}")

    async def add(self, entry_id: str, kind: str, *steps: dict[str, Any]) -> None:
        """Add a subentry to an entry through its flow, one answer per step."""
        answer = await self._go_through({"handler": [entry_id, kind]}, *steps)
        if answer["type"] != "create_entry":
            raise ClientError(f"the flow of a new {kind} ended in {answer}")

    async def change(
        self, entry_id: str, kind: str, subentry_id: str, *steps: dict[str, Any]
    ) -> None:
        """Change a subentry of an entry through its flow, one answer per step."""
        start = {"handler": [entry_id, kind], "subentry_id": subentry_id}
        answer = await self._go_through(start, *steps)
        if answer.get("reason") != "reconfigure_successful":
            raise ClientError(f"the flow of a {kind} ended in {answer}")

    async def _go_through(self, start: dict[str, Any], *steps: dict[str, Any]) -> dict[str, Any]:
        flows = "/api/config/config_entries/subentries/flow"
        answer: dict[str, Any] = await self.post(flows, start)
        for step in (*steps, None):
            while answer["type"] == "progress":
                await asyncio.sleep(POLL)
                answer = await self.get(f"{flows}/{answer['flow_id']}")
            if step is not None:
                answer = await self.post(f"{flows}/{answer['flow_id']}", step)
        return answer


async def _read(response: aiohttp.ClientResponse) -> Any:
    if response.status >= 400:
        text = (await response.text())[:500]
        raise ClientError(f"{response.url.path} answered {response.status}: {text}")
    return await response.json()
