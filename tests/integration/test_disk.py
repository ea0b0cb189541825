"""What is kept on disk: the newest lasts, whatever is cancelled meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import errno
from pathlib import Path
import threading
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.file import WriteError
import pytest

from custom_components.elfe_commande.adapters.disk import HomeAssistantDisk
from custom_components.elfe_commande.adapters.threads import to_the_end
from custom_components.elfe_commande.const import DOMAIN
from custom_components.elfe_commande.engine.ground.ports import Problem
from custom_components.elfe_commande.repairs import async_recall
from tests.fixtures_home_assistant import Installed

from .homes import DISHES, FINGER, PLUG, WASHING, issues_of, live_in

NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def in_the_way(hass: HomeAssistant, stored: Path) -> Iterator[Path]:
    """Put a file where the folder of Home Assistant's stores is to be."""
    aside = stored.with_name("aside")
    stored.mkdir(exist_ok=True)
    stored.rename(aside)
    stored.touch()
    yield stored
    stored.unlink()
    aside.rename(stored)


@contextmanager
def full_disk(failure: Exception | None = None) -> Iterator[None]:
    """Let every write of Home Assistant's own stores fail as on a full disk."""
    with patch(
        "homeassistant.helpers.storage.write_utf8_file_atomic",
        side_effect=failure or WriteError(NO_ROOM),
    ):
        yield


class Slow:
    """Something that a thread makes into text, once it is let go on."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.goes_on = threading.Event()

    def as_dict(self) -> dict[str, Any]:
        self.begun.set()
        self.goes_on.wait(10)
        return {"said": "before"}


async def until(event: threading.Event) -> None:
    async with asyncio.timeout(10):
        while not event.is_set():
            await asyncio.sleep(0.005)


async def test_an_older_write_that_was_cancelled_does_not_come_last(hass: HomeAssistant) -> None:
    """A start is cut short while it notes that it runs; the stop notes that it has stopped."""
    disk, slow = HomeAssistantDisk(hass, "entry"), Slow()
    older = asyncio.create_task(disk.document("memory").save({"code": slow}))
    await until(slow.begun)
    older.cancel()
    asyncio.get_running_loop().call_later(0.2, slow.goes_on.set)

    await asyncio.wait([older])
    await disk.document("memory").save({"code": "newer"})

    assert older.cancelled()
    await asyncio.sleep(0.3)
    assert await disk.document("memory").load() == {"code": "newer"}


async def test_a_failure_is_told_to_whoever_waits(hass: HomeAssistant) -> None:
    def fail() -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        await to_the_end(hass.async_add_executor_job(fail))


class TestStore:
    """The real store: whoever saves hears that nothing was written."""

    @pytest.mark.parametrize("failure", [WriteError(NO_ROOM), NO_ROOM])
    async def test_a_full_disk_raises_until_there_is_room(
        self, hass: HomeAssistant, failure: Exception
    ) -> None:
        document = HomeAssistantDisk(hass, "entry").document("memory")
        await document.save({"a": 1})
        with full_disk(failure), pytest.raises(OSError, match="No space left"):
            await document.save({"a": 2})
        assert await HomeAssistantDisk(hass, "entry").document("memory").load() == {"a": 1}

        await document.save({"a": 3})

        assert await HomeAssistantDisk(hass, "entry").document("memory").load() == {"a": 3}

    async def test_a_folder_that_is_a_file(self, hass: HomeAssistant, in_the_way: Path) -> None:
        """Nothing is patched: the file system itself refuses."""
        assert hass.config.path(".storage") == str(in_the_way)
        with pytest.raises(OSError, match="exists"):
            await HomeAssistantDisk(hass, "entry").document("memory").save({"a": 1})

    async def test_what_cannot_be_made_into_text(self, hass: HomeAssistant) -> None:
        document = HomeAssistantDisk(hass, "entry").document("memory")
        with pytest.raises(OSError, match="Bad data"):
            await document.save({"a": object()})

    async def test_each_of_many_savers_hears_it(self, hass: HomeAssistant) -> None:
        """The store writes the newest only, and would let the others believe in theirs."""
        document = HomeAssistantDisk(hass, "entry").document("memory")
        with full_disk():
            ends = await asyncio.gather(
                *(document.save({"a": n}) for n in range(5)), return_exceptions=True
            )
        assert [type(end) for end in ends] == [OSError] * 5


class TestHome:
    """What people see of it."""

    @pytest.mark.usefixtures("every_entity")
    async def test_a_press_is_not_made_and_told(self, installed: Installed) -> None:
        household = await live_in(installed, DISHES)
        await installed.setup()
        with full_disk():
            with pytest.raises(HomeAssistantError) as told:
                await installed.act("button", "press", FINGER, "start")
            assert told.value.translation_key == "order_disk_retry"
            assert household.machine(FINGER).presses == 0
            issue = issues_of(installed.hass)["disk_unwritable"]
            assert issue.translation_placeholders is not None
            assert "No space left" in issue.translation_placeholders["detail"]
            assert issue.learn_more_url is not None
            assert issue.learn_more_url.endswith("#disk-unwritable")
            assert not issue.is_fixable

        await installed.cycle()

        assert "disk_unwritable" not in issues_of(installed.hass)

    async def test_a_load_is_forced_off_and_what_a_restart_forgets_is_told(
        self, installed: Installed
    ) -> None:
        household = await live_in(installed, WASHING)
        await installed.setup()
        await installed.act("switch", "turn_off", PLUG, "pilot")
        assert household.devices["I102"].on
        with full_disk(), pytest.raises(HomeAssistantError) as told:
            await installed.act("select", "select_option", PLUG, "mode", option="forced_off")
        assert told.value.translation_key == "order_not_noted"
        assert not household.devices["I102"].on

    async def test_what_a_person_must_confirm_is_stored_once_there_is_room(
        self, installed: Installed
    ) -> None:
        hass, entry = installed.hass, installed.entry
        await live_in(installed, WASHING)
        await installed.setup()
        doubt = Problem("press_doubtful", str(PLUG), {"equipment": "x", "id": str(PLUG)})
        with full_disk():
            installed.hub.engine.report(doubt)
            await hass.async_block_till_done()
            await installed.cycle()
            assert "disk_unwritable" in issues_of(hass)
        await installed.cycle()
        await hass.async_block_till_done()

        hass.data[f"{DOMAIN}_unconfirmed"].clear()
        assert [problem.key for problem in await async_recall(hass, entry)] == ["press_doubtful"]


async def test_the_outbox_goes_with_its_entry(hass: HomeAssistant) -> None:
    """What waits for a database that nobody is connected to any more is nobody's."""
    disk = HomeAssistantDisk(hass, "abc")
    log = disk.log("outbox")
    await log.append([{"number": 1}])
    assert await disk.log("outbox").load() == [{"number": 1}]
    await disk.remove()
    assert await log.load() == []
