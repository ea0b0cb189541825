"""Session locks of one dedicated connection: shards of homes whole, or single homes of a shard.

Whoever serves every home takes a shard whole. Where another serves some of its homes only, all
share the shard and each takes single homes of it. The database frees them with the session.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
import hashlib
from typing import Any, Final, Self
import zlib

import asyncpg

from ...core.model import HomeId
from ...core.timing import Timing
from .connection import APPLICATION, Connection, connect_arguments
from .errors import FAILURES, translate
from .postgres_settings import PostgresSettings

SHARDS: Final = 64
_OF_ALL: Final = SHARDS
"""Shared by those who serve every home, in the class of the shards."""
_OF_SOME: Final = SHARDS + 1
"""Shared by those who serve some homes only; these homes they share one by one, too."""
_POSITIVE: Final = 0x7FFFFFFF
_FREEZABLE: Final = 14
"""The first version that ends the session of a client which is frozen, and waits for an end."""
_HOMES_KNOWN: Final = 8192
"""Homes of which the number is remembered: it is asked for several times per order."""
_PROBES: Final = 3
"""Words to a network that does not answer, before the server gives a connection up."""

_LOOK: Final = f"""
WITH held AS MATERIALIZED (
  SELECT pid, classid::int8 AS class, objid::int8 AS key, mode FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid::int8 = ANY ($1::int8[])
), members AS (
  SELECT pid FROM held WHERE class = ($1::int8[])[1] AND key IN ({_OF_ALL}, {_OF_SOME})
), named AS (
  SELECT pid, split_part(application_name, ' ', 2) AS instance FROM pg_stat_activity
  WHERE datname = current_database() AND split_part(application_name, ' ', 1) = '{APPLICATION}'
)
SELECT pg_backend_pid(),
  ARRAY(SELECT key FROM held WHERE pid = pg_backend_pid() AND class = ($1::int8[])[1]
        AND mode = 'ExclusiveLock'),
  ARRAY(SELECT key FROM held WHERE pid = pg_backend_pid() AND class = ($1::int8[])[1]
        AND mode = 'ShareLock'),
  ARRAY(SELECT key FROM held WHERE pid = pg_backend_pid() AND class = ($1::int8[])[2]),
  (SELECT count(*) FROM members WHERE pid <> pg_backend_pid()),
  EXISTS (SELECT FROM held WHERE class = ($1::int8[])[1] AND key = {_OF_ALL}
          AND pid <> pg_backend_pid()),
  ARRAY(SELECT key FROM held WHERE class = ($1::int8[])[3] AND pid <> pg_backend_pid()),
  (SELECT count(DISTINCT instance) FROM named
   WHERE instance NOT IN (SELECT instance FROM named JOIN members USING (pid)))
"""  # noqa: S608
_TRY: Final = (
    "SELECT array_agg(k) FROM unnest($2::int4[]) k WHERE pg_try_advisory_lock($1::int4, k)"
)
_TRY_SHARED: Final = (
    "SELECT array_agg(k) FROM unnest($2::int4[]) k WHERE pg_try_advisory_lock_shared($1::int4, k)"
)

_END_OLD: Final = """
SELECT count(pg_terminate_backend(pid, $2)) FROM pg_stat_activity
WHERE application_name = $1 AND datname = current_database() AND usename = current_user
  AND pid <> pg_backend_pid()
