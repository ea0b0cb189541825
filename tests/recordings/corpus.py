"""Scenario files: what was given, what happened, what the reference controller then did."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
import json
import os
from pathlib import Path
import re
from typing import Any, Self
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SLOT = 900

_PRESS = re.compile(r"hasp/([^/]+)/state/p(\d)b3")
_TOKEN = re.compile(r"<(now|quarter|next|last)(?: (\d\d):(\d\d))?(?: ?([+-]\d+)(d?))?>")

type Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Press:
    """A finger on the switch of a screen's page; `value` 0 hands over to people, 1 to the plan."""

    plate: str
    page: int
    value: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """One file. Without `presses`, one cycle is what happens.

    `rows` are the changed columns by table and id, `orders` what was published, screens
    included; `certain` is false where two recordings differed.
    """

    name: str
    given: Rows
    plan: Mapping[str, Any]
    devices: Mapping[str, Mapping[str, Any]]
    presses: tuple[Press, ...]
    isolated: bool
    rows: Mapping[str, Mapping[str, Mapping[str, Any]]]
    orders: tuple[tuple[str, str], ...]
    certain: bool = True

    @classmethod
    def read(cls, name: str, content: Mapping[str, Any]) -> Self | None:
        """Return the scenario, `None` if something else happens in it than a cycle or presses."""
        when, then = content["when"], content["then"]
        presses: list[Press] = []
        for message in when.get("mqtt", ()):
            press = _press(message)
            if press is None:
                return None
            presses.append(press)
        if bool(when.get("ems_cycle")) is bool(presses):
            return None
        return cls(
            name=name,
            given=content["given"],
            plan=content.get("plan") or {},
            devices=content["devices"],
            presses=tuple(presses),
            isolated=bool(content.get("isolated")),
            rows=then["db"],
            orders=tuple((m["topic"], m.get("payload", "")) for m in then["mqtt"]),
            certain=content.get("evidence", {}).get("deterministic", True),
        )

    def plan_rows(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Iterate over the rows of the plan, in the order they were inserted."""
        for machine, described in self.plan.items():
            rows = described if isinstance(described, list) else [described]
            for row in rows:
                yield int(machine), row


def _press(message: Mapping[str, Any]) -> Press | None:
    found = _PRESS.fullmatch(message["topic"])
    if found is None or message.get("retain") or "payload" not in message:
        return None
    try:
        event = json.loads(message["payload"])
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("event") != "up" or event.get("val") not in (0, 1):
        return None
    return Press(found[1], int(found[2]), event["val"])


def recordings() -> Path | None:
    """Return the folder of the scenarios that ELFE_RECORDINGS names."""
    folder = os.environ.get("ELFE_RECORDINGS")
    return Path(folder) / "scenarios" if folder else None


@dataclass(slots=True)
class Corpus:
    """The scenarios of a folder: those of a cycle, those of a press, and those of neither.

    Of the presses, the files about typologies and devices; those about screens come with
    the screens.
    """

    cycles: list[Scenario] = field(default_factory=list)
    presses: list[Scenario] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    @property
    def scenarios(self) -> list[Scenario]:
        """Return all that can be replayed."""
        return [*self.cycles, *self.presses]


def load(folder: Path | None) -> Corpus:
    """Return the scenarios of a folder; none where there is no folder."""
    corpus = Corpus()
    for path in sorted(folder.glob("*.json")) if folder else ():
        content = json.loads(path.read_text(encoding="utf-8"))
        when = content["when"]
        pressed = any("b3" in m["topic"] for m in when.get("mqtt", ()))
        about = path.name.startswith(("typ", "dev_")) and pressed
        if not when.get("ems_cycle") and not about:
            continue
        scenario = Scenario.read(path.stem, content)
        if scenario is None:
            corpus.unreadable.append(path.stem)
        else:
            (corpus.presses if scenario.presses else corpus.cycles).append(scenario)
    return corpus


@dataclass(frozen=True, slots=True)
class Moment:
    """The unix time that the tokens of a scenario are relative to."""

    now: int

    @property
    def quarter(self) -> int:
        """Return the start of the quarter-hour."""
        return self.now // SLOT * SLOT

    def resolve(self, value: Any) -> Any:
        """Return a value of a row, its token replaced."""
        if not isinstance(value, str) or (found := _TOKEN.fullmatch(value)) is None:
            return value
        kind, hour, minute, number, _ = found.groups()
        shift = int(number or 0)
        if kind == "now":
            return self.now + shift
        if kind == "quarter":
            return self.quarter + shift * SLOT
        return self._wall(kind, time(int(hour), int(minute)), shift)

    def _wall(self, kind: str, wall: time, days: int) -> int:
        local = datetime.fromtimestamp(self.now, PARIS)
        at = datetime.combine(local.date(), wall, PARIS)
        if kind == "next" and at < local:
            at += timedelta(days=1)
        elif kind == "last" and at > local:
            at -= timedelta(days=1)
        return int((at + timedelta(days=days)).timestamp())

    def rows(self, given: Rows) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of a scenario, their tokens replaced."""
        return {
            table: [{k: self.resolve(v) for k, v in row.items()} for row in rows]
            for table, rows in given.items()
        }


def fits(expected: Any, value: Any, began: int, ended: int) -> bool:
    """Whether a column holds what is expected, a token of time among others."""
    if isinstance(expected, str) and (found := _TOKEN.fullmatch(expected)):
        if found[1] == "now":
            shift = int(found[4] or 0)
            return isinstance(value, int) and began + shift <= value <= ended + shift
        return value in {Moment(began).resolve(expected), Moment(ended).resolve(expected)}
    return type(expected) is type(value) and expected == value
