"""Names in a line that a person reads, which has an end however many there are."""

from collections.abc import Collection
from typing import Final

NAMED: Final = 20


def some_of[T: (int, str)](names: Collection[T]) -> str:
    """Return the first of some names, ordered, and how many there are where these are not all."""
    first = ", ".join(map(str, sorted(names)[:NAMED]))
    return f"{first}, … ({len(names)})" if len(names) > NAMED else first
