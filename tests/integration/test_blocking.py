"""Home Assistant's own watch over its event loop finds nothing of ours."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from homeassistant import block_async_io
from homeassistant.util import loop as loop_guard
import pytest

from tests.fixtures_home_assistant import Installed, wait_for

from .homes import DISHES, HEATER, PLUG, RELAY, WASHING, live_in

BLOCKED = ("Detected blocking call", "Caught blocking call")


@pytest.fixture
def watch(disable_block_async_io: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what begins the watch, which Home Assistant leaves out in most tests."""

    def begin() -> None:
        monkeypatch.setattr(block_async_io, "_IN_TESTS", False)
        monkeypatch.setattr(loop_guard, "_PREVIOUSLY_REPORTED", set())
        block_async_io.enable()

    return begin


@pytest.mark.usefixtures("every_entity")
async def test_the_loop_is_never_blocked(
    installed: Installed, caplog: pytest.LogCaptureFixture, watch: Callable[[], None]
) -> None:
    """From the set-up, over a cycle and wishes, to the removal of the entry."""
    hass, world = installed.hass, installed.world
    await live_in(installed, WASHING, HEATER, DISHES)
    await world.plan(PLUG, [1])
    await world.plan(RELAY, [1], fill=1)
    watch()

    await installed.setup()
    await installed.cycle()
    await installed.act("switch", "turn_on", PLUG, "pilot")
    await installed.act("select", "select_option", RELAY, "mode", option="forced_off")
    await installed.call("get_plan", equipment_id=PLUG)
    await installed.reload()
    await hass.config_entries.async_remove(installed.entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)

    # Home Assistant tells nowhere else whether it watches.
    assert block_async_io._BLOCKED_CALLS.calls  # noqa: SLF001
    assert not [text for text in caplog.messages if text.startswith(BLOCKED)]
    await wait_for(lambda: not [t for t in asyncio.all_tasks() if "elfe" in t.get_name()])


async def test_the_watch_would_find_something(
    caplog: pytest.LogCaptureFixture, watch: Callable[[], None], tmp_path: Path
) -> None:
    """Or the test above proves nothing."""
    watch()
    (tmp_path / "file").write_text("text", encoding="utf-8")
    assert [text for text in caplog.messages if text.startswith(BLOCKED)]
    caplog.clear()
