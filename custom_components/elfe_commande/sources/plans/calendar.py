"""A calendar: an event whose title names an appliance has it run from its start to its end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from http import HTTPStatus
import re
from typing import Any, Final, override
import unicodedata

from ...core.model import EquipmentId
from ...core.plan import DAY, SLOT, Owner, slot_start
from .base import (
    Answer,
    Ask,
    Events,
    Field,
    FieldKind,
    Finding,
    PlanSource,
    Question,
    Reading,
    SourcedPlan,
)

CALENDAR: Final = "calendar"
WORDS: Final = "words"
"""Titles of events that mean the appliance; its name and labels if there are none."""

_LONGEST_TITLE: Final = 500
_MOST_EVENTS: Final = 2000


@dataclass(frozen=True, slots=True)
class _Event:
    start: int
    end: int
    title: str


class Calendar(PlanSource):
    """Reads the events of the coming day.

    An appliance that no event names within it has no plan: its other rules go on. What an event
    said that is there no longer is taken back.
    """

    name = "calendar"
    owner = Owner.CALENDAR
    fields = (Field(CALENDAR, FieldKind.CALENDAR),)
    load_fields = (Field(WORDS, FieldKind.WORDS, required=False),)

    @override
    def questions(self, ask: Ask) -> tuple[Question, ...]:
        start = slot_start(ask.now)
        return (Events(ask.settings[CALENDAR], start, start + DAY * SLOT),)

    @override
    def read(self, ask: Ask, answers: Sequence[Answer]) -> Reading:
        (answer,) = answers
        if answer.fault is not None:
            gone = answer.status == HTTPStatus.NOT_FOUND
            return Reading(Finding.GONE if gone else answer.fault, detail=answer.detail)
        if not isinstance(answer.body, list) or len(answer.body) > _MOST_EVENTS:
            return Reading(Finding.UNREADABLE, detail="no list of events")
        try:
            events = list(_events(answer.body, ask.zone))
        except (TypeError, ValueError, OverflowError) as error:
            # Half a calendar would switch off what the other half wants on.
            return Reading(Finding.UNREADABLE, detail=str(error)[:100])
        phrases = {
            load.equipment_id: tuple(filter(None, map(_plain, load.given.get(WORDS) or load.names)))
            for load in ask.loads
        }
        start = slot_start(ask.now)
        days: dict[EquipmentId, bytearray] = {}
        for event in events:
            for equipment_id in _named(event.title, phrases):
                day = days.setdefault(equipment_id, bytearray(DAY))
                first, last = _slots(event, start)
                day[first:last] = b"\1" * max(0, last - first)
        plans = tuple(
            SourcedPlan(
                load.equipment_id,
                start,
                bytes(days.get(load.equipment_id, bytes(DAY))),
                withdrawn=not any(days.get(load.equipment_id, ())),
            )
            for load in ask.loads
        )
        heard = any(not plan.withdrawn for plan in plans)
        finding = Finding.OK if heard else Finding.NOTHING
        return Reading(finding, plans, until=start + DAY * SLOT if heard else None)


# -------------------------------------------------------------------------------- the events


def _events(items: Iterable[Any], zone: tzinfo) -> Iterator[_Event]:
    for item in items:
        if not isinstance(item, Mapping):
            raise TypeError("an event of another form")
        if str(item.get("status") or "").casefold() == "cancelled":
            continue
        start, end = _moment(item.get("start"), zone), _moment(item.get("end"), zone)
        if end < start:
            raise ValueError(f"an event that ends before it begins: {item.get('start')}")
        yield _Event(start, end, _plain(str(item.get("summary") or "")[:_LONGEST_TITLE]))


def _moment(text: Any, zone: tzinfo) -> int:
    """Return a unix time; a date is its first moment, and what has no offset is local time."""
    if not isinstance(text, str):
        raise TypeError("an event without a moment")
    if len(text) == len("2026-01-01"):
        return round(datetime.combine(date.fromisoformat(text), time(), zone).timestamp())
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _slots(event: _Event, start: int) -> tuple[int, int]:
    """Return the first slot of a day that an event has, and that after its last.

    A slot of which half or more is covered; one at least, for events as short as a start.
    """
    first = (event.start - start + SLOT // 2) // SLOT
    last = (event.end - start + SLOT // 2) // SLOT
    if last <= first:
        first = (event.start - start) // SLOT
        last = first + 1
    return min(max(first, 0), DAY), min(max(last, 0), DAY)


# --------------------------------------------------------------------------------- the titles


def _plain(text: str) -> str:
    """Return a text as it is compared: no accents, no capitals, single blanks between words."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter)
    )
    return " ".join(re.findall(r"\w+", bare))


def _named(title: str, phrases: Mapping[EquipmentId, Iterable[str]]) -> Iterator[EquipmentId]:
    """Yield the appliances that a title names; within a longer name a shorter one is no name."""
    spans = {
        equipment_id: [
            found.span()
            for words in named
            for found in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", title)
        ]
        for equipment_id, named in phrases.items()
    }
    every = {span for found in spans.values() for span in found}
    for equipment_id, found in spans.items():
        if any(not any(_within(span, other) for other in every) for span in found):
            yield equipment_id


def _within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return span != other and other[0] <= span[0] and span[1] <= other[1]


PLAN_SOURCE = Calendar()
