"""What screens, portal and PLCs said in a scenario, and what was recorded of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
import json
from pathlib import Path
import re
from typing import Any

from .comparison import Expected, recorded
from .corpus import Moment, Press, Scenario

FAMILIES = ("screen_", "lwt_", "viriya_", "socorel_")
LED = 10
_TWIN = "_pg14"
_PLATE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_OBJECT = re.compile(r"p([1-9]\d*)b(\d+)")
_DIGITS = re.compile(r"\s*(\d+)")

WHEELS: Mapping[int, Mapping[int, str]] = {
    **{page: {8: "hour", 9: "minute", 5: "hours", 6: "minutes"} for page in (2, 3, 4)},
    5: {5: "hour", 6: "minute", 8: "charge"},
    6: {},
    7: {},
}
"""By page and object, in the order they are shown."""
HIGHEST = {"hour": 23, "minute": 59, "hours": 23, "minutes": 59, "charge": 100}
STEP = {"hour": 1, "minute": 15, "hours": 1, "minutes": 15, "charge": 10}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `at` are the seconds since the first, if they matter."""

    topic: str
    payload: str
    retain: bool = False
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Rolled:
    """A roller of a page. `value` as it is meant, `None` if there is none; `raw` the event."""

    plate: str
    page: int
    wheel: str
    value: int | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turned:
    """The switch of a page; `value` is `None` where it is no state."""

    plate: str
    page: int
    value: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """One scenario: what was given and said, and what the reference published on screens."""

    scenario: Scenario
    messages: tuple[Message, ...]
    before: tuple[Message, ...]
    """Retained by the broker before the start."""

    @property
    def name(self) -> str:
        return self.scenario.name


type Shown = dict[tuple[str, str], list[str]]
"""The last refresh by command topic and page."""


@dataclass(slots=True)
class Seen(Expected):
    """Rows, orders, and what screens show in the end."""

    shown: Shown = field(default_factory=dict)


def load_told(folder: Path | None) -> list[Told]:
    """Return the scenarios of a folder; a twin on PostgreSQL 14 stands for both."""
    found: list[Told] = []
    for path in sorted(folder.glob("*.json")) if folder else ():
        twin = path.with_name(f"{path.stem}{_TWIN}.json")
        if not path.name.startswith(FAMILIES) or twin.exists():
            continue
        content = json.loads(path.read_text(encoding="utf-8"))
        then = content["then"]
        scenario = Scenario(
            name=path.stem,
            given=content["given"],
            plan={},
            devices=content["devices"],
            presses=(),
            isolated=bool(content.get("isolated")),
            rows=then["db"],
            orders=tuple((m["topic"], m.get("payload", "")) for m in then["mqtt"]),
            certain=content.get("evidence", {}).get("deterministic", True),
        )
        when = content["when"]
        found.append(
            Told(
                scenario,
                tuple(map(_message, when.get("mqtt", ()))),
                tuple(map(_message, when.get("retained_before_start", ()))),
            )
        )
    return found


def _message(message: Mapping[str, Any]) -> Message:
    at = message.get("at_ms")
    return Message(
        message["topic"],
        message.get("payload", ""),
        bool(message.get("retain")),
        None if at is None else at / 1000,
    )


def seen(told: Told, moment: Moment) -> Seen:
    """Return what was recorded."""
    found = recorded(told.scenario, moment)
    rows = {
        key: {
            name: value if value == "<now>" else moment.resolve(value) for name, value in c.items()
        }
        for key, c in found.rows.items()
    }
    lines = [(t, p) for t, p in told.scenario.orders if t.startswith("hasp/")]
    return Seen(rows, found.orders, last_shown(lines))


def refreshes(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], list[str]]]:
    """Yield the refreshes among lines, each by topic and page; they begin with the page's light."""
    open_page: dict[str, tuple[str, list[str]]] = {}
    for topic, line in lines:
        content = json.loads(line)
        if content.get("id") == LED:
            if topic in open_page:
                page, drawn = open_page[topic]
                yield (topic, page), drawn
            open_page[topic] = (str(content["page"]), [])
        open_page.setdefault(topic, ("", []))[1].append(line)
    for topic, (page, drawn) in open_page.items():
        yield (topic, page), drawn


def last_shown(lines: Iterable[tuple[str, str]]) -> Shown:
    """Return the last refresh of each page among lines."""
    return dict(refreshes(lines))


def event(payload: str) -> Mapping[str, Any] | None:
    """Return the event of a payload."""
    try:
        content = json.loads(payload)
    except ValueError:
        return None
    whole = isinstance(content, dict) and {"event", "val"} <= content.keys()
    return content if whole else None


def touched(message: Message) -> Rolled | Turned | None:
    """Return the roller or switch that a message is about, as the contract reads it."""
    levels = message.topic.split("/")
    if len(levels) != 4 or levels[0] != "hasp" or levels[2] != "state":
        return None
    plate, item, happened = levels[1], _OBJECT.fullmatch(levels[3]), event(message.payload)
    if _PLATE.fullmatch(plate) is None or item is None or happened is None:
        return None
    page, number = int(item[1]), int(item[2])
    if page not in WHEELS:
        return None
    if number == 3:
        value = happened["val"] if happened["val"] in (0, 1) else None
        return Turned(plate.lower(), page, value) if happened["event"] == "up" else None
    wheel = WHEELS[page].get(number)
    if wheel is None or happened["event"] not in ("up", "changed"):
        return None
    return Rolled(plate.lower(), page, wheel, _value(wheel, happened), happened)


def _value(wheel: str, happened: Mapping[str, Any]) -> int | None:
    found = _DIGITS.match(str(happened.get("text", "")))
    row = happened["val"]
    if found is None and not isinstance(row, int):
        return None
    value = int(found[1]) if found else row * STEP[wheel]
    return min(max(value, 0), HIGHEST[wheel])


def portal(message: Message) -> int | None:
    """Return the equipment that an update of the portal is about."""
    found = re.fullmatch(r"viriya/update/([0-9]+)", message.topic)
    return int(found[1]) if found else None


def panel(message: Message) -> tuple[str, bool] | None:
    """Return the serial of the PLC whose panel has it (true), or gave it back."""
    found = re.fullmatch(r"Socorel/([A-Za-z0-9_-]+)/mode", message.topic, re.IGNORECASE)
    word = message.payload.lower()
    if found is None or word not in {"manuel", "connecte", "connecté", "auto", "automatique"}:
        return None
    return found[1].lower(), word == "manuel"


def presence(message: Message) -> str | None:
    """Return the plate that came back."""
    found = re.fullmatch(r"hasp/([A-Za-z0-9_-]{1,32})/LWT", message.topic)
    return found[1].lower() if found and message.payload == "online" else None


def pressing(told: Told, press: Press) -> Scenario:
    """Return the scenario as one with this press alone."""
    return replace(told.scenario, presses=(press,))


def topics(told: Told) -> Iterator[str]:
    """Yield where the screens of a scenario are drawn on."""
    for row in told.scenario.given.get("equipement_domotique_m5stackcore2_openhasp_v0", ()):
        yield row["topic_mqtt_commande_text"]
