"""What the engine needs from the world; storage, sources and adapters implement it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import batched
from types import MappingProxyType
from typing import Any, Final, Protocol, override

from ...core.model import Constraints, EquipmentId, HomeId, Inventory, State
from ...core.outcome import Step
from ...core.plan import DayPlan
from ...core.rules import Measurement
from ...core.screens import Screen

SUBSCRIPTIONS_AT_ONCE: Final = 500
"""Topics asked for one by one before the first of them is waited for."""


class StorageError(Exception):
    """The coordination database did not do what was asked; see the subclasses."""


class StorageUnreachableError(StorageError):
    """No server, no answer in time, or a connection lost: worth another try later."""


class StorageReadOnlyError(StorageUnreachableError):
    """The server answers and takes no writes: a standby, or a role that may only read."""


class StorageRefusedError(StorageError):
    """Wrong credentials or a missing privilege: a person must act."""


class StorageCredentialsError(StorageRefusedError):
    """The server does not know this user and password."""


class StoragePrivilegesError(StorageRefusedError):
    """The user may not do all that is needed.

    `missing` names it: `SELECT table.column`, `UPDATE table.column`, `USAGE schema`.
    """

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"missing privileges: {', '.join(missing)}")
        self.missing = missing


class StorageSchemaError(StorageError):
    """A table or column that is needed is not there.

    `missing` names them, `table` or `table.column`.
    """

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.missing = tuple(missing)


class StorageDataError(StorageError):
    """A value was refused by a constraint; another try will not help.

    `written` holds the states after the steps of the same statement that were written.
    """

    written: Mapping[EquipmentId, State] = MappingProxyType({})


class MessengerError(Exception):
    """A message could not be handed to the broker; it was not and will not be sent."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the data that a person must mend; nothing else is disturbed by it.

    `key` is a key of the translations (`issues`), `subject` what it is about (an equipment's
    or a row's id), `placeholders` fill its text.
    """

    key: str
    subject: str
    placeholders: Mapping[str, str] = field(default_factory=dict)
    equipment_id: EquipmentId | None = None


@dataclass(frozen=True, slots=True)
class InventoryRead:
    """All equipments of the homes served, and what is wrong with some rows.

    An equipment that did not change since the last read is the same object.
    """

    equipments: Inventory
    problems: tuple[Problem, ...] = ()
    screens: tuple[Screen, ...] = ()
    """Assigned wall screens of the homes served, ordered by id."""


@dataclass(frozen=True, slots=True)
class PlansRead:
    """The plans in force in a slot and those of the next one."""

    plans: tuple[DayPlan, ...]
    problems: tuple[Problem, ...] = ()


class Storage(Protocol):
    """Inventory, state and plans, wherever they live.

    Every method may raise a `StorageError`.
    """

    async def open(self) -> None:
        """Connect and discover the schema."""

    async def close(self) -> None:
        """Free the connections."""

    async def read_inventory(self) -> InventoryRead:
        """Read every equipment with its devices, state and constraints."""

    async def read_plans(self, slot: int) -> PlansRead:
        """Read, per equipment, the newest plan valid in the slot and that of the next slot.

        `slot` is the unix time a slot starts at.
        """

    @property
    def plan_source(self) -> str:
        """Return the name of what the plans are read from: those of another do not count."""
        return ""

    async def plan_mark(self) -> int:
        """Return a number that changes when plans are added: cheaper than reading them."""
        return 0

    async def read_states(self, ids: Collection[EquipmentId]) -> dict[EquipmentId, State]:
        """Read the present state of these equipments; absent ones are gone."""

    async def write(self, steps: Sequence[Step]) -> dict[EquipmentId, State]:
        """Write the steps, each whole or not at all, in one statement.

        At most one step per equipment. Returns the state after it of each equipment that
        was written; one that a guard refused is absent.
        """

    async def read_equipments(self, ids: Collection[EquipmentId]) -> Inventory:
        """Read these equipments whole, wishes and devices included; absent ones are gone."""

    async def ping(self) -> None:
        """Ask the cheapest question there is; raises a `StorageError` where nothing answers."""

    async def write_constraints(
        self, equipment_id: EquipmentId, wishes: Constraints, not_after: int | None = None
    ) -> bool:
        """Write the wishes that are not `None`, guarded like a step; whether they were.

        Guards: no communication error, mode 20 or 30, not programmed later than `not_after`.
        Nothing is written, and the answer is false, where a table has no row or no column for
        one of them. Raises `StorageDataError` for a value that the database refuses.
        """


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message received. `at` is the loop's time."""

    topic: str
    payload: bytes
    retained: bool
    at: float


type Handler = Callable[[Arrival], None]
type Unsubscribe = Callable[[], None]
type Granted = Callable[[str, Unsubscribe | Exception], None]
"""Called with a topic and what ends receiving it, or why it is not received."""


class Messenger(Protocol):
    """The MQTT broker, and what else devices are reached through."""

    @property
    def connected(self) -> bool:
        """Whether a message can be handed over now."""

    def reaches(self, topic: str) -> bool:  # noqa: ARG002
        """Return whether a message for this topic can be handed over now."""
        return self.connected

    async def publish(self, topic: str, payload: str) -> None:
        """Send at QoS 0, not retained; `MessengerError` when it cannot be."""

    async def publish_together(
        self,
        messages: Iterable[tuple[str, str]],
        *,
        at_once: bool = False,  # noqa: ARG002
    ) -> None:
        """Send topics and payloads in their order; none waits until the one before has left.

        `at_once`: somebody waits for the last of them, and may see one twice. Raises as `publish`.
        """
        await handed_over(self.publish(topic, payload) for topic, payload in messages)

    async def subscribe(self, topics: Iterable[str], handler: Handler) -> Unsubscribe:
        """Receive these topics; returns once the broker granted them all.

        A topic whose grant the broker delays is still delivered later. After `Unsubscribe`
        the handler is never called again, even by a message already under way.
        """

    async def subscribe_each(
        self, topics: Iterable[str], handler: Handler, granted: Granted
    ) -> None:
        """Receive these topics, each by itself; returns once the broker granted or refused each.

        `granted` is called with each topic as soon as that is known. In all else as `subscribe`.
        """

        async def ask(topic: str) -> None:
            granted(topic, await attempted(self.subscribe((topic,), handler)))

        for some in batched(topics, SUBSCRIPTIONS_AT_ONCE, strict=False):
            await asyncio.gather(*map(ask, some))

    def watch_connection(self, changed: Callable[[bool], None]) -> Unsubscribe:
        """Be told when the broker is lost or found again."""


async def attempted[T](work: Awaitable[T]) -> T | Exception:
    """Return what the work gives, or what it raised."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001
        return error


async def handed_over(messages: Iterable[Awaitable[None]]) -> None:
    """Hand messages over in order, all of them, and raise what the first that failed did."""
    for error in await asyncio.gather(*messages, return_exceptions=True):
        if error is not None:
            raise error


class Document(Protocol):
    """One JSON document on disk that survives a crash."""

    async def load(self) -> dict[str, Any] | None:
        """Return what was saved last; `None` at first or if it cannot be read."""

    async def save(self, data: dict[str, Any]) -> None:
        """Save durably: it is on disk when this returns; `OSError` if it could not be written.

        Whoever did not read what is there saves nothing.
        """


class Log(Protocol):
    """Rows on disk in the order they came, each a JSON object; they survive a crash."""

    async def load(self) -> list[dict[str, Any]]:
        """Return every row; what a crash left of one that was being written is left out.

        Raises `OSError` if there are some, and they cannot be read.
        """

    async def append(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows; they are on disk when this returns. `OSError` if they may not be."""

    async def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Have these rows only, or still all of before; `OSError` if that is so."""


class Disk(Protocol):
    """Where the engine remembers what must outlive it."""

    def document(self, name: str) -> Document:
        """Return the document of that name."""

    def log(self, name: str) -> Log:
        """Return the log of that name."""


class Standing(StrEnum):
    """Whose a home is, among the installations that share a database."""

    OURS = "ours"
    """Proved within the last moments: nobody else can act for it yet."""
    THEIRS = "theirs"
    """Somebody else holds it."""
    UNKNOWN = "unknown"
    """Nothing proves that it is ours, nor that it is not."""
    WATCHED = "watched"
    """Somebody else's, and only looked at: what would be ordered is told, and not sent."""


class Ownership(Protocol):
    """Which homes are ours to drive, where several installations share a database.

    Whoever orders asks for `prove` first and looks at `standing` at the last moment.
    """

    async def open(
        self, homes: Callable[[], Collection[HomeId]], changed: Callable[[], None]
    ) -> None:
        """Begin; returns once it is known what is ours, or that nothing can be known now.

        `homes` returns those served at present, `changed` is called when an answer changed.
        Never raises a `StorageError`.
        """

    async def close(self) -> None:
        """Let go of every home: others may take them at once."""

    def standing(self, home: HomeId) -> Standing:
        """Return whose a home is at this moment."""

    async def prove(self) -> None:
        """Have proof that is young enough; returns at once if there is, soon if there is none."""

    @property
    def installations(self) -> int:
        """How many take part, this one included."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What keeps homes from being driven by exactly one."""


class AlwaysOurs(Ownership):
    """Homes that nobody else can drive: those of a local entry."""

    @override
    async def open(
        self, homes: Callable[[], Collection[HomeId]], changed: Callable[[], None]
    ) -> None:
        pass

    @override
    async def close(self) -> None:
        pass

    @override
    def standing(self, home: HomeId) -> Standing:
        return Standing.OURS

    @override
    async def prove(self) -> None:
        pass

    @property
    @override
    def installations(self) -> int:
        return 1

    @property
    @override
    def problems(self) -> tuple[Problem, ...]:
        return ()


class Sources(Protocol):
    """What runs beside the engine and feeds it: meters, UPSs, rules, panels."""

    async def open(self) -> None:
        """Begin: ports, sockets and timers; never raises."""

    async def close(self) -> None:
        """End everything and free every port; never raises."""


class NoSources(Sources):
    """Nothing beside the engine."""

    @override
    async def open(self) -> None:
        pass

    @override
    async def close(self) -> None:
        pass


class Readings(Protocol):
    """What a local rule looks at, wherever it comes from."""

    def read(self) -> Mapping[str, Measurement]:
        """Return the present readings by the name of the rule's input."""

    def watch(self, changed: Callable[[], None]) -> Unsubscribe:
        """Be told when one of them changes."""


class AllSources(Sources):
    """Several sources, closed in the reverse of the order they were opened in.

    One that raises, which it should not, keeps no other from being opened or closed.
    """

    def __init__(self, *sources: Sources) -> None:
        """Open nothing yet."""
        self._sources = list(sources)

    def add(self, source: Sources) -> None:
        """Have one more, before they are opened."""
        self._sources.append(source)

    @override
    async def open(self) -> None:
        await _every([each.open for each in self._sources])

    @override
    async def close(self) -> None:
        await _every([each.close for each in reversed(self._sources)])


async def _every(steps: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Do each step, also after one that raises; then raise what was raised."""
    failures: list[Exception] = []
    for step in steps:
        try:
            await step()
        except Exception as error:  # noqa: BLE001
            failures.append(error)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        raise ExceptionGroup("; ".join(map(str, failures)), failures)


class Clock(Protocol):
    """Wall-clock time; durations are the event loop's."""

    def now(self) -> float:
        """Return the unix time."""
