"""A device of a scenario, and what it says to an order.

Two judges hear the same answers: the reference, by words, and the contract, by meaning.
Neither is the code under test.
"""

from dataclasses import dataclass
from enum import StrEnum
import json
from typing import Any

FINGER = 311
DRIVEN_TYPES = frozenset({111, 112, 311, 411, 811})
SCREEN = 711
TIMEOUTS = {111: 5.0, 112: 5.0, 311: 30.0, 411: 5.0, 811: 15.0}
"""Seconds the contract waits for an answer to one try."""
LATE = {811: 17.0}
NOT_PRESSED = frozenset({"errorconnect", "errorcommand", "failed", "error"})


class Heard(StrEnum):
    """What an order's answer amounts to."""

    YES = "yes"
    NO = "no"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Wired:
    """One device of the tables, and how the one on the broker behaves.

    `delay` is in seconds; `custom` are the bytes it answers instead of what it should.
    """

    id: str
    type_id: int
    usage: int
    home: str
    assigned: bool
    described: bool
    """The row with its topics is there."""
    control: str
    command: str
    behaviour: str
    delay: float
    custom: bytes | None
    retained: bytes | None

    def payload(self, on: bool) -> str | None:
        """Return the order, in the form that orders are compared in; `None`: it has none."""
        request = {"src": self.control, "method": "Switch.Set", "params": {"id": 0, "on": on}}
        numbered = self.command[-1:].isdecimal()
        orders: dict[int, str | None] = {
            111: "on" if on else "off",
            112: "ON" if on else "OFF",
            311: "ON" if on else None,
            411: canonical(json.dumps(request)),
            811: ("1" if on else "0") if numbered else None,
        }
        return orders.get(self.type_id)

    @property
    def poisonous(self) -> bool:
        """Whether it answers with bytes that are no text."""
        if self.custom is None:
            return False
        try:
            self.custom.decode()
        except UnicodeDecodeError:
            return True
        return False

    def says(self, on: bool) -> str | None:
        """Return the text of its answer to an order, "<id>" where the order's own id stands."""
        if self.behaviour == "silent":
            return None
        if self.custom is not None:
            return self.custom.decode("utf-8", "replace")
        wrong = self.behaviour == "wrong"
        power = f'{{"POWER": "{"ON" if on else "OFF"}"'
        status = "" if self.behaviour == "native" else ', "status": "success"'
        match self.type_id:
            case 111:
                return "on" if on is not wrong else "off"
            case 112:
                return power + (', "status": "error"}' if wrong else status + "}")
            case 311:
                return '{"status": "errorConnect"}' if wrong else '{"status": "success"}'
            case 411:
                return '{"id":"?","result":{}}' if wrong else '{"id":"<id>","result":{}}'
        return self._output(on is not wrong)

    def _output(self, on: bool) -> str:
        digit = "1" if on else "0"
        if not self.control.endswith("EtatSorties"):
            return digit
        channel = int(self.command[-1])
        return "0" * (channel - 1) + digit + "0" * (8 - channel)

    def reference_hears(self, on: bool) -> bool:
        """Whether the reference takes the order for acknowledged: its word is in an answer."""
        word = {
            111: "on" if on else "off",
            112: "success",
            311: "success",
            411: f'"id":"{"on" if on else "off"}"',
            811: "1" if on else "0",
        }[self.type_id]
        if self.retained is not None and self.type_id != 411:
            # To a PLC told on, it listens before it knows which word to wait for.
            anything = self.type_id == 811 and on
            if anything or word in self.retained.decode("utf-8", "replace"):
                return True
        said = self.says(on)
        if said is None or self.poisonous or self.delay > self.patience(on):
            return False
        return word in said.replace("<id>", "on" if on else "off")

    def patience(self, on: bool) -> float:
        """Return how long the reference listens, in seconds."""
        return {811: 15.0 if on else 30.0}.get(self.type_id, 5.0)

    def contract_hears(self, on: bool) -> Heard:
        """Return what the answer means: typed, not retained, matched to the order."""
        said = self.says(on)
        if said is None or self.poisonous:
            return Heard.NOTHING
        if self.type_id == 311:
            return self._status(said)
        if self.type_id == 411:
            return Heard.YES if self.custom is None and "<id>" in said else Heard.NOTHING
        state = {111: _word, 112: _tasmota, 811: self._channel}[self.type_id](said.strip())
        return Heard.YES if state is on else Heard.NOTHING

    def _status(self, said: str) -> Heard:
        values = _object(said)
        command = values.get("command")
        other = isinstance(command, str) and command.upper() != "ON"
        if other or self.delay >= TIMEOUTS[311]:
            return Heard.NOTHING
        status = str(values.get("status"))
        if status == "success":
            return Heard.YES
        return Heard.NO if status.lower() in NOT_PRESSED else Heard.NOTHING

    def _channel(self, said: str) -> bool | None:
        if len(said) == 8 and set(said) <= {"0", "1"}:
            return said[int(self.command[-1]) - 1] == "1"
        return {"1": True, "0": False}.get(said)


def canonical(payload: str) -> str:
    """Return a payload with what is the sender's own left out: the id of a request."""
    values = _object(payload)
    if "method" not in values:
        return payload
    values.pop("id", None)
    return json.dumps(values, sort_keys=True)


def _object(text: str) -> dict[str, Any]:
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _word(said: str) -> bool | None:
    return {"on": True, "off": False}.get(said)


def _tasmota(said: str) -> bool | None:
    values = _object(said)
    said = str(values.get("POWER", values.get("POWER1", said)))
    return _word(said.lower())
