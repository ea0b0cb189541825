"""What the surplus rules remember, on disk: it survives a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
from types import MappingProxyType
from typing import Any, Final

from ...core.model import EquipmentId
from ...core.rules import REGULATOR, History, Other
from ..ground.ports import Document

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
"""Of the document; those before it had none, and the same content."""


@dataclass(slots=True)
class Remembered:
    """The history of one rule, and the load it was for."""

    equipment_id: EquipmentId
    history: History = field(default=History())


@dataclass(slots=True)
class RuleMemory:
    """Histories by rule, and the loads that rules depend on."""

    rules: dict[str, Remembered] = field(default_factory=dict)
    others: dict[EquipmentId, Other] = field(default_factory=dict)


async def load(document: Document) -> RuleMemory:
    """Read the memory; an empty one at first, or if it is not what was written."""
    data = await document.load()
    if data is None:
        return RuleMemory()
    try:
        return RuleMemory(
            {
                rule_id: Remembered(EquipmentId(int(row["equipment"])), _history(row))
                for rule_id, row in data["rules"].items()
            },
            {
                EquipmentId(int(key)): Other(on, float(since), finished)
                for key, (on, since, finished) in data["others"].items()
            },
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        _LOGGER.warning("What the rules had stored cannot be used and is replaced: %s", error)
        return RuleMemory()


async def save(document: Document, memory: RuleMemory) -> None:
    """Write the memory."""
    await document.save(
        {
            "version": VERSION,
            "rules": {
                rule_id: {"equipment": kept.equipment_id, **_row(kept.history)}
                for rule_id, kept in memory.rules.items()
            },
            "others": {
                str(key): [other.on, other.since, other.finished]
                for key, other in memory.others.items()
            },
        }
    )


def _row(history: History) -> dict[str, Any]:
    return {
        "on": history.on,
        "since": history.since,
        "runs": [list(run) for run in history.runs],
        "holds": dict(history.holds),
        "heard": dict(history.heard),
        "planned": history.planned,
        "signed": history.signed,
        "ran_since": history.ran_since,
    }


def _history(row: Mapping[str, Any]) -> History:
    # Nobody knows whether a threshold stayed crossed in between: its delay begins anew.
    holds = {key: float(at) for key, at in row["holds"].items() if key == REGULATOR}
    return History(
        on=row["on"],
        since=float(row["since"]),
        runs=tuple((float(begin), float(end)) for begin, end in row["runs"]),
        holds=MappingProxyType(holds),
        heard=MappingProxyType({key: float(at) for key, at in row["heard"].items()}),
        planned=bool(row["planned"]),
        signed=row.get("signed"),
        # Earlier versions took for on what they had ordered.
        ran_since=row.get("ran_since", row["since"] if row["on"] else None),
    )
