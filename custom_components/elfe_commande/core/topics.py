"""Which topics may be used as they are: those of one appliance, by which nobody else is harmed."""

import re
from typing import Final

LONGEST: Final = 1024
"""Bytes. Brokers take 64 times that, and drivers put a word or two behind."""
DEEPEST: Final = 100
"""Levels. Mosquitto cuts off whoever names more than 201."""
_SHOWN: Final = 100

# Wildcards, and what a broker answers by cutting off the client: for Home Assistant that would be
# all its devices. Surrogates cannot be encoded.
_CONTROL: Final = "\x00-\x1f\x7f-\x9f"
_NEVER: Final = re.compile(
    f"[#+{_CONTROL}\ud800-\udfff\ufdd0-\ufdef{''.join(chr(n << 16 | 0xFFFE) + chr(n << 16 | 0xFFFF) for n in range(17))}]"
)
_ILLEGIBLE: Final = re.compile(f"[{_CONTROL}\ud800-\udfff]")


def is_plain_topic(topic: str) -> bool:
    """Return whether a topic is one, and one only, and not of the broker's own.

    `$SYS/...` is the broker's, `$share/...` takes messages away from others.
    """
    return (
        bool(topic.strip())
        and not topic.startswith("$")
        and _NEVER.search(topic) is None
        and topic.count("/") < DEEPEST
        and len(topic.encode()) <= LONGEST
    )


def legible(topic: str) -> str:
    """Return a topic, usable or not, as people can read it: short, on one line."""
    cut = topic if len(topic) <= _SHOWN else f"{topic[:_SHOWN]}…"
    return _ILLEGIBLE.sub(lambda sign: f"\\x{ord(sign[0]):02x}", cut)
