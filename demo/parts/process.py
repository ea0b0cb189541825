"""Child processes that outlive the event loop that started them.

`subprocess.Popen` rather than asyncio's: its transport kills the child with its loop, and a server shared
by a whole test session lives through many loops.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
import os
from pathlib import Path
import random
import signal
import subprocess
import time

POLL = 0.02


class PartError(Exception):
    """A server could not be started or stopped."""


def candidate_ports(first: int | None = None, attempts: int = 20) -> Iterator[int]:
    """Yield ports to try: only `first` when given, else random ones below the ephemeral range.

    No socket is opened to test them: the server itself says whether the port was free.
    """
    if first is not None:
        yield first
        return
    chance = random.SystemRandom()
    for _ in range(attempts):
        yield chance.randrange(15_000, 32_000)


async def wait_until(
    condition: Callable[[], bool], within: float, what: str, poll: float = POLL
) -> None:
    """Return once the condition holds; raise PartError after `within` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise PartError(f"timed out: {what}")
        await asyncio.sleep(poll)


def read(path: Path) -> str:
    """Return the text of a file, empty when it does not exist."""
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""


class ServerProcess:
    """One running server and its children."""

    def __init__(self, argv: Sequence[str], log: Path, user: str | None = None) -> None:
        """Launch `argv` with its output appended to `log`, as another user when one is given."""
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=user,
                extra_groups=[] if user else None,
                start_new_session=True,
                cwd="/",
            )

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Return whether the server still runs."""
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the server alone."""
        if self.alive:
            self._process.send_signal(number)

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to the server, then to its children, which it can no longer replace."""
        pids = [self.pid, *_children(self.pid)] if self.alive else []
        for pid in pids:
            _send(pid, number)

    async def ended(self, within: float = 20) -> None:
        """Wait for the end of the server; kill it when it takes too long."""
        try:
            await wait_until(lambda: not self.alive, within, f"end of process {self.pid}")
        except PartError:
            self.signal_all(signal.SIGKILL)
            await wait_until(lambda: not self.alive, 5, f"end of process {self.pid}")


def _children(pid: int) -> list[int]:
    return [int(child) for child in read(Path(f"/proc/{pid}/task/{pid}/children")).split()]


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
