"""What a source of plans is: what it asks of the world, and what the answers say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from ...core.model import EquipmentId
from ...core.plan import Owner

# ------------------------------------------------------------------------- what people choose


class FieldKind(StrEnum):
    """What a field of a form holds."""

    ADDRESS = "address"
    """Of a server: `http` or `https`, a host, perhaps a path; text."""
    CALENDAR = "calendar"
    """The id of a calendar entity."""
    NUMBER = "number"
    TEXT = "text"
    WORDS = "words"
    """A list of texts."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; its labels are in the translations."""

    key: str
    kind: FieldKind
    required: bool = True
    default: float | str | None = None
    least: float = 0
    most: float = 1_000_000
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A load that a source knows of: the fields that choose it, and what it draws at most (W)."""

    given: Mapping[str, Any]
    power: float | None = None
    text: str = ""
    """What tells it from others, for people."""


# ------------------------------------------------------------------- what is asked and answered


@dataclass(frozen=True, slots=True)
class Page:
    """A question: the JSON at an address."""

    url: str


@dataclass(frozen=True, slots=True)
class Events:
    """A question: the events of a calendar entity between two moments (unix seconds).

    The answer is a list of mappings: `start` and `end` (ISO texts, a date for whole days),
    `summary`, perhaps more.
    """

    entity_id: str
    start: int
    end: int


type Question = Page | Events


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status as of HTTP, for calendars too; `None` if nothing answered."""

    status: int | None
    body: Any = None
    detail: str = ""

    @property
    def fault(self) -> Finding | None:
        """Return what is wrong with it before anybody looks into it."""
        if self.status is None:
            return Finding.AWAY
        return None if self.status == HTTPStatus.OK else Finding.REFUSED


@dataclass(frozen=True, slots=True)
class Followed:
    """One appliance that follows a source: the fields of its own, and what people call it."""

    equipment_id: EquipmentId
    given: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """What a source goes by: its settings, who follows it, the time (unix seconds), the zone."""

    settings: Mapping[str, Any]
    loads: tuple[Followed, ...]
    now: float
    zone: tzinfo


# --------------------------------------------------------------------------- what is found


class Finding(StrEnum):
    """How it is with a source."""

    OK = "ok"
    NOTHING = "nothing"
    """It answers, and plans nothing for any appliance."""
    NO_RUN = "no_run"
    """It has not computed a plan yet."""
    INFEASIBLE = "infeasible"
    """Its last run found no solution; what it planned before goes on."""
    FAILED = "failed"
    """Its last run ended with an error."""
    OVER = "over"
    """Its plan has come to its end."""
    STALE = "stale"
    """Its plan is old; it is followed to its end."""
    AWAY = "away"
    GONE = "gone"
    """There is no such thing any more."""
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    """A version that is not understood."""


LOST: Final = frozenset(
    {
        Finding.AWAY,
        Finding.GONE,
        Finding.REFUSED,
        Finding.UNREADABLE,
        Finding.UNSUPPORTED,
    }
)
"""Nothing is heard, or nothing that can be used."""
WITHOUT_PLAN: Final = frozenset(
    {Finding.NO_RUN, Finding.INFEASIBLE, Finding.FAILED, Finding.OVER, Finding.STALE}
)
"""It is heard, and has no plan, or no fresh one."""


@dataclass(frozen=True, slots=True)
class SourcedPlan:
    """Decisions for one appliance, one per quarter-hour from `first_valid` on (unix seconds).

    `made_at` is when they were computed; `None` where they hold whenever they are asked for,
    as what a person wrote into a calendar does. `withdrawn`: the source says nothing of the
    appliance; only what it said before is taken back.
    """

    equipment_id: EquipmentId
    first_valid: int
    decisions: bytes
    made_at: int | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Misfit:
    """An appliance that cannot be the load it is said to be: its plan is not followed.

    `key` is a key of the translations (`issues`), `shown` fills its text.
    """

    key: str
    equipment_id: EquipmentId | None = None
    shown: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source says now; no plan means that it says nothing, not that all shall be off."""

    finding: Finding
    plans: tuple[SourcedPlan, ...] = ()
    made_at: int | None = None
    until: int | None = None
    detail: str = ""
    """What came from the source itself, for the log and for whoever mends it."""
    misfits: tuple[Misfit, ...] = ()


class PlanSource:
    """Asks questions and reads the answers; never raises, whatever they are.

    `fields` are asked once, `load_fields` for each appliance beside the appliance itself.
    """

    name: str
    """In subentries and translations."""
    owner: Owner = Owner.ACTION
    """Whose plans they are, as people read it."""
    title: str = ""
    """Its proper name, where it has one."""
    fields: tuple[Field, ...] = ()
    load_fields: tuple[Field, ...] = ()

    def questions(self, ask: Ask) -> tuple[Question, ...]:
        """Return what to ask now."""
        raise NotImplementedError

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Reading:
        """Return what the answers say, one per question and in their order."""
        raise NotImplementedError

    def channels(self, ask: Ask, answers: Sequence[Answer]) -> tuple[Channel, ...]:  # noqa: ARG002
        """Return the loads that the source knows of, for people to choose from; usually none."""
        return ()
