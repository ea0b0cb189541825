"""Mosquitto on 127.0.0.1, started with a configuration of its own."""

from pathlib import Path
import shutil
import signal
import tempfile
from types import TracebackType
from typing import Self

from .process import PartError, ServerProcess, candidate_ports, read, wait_until

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


class Broker:
    """An MQTT 5 broker that keeps its port through stops, kills and restarts."""

    def __init__(self, *, port: int | None = None, executable: str | None = None) -> None:
        """Prepare a broker; a free port is chosen at the first start when none is given."""
        self.host = "127.0.0.1"
        self._port = port
        self._executable = executable
        self._directory: Path | None = None
        self._process: ServerProcess | None = None

    @property
    def port(self) -> int:
        """Return the TCP port; known once started."""
        if self._port is None:
            raise PartError("the broker was never started")
        return self._port

    @property
    def running(self) -> bool:
        """Return whether the broker runs."""
        return self._process is not None and self._process.alive

    @property
    def log(self) -> str:
        """Return what the broker logged since it was created."""
        return read(self._directory / "broker.log") if self._directory else ""

    async def start(self) -> None:
        """Start listening; returns when connections are accepted."""
        if self.running:
            return
        for port in candidate_ports(self._port):
            if await self._launch(port):
                self._port = port
                return
        raise PartError(f"the broker did not start: {self.log[-500:]}")

    async def stop(self) -> None:
        """Stop in order: clients get a disconnection."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Kill at once; retained messages are lost, as persistence is off."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> None:
        """Stop and start on the same port."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freeze the broker: connections stay open, nothing is answered."""
        if self._process:
            self._process.signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen broker go on."""
        if self._process:
            self._process.signal_all(signal.SIGCONT)

    async def close(self) -> None:
        """Stop and remove the broker's files."""
        await self.stop()
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop and clean up."""
        await self.close()

    async def _launch(self, port: int) -> bool:
        executable = self._executable or _find()
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="broker-"))
        configuration = self._directory / "mosquitto.conf"
        configuration.write_text(CONFIGURATION.format(port=port))
        log = self._directory / "broker.log"
        before = len(read(log))
        process = ServerProcess([executable, "-c", str(configuration)], log)

        def settled() -> bool:
            return not process.alive or " running" in read(log)[before:]

        await wait_until(settled, 10, "start of the broker")
        if not process.alive:
            return False
        self._process = process
        return True

    async def _end(self, number: signal.Signals) -> None:
        if (process := self._process) is None:
            return
        self.resume()
        process.send(number)
        await process.ended()
        self._process = None


def _find() -> str:
    for candidate in ("mosquitto", "/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"):
        if found := shutil.which(candidate):
            return found
    raise PartError("mosquitto is not installed")