"""
"""What a connection that was cut left behind keeps our homes from us, for as long as its lease."""


class SharedSessionError(Exception):
    """Our statements do not all reach one session: a pooler hands out another for each."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who else is there: others that take part, and programs of our name that do not.

    `any_home`: one of them serves every home; `homes` are the numbers of those that they serve
    besides.
    """

    others: int = 0
    strangers: int = 0
    any_home: bool = False
    homes: frozenset[int] = frozenset()

    def wants(self, home: HomeId) -> bool:
        """Return whether one of them would take a home that is free."""
        return self.any_home or key_of(home) in self.homes


def class_of(schema: str, what: str = "") -> int:
    """Return the class of the locks of a schema, a positive `int4`."""
    return zlib.crc32(f"{APPLICATION} {schema} {what}".encode()) & _POSITIVE


@lru_cache(_HOMES_KNOWN)
def key_of(home: HomeId) -> int:
    """Return the number of a home, a positive `int4`, the same on every machine."""
    return int.from_bytes(hashlib.sha256(home.encode()).digest()[:4]) & _POSITIVE


def shard_of(home: HomeId) -> int:
    """Return the shard of a home, from 0."""
    return key_of(home) % SHARDS


@dataclass(slots=True, eq=False)
class Locks:
    """What one session holds. Every method may raise a `StorageError`."""

    connection: Connection
    settings: PostgresSettings
    whole: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    homes: set[int] = field(default_factory=set)
    _pid: int | None = None
    _joined: bool = False

    @classmethod
    async def open(cls, settings: PostgresSettings, timing: Timing) -> Self:
        """Connect, so that the server gives up on us in time: frozen, cut off or dead."""
        patience = timing.owner_answer
        arguments = connect_arguments(settings, settings.database) | {
            "timeout": min(settings.connect_timeout, patience),
            "command_timeout": patience,
            "statement_cache_size": 0,
        }
        name = f"{APPLICATION} {settings.instance} owner"
        arguments["server_settings"] = {"application_name": name}
        try:
            connection = await asyncpg.connect(**arguments)
            try:
                version = connection.get_server_version().major
                await connection.execute(_lease(version, timing))
                if version >= _FREEZABLE:
                    await connection.fetch(_END_OLD, name, max(1, round(patience * 500)))
            except BaseException:
                # Nobody else knows of it, and it would hold homes.
                connection.terminate()
                raise
        except FAILURES as error:
            raise translate(error) from error
        return cls(connection, settings)

    @property
    def closed(self) -> bool:
        """Whether the session is known to be over."""
        return self.connection.is_closed()

    def holds(self, home: HomeId) -> bool:
        """Return whether a home is held, with its shard or alone."""
        return shard_of(home) in self.whole or key_of(home) in self.homes

    async def look(self) -> Company:
        """See that all is still held; raises `SharedSessionError` if it is not ours alone."""
        schema = self.settings.schema
        classes = [class_of(schema), class_of(schema, "homes"), class_of(schema, "served")]
        row = await self._fetch(_LOOK, classes)
        pid, whole, shared, homes, others, any_home, served, strangers = row
        expected = (self.whole, self.shared, self.homes)
        if pid != (self._pid or pid) or (set(whole), set(shared), set(homes)) != expected:
            raise SharedSessionError
        self._pid = pid
        if not self._joined:
            self._joined = True
            await self._join()
        return Company(others, strangers, any_home, frozenset(served))

    async def _join(self) -> None:
        """Let others see that we take part, and for which homes."""
        schema, homes = self.settings.schema, self.settings.homes
        member = _OF_SOME if homes else _OF_ALL
        await self._take(_TRY_SHARED, class_of(schema), {member}, self.shared)
        await self._take(_TRY_SHARED, class_of(schema, "served"), set(map(key_of, homes)), set())

    async def take(self, homes: Collection[HomeId]) -> bool:
        """Take what nobody holds of these homes, shards whole where every home is served.

        Returns whether there was anything to take.
        """
        before = len(self.whole) + len(self.shared) + len(self.homes)
        shards = class_of(self.settings.schema)
        if not self.settings.homes:
            await self._take(_TRY, shards, set(range(SHARDS)) - self.whole, self.whole)
        apart = {key_of(home): shard_of(home) for home in homes if not self.holds(home)}
        await self._take(_TRY_SHARED, shards, set(apart.values()) - self.shared, self.shared)
        free = {key for key, shard in apart.items() if shard in self.shared}
        await self._take(_TRY, class_of(self.settings.schema, "homes"), free, self.homes)
        return len(self.whole) + len(self.shared) + len(self.homes) > before

    async def close(self, seconds: float) -> None:
        """End the session: all it holds is free."""
        try:
            await self.connection.close(timeout=seconds)
        except FAILURES:
            self.connection.terminate()

    def drop(self) -> None:
        """End it at once, without a word."""
        self.connection.terminate()

    async def _take(self, statement: str, of: int, keys: Iterable[int], held: set[int]) -> None:
        if wanted := sorted(keys):
            (got,) = await self._fetch(statement, of, wanted)
            held.update(got or ())

    async def _fetch(self, statement: str, *values: Any) -> tuple[Any, ...]:
        try:
            return tuple(await self.connection.fetchrow(statement, *values) or ())
        except FAILURES as error:
            raise translate(error) from error


def _lease(version: int, timing: Timing) -> str:
    """Return what makes the server end our session once it hears nothing of us."""
    seconds = max(1, round(timing.owner_lease / (_PROBES + 1)))
    lease = max(1, round(timing.owner_lease * 1000))
    values = {
        "tcp_keepalives_idle": seconds,
        "tcp_keepalives_interval": seconds,
        "tcp_keepalives_count": _PROBES,
        "tcp_user_timeout": lease,
        "statement_timeout": max(1, round(timing.owner_answer * 1000)),
        "jit": "off",
    }
    if version >= _FREEZABLE:
        values["idle_session_timeout"] = lease
    return "; ".join(f"SET {name} = {value}" for name, value in values.items())
