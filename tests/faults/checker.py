"""Judges a history: what must never be, whatever broke. Nothing is asked but the history."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .history import (
    AHEAD,
    ERROR,
    MANUAL,
    ON,
    PILOTED,
    RUNNING,
    SLOT,
    Answered,
    End,
    History,
    Load,
    Planned,
    Told,
    Wished,
)

PLAN: Final = "plan"
"""The last word where no person has one."""
SUPERSEDED: Final = "superseded"
"""Only another word may take the place of a wish: said of one that has the last, it is no answer."""
OURS: Final = frozenset({SUPERSEDED, "not_running", "mode_changed"})
"""Reasons told later that give nothing up in words: something of ours came in between."""


class Rule(StrEnum):
    """What can be wrong."""

    DOUBLE_PRESS = "double press"
    LOST_WISH = "lost wish"
    WRONG_DEVICE = "wrong device"
    WRONG_ROW = "wrong row"
    NO_OUTCOME = "no outcome"
    UNTOLD = "untold"
    HANG = "hang"
    TRACEBACK = "traceback"


NEAR: Final = 1.0
"""Seconds by which a device may hear an order after its end: a report of the state that was
wanted, sent meanwhile, ends it too."""
ALWAYS: Final = frozenset({Rule.DOUBLE_PRESS, Rule.HANG, Rule.TRACEBACK})
"""What must not be whatever the engine forgets."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule broken, about which load, and what was seen."""

    rule: Rule
    load: int
    detail: str


@dataclass(frozen=True, slots=True)
class Word:
    """Who has the last word about a load, since when; `wish` is `None` for the plan."""

    intent: str
    at: float = float("-inf")
    wall: float = 0.0
    wish: Wished | None = None
    answer: Answered | None = None


def check(history: History) -> list[Violation]:
    """Return all that is wrong with a run."""
    found = [Violation(Rule.TRACEBACK, 0, text) for text in history.tracebacks]
    found += [Violation(Rule.HANG, each.load, each.what) for each in history.stuck]
    for load in history.loads:
        found += _double_presses(history, load)
        found += _without_outcome(history, load)
    return found + wrong_ends(history)


def wrong_ends(history: History) -> list[Violation]:
    """Return what is wrong with devices and rows as they were found last."""
    ends = {end.load: end for end in history.ends}
    found: list[Violation] = []
    for load in history.loads:
        if (end := ends.get(load.id)) is not None:
            found += _wrong_end(history, load, end)
            found += _doubts(history, load, end)
    return found


def given_up(history: History) -> int:
    """Return how many loads are not as wished, which somebody was told."""
    ends = {end.load: end for end in history.ends}
    return sum(
        any(
            _faults_of(history, load, end, word) and _gave_up(history, load, word)
            for word in last_words(history, load)
        )
        for load in history.loads
        if (end := ends.get(load.id)) is not None
    )


# ---------------------------------------------------------------------------- presses


def _double_presses(history: History, load: Load) -> Iterator[Violation]:
    """Yield presses that no pulse of a plan and no wish allows.

    A claim allows one sequence. That of a pulse is good until the row after the next is there:
    a sequence that was begun goes on, and a slot that was missed may be caught up.
    """
    if not load.presses:
        return
    claims: list[tuple[float, float, int]] = []
    plans = list(history.of(history.plans, load.id))
    for plan in plans:
        later = sorted(each.at for each in plans if each.first > plan.first)
        until = later[1] if len(later) > 1 else float("inf")
        claims += [(plan.at, until, load.presses)] * sum(map(bool, plan.decisions))
    for wish in history.of(history.wishes, load.id):
        answer = history.answer(wish)
        if wish.intent == "start" and (answer is None or not answer.refused):
            claims.append((wish.at, float("inf"), load.presses))
    left = [[begin, until, count] for begin, until, count in claims]
    for press in sorted(history.of(history.presses, load.id), key=lambda press: press.at):
        good = [claim for claim in left if claim[0] <= press.at <= claim[1] and claim[2] > 0]
        if not good:
            yield Violation(Rule.DOUBLE_PRESS, load.id, f"{press.device} at {press.at:.2f}")
            continue
        # The one that ends first, or the last ones would be wasted on it.
        min(good, key=lambda claim: (claim[1], claim[0]))[2] -= 1


