"""The file that keeps what happened: SQLite, used by one thread at a time.

Written in SQLite's write-ahead manner: a program that is killed in the middle loses what was not
committed, and nothing else.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
import sqlite3
from typing import Any, Final

from ..core.model import EquipmentId
from .rows import KINDS, TABLE_OF, Row
from .slots import LONGEST_ROW

PER_TURN: Final = 5_000
"""Rows deleted in one transaction: whoever wants to write need not wait for long."""
_STRANGE: Final = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    UnicodeError,
    OverflowError,
)
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SPARE_PAGES: Final = 500
"""Free pages that are left in the file: they are used again."""
_ASIDE: Final = ".damaged"
_BESIDE: Final = ("-wal", "-shm")

STEPS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE slots (
        equipment_id INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL,
        planned INTEGER, owner TEXT, wanted INTEGER, source TEXT, reason TEXT, mode INTEGER,
        outcome TEXT, failure TEXT, ran INTEGER, energy REAL,
        PRIMARY KEY (equipment_id, at)
    ) WITHOUT ROWID;
    CREATE TABLE events (
        equipment_id INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL,
        act TEXT, "on" INTEGER, before INTEGER, after INTEGER, origin TEXT, source TEXT,
        owner TEXT, user_id TEXT, outcome TEXT, reason TEXT, detail TEXT, tries INTEGER,
        latency REAL, will_retry INTEGER,
        PRIMARY KEY (equipment_id, at, kind)
    ) WITHOUT ROWID;
    CREATE TABLE plans (
        equipment_id INTEGER NOT NULL, at INTEGER NOT NULL, start INTEGER NOT NULL,
        owner TEXT NOT NULL, slots TEXT NOT NULL,
        PRIMARY KEY (equipment_id, at, start)
    ) WITHOUT ROWID;
    CREATE TABLE runs (
        equipment_id INTEGER NOT NULL, at INTEGER NOT NULL, "end" INTEGER NOT NULL,
        going INTEGER NOT NULL, energy REAL, origin TEXT, source TEXT, reason TEXT, owner TEXT,
        PRIMARY KEY (equipment_id, at)
    ) WITHOUT ROWID;
    """,
)
"""What makes a file of each version from one of the version before. Never changed, only added to."""


class StrangeRowError(Exception):
    """One of the rows cannot be kept, whatever the disk does; none of them was."""


class NewerFileError(Exception):
    """The file was written by a later version."""


class DamagedFileError(Exception):
    """What is in the file cannot be read; it has to be set aside."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is kept."""

    octets: int
    since: float | None
    """When the oldest row is of (unix seconds); `None` while there is none."""


