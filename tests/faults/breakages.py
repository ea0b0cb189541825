"""What breaks, for how long, and how it is mended."""

import asyncio
from collections.abc import Awaitable, Callable
import random
from typing import Final

from .history import Fault
from .proxy import Proxy
from .stage import LONG, Stage

type Breakage = Callable[[Stage, float, random.Random], Awaitable[None]]


async def break_things(stage: Stage) -> None:
    """Break something and mend it, again and again, until the time of the scenario is over."""
    scenario = stage.scenario
    chance = random.Random(f"faults {scenario.seed}")
    faults = scenario.trouble.faults
    stage.fleet.odds = scenario.trouble.odds
    over = stage.now + scenario.slots * scenario.slot
    while stage.now < over:
        await asyncio.sleep(min(chance.uniform(0.1, 1.5), max(0.0, over - stage.now)))
        if not faults or stage.now >= over:
            continue
        kind = chance.choice(faults)
        began = stage.now
        await FAULTS[kind](stage, chance.uniform(0.1, 1.2 * scenario.slot), chance)
        stage.history.faults.append(Fault(began, stage.now, kind))


async def _engine_killed(stage: Stage, seconds: float, chance: random.Random) -> None:
    place = chance.choice(stage.places)
    await stage.kill_engine(place)
    # Mostly alive, or there would be little to be killed in the middle of.
    await asyncio.sleep(seconds / 4)
    await stage.begin_engine(place)


async def _engine_frozen(stage: Stage, seconds: float, chance: random.Random) -> None:
    engine = chance.choice(stage.places).engine
    assert engine is not None
    engine.freeze()
    await asyncio.sleep(seconds)
    engine.thaw()


async def _broker_killed(stage: Stage, seconds: float, _: random.Random) -> None:
    broker = stage.servers.broker
    await broker.kill()
    await asyncio.sleep(seconds)
    await broker.start()
    await stage.fleet.wait_connected(LONG)


async def _postgres_killed(stage: Stage, seconds: float, _: random.Random) -> None:
    await stage.servers.postgres.crash()
    await asyncio.sleep(seconds)
    await stage.servers.postgres.start()


async def _appliances_lost(stage: Stage, seconds: float, chance: random.Random) -> None:
    devices = list(stage.fleet.devices.values())
    lost = chance.sample(devices, len(devices) // 3)
    for device in lost:
        stage.fleet.lose(device)
    await asyncio.sleep(seconds)
    for device in lost:
        stage.fleet.recover(device)


def _network(of: Callable[[Stage], Proxy], begin: Callable[[Proxy], None]) -> Breakage:
    """Return what is wrong with a network for a while."""

    async def breakage(stage: Stage, seconds: float, _: random.Random) -> None:
        proxy = of(stage)
        begin(proxy)
        await asyncio.sleep(seconds)
        proxy.restore(reset=True)

    return breakage


def _slow(proxy: Proxy) -> None:
    proxy.delay, proxy.bandwidth = 0.15, 20_000


def _killed_while(of: Callable[[Stage], Proxy]) -> Breakage:
    """Return a kill of the engine while a server is away, which it finds so when it begins."""

    async def breakage(stage: Stage, seconds: float, chance: random.Random) -> None:
        place = chance.choice(stage.places)
        of(stage).cut()
        await asyncio.sleep(seconds)
        await stage.kill_engine(place)
        if chance.random() < 0.5:
            await stage.begin_engine(place)
            await asyncio.sleep(seconds / 2)
        of(stage).restore()
        if place.engine is None:
            await stage.begin_engine(place)

    return breakage


def _postgres(stage: Stage) -> Proxy:
    return stage.to_postgres


def _broker(stage: Stage) -> Proxy:
    return stage.to_broker


FAULTS: Final[dict[str, Breakage]] = {
    "engine killed": _engine_killed,
    "engine frozen": _engine_frozen,
    "broker killed": _broker_killed,
    "database killed": _postgres_killed,
    "appliances lost": _appliances_lost,
    "database away, engine killed": _killed_while(_postgres),
    "broker away, engine killed": _killed_while(_broker),
} | {
    f"{name} {how}": _network(of, begin)
    for name, of in (("broker", _broker), ("database", _postgres))
    for how, begin in (
        ("cut", Proxy.cut),
        ("reset", Proxy.reset),
        ("silent", Proxy.half_open),
        ("slow", _slow),
    )
}