# --------------------------------------------------------------------------- outcomes


def _without_outcome(history: History, load: Load) -> Iterator[Violation]:
    """Yield orders after which nothing was told, though the engine lived on."""
    told = list(history.of(history.told, load.id))
    last_told = max((each.at for each in told), default=float("-inf"))
    killed = max((life.until for life in history.lives if life.killed), default=float("-inf"))
    for order in history.of(history.heard, load.id):
        if order.at > last_told + NEAR and order.at > killed:
            yield Violation(Rule.NO_OUTCOME, load.id, f"{order.payload!r} at {order.at:.2f}")
    # A stop breaks off what was to be tried again; the next start looks anew at what is wanted.
    stops = (life.until for life in history.lives if life.killed or life.until <= history.calm)
    if told and told[-1].will_retry and told[-1].at > max(stops, default=float("-inf")):
        yield Violation(Rule.NO_OUTCOME, load.id, f"{told[-1].act} was to be tried again")


# ------------------------------------------------------------------------- last words


def last_words(history: History, load: Load) -> list[Word]:
    """Return who may have the last word: more than one where a wish got no answer.

    A wish that died with the engine, unanswered, may have been done or not.
    """
    words = [Word(PLAN if load.mode == PILOTED else "to_manual")]
    for wish in history.of(history.wishes, load.id):
        answer = history.answer(wish)
        word = Word(wish.intent, wish.at, wish.wall, wish, answer)
        if answer is None:
            words.append(word)
        elif not _declined(answer):
            words = [word]
    return words


def _declined(answer: Answered) -> bool:
    """Whether the person knows from the answer that nothing will be done."""
    skipped = answer.outcome == "skipped" and answer.reason != SUPERSEDED
    return bool(answer.refused) or (skipped and not answer.will_retry)


def _gave_up(history: History, load: Load, word: Word) -> bool:
    """Whether it was told that what the word wants is given up."""
    if word.answer is not None and word.answer.outcome == "failed" and not word.answer.will_retry:
        return True
    told = [each for each in history.of(history.told, load.id) if _ends_in_words(each)]
    if word.wish is not None and any(t.at >= word.at and t.source == "user" for t in told):
        return True
    by_plan = word.intent in {PLAN, "to_piloted"}
    return by_plan and any(each.at >= max(word.at, history.calm) for each in told)


def _ends_in_words(told: Told) -> bool:
    if told.will_retry:
        return False
    return told.outcome == "failed" or (told.outcome == "skipped" and told.reason not in OURS)


# ------------------------------------------------------------------------------- ends


def _wrong_end(history: History, load: Load, end: End) -> list[Violation]:
    """Return what fits none of the words that may be the last."""
    words = last_words(history, load)
    best: list[Violation] | None = None
    for word in words:
        faults = _faults_of(history, load, end, word)
        if not faults or _gave_up(history, load, word):
            return []
        if best is None or len(faults) < len(best):
            best = faults
    return best or []


def _faults_of(history: History, load: Load, end: End, word: Word) -> list[Violation]:
    """Return how an end differs from what one word wants."""
    if word.intent in {PLAN, "to_piloted"}:
        return _against_plan(history, load, end, word)
    faults: list[Violation] = []
    seen = f"{_named(word)}: {_seen(end)}"
    if end.mode != MANUAL:
        faults.append(Violation(Rule.LOST_WISH, load.id, seen))
    powered = word.intent != "forced_off"
    if end.powered is not None and end.powered is not powered:
        faults.append(Violation(Rule.WRONG_DEVICE, load.id, seen))
    if load.presses:
        # Handing a machine over presses nothing, and says nothing of it.
        fits = word.intent != "start" or end.control == ON
    else:
        fits = (end.control == ON) is powered and (end.command == RUNNING or not powered)
    if not fits:
        faults.append(Violation(Rule.WRONG_ROW, load.id, seen))
    return faults


