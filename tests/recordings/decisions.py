"""Rules about who is ordered at all, what the plan says, and which device carries it out."""

from dataclasses import replace

from .corpus import SLOT
from .reference import (
    CMD,
    NOTHING,
    PRESSED,
    PROG,
    SWITCHED,
    WISHES,
    Act,
    Course,
    Sent,
    carry_out,
    pick,
    planned,
    raw,
    reference_targets,
)
from .rule import Rule
from .situation import Situation
from .wired import FINGER, Wired

READ_BEFORE = 930
"""Seconds from what a plan knows of to its first quarter-hour."""


def contract_act(situation: Situation) -> Act | None:
    """Return what is to be done by the newest plan in force."""
    quarter = situation.moment.quarter
    in_force = [p for p in situation.plans if quarter - 96 * SLOT < p.first_valid <= quarter]
    if situation.mode != 30 or not in_force:
        return None
    plan = max(in_force, key=lambda p: (p.first_valid, p.columns[1]))
    if not situation.continuous and plan.first_valid - READ_BEFORE <= situation.row[PROG]:
        return None
    return planned(situation, on=plan.columns[5 + (quarter - plan.first_valid) // SLOT] != 0)


def contract_targets(situation: Situation, act: Act | None) -> tuple[Wired, ...] | None:
    """Return the devices to order: assigned, reachable, the first of doubles."""
    usages: tuple[int, ...] = ()
    if switched := SWITCHED.get(situation.typology):
        usages = (switched.run_usage,)
    elif act in (Act.START, Act.ON):
        usages = PRESSED.get(situation.typology, ())
    home = [
        d
        for d in situation.devices
        if d.home == situation.row["utilisateur"] and d.assigned and d.described
    ]
    return pick(home, usages, last=False)


def _rewired(situation: Situation, course: Course) -> Course:
    return carry_out(situation, course.act, contract_targets(situation, course.act))


def _differently_wired(situation: Situation, course: Course) -> bool:
    return course.act is not None and course.targets != contract_targets(situation, course.act)


NOT_DRIVEN = Rule(
    id="not-driven",
    title="No order where nobody drives",
    wanted_by="D-30, D-36; design 1",
    reference="sends orders to an appliance in communication error (control state 60) every"
    " quarter-hour although it may write nothing, and a press on the screen actuates disabled,"
    " installing and removed appliances.",
    ours="Only modes 20 and 30 without a communication error are ordered; everything else gets"
    " no order and no write from anyone, and every surface says so.",
    applies=lambda s, c: c.act is not None and not s.driven,
    instead=lambda s, c: NOTHING,
)


def _misread(situation: Situation, course: Course) -> bool:
    if course.act in WISHES or not situation.touched or situation.mode != 30:
        return False
    return situation.driven and course.act is not contract_act(situation)


def _by_plan(situation: Situation, course: Course) -> Course:
    act = contract_act(situation)
    return carry_out(situation, act, reference_targets(situation, act))


PLAN_IN_FORCE = Rule(
    id="plan-in-force",
    title="A plan counts from its first quarter-hour on",
    wanted_by="D-02, D-03, D-81; reference 2.4",
    reference="takes the newest plan even if it begins later: it follows the next"
    " quarter-hour's plan 15 minutes early, or reads other columns of the row, such as the type"
    " of the machine, as a decision and starts machines. It also follows a plan older than the"
    " last programming of the appliance.",
    ours="The newest plan already begun decides; a plan to come waits for its time, and a"
    " one-shot appliance programmed after the EMS read what it planned with (930 s before the"
    " plan's first quarter-hour) waits for the next one. A plan that comes late is taken in within"
    " its quarter-hour, and its start counts.",
    applies=_misread,
    instead=_by_plan,
)


def _gave_up(situation: Situation) -> bool:
    described = all(
        d.described for d in situation.devices if d.home == situation.row["utilisateur"]
    )
    return situation.bare or not (described and situation.screens_described)


ONLY_WHAT_IS_NEEDED = Rule(
    id="only-what-is-needed",
    title="A device that is not needed disturbs nothing",
    wanted_by="D-24",
    reference="does nothing at all with an appliance when any of its devices, a screen"
    " included, lacks the row with its topics.",
    ours="Only the devices that the scenario orders have to be complete.",
    applies=lambda s, c: _gave_up(s) and _differently_wired(s, c),
    instead=_rewired,
)
USAGE_OF_140 = Rule(
    id="usage-of-140",
    title="A relay with a temperature sensor is one relay",
    wanted_by="D-29",
    reference="orders the relay with usage 11 when it follows the plan, and one with usage 12"
    " when a person switches between manual and piloted: with a correct installation, the"
    " screen's switch does nothing.",
    ours="The relay with usage 11 is ordered in both cases; one with usage 12 in neither.",
    applies=lambda s, c: s.typology == 140 and c.act in WISHES and _differently_wired(s, c),
    instead=_rewired,
)
ASSIGNED_ONLY = Rule(
    id="assigned-only",
    title="A device that is not assigned is not ordered",
    wanted_by="D-23",
    reference="orders devices taken away from the home (`utilisateur_affecte` false).",
    ours="Only assigned devices are ordered or listened to.",
    applies=lambda s, c: any(not d.assigned for d in c.targets or ()) and _differently_wired(s, c),
    instead=_rewired,
)
FIRST_OF_DOUBLES = Rule(
    id="first-of-doubles",
    title="Of two devices in the same role, the first is ordered",
    wanted_by="D-25",
    reference="orders whichever of them the database happens to return last.",
    ours="The lowest identifier is ordered, always the same, and a repair issue names both.",
    applies=lambda s, c: (
        len({d.usage for d in s.devices}) < len(s.devices) and _differently_wired(s, c)
    ),
    instead=_rewired,
)
ORDER_NOT_SENT = Rule(
    id="strange-bytes",
    title="An answer that is no text harms nobody else",
    wanted_by="D-74",
    reference="fails on an answer that is not UTF-8 and from then on orders no other appliance"
    " of the cycle, although it writes that it did.",
    ours="The bytes are ignored; every other appliance is ordered as usual.",
    applies=lambda s, c: s.poisoned and not c.orders and bool(c.rows),
    instead=_rewired,
)


def _cannot(situation: Situation, course: Course) -> bool:
    if situation.typology not in SWITCHED or course.act is None or not course.targets:
        return False
    target = course.targets[0]
    unable = target.payload(raw(situation, course.act)) is None
    return (unable or target.type_id == FINGER) and bool(course.rows)


CANNOT = Rule(
    id="cannot",
    title="A finger robot is not used as a switch",
    wanted_by="D-32, D-54",
    reference="presses the button of a load that it is to switch on, quarter after quarter, and"
    " writes that it switched it off, having ordered nothing.",
    ours="Nothing is ordered and nothing is written; the outcome is `skipped`, and a repair"
    " issue says that the installation cannot work.",
    applies=_cannot,
    instead=lambda s, c: replace(c, acknowledged=False, rows={}, orders=()),
)


def _waits(situation: Situation, course: Course) -> bool:
    if course.act is not None or situation.typology not in SWITCHED or situation.continuous:
        return False
    if situation.pressed is not None or not situation.touched:
        return False
    targets = contract_targets(situation, Act.KEEP_OFF)
    off = raw(situation, Act.KEEP_OFF)
    waiting = situation.mode == 30 and situation.driven
    return waiting and targets is not None and targets[0].payload(off) is not None


def _kept_off(situation: Situation, course: Course) -> Course:
    targets = contract_targets(situation, Act.KEEP_OFF)
    assert targets is not None
    off = raw(situation, Act.KEEP_OFF)
    heard = targets[0].reference_hears(off)
    return Course(Act.KEEP_OFF, targets, heard, {}, (Sent(targets[0], off),))


KEEP_OFF = Rule(
    id="keep-off",
    title="A waiting appliance is kept off",
    wanted_by="D-01; reference 2.7",
    reference="orders a waiting appliance off once, when it is handed to the plan; relays"
    " provisioned with the safety timer switch themselves on again after 30 minutes.",
    ours="Every quarter-hour without a start, a one-shot appliance that waits for its start is"
    " ordered off again, if its typology switches the load. Nothing is written.",
    applies=_waits,
    instead=_kept_off,
)


def _restated(situation: Situation, course: Course) -> Course:
    command = 13 if course.act is Act.TO_MANUAL else 11
    return replace(course, rows=course.rows | {CMD: command})


STATE_OF_PRESSED = Rule(
    id="state-of-pressed",
    title="Handing over a machine with a finger resets its command state",
    wanted_by="D-37",
    reference="leaves the command state of the last run in place when a machine with a finger"
    " is handed over.",
    ours="The command state becomes 13 in manual and 11, waiting, when piloted.",
    applies=lambda s, c: s.typology in PRESSED and c.act in WISHES and PROG in c.rows,
    instead=_restated,
)

DECISIONS = (
    NOT_DRIVEN,
    PLAN_IN_FORCE,
    ONLY_WHAT_IS_NEEDED,
    USAGE_OF_140,
    ASSIGNED_ONLY,
    FIRST_OF_DOUBLES,
    ORDER_NOT_SENT,
    CANNOT,
    KEEP_OFF,
    STATE_OF_PRESSED,
)