class ArchiveFile:
    """Every method may raise `OSError`, `NewerFileError` and `DamagedFileError`.

    Opened when it is first needed, and again after each failure.
    """

    def __init__(self, path: Path, steps: Sequence[str] = STEPS) -> None:
        """Keep the path; `steps` make the tables, one version after the other."""
        self.path = path
        self._steps = steps
        self._open: sqlite3.Connection | None = None

    # -- its life

    def close(self) -> None:
        """Let go of the file; what was committed is in it."""
        connection, self._open = self._open, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def checkpoint(self) -> bool:
        """Have everything in the file itself, and nothing beside it; whether that could be."""
        with self._used() as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def set_aside(self) -> Path:
        """Move a damaged file away, in the place of one that was before; the next one is new."""
        self.close()
        aside = self.path.with_name(f"{self.path.name}{_ASIDE}")
        self.path.replace(aside)
        for end in _BESIDE:
            self.path.with_name(f"{self.path.name}{end}").unlink(missing_ok=True)
        return aside

    # -- writing

    def write(self, rows: Iterable[Row]) -> int:
        """Keep rows, all of them or none; one with the key of another takes its place.

        Returns how many there were; raises `StrangeRowError` because of one that cannot be kept.
        """
        tables: dict[str, list[Row]] = {}
        for row in rows:
            tables.setdefault(TABLE_OF[type(row)], []).append(row)
        with self._used() as connection:
            try:
                with _transaction(connection):
                    for table, some in tables.items():
                        connection.executemany(_INSERTS[table], some)
            except _STRANGE as error:
                raise StrangeRowError(str(error)) from error
        return sum(map(len, tables.values()))

    def thin(self, before: float) -> bool:
        """Forget some of what was over before a time; return whether there may be more."""
        gone = 0
        with self._used() as connection:
            for table in KINDS:
                for equipment_id in _loads(connection, table):
                    with _transaction(connection):
                        gone += connection.execute(
                            _DELETES[table], (equipment_id, before, before, PER_TURN)
                        ).rowcount
                    if gone >= PER_TURN:
                        return True
            # All at once would hold the file for long: it is called again.
            connection.execute("PRAGMA incremental_vacuum(2000)").fetchall()
            return int(connection.execute("PRAGMA freelist_count").fetchone()[0]) > _SPARE_PAGES

    # -- reading

    def size(self) -> Size:
        """Return how much is kept, and since when."""
        with self._used() as connection:
            pages, free, octets = (
                int(connection.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            oldest = [
                row[0]
                for table in KINDS
                for equipment_id in _loads(connection, table)
                for row in connection.execute(
                    f"SELECT min(at) FROM {table} WHERE equipment_id = ?",  # noqa: S608
                    (equipment_id,),
                )
            ]
        return Size((pages - free) * octets, min(oldest, default=None))

    def read[R: Row](
        self,
        kind: type[R],
        equipment_ids: Iterable[EquipmentId] | None,
        start: float,
        end: float,
        limit: int,
    ) -> list[R]:
        """Return rows of loads within a time, load by load, each oldest first.

        Those that reach into it are within; `None`: of everything there is.
        """
        table, rows = TABLE_OF[kind], list[R]()
        truths = [i for i, name in enumerate(kind._fields) if name in _TRUTHS]
        first = start - _REACHES.get(table, 0)
        with self._used() as connection:
            ids = _loads(connection, table) if equipment_ids is None else list(equipment_ids)
            for equipment_id in ids:
                found = connection.execute(
                    _SELECTS[table],
                    (equipment_id, first, end, start, limit - len(rows)),
                )
                rows.extend(_made(kind, list(values), truths) for values in found)
                if len(rows) >= limit:
                    break
        return rows

    # -- the connection

    @contextmanager
    def _used(self) -> Iterator[sqlite3.Connection]:
        try:
            if self._open is None:
                self._open = self._connect()
            yield self._open
        except sqlite3.Error as error:
            self.close()
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _DAMAGED:
                raise DamagedFileError(str(error)) from error
            raise OSError(str(error)) from error

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unclean = self.path.with_name(f"{self.path.name}-wal").exists()
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        try:
            # Before there is any table, or not at all.
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA journal_size_limit = 4194304")
            if unclean:
                _check(connection)
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(self._steps):
            raise NewerFileError(str(version))
        for number, step in enumerate(self._steps[version:], version + 1):
            with _transaction(connection):
                for statement in step.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def _check(connection: sqlite3.Connection) -> None:
    """Raise `DamagedFileError` unless all that is in the file fits together."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise DamagedFileError(verdict)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _loads(connection: sqlite3.Connection, table: str) -> list[EquipmentId]:
    """Return whose rows a table has, without a look at each of them."""
    statement = f"SELECT min(equipment_id) FROM {table} WHERE equipment_id > ?"  # noqa: S608
    found: list[EquipmentId] = []
    last = -1
    while (row := connection.execute(statement, (last,)).fetchone())[0] is not None:
        last = int(row[0])
        found.append(EquipmentId(last))
    return found


def _made[R: Row](kind: type[R], values: list[Any], truths: Iterable[int]) -> R:
    for i in truths:
        if values[i] is not None:
            values[i] = bool(values[i])
    return kind(*values)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


_ENDS: Final = {"slots": "until", "events": "at + 1e-6", "plans": "at + 1", "runs": '"end"'}
"""Until when a row tells; a moment of the time that begins with it."""
_REACHES: Final = {"slots": LONGEST_ROW, "runs": 366 * 86_400}
"""Seconds before a time in which rows that reach into it may begin."""
_TRUTHS: Final = frozenset({"planned", "wanted", "on", "going", "will_retry"})
"""What is yes or no, of which SQLite makes numbers."""
_INSERTS: Final = {
    table: f"INSERT OR REPLACE INTO {table} ({_quoted(kind._fields)})"  # noqa: S608
    f" VALUES ({', '.join('?' * len(kind._fields))})"
    for table, kind in KINDS.items()
}
_SELECTS: Final = {
    table: f"SELECT {_quoted(kind._fields)} FROM {table} WHERE equipment_id = ?"  # noqa: S608
    f" AND at >= ? AND at < ? AND {_ENDS[table]} > ? ORDER BY at LIMIT ?"
    for table, kind in KINDS.items()
}
_DELETES: Final = {
    table: f"DELETE FROM {table} WHERE equipment_id = ?1 AND at IN ("  # noqa: S608
    f"SELECT at FROM {table} WHERE equipment_id = ?1 AND at < ?2 AND {_ENDS[table]} <= ?3"
    f" ORDER BY at LIMIT ?4)"
    for table in KINDS
}
