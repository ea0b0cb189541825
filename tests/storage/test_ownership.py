"""Who drives which homes: locks of a real server, sessions that end, and who shares them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import replace
from itertools import combinations
from typing import Any

import asyncpg
import pytest

from custom_components.elfe_commande.core.model import HomeId
from custom_components.elfe_commande.core.timing import Timing
from custom_components.elfe_commande.engine.ground.ports import Standing
from custom_components.elfe_commande.storage.postgres import PostgresOwnership, PostgresSettings
from custom_components.elfe_commande.storage.postgres.locks import (
    SHARDS,
    Company,
    Locks,
    key_of,
    shard_of,
)
from demo.engine_host import MemoryDisk
from demo.parts import PostgresServer
from demo.parts.process import wait_until

from ..fixtures_parts import Database, fresh_database
from .rows import settings_for

HOMES = [HomeId(f"R{n:03}") for n in range(100)]
PATIENT = replace(Timing(), owner_beat=0.5, owner_answer=14.0)
"""Looks often, and gives a busy machine the time to answer."""

type Make = Callable[..., PostgresOwnership]


@pytest.fixture
async def make(database: Database) -> AsyncIterator[Make]:
    """Return a way to make owners of a database, closed at the end."""
    made: list[PostgresOwnership] = []

    def one(
        *,
        homes: Collection[HomeId] = (),
        timing: Timing = PATIENT,
        disk: MemoryDisk | None = None,
        at: Database = database,
    ) -> PostgresOwnership:
        settings = replace(settings_for(at), homes=frozenset(homes), instance=f"i{len(made)}")
        document = (disk or MemoryDisk()).document("owner")
        made.append(PostgresOwnership(settings, timing, document))
        return made[-1]

    yield one
    for each in made:
        await each.close()


async def opened(owner: PostgresOwnership, homes: Collection[HomeId] = HOMES) -> PostgresOwnership:
    """Open it; returns once it knows whose the homes are, or that it cannot."""
    await owner.open(lambda: homes, lambda: None)
    await until(lambda: owner.problems or is_known(owner, homes), "whose the homes are")
    return owner


def is_known(owner: PostgresOwnership, homes: Collection[HomeId]) -> bool:
    return all(owner.standing(home) is not Standing.UNKNOWN for home in homes)


def ours(owner: PostgresOwnership, homes: Collection[HomeId] = HOMES) -> set[HomeId]:
    return {home for home in homes if owner.standing(home) is Standing.OURS}


async def until(found: Callable[[], object], what: str) -> None:
    await wait_until(lambda: bool(found()), 30, what, 0.01)


def session(owner: PostgresOwnership) -> Any:
    """Return the connection that holds the locks."""
    assert owner.locks is not None
    return owner.locks.connection


def test_a_home_has_the_same_shard_on_every_machine() -> None:
    """What is stored nowhere must be the same in every version."""
    assert (key_of(HomeId("R001")), shard_of(HomeId("R001"))) == (512186545, 49)
    assert {shard_of(HomeId(f"R{n}")) for n in range(2000)} == set(range(SHARDS))


async def test_the_first_takes_all_and_keeps_it(make: Make) -> None:
    first, second = await opened(make()), await opened(make())
    assert (ours(first), ours(second)) == (set(HOMES), set())
    assert {second.standing(home) for home in HOMES} == {Standing.THEIRS}
    await until(lambda: first.installations == second.installations == 2, "company")
    await first.close()
    await until(lambda: ours(second) == set(HOMES), "the second to take over")


async def test_disjoint_homes_of_one_shard_have_two_drivers(make: Make) -> None:
    one, other = next(
        pair for pair in combinations(HOMES, 2) if shard_of(pair[0]) == shard_of(pair[1])
    )
    first = await opened(make(homes=[one]), [one])
    second = await opened(make(homes=[other]), [other])
    assert ours(first, [one]) == {one}
    assert ours(second, [other]) == {other}


@pytest.mark.parametrize("some_first", [True, False])
async def test_who_serves_some_and_who_serves_all_share(make: Make, some_first: bool) -> None:
    """Every home has one driver; that of some homes is served by the other when it stops."""
    some = HOMES[:30]
    if some_first:
        part = await opened(make(homes=some), some)
        whole = await opened(make())
        assert (ours(part), ours(whole)) == (set(some), set(HOMES[30:]))
        await part.close()
        await until(lambda: ours(whole) == set(HOMES), "all homes to be driven")
    else:
        whole = await opened(make())
        part = await opened(make(homes=some), some)
        assert (ours(whole), ours(part)) == (set(HOMES), set())
        await whole.close()
        await until(lambda: ours(part) == set(some), "its homes to be driven")


async def test_other_schemas_do_not_keep_homes_from_each_other(make: Make) -> None:
    first = await opened(make())
    other = make()
    other.settings = replace(other.settings, schema="other_schema")
    await opened(other)
    assert ours(first) == ours(other) == set(HOMES)


async def test_the_server_gives_up_on_us_after_we_did(make: Make) -> None:
    owner = await opened(make(timing=replace(PATIENT, owner_lease=40.0)))
    shown = {
        name: await session(owner).fetchval(f"SHOW {name}")
        for name in (
            "tcp_keepalives_idle",
            "tcp_keepalives_interval",
            "tcp_keepalives_count",
            "tcp_user_timeout",
            "idle_session_timeout",
        )
    }
    assert shown == {
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "40000",
        "idle_session_timeout": "40s",
    }
    timing = Timing()
    assert timing.owner_beat * 2 < timing.owner_proof < timing.owner_lease


async def test_who_says_nothing_owns_nothing_before_another_can(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its session ends with its lease; it knew for long that it might."""
    thawed, look = asyncio.Event(), Locks.look

    async def frozen(locks: Locks) -> Company:
        if locks is silent.locks:
            await thawed.wait()
        return await look(locks)

    brief = replace(PATIENT, owner_proof=1.0, owner_lease=4.0)
    silent, other = await opened(make(timing=brief)), await opened(make())
    monkeypatch.setattr(Locks, "look", frozen)
    await until(lambda: not ours(silent), "its proof to be too old")
    assert ours(other) == set()
    assert silent.locks is not None
    assert not silent.locks.closed
    while ours(other) != set(HOMES):
        assert not (ours(silent) and ours(other))
        await asyncio.sleep(0.01)
    assert {silent.standing(home) for home in HOMES} == {Standing.UNKNOWN}
    thawed.set()
    await silent.prove()
    assert {silent.standing(home) for home in HOMES} == {Standing.THEIRS}


