"""What is kept on disk: the newest lasts, whatever is cancelled meanwhile."""

import asyncio
import threading
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.elfe_commande.adapters.disk import HomeAssistantDisk
from custom_components.elfe_commande.adapters.threads import to_the_end


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
