"""What happens to Home Assistant happens to real people: killed at work, stopped in order."""

from collections.abc import Callable
from datetime import UTC, datetime
import os
from pathlib import Path
import signal

import pytest

from tests.e2e.conftest import Demo, House, enter, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.thorough]

DISHWASHER = 1
MANUAL = 20
RUNNING, STOPPED = 20, 33
FIRST_START = [0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 20]
LATER_START = [0, 1, 2, 10, 11, 12, 13, 14, 15, 16, 20]
"""The speed is known."""


async def test_killed_at_work_it_presses_nothing_twice(
    start_demo: Callable[..., Demo], socket_enabled: None
) -> None:
    demo = start_demo()
    async with enter(demo) as house:
        await eventually(lambda: house.row(DISHWASHER), lambda row: row["mode"] == MANUAL)
        await eventually(lambda: _code(demo), lambda code: code == RUNNING)
        assert await _steps(house) == FIRST_START
        before_kill = await eventually(lambda: _starts(house), len)
    killed = demo.status["home_assistant_pid"]

    os.kill(killed, signal.SIGKILL)

    await eventually(lambda: _pid(demo), lambda pid: pid != killed)
    async with enter(demo) as house:
        await eventually(lambda: house.state("lifecycle"), lambda state: state == "running")
        assert await _steps(house) == LATER_START
        assert await _unclean(house)
        before = datetime.now(UTC).isoformat()
        await eventually(lambda: house.state("last_cycle"), lambda at: before < at < "3")
        assert await house.told("C101") == ["ON"]
        assert await _starts(house) == before_kill
        assert (await house.row(DISHWASHER))["mode"] == MANUAL
        await eventually(lambda: house.state("running", DISHWASHER), lambda s: s == "on")
    await _stop_in_order(demo)
    children = _children(demo.process.pid)
    assert children

    memory = demo.folder / ".storage" / f"elfe_commande.{demo.status['entry_id']}.memory"
    assert demo.stop() == 0

    assert f'"code": {STOPPED}' in memory.read_text()
    assert not [pid for pid in children if _lives(pid)]
    assert "everything is stopped" in demo.log
    assert not demo.status_path.exists()


async def _stop_in_order(demo: Demo) -> None:
    """As the system does: every code of the stop is on disk, and the next start is clean.

    What was before the kill and before the stop is told to whoever asks.
    """
    before = demo.status["home_assistant_pid"]
    async with enter(demo) as house:
        starts = await _starts(house)
        assert starts

    os.kill(before, signal.SIGTERM)

    await eventually(lambda: _stored_steps(demo), lambda steps: steps[-1] == STOPPED)
    assert (await _stored_steps(demo))[-4:] == [20, 31, 32, 33]
    await eventually(lambda: _pid(demo), lambda pid: pid != before)
    async with enter(demo) as house:
        await eventually(lambda: house.state("lifecycle"), lambda state: state == "running")
        assert await _steps(house) == LATER_START
        assert not await _unclean(house)
        assert await _starts(house) == starts


async def _starts(house: House) -> list[tuple[float, str]]:
    """Return when the dishwasher was started and who decided it, out of the record."""
    now = datetime.now(UTC).timestamp()
    told = await house.client.command(
        "elfe_commande/record/list",
        config_entry_id=house.entry_id,
        **{"from": now - 7200, "to": now + 7200},
    )
    return [
        (row["time"], row["source"])
        for row in told["rows"]
        if row["equipment_id"] == DISHWASHER and row["outcome"] == "acknowledged"
    ]


async def _steps(house: House) -> list[int]:
    """Return the codes that the sensor tells to have been gone through."""
    shown = await house.client.state(house.entity("lifecycle"))
    return [step["code"] for step in shown["attributes"]["history"]]


async def _unclean(house: House) -> bool:
    shown = await house.client.state(house.entity("lifecycle"))
    found: bool = shown["attributes"]["unclean_stop"]
    return found


async def _stored_steps(demo: Demo) -> list[int]:
    return [code for code, *_ in demo.stored("memory")["history"]]


async def _code(demo: Demo) -> int | None:
    """Return the stored code; nothing is stored before the end of the first cycle."""
    try:
        code: int | None = demo.stored("memory")["code"]
    except FileNotFoundError:
        return None
    return code


async def _pid(demo: Demo) -> int:
    pid: int = demo.status["home_assistant_pid"]
    return pid


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]