async def test_a_session_that_was_cut_is_ended_by_the_next_one(make: Make) -> None:
    """A network that swallows everything leaves the server with our locks for a lease."""
    owner = await opened(make())
    assert owner.locks is not None
    lost, owner.locks = owner.locks, None
    await owner.look()
    assert ours(owner) == set(HOMES)
    await until(lambda: lost.closed, "the end of the session left behind")


# -- poolers and strangers


async def test_statements_that_reach_two_sessions_prove_nothing(make: Make) -> None:
    owner, spare = await opened(make()), await opened(make())
    assert owner.locks is not None
    owner.locks.connection = session(spare)
    await owner.look()
    await owner.look()
    assert [problem.key for problem in owner.problems] == ["pooler"]
    assert {owner.standing(home) for home in HOMES} == {Standing.UNKNOWN}


async def test_a_session_that_somebody_else_holds_locks_in_proves_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pooler lends both the same one: to lock again what it holds always succeeds."""
    first, second = await opened(make()), make()

    async def lent(*_: object) -> object:
        return type(first.locks)(session(first), second.settings)  # type: ignore[misc, call-arg]

    monkeypatch.setattr(
        "custom_components.elfe_commande.storage.postgres.ownership.Locks.open", lent
    )
    await opened(second)
    assert [problem.key for problem in second.problems] == ["pooler"]
    assert ours(second) == set()


async def test_a_program_of_our_name_that_does_not_take_part_is_told(
    make: Make, database: Database
) -> None:
    """As an older version, or one that follows another schema."""
    owner = await opened(make(timing=replace(PATIENT, owner_beat=0.1, stranger_patience=0.2)))
    await opened(make())
    # On a busy machine it may take longer to begin than a stranger is given here.
    await until(lambda: owner.installations == 2 and not owner.problems, "company")
    older = await database.access.connect()
    await older.execute("SET application_name = 'elfe_commande'")
    try:
        await until(lambda: owner.problems, "the older version to be told")
        assert [problem.key for problem in owner.problems] == ["another_controller"]
    finally:
        await older.close()
    await until(lambda: owner.problems == (), "its end")


# -- what it costs, and what is left without the database


async def test_one_statement_a_beat(make: Make) -> None:
    owner = await opened(make(timing=replace(PATIENT, owner_beat=10.0)))
    statements: list[str] = []
    session(owner).add_query_logger(lambda record: statements.append(record.query))
    statements.clear()
    for _ in range(3):
        await owner.look()
    await asyncio.sleep(0)
    assert len(statements) == 3


@pytest.mark.parametrize("company", ["nobody", "of other homes", "of all homes"])
async def test_without_the_database(make: Make, own_postgres: PostgresServer, company: str) -> None:
    """What nobody else would take stays ours; a restart remembers it."""
    at = await fresh_database(own_postgres)
    disk, some = MemoryDisk(), HOMES[:50]
    owner = await opened(make(homes=some, at=at, disk=disk), some)
    if company != "nobody":
        others = HOMES[50:] if company == "of other homes" else ()
        await opened(make(homes=others, at=at), others or HOMES)
        await until(lambda: owner.installations == 2, "company")
    await own_postgres.crash()
    expected = set() if company == "of all homes" else set(some)
    await until(lambda: owner.locks is None, "the loss to be noticed")
    await owner.prove()
    assert ours(owner, some) == expected
    await owner.close()
    again = make(homes=some, at=at, disk=disk)
    await again.open(lambda: some, lambda: None)
    assert ours(again, some) == expected


async def test_who_never_reached_the_database_drives_nothing(
    make: Make, own_postgres: PostgresServer
) -> None:
    """A copy of the rows, a fresh folder: somebody else may drive them; until it is asked."""
    at, disk = await fresh_database(own_postgres), MemoryDisk()
    await own_postgres.crash()
    owner = make(at=at, disk=disk)
    await owner.open(lambda: HOMES, lambda: None)
    assert {owner.standing(home) for home in HOMES} == {Standing.UNKNOWN}
    await own_postgres.start()
    await until(lambda: ours(owner) == set(HOMES), "the first proof")
    await own_postgres.crash()
    await until(lambda: owner.locks is None, "the loss to be noticed")
    await owner.prove()
    assert ours(owner) == set(HOMES)


def test_settings_tell_installations_apart() -> None:
    one, other = (PostgresSettings("h", "d", "u", "p") for _ in range(2))
    assert one == other
    assert one.instance != other.instance


async def test_a_start_that_is_broken_off_leaves_no_session_that_holds_homes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would know of that session, and others would be kept out."""
    settings = replace(settings_for(database), instance="broken off")
    reached = asyncio.Event()

    async def stall(*_: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as stalling:
        stalling.setattr(asyncpg.Connection, "execute", stall)
        opening = asyncio.create_task(Locks.open(settings, PATIENT))
        await asyncio.wait_for(reached.wait(), 30)
    opening.cancel()
    # What is told of the end keeps alive what it was at.
    (end,) = await asyncio.gather(opening, return_exceptions=True)
    assert isinstance(end, asyncio.CancelledError)
    connection = await database.owner.connect()
    async with asyncio.timeout(30):
        while await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE '%broken off%'"
        ):
            await asyncio.sleep(0.01)
    await connection.close()
