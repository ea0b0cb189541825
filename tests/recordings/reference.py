"""The reference controller as a model: what it does in a situation, defects included.

The recordings hold the model to account; the rules start from it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from .corpus import SLOT
from .situation import Situation
from .wired import DRIVEN_TYPES, Wired

MODE: Final = "equipement_pilote_ou_mesure_mode_id"
CTL: Final = "etat_controle_id"
CMD: Final = "etat_commande_id"
EMS: Final = "ems_consigne_marche"
MARCHE: Final = "timestamp_derniere_mise_en_marche"
PROG: Final = "timestamp_derniere_programmation"
NOW: Final = "<now>"


class Act(StrEnum):
    """What is done to the load."""

    START = "start"
    ON = "on"
    OFF = "off"
    TO_MANUAL = "to_manual"
    TO_PILOTED = "to_piloted"
    KEEP_OFF = "keep_off"


TURNS_ON = frozenset({Act.START, Act.ON, Act.TO_MANUAL})
WISHES = frozenset({Act.TO_MANUAL, Act.TO_PILOTED})


@dataclass(frozen=True, slots=True)
class Switched:
    """A typology whose one device switches the load."""

    run_usage: int
    init_usage: int
    standby: int
    inverted: bool = False
    claims_off: bool = False
    """The reference writes "off" when a one-shot start was not acknowledged."""


SWITCHED: Final = {
    120: Switched(11, 11, 11),
    140: Switched(11, 12, 12, claims_off=True),
    180: Switched(12, 12, 12, claims_off=True),
    190: Switched(11, 11, 11, inverted=True),
}
PRESSED: Final = {130: (32,), 150: (31, 32), 160: (32, 32)}


@dataclass(frozen=True, slots=True)
class Sent:
    """An order to a device; `pause` None: once, else the seconds each try takes at least."""

    device: Wired
    on: bool
    tries: float | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What happens to an equipment, and what follows from it.

    `targets` are the devices ordered, `None` when the scenario cannot be carried out.
    """

    act: Act | None
    targets: tuple[Wired, ...] | None = ()
    acknowledged: bool = True
    rows: dict[str, Any] = field(default_factory=dict)
    orders: tuple[Sent, ...] = ()


NOTHING: Final = Course(None)


def reference(situation: Situation) -> Course:
    """Return what the reference does."""
    act = reference_act(situation)
    course = carry_out(situation, act, reference_targets(situation, act))
    if situation.poisoned and course.orders:
        return unpublished(situation, course)
    return course


def reference_act(situation: Situation) -> Act | None:
    """Return what the reference decides, which reads a plan to come as one in force."""
    if not situation.touched:
        return None
    if situation.pressed is not None:
        return Act.TO_PILOTED if situation.pressed else Act.TO_MANUAL
    if situation.mode != 30 or not situation.plans:
        return None
    newest = max(plan.first_valid for plan in situation.plans)
    plan = [p for p in situation.plans if p.first_valid == newest][-1]
    index = int((situation.moment.now - newest) / SLOT) + 5
    if not -len(plan.columns) <= index < len(plan.columns):
        return None
    return planned(situation, on=plan.columns[index] != 0)


def planned(situation: Situation, *, on: bool) -> Act | None:
    """Return the act that a decision of the plan asks for."""
    if situation.continuous:
        return Act.ON if on else Act.OFF
    return Act.START if on else None


def reference_targets(situation: Situation, act: Act | None) -> tuple[Wired, ...] | None:
    """Return the devices that the reference orders, `None` if it gives up."""
    home = [d for d in situation.devices if d.home == situation.row["utilisateur"]]
    described = all(d.described for d in home) and situation.screens_described
    if situation.bare or not described:
        return None
    switched = SWITCHED.get(situation.typology)
    usages: tuple[int, ...] = ()
    if switched:
        usages = (switched.init_usage if act in WISHES else switched.run_usage,)
    elif act in (Act.START, Act.ON):
        usages = PRESSED.get(situation.typology, ())
    return pick(home, usages, last=True)