def _against_plan(history: History, load: Load, end: End, word: Word) -> list[Violation]:
    seen = f"{_named(word)}: {_seen(end)}"
    if load.continuous:
        return _against_decision(history, load, end, seen)
    may, must = _pulses(history, load, end, word)
    faults: list[Violation] = []
    if end.mode == MANUAL:
        # Nobody but the plan's pulse, or the machine itself, ends the waiting.
        if not may or (end.powered is False and word.wish is not None):
            faults.append(Violation(Rule.LOST_WISH, load.id, seen))
        elif end.powered is False:
            faults.append(Violation(Rule.WRONG_DEVICE, load.id, seen))
        if end.control != ON and end.command != ERROR:
            faults.append(Violation(Rule.WRONG_ROW, load.id, seen))
        return faults
    if end.mode != PILOTED:
        return [Violation(Rule.LOST_WISH, load.id, seen)]
    if must:
        faults.append(Violation(Rule.WRONG_DEVICE, load.id, f"{seen}, to be started"))
    elif not load.presses:
        if end.powered and _in_force(history, load, end) is not None:
            faults.append(Violation(Rule.WRONG_DEVICE, load.id, seen))
        if end.control == ON:
            faults.append(Violation(Rule.WRONG_ROW, load.id, seen))
    return faults


def _against_decision(history: History, load: Load, end: End, seen: str) -> list[Violation]:
    """Return how a continuous load differs from what the plan decides for the last slot."""
    if end.mode != PILOTED:
        return [Violation(Rule.LOST_WISH, load.id, seen)]
    plan = _in_force(history, load, end)
    wanted = None if plan is None else plan.decision(history.slot)
    if wanted is None:
        return []
    faults: list[Violation] = []
    told = f"{seen}, planned {'on' if wanted else 'off'}"
    if end.powered is not None and end.powered is not bool(wanted):
        faults.append(Violation(Rule.WRONG_DEVICE, load.id, told))
    if (end.control == ON) is not bool(wanted) or end.command == ERROR:
        faults.append(Violation(Rule.WRONG_ROW, load.id, told))
    return faults


def _in_force(history: History, load: Load, end: End) -> Planned | None:
    """Return the newest plan of the last slot, `None` if it may be older than the programming."""
    plans = [p for p in history.of(history.plans, load.id) if p.first <= history.slot]
    newest = max(plans, key=lambda plan: (plan.first, plan.at), default=None)
    if newest is None or newest.decision(history.slot) is None:
        return None
    return None if newest.first - AHEAD <= end.programmed else newest


def _pulses(history: History, load: Load, end: End, word: Word) -> tuple[bool, bool]:
    """Return whether the plan may have started a load since the word, and whether it must have."""
    may = any(each.at >= word.at for each in history.of(history.drew, load.id))
    for plan in history.of(history.plans, load.id):
        for index, decision in enumerate(plan.decisions):
            slot = plan.first + index * SLOT
            may = may or bool(decision and word.wall - SLOT <= slot <= history.slot)
    plan_now = _in_force(history, load, end)
    return may, bool(plan_now is not None and plan_now.decision(history.slot))


def _doubts(history: History, load: Load, end: End) -> Iterator[Violation]:
    """Yield a press that nobody made, of which the row says that it was, and nobody was asked."""
    if not load.presses or (end.mode, end.command) != (MANUAL, RUNNING):
        return
    told = [each for each in history.of(history.told, load.id) if each.act in {"start", "on"}]
    if not told or told[-1].outcome != "doubtful":
        return
    after = [each for each in history.of(history.told, load.id) if each.at > told[-1].at]
    if any((each.act, each.outcome) == ("to_piloted", "acknowledged") for each in after):
        # Whoever hands a machine over again says that it may be started.
        return
    since = [each.at for each in told if each.outcome != "doubtful"]
    began = max(since, default=float("-inf"))
    pressed = any(each.at > began for each in history.of(history.presses, load.id))
    asked = any(each.at > began for each in history.of(history.asked, load.id))
    if not pressed and not asked:
        yield Violation(Rule.UNTOLD, load.id, f"doubtful, not pressed, nobody asked: {_seen(end)}")


def _named(word: Word) -> str:
    if word.answer is None:
        return word.intent
    more = ", tried again" if word.answer.will_retry else ""
    return f"{word.intent} ({word.answer.outcome} {word.answer.reason}{more})"


def _seen(end: End) -> str:
    on = {None: "not switched", True: "on", False: "off"}[end.powered]
    return f"device {on}, mode {end.mode}, control {end.control}, command {end.command}"
