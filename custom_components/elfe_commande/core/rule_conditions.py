"""What a rule looks at: each condition with what it finds, and what is remembered of it."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from types import MappingProxyType

from .regulator import regulator_state
from .rules import (
    DEPENDENCY,
    OFF_CONDITION,
    ON_CONDITION,
    REGULATOR,
    STARTS_WITHIN,
    Band,
    Case,
    History,
    Measurement,
    Need,
    Quantity,
)

_STANDS = 60.0
"""How long a surplus stands at zero before it is taken for one that is never told below."""

_TOO_LOW = {
    Quantity.SURPLUS: "not_enough_surplus",
    Quantity.SOC: "battery_too_low",
    Quantity.PRODUCTION: "production_too_low",
    Quantity.FORECAST: "forecast_too_low",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a rule looks at, and what it finds.

    `on`: it lets the load go on; `off`: it asks for the load to go off; both `None` when the
    input says nothing. `reason` tells why it does not let the load go on.
    """

    name: str
    on: bool | None
    off: bool | None
    reason: str
    value: float | str | bool | None = None
    crossed: bool = False
    """The threshold for off is crossed, be it only for a moment as yet."""


def observe(case: Case) -> History:
    """Return the history with what the inputs say now: since when, and last heard when."""
    signed = _signed(case)
    if signed is not case.history.signed:
        case = replace(case, history=replace(case.history, signed=signed))
    rule, history, now = case.rule, case.history, case.now
    holds: dict[str, float] = {}
    for quantity, band in rule.bands.items():
        value = _number(quantity, case)
        for edge, crossed in _edges(quantity, band, value, case):
            # An input that says nothing for a moment neither begins nor ends a delay.
            if crossed or (crossed is None and edge in history.holds):
                holds[edge] = history.holds.get(edge, now)
    if rule.regulator:
        if _accepted(case):
            holds[REGULATOR] = now
        elif REGULATOR in history.holds:
            holds[REGULATOR] = history.holds[REGULATOR]
    heard = {name: _heard(name, case) for name in _sources(case)}
    if (holds, heard) == (dict(history.holds), dict(history.heard)):
        return history
    return replace(history, holds=MappingProxyType(holds), heard=MappingProxyType(heard))


def silent(case: Case) -> tuple[str, ...]:
    """Return the inputs that have said nothing for too long."""
    heard = case.history.heard
    return tuple(name for name, at in heard.items() if case.now - at > case.limits.silence)


def _sources(case: Case) -> tuple[str, ...]:
    rule = case.rule
    return rule.inputs if rule.dependency is None else (*rule.inputs, DEPENDENCY)


def _heard(name: str, case: Case) -> float:
    """Return when an input last had a value; now, if it is asked for the first time."""
    known = case.history.heard.get(name)
    if name == DEPENDENCY:
        return case.now if known is None or case.inputs.other.on is not None else known
    reading = case.inputs.readings.get(name)
    if reading is not None and reading.value is not None:
        return reading.at if known is None else max(known, reading.at)
    return case.now if known is None else known


def _edges(
    quantity: Quantity, band: Band, value: float | None, case: Case
) -> tuple[tuple[str, bool | None], ...]:
    return (
        (f"{quantity}_on", None if value is None else value >= band.on),
        (f"{quantity}_off", None if value is None else _below(quantity, band, value, case)),
    )


def _below(quantity: Quantity, band: Band, value: float, case: Case) -> bool:
    return value <= band.off or (quantity is Quantity.SURPLUS and _hides(case))


def _hides(case: Case) -> bool:
    """Whether the surplus stands at zero, and was never told to be below.

    What is taken from the grid is not to be seen then: it may be any power.
    """
    return not case.history.signed and _told(Quantity.SURPLUS, case) == 0


def _signed(case: Case) -> bool | None:
    """Return whether the surplus is told below zero, as far as is known now."""
    band = case.rule.bands.get(Quantity.SURPLUS)
    told = _told(Quantity.SURPLUS, case)
    if case.history.signed or band is None or told is None:
        return case.history.signed
    if told < 0:
        return True
    edge = f"{Quantity.SURPLUS}_off"
    stood = told == 0 and edge in case.history.holds and _held(edge, _STANDS, case)
    return False if stood else case.history.signed


def unreachable(case: Case) -> tuple[str, ...]:
    """Return the inputs of which a threshold is beyond all that they can tell.

    The history of the case is as `observe` returned it.
    """
    return tuple(
        quantity
        for quantity, band in case.rule.bands.items()
        if beyond(band, case.inputs.readings.get(quantity))
        or (quantity is Quantity.SURPLUS and band.off < 0 and case.history.signed is False)
    )


