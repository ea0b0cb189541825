"""OBIS codes: what a number means, in either of the two ways people write it."""

from collections.abc import Iterable
import re
from typing import Final

NET_POWER: Final = "1-0:16.7.0*255"
ABSOLUTE_POWER: Final = "1-0:15.7.0*255"
POWER_TAKEN: Final = "1-0:1.7.0*255"
POWER_GIVEN: Final = "1-0:2.7.0*255"
PHASE_POWERS: Final = ("1-0:36.7.0*255", "1-0:56.7.0*255", "1-0:76.7.0*255")
PHASES_TAKEN: Final = ("1-0:21.7.0*255", "1-0:41.7.0*255", "1-0:61.7.0*255")
PHASES_GIVEN: Final = ("1-0:22.7.0*255", "1-0:42.7.0*255", "1-0:62.7.0*255")
SIGNED_POWERS: Final = frozenset({NET_POWER, *PHASE_POWERS})
"""Where the sign says which way the energy flows."""
ENERGY_TAKEN: Final = ("1-0:1.8.0*255", "1-0:1.8.1*255", "1-0:1.8.2*255")
ENERGY_GIVEN: Final = ("1-0:2.8.0*255", "1-0:2.8.1*255", "1-0:2.8.2*255")
SERVER_ID: Final = "1-0:0.0.9*255"
DEVICE_ID: Final = "1-0:96.1.0*255"
MAKERS: Final = ("1-0:96.50.1*1", "129-129:199.130.3*255")
PUBLIC_KEY: Final = "129-129:199.130.5*255"
DEFAULT_FILTER: Final = frozenset({PUBLIC_KEY})

_WRITTEN = re.compile(
    r"(\d{1,3})-(\d{1,3}):(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\*(\d{1,3}))?", re.ASCII
)
_HEXADECIMAL = re.compile(r"(?:0[xX])?([0-9A-Fa-f]{12})", re.ASCII)


_NET: Final = frozenset({"16", "36", "56", "76"})
"""Quantities that are taken less given."""


def is_net(code: str) -> bool:
    """Return whether a code is about what is taken less what is given: it may be negative."""
    return code.partition(":")[2].partition(".")[0] in _NET


class ObisError(ValueError):
    """A text is no OBIS code; `code` is the text."""

    def __init__(self, code: str) -> None:
        """Keep what was written."""
        super().__init__(f"{code!r} is not an OBIS code")
        self.code = code


def normalize(text: str) -> str:
    """Return a code as `1-0:1.8.0*255`, from that or from `0100010800FF`.

    The last group may be left out, it is 255 then. Raises `ObisError`.
    """
    stripped = text.strip()
    if found := _HEXADECIMAL.fullmatch(stripped):
        groups = list(bytes.fromhex(found[1]))
    elif found := _WRITTEN.fullmatch(stripped):
        groups = [int(group) for group in found.groups(default="255")]
    else:
        raise ObisError(text)
    if max(groups) > 255:  # noqa: PLR2004 - a group is one byte
        raise ObisError(text)
    return "{}-{}:{}.{}.{}*{}".format(*groups)


def normalize_all(texts: Iterable[str]) -> frozenset[str]:
    """Return the codes of a list; raises `ObisError` at the first that is none."""
    return frozenset(normalize(text) for text in texts)
