"""Nous A1T under Tasmota 12 (type 112): `cmnd`, `stat` and `tele` topics."""

from collections.abc import Iterator
from datetime import UTC, datetime
import json
from typing import override

from .device import Device, Message, Order, Question, on_off

VOLTS = 230


class Tasmota(Device[bool]):
    """Answers on `stat/<t>/RESULT` and `stat/<t>/POWER`; the recorded ones said "success"."""

    type_id = 112
    online, offline = "Online", "Offline"

    @override
    def understand(self, payload: bytes) -> Order[bool] | None:
        wanted = on_off(payload)
        return None if wanted is None else Order(wanted)

    pulse_time = 0
    """The setting: it stays whoever switches, and is counted from each "on"."""

    @override
    def act(self, order: Order[bool]) -> None:
        self.press_button(order.value)

    def press_button(self, on: bool) -> None:
        """Switch it, from wherever: its timer begins anew with each "on"."""
        self.switch(on)
        self.set_timer(self._pulse_seconds if on else None)

    @property
    def _pulse_seconds(self) -> float | None:
        if not self.pulse_time:
            return None
        return self.pulse_time / 10 if self.pulse_time <= 111 else self.pulse_time - 100.0

    @override
    def revert(self) -> Iterator[Message]:
        self.switch(False)
        yield from self._result(_word(False))

    @property
    @override
    def settings_topics(self) -> tuple[str, ...]:
        return (f"{self.topics.command.rpartition('/')[0]}/PulseTime1",)

    @override
    def configure(self, topic: str, payload: bytes) -> Iterator[Message]:
        if payload.isdigit():
            self.pulse_time = int(payload)
            # As the firmware does: a timer that runs begins anew with its new time, 0 ends it.
            self.set_timer(self._pulse_seconds)
        answer = {"PulseTime1": {"Set": self.pulse_time, "Remaining": self.pulse_time}}
        yield Message(self.topic("stat", "RESULT"), json.dumps(answer))

    @override
    def confirm(self, order: Order[bool]) -> Iterator[Message]:
        word = _word(order.value)
        if self.recorded:
            yield Message(self.topics.control, f'{{"POWER": "{word}", "status": "success"}}')
            return
        yield from self._result(word)

    @override
    def contradict(self, order: Order[bool]) -> Iterator[Message]:
        if self.recorded:
            word = _word(order.value)
            yield Message(self.topics.control, f'{{"POWER": "{word}", "status": "error"}}')
            return
        yield from self._result(_word(not order.value))

    @override
    def fail(self, order: Order[bool]) -> Iterator[Message]:
        yield Message(self.topic("stat", "RESULT"), '{"Command":"Unknown"}')

    @override
    def understand_question(self, payload: bytes) -> Question | None:
        # A command without a value asks for the present one.
        return None if payload.strip() else Question()

    @override
    def tell(self, question: Question) -> Iterator[Message]:
        yield from self._result(_word(self.on))

    @override
    def state(self) -> Iterator[Message]:
        report = {"Time": _now(), "UptimeSec": 3600, "POWER": _word(self.on)}
        yield Message(self.topic("tele", "STATE"), json.dumps(report))

    @override
    def power(self) -> Iterator[Message]:
        watts = round(self.watts)
        energy = {
            "TotalStartTime": "2026-01-01T00:00:00",
            "Total": 12.345,
            "Yesterday": 1.234,
            "Today": 0.567,
            "Period": 0,
            "Power": watts,
            "ApparentPower": watts,
            "ReactivePower": 0,
            "Factor": 1.0 if watts else 0.0,
            "Voltage": VOLTS,
            "Current": round(watts / VOLTS, 3),
        }
        report = {"Time": _now(), "ENERGY": energy}
        yield Message(self.topic("tele", "SENSOR"), json.dumps(report))

    def topic(self, prefix: str, leaf: str) -> str:
        """Return one of the device's topics, derived from `.../cmnd/<t>/POWER`."""
        levels = self.topics.command.split("/")
        place = next((i for i, level in enumerate(levels) if level in {"cmnd", "cmd"}), 0)
        return "/".join((*levels[:place], prefix, *levels[place + 1 : place + 2], leaf))

    def _result(self, word: str) -> Iterator[Message]:
        yield Message(self.topic("stat", "RESULT"), f'{{"POWER":"{word}"}}')
        yield Message(self.topic("stat", "POWER"), word)


def _word(on: bool) -> str:
    return "ON" if on else "OFF"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
