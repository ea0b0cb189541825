"""A real PgBouncer in front of a server, in transaction mode: each question may meet another session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import shutil
import socket
import subprocess
import tempfile

from demo.parts import PostgresServer
from demo.parts.process import wait_until

PROGRAM = "pgbouncer"
_TRIES = 5
USERS = ("commande", "ems", "coordination")


def is_there() -> bool:
    """Whether the program is installed."""
    return shutil.which(PROGRAM) is not None


@asynccontextmanager
async def pooler(server: PostgresServer) -> AsyncIterator[int]:
    """Run a pooler for a while; its port."""
    with tempfile.TemporaryDirectory(prefix="pooler-") as name:
        port, process = await _launched(server, Path(name))
        try:
            yield port
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def _launched(server: PostgresServer, folder: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Return port and process of a pooler that listens."""
    user = "nobody" if os.geteuid() == 0 else None
    for _ in range(_TRIES):
        port = _free_port()
        _configure(server, folder, port, user)
        process = subprocess.Popen(  # noqa: ASYNC220 - whoever asked for it ends it
            [shutil.which(PROGRAM) or PROGRAM, "-q", str(folder / "pooler.ini")],
            user=user,
            extra_groups=[] if user else None,
        )
        await wait_until(
            lambda p=port, o=process: o.poll() is not None or _listens(p), 30, "the pooler", 0.02
        )
        if process.poll() is None:
            return port, process
    # Somebody was quicker at each of the ports.
    raise AssertionError("the pooler does not start")


def _configure(server: PostgresServer, folder: Path, port: int, user: str | None) -> None:
    users = "".join(f'"{name}" "{server.access(name).password}"\n' for name in USERS)
    (folder / "users").write_text(users, encoding="ascii")
    (folder / "pooler.ini").write_text(
        f"[databases]\n* = host={server.host} port={server.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"auth_type = scram-sha-256\nauth_file = {folder}/users\nunix_socket_dir =\n"
        "pool_mode = transaction\ndefault_pool_size = 4\nmin_pool_size = 4\n"
        # The session that waited longest is lent first: hardly ever the same one again.
        "server_round_robin = 1\n",
        encoding="ascii",
    )
    if user:
        for path in (folder, folder / "users", folder / "pooler.ini"):
            shutil.chown(path, user)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
