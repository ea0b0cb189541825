"""Rules about what follows when a device did not do as it was told, or did not say so."""

from dataclasses import replace
from typing import Any

from .answers import switching_device
from .reference import CMD, MODE, NOW, PRESSED, PROG, WISHES, Act, Course, Sent
from .rule import Rule
from .situation import Situation
from .wired import TIMEOUTS, Heard

PRESS_TRIES = 3
"""Of a press inside a sequence already begun."""


def _is_unanswered(situation: Situation, course: Course) -> bool:
    return switching_device(situation, course) is not None and not course.acknowledged


def _repeated(course: Course) -> Course:
    sent = course.orders[0]
    heard = sent.device.contract_hears(sent.on)
    pause = sent.device.delay if heard is Heard.NO else TIMEOUTS[sent.device.type_id]
    return replace(course, acknowledged=False, orders=(replace(sent, tries=pause),))


REPEATED = Rule(
    id="repeated",
    title="An order without an answer is repeated",
    wanted_by="D-32; reference 3.4; design 5",
    reference="orders once per quarter-hour and stops listening.",
    ours="Relays and plugs are ordered again, with growing pauses, while the slot lasts.",
    applies=_is_unanswered,
    instead=lambda s, c: _repeated(c),
)


def _waiting_or_given_up(situation: Situation) -> dict[str, Any]:
    return {} if situation.can_still_finish else {MODE: 20, CMD: 30}


ONE_SHOT_UNANSWERED = Rule(
    id="one-shot-unanswered",
    title="A start that nobody confirmed is not recorded as one",
    wanted_by="D-32; reference 3.4",
    reference="orders once and puts the appliance in manual as if started: on (typologies 120,"
    " 190) or off (140, 180).",
    ours="Without an answer nothing is written: the"
    " appliance stays piloted so that the EMS plans it again. When its wished end can no longer"
    " be met, it goes to manual with command state 30, error.",
    applies=lambda s, c: c.act is Act.START and _is_unanswered(s, c),
    instead=lambda s, c: replace(c, rows=_waiting_or_given_up(s)),
)
CONTINUOUS_UNANSWERED = Rule(
    id="continuous-unanswered",
    title="A load that did not answer is not said to be on or off",
    wanted_by="D-32; reference 3.4",
    reference="writes the state that was ordered whether or not the device answered.",
    ours="Without an answer only the command state is written: 30, error.",
    applies=lambda s, c: c.act in (Act.ON, Act.OFF) and _is_unanswered(s, c),
    instead=lambda s, c: replace(c, rows={CMD: 30}),
)
WISH_UNANSWERED = Rule(
    id="wish-unanswered",
    title="A person's choice is kept, and the silence of the device shown",
    wanted_by="D-32; reference 3.4",
    reference="writes mode and state as if the device had answered.",
    ours="The mode is written at once, with command state 30, error. If an answer comes later,"
    " the state it confirms is written.",
    applies=lambda s, c: c.act in WISHES and _is_unanswered(s, c),
    instead=lambda s, c: replace(
        c, rows={MODE: 20 if c.act is Act.TO_MANUAL else 30, PROG: NOW, CMD: 30}
    ),
)


def _presses(situation: Situation, course: Course) -> list[Heard]:
    """Return the answer to each press of a sequence, none where nothing is pressed."""
    if situation.typology not in PRESSED:
        return []
    return [sent.device.contract_hears(True) for sent in course.orders]


NOT_PRESSED = Rule(
    id="not-pressed",
    title="A finger that says it did not press is not recorded as a start",
    wanted_by="D-32; reference 3.4; design 5",
    reference="writes that the machine started, whatever the finger answers.",
    ours="The press is tried again while the slot lasts: only a finger that says it failed may"
    " press again. If all tries fail, a one-shot machine stays piloted, or goes to manual with"
    " command state 30 when its wished end can no longer be met; a continuous one gets command"
    " state 30.",
    applies=lambda s, c: _presses(s, c)[:1] == [Heard.NO],
    instead=lambda s, c: replace(
        _repeated(c), rows=_waiting_or_given_up(s) if c.act is Act.START else {CMD: 30}
    ),
)


def _breaks(situation: Situation, course: Course) -> bool:
    heard = _presses(situation, course)
    return len(heard) > 1 and (heard[0] is Heard.NOTHING or heard[1] is Heard.NO)


def _broken(situation: Situation, course: Course) -> Course:
    first, second = course.orders
    silent = first.device.contract_hears(True) is Heard.NOTHING
    orders: tuple[Sent, ...] = (first,) if silent else (first, *([second] * PRESS_TRIES))
    return replace(course, acknowledged=False, rows={MODE: 20, CMD: 30}, orders=orders)


BROKEN_SEQUENCE = Rule(
    id="broken-sequence",
    title="A sequence of presses stops where it fails",
    wanted_by="D-39; design 5",
    reference="presses start whatever became of the first press, perhaps on a machine without"
    " power.",
    ours="Without an answer to the first press, or when the second is reported as not made, the"
    " sequence ends: manual, command state 30, and a person is asked to look.",
    applies=_breaks,
    instead=_broken,
)

OUTCOMES = (
    REPEATED,
    ONE_SHOT_UNANSWERED,
    CONTINUOUS_UNANSWERED,
    WISH_UNANSWERED,
    NOT_PRESSED,
    BROKEN_SEQUENCE,
)
