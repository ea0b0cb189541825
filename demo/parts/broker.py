"""Mosquitto on 127.0.0.1, started with a configuration of its own."""

from collections.abc import Mapping
from contextlib import suppress
import os
from pathlib import Path
import shutil
import signal
import tempfile
from typing import override

from .process import PartError, ServerProcess, read, wait_until
from .server import Server

CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
max_queued_messages 0
max_inflight_messages 0
sys_interval 0
connection_messages false
log_dest stderr
log_type error
log_type warning
log_type notice
log_type information
"""

UNPRIVILEGED = "mosquitto"


class Broker(Server):
    """An MQTT 5 broker that keeps its port through stops, kills and restarts."""

    name = "the broker"
    log_name = "broker.log"
    stop_signal = signal.SIGTERM

    def __init__(
        self,
        *,
        port: int | None = None,
        executable: str | None = None,
        configuration: str = CONFIGURATION,
        files: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare a broker; a free port is chosen at the first start when none is given.

        `configuration` has places for `{port}` and for `{folder}`, where `files` are put, a text
        each.
        """
        super().__init__(port)
        self._executable = executable
        self._configuration = configuration
        self._files = files or {}

    async def kill(self) -> None:
        """Kill at once; retained messages are lost, as persistence is off."""
        await self._end(signal.SIGKILL)

    @override
    async def _launch(self, port: int) -> ServerProcess | None:
        executable = self._executable or _find()
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="broker-"))
        self._own(self._directory)
        for name, text in self._files.items():
            path = self._directory / name
            path.write_text(text)
            path.chmod(0o600)
            self._own(path)
        configuration = self._directory / "mosquitto.conf"
        configuration.write_text(self._configuration.format(port=port, folder=self._directory))
        log = self._directory / self.log_name
        before = len(read(log))
        process = ServerProcess([executable, "-c", str(configuration)], log)

        def settled() -> bool:
            return not process.alive or " running" in read(log)[before:]

        await wait_until(settled, 10, "start of the broker")
        return process if process.alive else None

    def _own(self, path: Path) -> None:
        """Give a file to whom the broker becomes when root starts it."""
        if os.geteuid() == 0:
            with suppress(LookupError):
                shutil.chown(path, UNPRIVILEGED)


def _find() -> str:
    for candidate in ("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"):
        if found := shutil.which(candidate):
            return found
    raise PartError("mosquitto is not installed")
