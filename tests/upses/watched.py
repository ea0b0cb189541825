"""A UPS that is watched in a hurry, and what was told of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from custom_components.elfe_commande.sources.ups.client import Account, UpsClient
from custom_components.elfe_commande.sources.ups.timing import UpsTiming
from custom_components.elfe_commande.sources.ups.watcher import UpsSettings, UpsState, UpsWatcher
from demo.ups import PASSWORD, UPS_NAME, USERNAME, Ups

HURRY = UpsTiming(status_period=0.05, values_period=0.1, timeout=2.0, retry=0.1)


@dataclass
class Watched:
    """What a watcher has told so far."""

    watcher: UpsWatcher
    client: UpsClient
    told: list[str] = field(default_factory=list)
    states: list[UpsState] = field(default_factory=list)

    @property
    def state(self) -> UpsState:
        return self.watcher.state

    async def until(self, condition: Callable[[UpsState], object], within: float = 20.0) -> None:
        async with asyncio.timeout(within):
            while not condition(self.state):
                await asyncio.sleep(0.01)

    async def until_told(self, *events: str, within: float = 20.0) -> None:
        """Wait until exactly these events were told since the last time, and no other."""
        await self.until(lambda _: len(self.told) >= len(events), within)
        assert tuple(self.told) == events
        self.told.clear()


def client_of(ups: Ups, **changes: Any) -> UpsClient:
    account = Account(ups.host, ups.port, UPS_NAME, USERNAME, PASSWORD)
    return UpsClient(replace(account, **changes), HURRY.timeout)


@asynccontextmanager
async def watched(ups: Ups, timing: UpsTiming = HURRY, **account: Any) -> AsyncIterator[Watched]:
    """Watch a UPS for as long as the context lasts."""
    client = client_of(ups, **account)
    found: Watched

    def changed(state: UpsState, told: tuple[Any, ...]) -> None:
        found.states.append(state)
        found.told.extend(event.value for event in told)

    watcher = UpsWatcher(client, UpsSettings(timing), name="a UPS", changed=changed)
    found = Watched(watcher, client)
    task = asyncio.create_task(watcher.run())
    try:
        yield found
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        watcher.close()