def pick(devices: list[Wired], usages: tuple[int, ...], *, last: bool) -> tuple[Wired, ...] | None:
    """Return the device of each usage, the last or the first of doubles; `None` if one lacks."""
    chosen: list[Wired] = []
    for usage in usages:
        found = [d for d in devices if d.usage == usage and d.type_id in DRIVEN_TYPES]
        if not found:
            return None
        chosen.append(found[-1 if last else 0])
    return tuple(chosen)


def load_on(act: Act) -> bool:
    """Whether the act powers or starts the load."""
    return act in TURNS_ON


def raw(situation: Situation, act: Act) -> bool:
    """Return the order to the device: reversed where the load runs while the relay is off."""
    switched = SWITCHED.get(situation.typology)
    return load_on(act) is not bool(switched and switched.inverted)


def carry_out(situation: Situation, act: Act | None, targets: tuple[Wired, ...] | None) -> Course:
    """Return what the reference orders and writes, given what it decided."""
    if act is None or targets is None:
        return Course(act, targets)
    if situation.typology in PRESSED:
        return _pressed(situation, act, targets)
    if situation.typology in SWITCHED:
        return _switched(situation, act, targets)
    return Course(act, None)


def _pressed(situation: Situation, act: Act, targets: tuple[Wired, ...]) -> Course:
    if act is Act.OFF:
        return Course(act, None)
    if act in WISHES:
        rows = {MODE: 20 if act is Act.TO_MANUAL else 30, PROG: NOW, EMS: False}
        return Course(act, (), rows=_guarded(situation, rows))
    orders = tuple(Sent(d, True) for d in targets if d.payload(True) is not None)
    rows = {CMD: 13, CTL: 15, EMS: True, MARCHE: NOW}
    if act is Act.START:
        rows[MODE] = 20
    heard = all(d.reference_hears(True) for d in targets)
    return Course(act, targets, heard, _guarded(situation, rows), orders)


def _switched(situation: Situation, act: Act, targets: tuple[Wired, ...]) -> Course:
    device, on = targets[0], raw(situation, act)
    if device.type_id == 811 and device.payload(on) is None:
        return Course(act, targets)  # it raises
    sent = device.payload(on) is not None
    heard = sent and device.reference_hears(on)
    rows = switched_rows(situation, act, heard=heard)
    if on and sent:
        rows[MARCHE] = NOW
    orders = (Sent(device, on),) if sent else ()
    return Course(act, targets, heard, _guarded(situation, rows), orders)


def switched_rows(situation: Situation, act: Act, *, heard: bool) -> dict[str, Any]:
    """Return what the reference writes after a switching order, the last start apart."""
    switched = SWITCHED[situation.typology]
    is_on: dict[str, Any] = {CMD: 13, CTL: 15, EMS: True}
    match act:
        case Act.START if not heard:
            not_on = {CMD: 1, CTL: 25, EMS: False} if switched.claims_off else {EMS: True}
            return {MODE: 20, **not_on}
        case Act.START:
            return {MODE: 20, **is_on}
        case Act.ON:
            return is_on
        case Act.TO_MANUAL:
            return {MODE: 20, PROG: NOW, **is_on}
        case Act.TO_PILOTED:
            return {MODE: 30, PROG: NOW, CMD: switched.standby, CTL: 25, EMS: False}
    return {CMD: 12, CTL: 25, EMS: False}


def unpublished(situation: Situation, course: Course) -> Course:
    """Return the course once bytes that are no text have ended the reference's sending."""
    act = course.act
    assert act is not None
    rows = dict(course.rows)
    if situation.typology in SWITCHED:
        stamp = {MARCHE: NOW} if MARCHE in rows else {}
        rows = _guarded(situation, switched_rows(situation, act, heard=False) | stamp)
    return Course(act, course.targets, False, rows)


def _guarded(situation: Situation, rows: dict[str, Any]) -> dict[str, Any]:
    if situation.control == 60:
        return {}
    if situation.mode not in (20, 30):
        return {k: v for k, v in rows.items() if k not in (MODE, PROG, MARCHE)}
    return rows
