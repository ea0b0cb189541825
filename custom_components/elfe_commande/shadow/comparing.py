"""What we would have ordered of a load in a quarter-hour, against what was seen of it; pure.

`docs/migrating.md` says the same to people. All times are unix seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ..core.decision import Act
from ..core.plan import SLOT

ORDERED: Final = frozenset({Act.START, Act.ON, Act.OFF, Act.KEEP_OFF})
"""What is compared: the orders of plan, rule and safety that are sent to a device."""
_ON: Final = frozenset({Act.START, Act.ON})


class Way(StrEnum):
    """How something of a load was seen."""

    COMMAND = "command"
    """Somebody's message on the topic that its device takes orders on."""
    DEVICE = "device"
    """Its device says another state than before."""
    ROW = "row"
    """Its row says another state than before, or that it was started."""


class Verdict(StrEnum):
    """What a quarter-hour of a load comes to."""

    AGREE = "agree"
    DIFFER = "differ"
    UNSEEN = "unseen"
    """It cannot be told: not all was heard, or nothing of it says how it is."""
    PEOPLE = "people"
    """A person programmed it meanwhile: what was ordered then was theirs."""
    NOTHING = "nothing"
    """Nobody would order it, and nobody did."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The last order that we would have sent."""

    act: Act
    at: float

    @property
    def on(self) -> bool:
        """Whether it powers the load."""
        return self.act in _ON


@dataclass(frozen=True, slots=True)
class Seen:
    """One sign of what somebody else ordered, or of what became of it."""

    at: float
    on: bool
    way: Way


@dataclass(slots=True)
class Watched:
    """What is known of one load, for as long as a quarter-hour may need it."""

    ours: list[Ours] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    programmed: list[float] = field(default_factory=list)
    """When its row was programmed: when people chose a mode for it."""
    piloted: list[tuple[float, bool]] = field(default_factory=list)
    """Since when the plan has it, or has not, as far as that is known."""
    planned: dict[int, bool | None] = field(default_factory=dict)
    """What the plan in force wanted, by the start of the quarter-hour."""

    def forget(self, before: float) -> None:
        """Forget what is older; of each way the last sign says how things are."""
        self.ours = [each for each in self.ours if each.at >= before]
        lasting = {each.way: each for each in self.seen if each.at < before}
        self.seen = [*lasting.values(), *(each for each in self.seen if each.at >= before)]
        begun = [each for each in self.piloted if each[0] < before]
        self.piloted = [*begun[-1:], *(each for each in self.piloted if each[0] >= before)]
        self.programmed = [at for at in self.programmed if at >= before]
        self.planned = {at: on for at, on in self.planned.items() if at + SLOT >= before}

    def was_piloted(self, at: float) -> bool:
        """Return whether the plan had it at a moment; what is first known holds of before too."""
        known = [piloted for since, piloted in self.piloted if since <= at]
        return known[-1] if known else bool(self.piloted and self.piloted[0][1])


@dataclass(frozen=True, slots=True)
class Found:
    """What a quarter-hour of a load comes to, and what it rests on."""

    verdict: Verdict
    ours: Act | None = None
    seen: bool | None = None
    """What was seen instead: switched on, switched off; `None`: nothing."""
    ways: tuple[Way, ...] = ()
    at: float | None = None
    """When it was seen first."""


def compare(
    load: Watched, start: int, end: int, tolerance: float, *, whole: bool, rows: bool
) -> Found:
    """Return what a quarter-hour comes to, once `tolerance` seconds have passed since.

    `whole`: the broker was heard all the time. `rows`: the tables could be read since. A sign up to
    `tolerance` before or after the quarter-hour counts for it where it is what we would have done.
    """
    early, late = start - tolerance, end + tolerance
    mine = [each for each in load.ours if start <= each.at < end and each.act in ORDERED]
    ours = mine[-1] if mine else None
    act = None if ours is None else ours.act
    if any(early <= at < late for at in load.programmed):
        return Found(Verdict.PEOPLE, act)
    if ours is None and not load.was_piloted(start):
        return Found(Verdict.NOTHING)
    inside = [each for each in load.seen if start <= each.at < end]
    strange = [each for each in inside if not _is_explained(load, each, start, end, tolerance)]
    if ours is None:
        return _of_nothing(load, strange, start, rows=rows)
    alike = [each for each in load.seen if early <= each.at < late and each.on is ours.on]
    contrary = [each for each in strange if each.on is not ours.on]
    if contrary and (not alike or contrary[-1].at > alike[-1].at):
        # What a person did is known by the row alone.
        return _differs(act, contrary) if rows else Found(Verdict.UNSEEN, act)
    if alike:
        return Found(Verdict.AGREE, act)
    return _of_silence(load, ours, end, whole=whole, rows=rows)


def _of_nothing(load: Watched, strange: Sequence[Seen], start: int, *, rows: bool) -> Found:
    """Return what a quarter-hour comes to in which we would have ordered nothing."""
    ordered = [each for each in strange if each.way is not Way.DEVICE]
    if not ordered:
        return Found(Verdict.NOTHING)
    if ordered[-1].on and load.planned.get(start):
        # It was done before we looked, and is what the plan wants.
        return Found(Verdict.AGREE)
    return _differs(None, ordered) if rows else Found(Verdict.UNSEEN)


def _of_silence(load: Watched, ours: Ours, end: int, *, whole: bool, rows: bool) -> Found:
    """Return what a quarter-hour comes to in which nothing was seen that tells."""
    last = _state(load.seen, end)
    if ours.act is not Act.START and last is not None:
        if last.on is ours.on:
            return Found(Verdict.AGREE, ours.act)
        if whole and rows:
            return Found(Verdict.DIFFER, ours.act, last.on, (last.way,))
        return Found(Verdict.UNSEEN, ours.act)
    if ours.act is Act.KEEP_OFF:
        # To wait is to do nothing.
        return Found(Verdict.AGREE, ours.act)
    verdict = Verdict.DIFFER if whole and rows else Verdict.UNSEEN
    return Found(verdict, ours.act)


def _state(seen: Iterable[Seen], at: float) -> Seen | None:
    """Return how a load was at a moment: as its device said last, else as its row did."""
    known = {each.way: each for each in seen if each.at < at and each.way is not Way.COMMAND}
    return known.get(Way.DEVICE) or known.get(Way.ROW)


def _is_explained(load: Watched, seen: Seen, start: int, end: int, tolerance: float) -> bool:
    """Return whether a sign is what we would have done in the quarter-hour before, or after."""
    if seen.at < start + tolerance:
        before = [each for each in load.ours if start - SLOT <= each.at < start]
        if before and before[-1].on is seen.on:
            return True
    if seen.at >= end - tolerance:
        after = [each for each in load.ours if end <= each.at < end + SLOT]
        return bool(after) and after[0].on is seen.on
    return False


def _differs(act: Act | None, signs: Sequence[Seen]) -> Found:
    last = signs[-1]
    same = [each for each in signs if each.on is last.on]
    ways = tuple(dict.fromkeys(each.way for each in same))
    return Found(Verdict.DIFFER, act, last.on, ways, same[0].at)
