"""Wall screens: openHASP plates, one page per kind of equipment."""

from collections.abc import Iterator, Mapping
import json
import re
from typing import Any, Final, override

from ..core.gesture import (
    Gesture,
    PlatePresence,
    ScreenTouched,
    SwitchTurned,
    ValueRefused,
    Wheel,
    WheelRolled,
)
from ..core.model import Equipment, Mode
from ..core.screens import Layout, PageKind, PageView, Screen
from .base import Interface, Publication
from .payloads import begun_event, event_of, number_in

_PLATE: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
# Plates do not pad numbers; a padded object number is harmless, a padded page never counted.
_OBJECT: Final = re.compile(r"p(0|[1-9][0-9]{0,2})b([0-9]{1,4})")
_PRESENCE: Final = {b"online": True, b"offline": False}

_SWITCH: Final = 3
_WHEELS: Final[Mapping[PageKind, Mapping[int, Wheel]]] = {
    PageKind.MACHINE: {
        8: Wheel.END_HOUR,
        9: Wheel.END_MINUTE,
        5: Wheel.CYCLE_HOURS,
        6: Wheel.CYCLE_MINUTES,
    },
    PageKind.CAR: {5: Wheel.END_HOUR, 6: Wheel.END_MINUTE, 8: Wheel.CHARGE},
    PageKind.SIMPLE: {},
}
"""By number of the object, in the order they are shown."""
_HIGHEST: Final = {
    Wheel.END_HOUR: 23,
    Wheel.END_MINUTE: 59,
    Wheel.CYCLE_HOURS: 23,
    Wheel.CYCLE_MINUTES: 59,
    Wheel.CHARGE: 100,
}
_STEP: Final = {
    Wheel.END_HOUR: 1,
    Wheel.END_MINUTE: 15,
    Wheel.CYCLE_HOURS: 1,
    Wheel.CYCLE_MINUTES: 15,
    Wheel.CHARGE: 10,
}
"""What one row of a roller is worth."""
_HOUR: Final = 3600
_QUARTER: Final = 900