def beyond(band: Band, reading: Measurement | None) -> bool:
    """Whether a threshold is beyond what the source of a reading can tell."""
    if reading is None:
        return False
    lowest, highest = reading.lowest, reading.highest
    return (lowest is not None and band.off < lowest) or (highest is not None and band.on > highest)


def _fresh(name: str, case: Case) -> Measurement | None:
    reading = case.inputs.readings.get(name)
    if reading is None or reading.value is None:
        return None
    return reading if case.now - reading.at <= case.limits.max_age else None


def _told(quantity: Quantity, case: Case) -> float | None:
    """Return what an input says itself."""
    reading = _fresh(quantity, case)
    if reading is None or isinstance(reading.value, str | bool | None):
        return None
    return reading.value


def _number(quantity: Quantity, case: Case) -> float | None:
    told = _told(quantity, case)
    if told is None:
        return None
    return told - (case.inputs.reserved if quantity is Quantity.SURPLUS else 0.0)


def _accepted(case: Case) -> bool:
    reading = _fresh(REGULATOR, case)
    if reading is None:
        return False
    return regulator_state(str(reading.value)) in case.rule.regulator_states


def conditions(case: Case) -> tuple[Condition, ...]:
    """Return everything that the rule looks at, and what it finds.

    The history of the case is as `observe` returned it.
    """
    rule, local = case.rule, case.inputs.local
    found = [_threshold(quantity, band, case) for quantity, band in rule.bands.items()]
    if rule.regulator:
        found.append(_regulator(case))
    if rule.hours is not None:
        found.append(_either("hours", _within(local, *rule.hours), "outside_hours"))
    if rule.months:
        found.append(_either("months", local.month in rule.months, "outside_months"))
    if rule.dependency is not None:
        found.append(_either(DEPENDENCY, _depended(case), DEPENDENCY))
    if rule.on_condition:
        met = _truth(ON_CONDITION, case)
        off = None if met is None else False
        found.append(Condition(ON_CONDITION, met, off, "condition_not_met", met))
    if rule.off_condition:
        met = _truth(OFF_CONDITION, case)
        on = None if met is None else not met
        found.append(Condition(OFF_CONDITION, on, met, OFF_CONDITION, met))
    return tuple(found)


def _threshold(quantity: Quantity, band: Band, case: Case) -> Condition:
    value = _number(quantity, case)
    if value is None:
        return Condition(quantity, None, None, "input_missing")
    above, below = value >= band.on, _below(quantity, band, value, case)
    on = above and _held(f"{quantity}_on", band.on_delay, case)
    off = below and _held(f"{quantity}_off", band.off_delay, case)
    reason = "delay" if above else _TOO_LOW[quantity]
    return Condition(quantity, on, off, reason, value, crossed=below)


def _held(edge: str, delay: float, case: Case) -> bool:
    since = case.history.holds.get(edge)
    return delay <= 0 or (since is not None and case.now - since >= delay)


def _either(name: str, met: bool | None, reason: str) -> Condition:
    """Return a condition that lets the load on where it holds, and asks for off elsewhere."""
    if met is None:
        return Condition(name, None, None, "input_missing")
    return Condition(name, met, not met, reason, met)


def _regulator(case: Case) -> Condition:
    reading = _fresh(REGULATOR, case)
    if reading is None:
        return Condition(REGULATOR, None, None, "input_missing")
    seen = case.history.holds.get(REGULATOR)
    met = _accepted(case) or (seen is not None and case.now - seen < case.rule.regulator_grace)
    return Condition(REGULATOR, met, not met, "regulator_state", reading.value)


def _within(local: datetime, begin: time, end: time) -> bool:
    now = local.time()
    return begin <= now < end if begin <= end else now >= begin or now < end


def _depended(case: Case) -> bool | None:
    dependency, other = case.rule.dependency, case.inputs.other
    if dependency is None or other.on is None:
        return None
    match dependency.need:
        case Need.IS_ON:
            return other.on
        case Need.ON_FOR:
            return other.on and case.now - other.since >= dependency.seconds
        case Need.FINISHED:
            finished = other.finished
            return not other.on and finished is not None and case.now - finished < STARTS_WITHIN


def _truth(name: str, case: Case) -> bool | None:
    reading = case.inputs.readings.get(name)
    return None if reading is None or reading.value is None else bool(reading.value)
