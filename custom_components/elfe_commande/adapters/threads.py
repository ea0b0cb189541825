"""Work in threads: it cannot be called back once it has begun."""

import asyncio
from collections.abc import Awaitable


async def to_the_end[T](work: Awaitable[T]) -> T:
    """Return what comes of work in a thread, which whoever is cancelled meanwhile waits for.

    Otherwise it could write after what is written next, and the older would last.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait([task])
        raise
