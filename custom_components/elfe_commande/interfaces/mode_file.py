"""The file of modes that other programs read and write, and the file of states beside it.

Both hold one JSON object; its keys are the ids of equipments as text. Modes are 0 (forced off),
1 (automatic, off), 2 (automatic, on), 3 (forced on); states are 0 and 1. Pure: no file is
touched here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
import json
from typing import Any, Final

from ..core.model import EquipmentId
from ..core.relay_mode import RelayMode

_VALUES: Final = frozenset(RelayMode)


class HalfWrittenError(ValueError):
    """The text is no JSON object: somebody is about to write it."""


@dataclass(frozen=True, slots=True)
class Modes:
    """What a text says. `unknown` are its other entries, kept as they are."""

    modes: Mapping[EquipmentId, RelayMode] = field(default_factory=dict)
    unknown: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, Any] = field(default_factory=dict)
    """Values of known equipments that are no mode."""


def read_modes(text: str, known: frozenset[EquipmentId]) -> Modes:
    """Return what a text says of the equipments that are known; raises `HalfWrittenError`."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HalfWrittenError(str(error)) from error
    if not isinstance(found, dict):
        raise HalfWrittenError("not an object")
    by_key = {str(int(equipment_id)): equipment_id for equipment_id in known}
    modes: dict[EquipmentId, RelayMode] = {}
    unknown: dict[str, Any] = {}
    refused: dict[str, Any] = {}
    for key, value in found.items():
        equipment_id = by_key.get(key)
        if equipment_id is None:
            unknown[key] = value
        elif isinstance(value, int) and not isinstance(value, bool) and value in _VALUES:
            modes[equipment_id] = RelayMode(value)
        else:
            refused[key] = value
    return Modes(modes, unknown, refused)


def modes_text(modes: Mapping[EquipmentId, RelayMode], unknown: Mapping[str, Any]) -> str:
    """Return the text of the file of modes, entries of others included."""
    own = {str(int(equipment_id)): int(mode) for equipment_id, mode in sorted(modes.items())}
    return json.dumps({**unknown, **own}) + "\n"


def states_text(states: Mapping[EquipmentId, bool]) -> str:
    """Return the text of the file of states."""
    return json.dumps({str(int(i)): int(on) for i, on in sorted(states.items())}) + "\n"


@dataclass(slots=True)
class Negotiation:
    """Tells the choices of other programs from what they only copied.

    `base` is what the file said when both sides last agreed. A program that read the file
    before we changed it, and writes it whole afterwards, writes our old value back: within
    `echo` seconds of our change that is no choice.
    """

    echo: float
    base: dict[EquipmentId, RelayMode] = field(default_factory=dict)
    _replaced: dict[EquipmentId, tuple[RelayMode, float]] = field(default_factory=dict)

    def choices(
        self,
        found: Mapping[EquipmentId, RelayMode],
        present: Mapping[EquipmentId, RelayMode],
        now: float,
    ) -> dict[EquipmentId, RelayMode]:
        """Return what other programs chose that is not so yet.

        `found` is what the file says, `present` how the equipments are.
        """
        chosen: dict[EquipmentId, RelayMode] = {}
        for equipment_id, mode in found.items():
            before = self.base.get(equipment_id)
            self.base[equipment_id] = mode
            if before is None or mode.same_choice(before) or self._is_echo(equipment_id, mode, now):
                # What was there before we were is the state of another time.
                continue
            if equipment_id in present and not mode.same_choice(present[equipment_id]):
                chosen[equipment_id] = mode
        return chosen

    def wrote(self, modes: Mapping[EquipmentId, RelayMode], now: float) -> None:
        """Take note of what we wrote."""
        for equipment_id, mode in modes.items():
            before = self.base.get(equipment_id)
            if before is None or mode.same_choice(before):
                continue
            if not self._is_echo(equipment_id, before, now):
                # A program that repeats itself is heard in the end.
                self._replaced[equipment_id] = (before, now)
        self.base = dict(modes)

    def _is_echo(self, equipment_id: EquipmentId, mode: RelayMode, now: float) -> bool:
        replaced, at = self._replaced.get(equipment_id, (None, 0.0))
        return replaced is not None and mode.same_choice(replaced) and now - at <= self.echo