class Hasp(Interface):
    """Reads switches and rollers; shows an equipment on the page of its type.

    Rollers send `up`, then `changed`; both count, the first only if it differs from what is
    stored. A switch counts on `up`, which carries its state: the old one where it was let back.
    Plain buttons have no value.
    """

    name = "hasp"

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    @override
    def topics(self) -> tuple[str, ...]:
        return ("hasp/+/state/+", "hasp/+/LWT")

    @override
    def read(self, topic: str, payload: bytes, *, retained: bool) -> tuple[Gesture, ...]:
        match topic.split("/"):
            case ["hasp", plate, "LWT"] if _PLATE.fullmatch(plate):
                online = _PRESENCE.get(payload)
                return () if online is None else (PlatePresence(plate.lower(), online),)
            # A retained state would replay a gesture at each subscription.
            case ["hasp", plate, "state", item] if _PLATE.fullmatch(plate) and not retained:
                if found := _OBJECT.fullmatch(item):
                    return self._touched(plate.lower(), int(found[1]), int(found[2]), payload)
        return ()

    def _touched(self, plate: str, page: int, item: int, payload: bytes) -> tuple[Gesture, ...]:
        event = event_of(payload)
        if event is None:
            return self._unreadable(plate, page, item, payload)
        touched = ScreenTouched(plate, page, item, event.name, event.value, event.text)
        meaning = self._meaning(touched) if event.valued else None
        return (touched,) if meaning is None else (touched, meaning)

    def _unreadable(self, plate: str, page: int, item: int, payload: bytes) -> tuple[Gesture, ...]:
        """Return that what a switch or roller shows cannot be known, where its event was cut."""
        known = self._layout.pages.get(page)
        name = None if known is None else begun_event(payload)
        if known is None or name is None:
            return ()
        settled = "up" if item == _SWITCH else "changed"
        acts = item == _SWITCH or item in _WHEELS[known.kind]
        return (ValueRefused(plate, page),) if acts and name == settled else ()

    def _meaning(self, touched: ScreenTouched) -> Gesture | None:
        page = self._layout.pages.get(touched.page)
        if page is None:
            return None
        if touched.item == _SWITCH:
            return _turned(touched) if touched.event == "up" else None
        wheel = _WHEELS[page.kind].get(touched.item)
        return None if wheel is None else _rolled(touched, wheel)

    @override
    def show(self, screen: Screen, view: PageView) -> tuple[Publication, ...]:
        return tuple(
            Publication(screen.command_topic, json.dumps(line)) for line in self._lines(view)
        )

    def _lines(self, view: PageView) -> Iterator[dict[str, Any]]:
        """Yield what is shown, one object's property each.

        A roller whose value is unknown stays as it is. The number of a page is text for the
        page itself and the status page, an integer for the connection page.
        """
        layout, page = self._layout, str(view.page.number)
        piloted, color = view.equipment.piloted, self._color(view.equipment)
        yield {"page": page, "id": layout.led, "bg_color": color}
        for item, wheel in _WHEELS[view.page.kind].items():
            row = _row(view, wheel)
            if row is not None:
                yield {"page": page, "id": item, "val": row}
        yield {"page": page, "id": _SWITCH, "val": int(piloted)}
        label = {"page": layout.label_page, "id": layout.label_id}
        yield {**label, "text": layout.label}
        yield {**label, "text_color": layout.label_color}
        if view.page.status_led is not None:
            status = str(layout.status_page)
            yield {"page": status, "id": view.page.status_led, "bg_color": color}

    def _color(self, equipment: Equipment) -> str:
        if equipment.piloted:
            return self._layout.piloted_color
        disabled = equipment.state.mode == Mode.DISABLED
        return self._layout.disabled_color if disabled else self._layout.manual_color

    @override
    def refreshed(self) -> tuple[Publication, ...]:
        return (Publication(self._layout.indicator_topic, "1"),)


def _turned(touched: ScreenTouched) -> Gesture:
    """Return what a switch says: 1 piloted, 0 manual, anything else is turned back."""
    value = touched.value
    if isinstance(value, str) or value not in (0, 1):
        return ValueRefused(touched.plate, touched.page)
    return SwitchTurned(touched.plate, touched.page, piloted=value == 1)


def _rolled(touched: ScreenTouched, wheel: Wheel) -> Gesture | None:
    """Return what a roller says: the number its text begins with, else its row's.

    Beyond what a roller can hold, the nearest it can. The text decides because the rows are
    written in the screen's own pages, which may begin elsewhere than at zero.
    """
    settled = touched.event == "changed"
    if not settled and touched.event != "up":
        return None
    number = number_in(touched.text)
    if number is None and isinstance(row := touched.value, int) and not isinstance(row, bool):
        number = row * _STEP[wheel]
    if number is None:
        # Told once per choice: `changed` follows `up`.
        return ValueRefused(touched.plate, touched.page) if settled else None
    value = min(max(number, 0), _HIGHEST[wheel])
    return WheelRolled(touched.plate, touched.page, wheel, value, settled)


def _row(view: PageView, wheel: Wheel) -> int | None:
    """Return the row a roller is to show, `None` if there is nothing to show."""
    wishes = view.equipment.constraints
    duration = wishes.cycle_duration
    match wheel:
        case Wheel.END_HOUR:
            return view.end_hour
        case Wheel.END_MINUTE:
            return _divided(view.end_minute, _STEP[wheel])
        case Wheel.CYCLE_HOURS:
            return _divided(duration, _HOUR)
        case Wheel.CYCLE_MINUTES:
            return None if duration is None else duration % _HOUR // _QUARTER
        case Wheel.CHARGE:
            return _divided(wishes.charge_left, _STEP[wheel])


def _divided(value: int | None, by: int) -> int | None:
    return None if value is None else value // by


def create(layout: Layout) -> Interface:
    """Return the screens of an entry."""
    return Hasp(layout)
