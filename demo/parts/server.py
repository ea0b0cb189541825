"""What the servers of the demonstration and the tests share: one process, one port, one folder."""

from abc import ABC, abstractmethod
from pathlib import Path
import shutil
import signal
from types import TracebackType
from typing import ClassVar, Self

from .process import PartError, ServerProcess, candidate_ports, read


class Server(ABC):
    """A throw-away server that keeps its port and its files through stops and restarts."""

    name: ClassVar[str]
    """As errors call it."""
    log_name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    """What ends it in order."""

    def __init__(self, port: int | None = None) -> None:
        """Prepare a server; a free port is chosen at the first start when none is given."""
        self.host = "127.0.0.1"
        self._port = port
        self._directory: Path | None = None
        self._process: ServerProcess | None = None

    @property
    def port(self) -> int:
        """Return the TCP port; known once started."""
        if self._port is None:
            raise PartError(f"{self.name} was never started")
        return self._port

    @property
    def running(self) -> bool:
        """Return whether the server runs."""
        return self._process is not None and self._process.alive

    @property
    def log(self) -> str:
        """Return what the server logged since it was created."""
        return read(self._directory / self.log_name) if self._directory else ""

    async def start(self) -> None:
        """Start listening; returns when connections are accepted."""
        if self.running:
            return
        for port in candidate_ports(self._port):
            if process := await self._launch(port):
                self._port, self._process = port, process
                return
        raise PartError(f"{self.name} did not start: {self.log[-800:]}")

    async def stop(self) -> None:
        """Stop in order, as its system would."""
        await self._end(self.stop_signal)

    async def restart(self) -> None:
        """Stop and start on the same port."""
        await self.stop()
        await self.start()

    def pause(self) -> None:
        """Freeze the server: connections stay open, nothing is answered."""
        if self._process:
            self._process.signal_all(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        if self._process:
            self._process.signal_all(signal.SIGCONT)

    def strike(self) -> None:
        """Kill a server that may be frozen: what its sockets hold is never read."""
        if self._process:
            self._process.signal_all(signal.SIGKILL)

    async def close(self) -> None:
        """Stop and remove the server's files."""
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

    @abstractmethod
    async def _launch(self, port: int) -> ServerProcess | None:
        """Start it on a port; return its process once it listens, `None` if it ended."""

    async def _end(self, number: signal.Signals) -> None:
        if (process := self._process) is None:
            return
        self.resume()
        process.send(number)
        await process.ended()
        self._process = None
