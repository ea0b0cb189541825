"""A panel of eight buttons, LEDs and digits: presses to choices, modes to bars.

Pure: the time is handed in, and whoever holds the panel carries the choices out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..core.relay_mode import RelayMode

POSITIONS: Final = 8
TOP_BAR: Final = "~"
BOTTOM_BAR: Final = "_"
BLANK: Final = " "
PENDING: Final = "."
"""The last dot, lit while presses wait to be carried out."""
START_TEXT: Final = "boot".ljust(POSITIONS)


@dataclass(frozen=True, slots=True)
class Position:
    """What a position of the panel shows. `running` is the real state of its load."""

    mode: RelayMode | None = None
    running: bool | None = None
    can_force_off: bool = True


@dataclass(frozen=True, slots=True)
class Picture:
    """What the panel shows: eight digits, with a dot behind the last, and eight LEDs."""

    text: str
    leds: tuple[bool, ...]


STARTING: Final = Picture(START_TEXT, (True,) * POSITIONS)
"""Before the engine runs: every LED is seen to work."""


@dataclass(slots=True)
class Panel:
    """Presses that are not carried out yet, and the picture that follows.

    A press moves a position on: automatic, forced on, forced off, automatic. All choices are
    due together, `wait` seconds after the last press.
    """

    wait: float
    chosen: dict[int, RelayMode] = field(default_factory=dict)
    pressed_at: float | None = None

    def press(self, index: int, position: Position, now: float) -> bool:
        """Take the press of a button; whether there is a load that can be driven."""
        mode = self.chosen.get(index, position.mode)
        if mode is None:
            return False
        self.chosen[index] = _next(mode, can_force_off=position.can_force_off)
        self.pressed_at = now
        return True

    def due_at(self) -> float | None:
        """Return when the choices are to be carried out, `None` if there are none."""
        return None if self.pressed_at is None else self.pressed_at + self.wait

    def take(self, positions: Mapping[int, Position]) -> dict[int, RelayMode]:
        """Return the choices that change something, by position, and forget them all."""
        chosen, self.chosen, self.pressed_at = self.chosen, {}, None
        changes: dict[int, RelayMode] = {}
        for index, mode in chosen.items():
            present = positions[index].mode if index in positions else None
            if present is not None and not mode.same_choice(present):
                changes[index] = mode
        return changes

    def picture(self, positions: Sequence[Position | None]) -> Picture:
        """Return what is shown; a choice shows at once."""
        digits = "".join(
            BLANK if position is None else _bar(self.chosen.get(index, position.mode))
            for index, position in enumerate(positions)
        )
        text = digits.ljust(POSITIONS) + (PENDING if self.chosen else "")
        leds = tuple(position is not None and position.running is True for position in positions)
        return Picture(text, leds + (False,) * (POSITIONS - len(leds)))


def _next(mode: RelayMode, *, can_force_off: bool) -> RelayMode:
    if mode.automatic:
        return RelayMode.FORCED_ON
    if mode is RelayMode.FORCED_ON and can_force_off:
        return RelayMode.FORCED_OFF
    return RelayMode.AUTOMATIC_OFF


def _bar(mode: RelayMode | None) -> str:
    if mode is RelayMode.FORCED_OFF:
        return BOTTOM_BAR
    return TOP_BAR if mode is RelayMode.FORCED_ON else BLANK
