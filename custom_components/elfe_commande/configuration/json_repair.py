"""Read JSON written by hand: say where commas are missing or superfluous, and go on."""

from dataclasses import dataclass, field
import json
from typing import Any, Final, override

MAX_REPAIRS: Final = 200
"""Beyond that it is another kind of file."""

SHOWN: Final = 60
"""Characters of a line that are quoted."""

MISSING_COMMA: Final = "Expecting ',' delimiter"
# From Python 3.13 on a superfluous comma has messages of its own.
SUPERFLUOUS_COMMA: Final = "Illegal trailing comma"
EXPECTING_NAME: Final = "Expecting property name"
STARTS: Final = '"{[-0123456789tfn'
"""What a value can begin with."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text, people's way: `line` and `column` from 1, `near` is the line's text."""

    line: int
    column: int
    near: str

    @override
    def __str__(self) -> str:
        """Return it for a message, without words, so that it needs no translation."""
        return f"{self.line}:{self.column} ({self.near})"


@dataclass(slots=True)
class RepairedJson:
    """What a text holds.

    `value` is what it says once the commas are mended and `text` the mended text; both mean
    nothing if `broken` is set. Places are those of the text as it was given.
    """

    value: Any = None
    text: str = ""
    missing_commas: list[Place] = field(default_factory=list)
    superfluous_commas: list[Place] = field(default_factory=list)
    broken: Place | None = None
    """Where something else than a comma is wrong; reading stopped there."""

    @property
    def clean(self) -> bool:
        """Whether the text was valid as given."""
        return not (self.missing_commas or self.superfluous_commas or self.broken)


def _place(original: str, position: int) -> Place:
    start = original.rfind("\n", 0, position) + 1
    end = original.find("\n", position)
    line = original[start : len(original) if end < 0 else end].strip()
    near = line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
    return Place(original.count("\n", 0, position) + 1, position - start + 1, near)


def _is_missing(err: json.JSONDecodeError) -> bool:
    """Return whether a value or a name follows where a comma was expected."""
    following = err.doc[err.pos : err.pos + 1]
    return err.msg == MISSING_COMMA and following != "" and following in STARTS


def _is_superfluous(err: json.JSONDecodeError) -> bool:
    """Return whether the error is at a comma with nothing behind it."""
    doubled = err.msg.startswith(EXPECTING_NAME) and err.doc[err.pos : err.pos + 1] == ","
    return doubled or err.msg.startswith(SUPERFLUOUS_COMMA)


def read_json(text: str) -> RepairedJson:
    """Read a text; a missing comma is put where it belongs, a superfluous one taken out."""
    # A file saved by some editors begins with a mark that is no JSON.
    original = text = text.removeprefix("\ufeff")
    reading = RepairedJson()
    # How much longer the mended text is, before the place of the present error.
    longer = 0
    for _ in range(MAX_REPAIRS):
        try:
            reading.value = json.loads(text)
        except RecursionError:
            break
        except json.JSONDecodeError as err:
            if _is_missing(err):
                end = len(text[: err.pos].rstrip())
                reading.missing_commas.append(_place(original, end - 1 - longer))
                text = f"{text[:end]},{text[end:]}"
                longer += 1
            elif _is_superfluous(err):
                reading.superfluous_commas.append(_place(original, err.pos - longer))
                text = text[: err.pos] + text[err.pos + 1 :]
                longer -= 1
            else:
                reading.broken = _place(original, err.pos - longer)
                return reading
        else:
            reading.text = text
            return reading
    reading.broken = _place(original, 0)
    return reading
