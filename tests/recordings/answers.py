"""Rules about what counts as an answer, and what is stamped on one."""

from dataclasses import replace
from typing import Any

from .reference import MARCHE, NOW, SWITCHED, Act, Course, load_on, switched_rows
from .rule import Rule
from .situation import Situation
from .wired import TIMEOUTS, Heard, Wired

RETRY_FIRST = 10.0
RETRY_LONGEST = 120.0
"""Seconds from a try that failed to the next one, doubled after each."""


def switching_device(situation: Situation, course: Course) -> Wired | None:
    """Return the device of a switching order that is under way."""
    if situation.typology in SWITCHED and course.orders:
        return course.orders[0].device
    return None


def _misheard(situation: Situation, course: Course) -> Wired | None:
    """Return the device whose answer was taken for a yes that it is not."""
    device = switching_device(situation, course)
    if device is None or not course.acknowledged:
        return None
    return device if device.contract_hears(course.orders[0].on) is not Heard.YES else None


def _unheard(situation: Situation, course: Course) -> Wired | None:
    """Return the device whose yes was not taken for one."""
    device = switching_device(situation, course)
    if device is None or course.acknowledged:
        return None
    return device if device.contract_hears(course.orders[0].on) is Heard.YES else None


def _not_acknowledged(situation: Situation, course: Course) -> Course:
    return _with_answer(situation, course, heard=False)


def _acknowledged(situation: Situation, course: Course) -> Course:
    """Return the course with an answer heard, and the tries begun before it came."""
    sent = course.orders[0]
    tries, at, backoff = 1, TIMEOUTS[sent.device.type_id] + RETRY_FIRST, RETRY_FIRST
    while at < sent.device.delay:
        tries += 1
        backoff = min(2 * backoff, RETRY_LONGEST)
        at += TIMEOUTS[sent.device.type_id] + backoff
    course = replace(course, orders=(sent,) * tries)
    return _with_answer(situation, course, heard=True)


def _with_answer(situation: Situation, course: Course, *, heard: bool) -> Course:
    """Return the course with what the reference writes on such an answer."""
    act = course.act
    assert act is not None
    if act is Act.KEEP_OFF:
        return replace(course, acknowledged=heard)
    stamp: dict[str, Any] = {MARCHE: NOW} if MARCHE in course.rows else {}
    rows = switched_rows(situation, act, heard=heard) | stamp
    return replace(course, acknowledged=heard, rows=rows)


def _is_misheard(situation: Situation, course: Course, type_id: int) -> bool:
    device = _misheard(situation, course)
    return device is not None and device.type_id == type_id and device.retained is None


RETAINED = Rule(
    id="retained",
    title="A retained state is no answer",
    wanted_by="D-47",
    reference="takes a state retained by the broker, perhaps of a device dead for days, for the"
    " answer to its order.",
    ours="Only a message newer than the order counts.",
    applies=lambda s, c: (d := _misheard(s, c)) is not None and d.retained is not None,
    instead=_not_acknowledged,
)
OUTPUT_OF_SOCOREL = Rule(
    id="socorel-output",
    title="A PLC acknowledges with the state of the output ordered",
    wanted_by="D-45",
    reference="takes any message with the digit 0 or 1 in it for the answer.",
    ours="The state is the whole payload, or the digit at the place of the output in the word"
    " of all eight.",
    applies=lambda s, c: _is_misheard(s, c, 811),
    instead=_not_acknowledged,
)
ERROR_OF_SHELLY_PLUS = Rule(
    id="rpc-error",
    title="An error is not an acknowledgement",
    wanted_by="D-46",
    reference="takes any reply with the fixed id `on` or `off`, an error included, for a success.",
    ours="Every request has an id of its own; only a result for that id counts.",
    applies=lambda s, c: _is_misheard(s, c, 411),
    instead=_not_acknowledged,
)
WORD_IN_TEXT = Rule(
    id="word-in-text",
    title="Answers are read, not searched for a word",
    wanted_by="D-49",
    reference="is content with the word it looks for anywhere in the answer: `ison`,"
    " `unsuccessful`.",
    ours="The answer has to say the state that was ordered.",
    applies=lambda s, c: _is_misheard(s, c, 111) or _is_misheard(s, c, 112),
    instead=_not_acknowledged,
)


def _is_late(situation: Situation, course: Course) -> bool:
    device = _unheard(situation, course)
    return device is not None and device.delay > device.patience(course.orders[0].on)


STATE_OF_TASMOTA = Rule(
    id="tasmota-state",
    title="Tasmota acknowledges with its state",
    wanted_by="D-44",
    reference="waits for the word `success`, which Tasmota never says: every order times out.",
    ours="`POWER` as ordered is the answer, in a result or a report.",
    applies=lambda s, c: (
        (d := _unheard(s, c)) is not None and d.type_id == 112 and not _is_late(s, c)
    ),
    instead=_acknowledged,
)
LATE_ANSWER = Rule(
    id="late-answer",
    title="A late answer counts",
    wanted_by="design 5, retry; D-32",
    reference="stops listening after 5 s (15 or 30 s for a PLC) and writes what it would after"
    " silence.",
    ours="A matching state acknowledges at any time within the slot, and what follows from it"
    " is written then.",
    applies=_is_late,
    instead=_acknowledged,
)


def _restamped(situation: Situation, course: Course) -> Course:
    act = course.act
    assert act is not None
    rows = {k: v for k, v in course.rows.items() if k != MARCHE}
    return replace(course, rows=rows | ({MARCHE: NOW} if load_on(act) else {}))


START_OF_INVERTED = Rule(
    id="start-of-inverted",
    title="The last start of a reversed relay is when the load starts",
    wanted_by="D-33",
    reference="stamps the last start when the relay is switched on, which cuts the load.",
    ours="It is stamped when the load is switched on, as the tank's 12-hour rule of the EMS"
    " expects.",
    applies=lambda s, c: s.typology == 190 and bool(c.orders) and c.act is not Act.KEEP_OFF,
    instead=_restamped,
)


def _is_confirmed(situation: Situation, course: Course) -> bool:
    if situation.typology in SWITCHED:
        return course.acknowledged
    return all(sent.device.contract_hears(sent.on) is Heard.YES for sent in course.orders)


def _unstamped(situation: Situation, course: Course) -> Course:
    return replace(course, rows={k: v for k, v in course.rows.items() if k != MARCHE})


STAMP_ON_ANSWER = Rule(
    id="stamp-on-answer",
    title="The last start is stamped when the device says so",
    wanted_by="D-34",
    reference="stamps the last start whether or not the device answered.",
    ours="Without an answer it is left alone. A press that was not answered is otherwise written"
    " as a start, since it may have happened.",
    applies=lambda s, c: MARCHE in c.rows and not _is_confirmed(s, c),
    instead=_unstamped,
)


ANSWERS = (
    RETAINED,
    OUTPUT_OF_SOCOREL,
    ERROR_OF_SHELLY_PLUS,
    WORD_IN_TEXT,
    STATE_OF_TASMOTA,
    LATE_ANSWER,
    START_OF_INVERTED,
    STAMP_ON_ANSWER,
)
