"""What was kept, as actions and dashboards are told of it."""

from collections.abc import Callable, Iterable
import csv
import io
from typing import Any, Final

from ..core.decision import Source
from ..describe import NONE, OFF, ON, iso, mode_name
from ..record.rows import EventRow, PlanRow, Row, RunRow, SlotRow


def about_slot(row: SlotRow) -> dict[str, Any]:
    """Return what became of a load in the quarter-hours from `start` to `end`, all alike.

    `ran` has the seconds, `energy` the Wh of each of them.
    """
    return {
        "start": iso(row.at),
        "end": iso(row.until),
        "planned": row.planned,
        "decision": None if row.source is None else _decision(row.wanted),
        "source": _source(row.source, row.owner),
        "reason": row.reason,
        "mode": None if row.mode is None else mode_name(row.mode),
        "outcome": row.outcome,
        "failure": row.failure,
        "ran": row.ran,
        "energy": row.energy,
    }


def about_happening(row: EventRow) -> dict[str, Any]:
    """Return what happened at a moment, and who did it."""
    modes = row.kind == "mode"
    return {
        "at": iso(row.at),
        "kind": row.kind,
        "act": row.act,
        "on": row.on,
        "before": _named(row.before) if modes else row.before,
        "after": _named(row.after) if modes else row.after,
        "origin": row.origin,
        "source": _source(row.source, row.owner),
        "user_id": row.user_id,
        "outcome": row.outcome,
        "reason": row.reason,
        "detail": row.detail,
        "tries": row.tries,
        "latency": row.latency,
        "will_retry": row.will_retry,
    }


def about_kept_plan(row: PlanRow) -> dict[str, Any]:
    """Return a plan that said something new, and when it was seen first."""
    return {
        "at": iso(row.at),
        "start": iso(row.start),
        "owner": row.owner,
        "slots": row.slots,
    }


def about_run(row: RunRow) -> dict[str, Any]:
    """Return something that a load did; `energy` in Wh."""
    return {
        "start": iso(row.at),
        "end": iso(row.end),
        "under_way": row.going,
        "energy": row.energy,
        "origin": row.origin,
        "source": _source(row.source, row.owner),
        "reason": row.reason,
    }


ABOUT: Final[dict[str, Callable[[Any], dict[str, Any]]]] = {
    "slots": about_slot,
    "events": about_happening,
    "plans": about_kept_plan,
    "runs": about_run,
}
"""How each kind of row is told, by the name of its table."""


def as_csv(kind: str, rows: Iterable[tuple[str, Row]]) -> str:
    """Return rows as a table, each with the name of its load."""
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for name, row in rows:
        told = {"equipment_id": int(row.equipment_id), "name": name, **ABOUT[kind](row)}
        if writer is None:
            writer = csv.DictWriter(text, list(told), lineterminator="\n")
            writer.writeheader()
        writer.writerow({key: _cell(value) for key, value in told.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Return what a spreadsheet takes for what it is; no name of a load is a formula."""
    if isinstance(value, str) and value[:1] in _FORMULAS:
        return f"'{value}"
    return value


_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


def _decision(wanted: bool | None) -> str:
    if wanted is None:
        return NONE
    return ON if wanted else OFF


def _source(source: str | None, owner: str | None) -> str | None:
    """Return who decided; where a plan did, whose it is."""
    return owner if source == Source.EMS.value and owner is not None else source


def _named(mode: int | None) -> str | None:
    return None if mode is None else mode_name(mode)
