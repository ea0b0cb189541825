"""A line is read for as long as it is there, and again when it comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
import logging
from pathlib import Path

import pytest
import serialx

from custom_components.elfe_commande.sources.sml import (
    LineReader,
    MeterTiming,
    PortSettings,
    Telegram,
)
from demo.sml import SerialLine, SocketLine
from tests.fixtures_home_assistant import wait_for
from tests.sources.meters import NET, told

TIMING = MeterTiming(retry_first=0.01, retry_max=0.05, stale_after=30)
LOGGER = "custom_components.elfe_commande.sources.sml.reader"


class Listener:
    """A reader, and what it was told."""

    def __init__(self, url: str, timing: MeterTiming = TIMING) -> None:
        self.telegrams: list[Telegram] = []
        self.reader = LineReader("Meter", PortSettings(url), timing, self.telegrams.append)

    @property
    def powers(self) -> list[float]:
        return [each.readings[NET].value for each in self.telegrams]

    async def hear(self, line: SerialLine | SocketLine, power: float) -> None:
        """Send a telegram until it is heard."""

        async def send() -> None:
            while power not in self.powers:
                await line.send(told(power))
                await asyncio.sleep(0.05)

        async with asyncio.timeout(30):
            await send()


@asynccontextmanager
async def listening(*urls: str, timing: MeterTiming = TIMING) -> AsyncIterator[list[Listener]]:
    listeners = [Listener(url, timing) for url in urls]
    tasks = [asyncio.create_task(each.reader.run()) for each in listeners]
    try:
        yield listeners
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def is_free(url: str) -> bool:
    """Return whether another can have the port now."""
    line = PortSettings(url).line()
    try:
        await line.open()
    except OSError, serialx.SerialException:
        return False
    finally:
        await line.close()
    return True


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def said(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name == LOGGER and r.levelno == level]


@pytest.fixture(params=["serial", "socket"])
async def line(request, tmp_path: Path, socket_enabled) -> AsyncIterator[SerialLine | SocketLine]:
    made = SerialLine(tmp_path / "meter") if request.param == "serial" else SocketLine()
    async with made as line:
        yield line


async def pull(line: SerialLine | SocketLine) -> None:
    gone = line.pull()
    if gone is not None:
        await gone


async def plug(line: SerialLine | SocketLine) -> None:
    back = line.plug()
    if back is not None:
        await back


async def test_the_cable_is_pulled_and_comes_back(line, caplog):
    """Check 5: values again without a reload, one line for the loss, one for the return."""
    caplog.set_level(logging.INFO, LOGGER)
    async with listening(line.url) as (listener,):
        await listener.hear(line, -1)
        assert listener.reader.connected

        await pull(line)
        await wait_for(lambda: not listener.reader.connected)
        await asyncio.sleep(0.3)
        await plug(line)
        await listener.hear(line, -2)

        assert len(said(caplog, logging.WARNING)) == 1
        assert said(caplog, logging.INFO) == ["Meter is heard again"]
        await listener.hear(line, -3)
    assert len(said(caplog, logging.WARNING)) == 1


async def test_half_a_telegram_before_the_cut_is_forgotten(line):
    async with listening(line.url) as (listener,):
        await listener.hear(line, -1)
        await line.send(told(-2)[:100])
        await asyncio.sleep(0.1)
        await pull(line)
        await wait_for(lambda: not listener.reader.connected)
        await plug(line)
        await listener.hear(line, -3)
    assert set(listener.powers) == {-1, -3}
    assert listener.reader.frames.rejected == 0


async def test_a_port_that_is_not_there_yet(tmp_path, caplog):
    line = SerialLine(tmp_path / "meter")
    async with listening(line.url) as (listener,):
        await wait_for(lambda: said(caplog, logging.WARNING))
        await asyncio.sleep(0.2)
        line.plug()
        await listener.hear(line, 5)
    assert len(said(caplog, logging.WARNING)) == 1
    line.pull()


async def test_the_port_is_free_again_and_again(tmp_path):
    """Check 6, at the line: never locked, no descriptor left."""
    async with SerialLine(tmp_path / "meter") as line:
        counts = set()
        for _ in range(20):
            async with listening(line.url) as (listener,):
                await wait_for(lambda reader=listener.reader: reader.connected)
                assert not await is_free(line.url)
            assert await is_free(line.url)
            counts.add(descriptors())
        assert len(counts) == 1


async def test_a_line_without_a_word_is_opened_anew(line, caplog):
    timing = MeterTiming(retry_first=0.01, retry_max=0.02, stale_after=0.2)
    async with listening(line.url, timing=timing) as (listener,):
        await wait_for(lambda: said(caplog, logging.WARNING))
        assert "nothing was heard" in said(caplog, logging.WARNING)[0]
        await asyncio.sleep(0.5)
        assert len(said(caplog, logging.WARNING)) == 1
        await listener.hear(line, 5)


async def test_one_dead_meter_leaves_the_other_alone(tmp_path, socket_enabled):
    """Check 7, at the lines."""
    dead = (str(tmp_path / "none"), "socket://127.0.0.1:1")
    async with SerialLine(tmp_path / "meter") as good, listening(good.url, *dead) as heard:
        await heard[0].hear(good, 1)
        await heard[0].hear(good, 2)
        assert [len(each.telegrams) for each in heard[1:]] == [0, 0]


@pytest.mark.parametrize(
    "url", ["socket://nowhere", "socket://a..lan:1", "carrier-pigeon://roof", "", "/dev"]
)
async def test_an_address_that_is_none(url, caplog, socket_enabled):
    async with listening(url) as (listener,):
        await wait_for(lambda: said(caplog, logging.WARNING))
        await asyncio.sleep(0.1)
        assert not listener.reader.connected
    assert len(said(caplog, logging.WARNING)) == 1


async def test_who_is_told_may_fail(tmp_path, caplog):
    """The line is read on."""
    failed = False
    async with SerialLine(tmp_path / "meter") as line, listening(line.url) as (listener,):
        heard = listener.reader.heard

        def stumble(telegram: Telegram) -> None:
            nonlocal failed
            if not failed:
                failed = True
                raise RuntimeError("once")
            heard(telegram)

        listener.reader.heard = stumble
        await listener.hear(line, 3)
    assert "could not be passed on" in caplog.text
