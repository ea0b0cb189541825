"""One touch screen as the web page needs it: its pages, what it shows, what touching it says."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
import json
from typing import Any

from demo.appliances import Fleet, Message, Screen
from demo.territory import Equipment

HOURS = tuple(f"{hour:02}" for hour in range(24))
QUARTERS = ("00", "15", "30", "45")
PERCENTS = tuple(f"{percent}%" for percent in range(0, 101, 10))

SWITCH = 3
MACHINE: Mapping[int, tuple[str, ...]] = {8: HOURS, 9: QUARTERS, 5: HOURS, 6: QUARTERS}
CAR: Mapping[int, tuple[str, ...]] = {5: HOURS, 6: QUARTERS, 8: PERCENTS}
KEPT = 40
"""How many lines of the conversation a plate keeps."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is made on the plates: types of equipment, and entries of each roller."""

    number: int
    kind: str
    types: tuple[int, ...]
    rollers: Mapping[int, tuple[str, ...]]
    light: int
    """Its light on the status page."""


PAGES = (
    Page(2, "dishwasher", (111,), MACHINE, 12),
    Page(3, "washing_machine", (112,), MACHINE, 13),
    Page(4, "dryer", (113,), MACHINE, 14),
    Page(5, "car", (221,), CAR, 15),
    Page(6, "water_heater", (131,), {}, 16),
    Page(7, "heater", (151, 155), {}, 17),
)


class NoSuchObjectError(Exception):
    """A finger where nothing can be touched."""


class Plate:
    """Follows a simulated screen, and puts a finger on it.

    What is shown is what was last drawn. A touched object shows the touch until the controller
    draws it again, as on the wall; `changed` is called whenever there is something new to show.
    """

    def __init__(
        self,
        fleet: Fleet,
        screen: Screen,
        equipments: Iterable[Equipment],
        changed: Callable[[Plate], None],
    ) -> None:
        """Take the equipments of its home, in the order of their ids."""
        self.screen = screen
        self._fleet = fleet
        self._changed = changed
        mine = sorted(equipments, key=lambda each: each.id)
        self.home = mine[0].home if mine else ""
        self._pages: dict[int, tuple[Page, Equipment]] = {}
        for page in PAGES:
            if shown := next((each for each in mine if each.type in page.types), None):
                self._pages[page.number] = (page, shown)
        self._touched: dict[tuple[str, int], int] = {}
        self._said: deque[dict[str, str]] = deque(maxlen=KEPT)
        screen.watchers.append(self._drawn)

    def close(self) -> None:
        """Follow no longer."""
        self.screen.watchers.remove(self._drawn)

    @property
    def description(self) -> dict[str, Any]:
        """Return what never changes: the pages that have an equipment, and their rollers."""
        return {
            "plate": self.screen.plate,
            "home": self.home,
            "pages": [
                {
                    "number": page.number,
                    "kind": page.kind,
                    "name": equipment.name,
                    "rollers": page.rollers,
                    "light": page.light,
                }
                for page, equipment in self._pages.values()
            ],
        }

    @property
    def state(self) -> dict[str, Any]:
        """Return what is on the plate now: properties by "page/object"."""
        shown = {f"{page}/{item}": dict(each) for (page, item), each in self.screen.objects.items()}
        for (page, item), value in self._touched.items():
            shown.setdefault(f"{page}/{item}", {})["val"] = value
        return {
            "plate": self.screen.plate,
            "plugged": not self.screen.lost,
            "objects": shown,
            "touched": [f"{page}/{item}" for page, item in self._touched],
            "said": list(self._said),
        }

    # ----------------------------------------------------------------------------- a finger

    def turn(self, page: int, value: int) -> None:
        """Move the switch of a page to `value`, 0 or 1."""
        if page not in self._pages or value not in {0, 1}:
            raise NoSuchObjectError
        self._touch(page, SWITCH, value, self.screen.toggle(page, SWITCH, value))

    def roll(self, page: int, item: int, row: int) -> None:
        """Leave a roller on a row."""
        try:
            entries = self._pages[page][0].rollers[item]
        except KeyError:
            raise NoSuchObjectError from None
        if not 0 <= row < len(entries):
            raise NoSuchObjectError
        self._touch(page, item, row, self.screen.roll(page, item, row, entries[row]))

    def plug(self, plugged: bool) -> None:
        """Cut the power, or give it back: a plate starts with nothing but its own pages."""
        if plugged is not self.screen.lost:
            return
        self.screen.lost = not plugged
        self.screen.objects.clear()
        self._touched.clear()
        self._say(self.screen.presence(online=plugged))

    def _touch(self, page: int, item: int, value: int, events: Iterable[Message]) -> None:
        if self.screen.lost:
            return
        self._touched[str(page), item] = value
        self._say(events)

    def _say(self, messages: Iterable[Message]) -> None:
        said = list(messages)
        self._fleet.say(said)
        for each in said:
            self._note("out", each.topic, str(each.payload))
        self._changed(self)

    def _drawn(self, line: Mapping[str, Any]) -> None:
        if "val" in line:
            self._touched.pop((str(line["page"]), int(line["id"])), None)
        self._note("in", self.screen.topics.command, json.dumps(line, ensure_ascii=False))
        self._changed(self)

    def _note(self, way: str, topic: str, payload: str) -> None:
        at = datetime.now().astimezone().strftime("%H:%M:%S")
        self._said.append({"at": at, "way": way, "topic": topic, "payload": payload})
