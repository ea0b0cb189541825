"""What a wish may be answered with instead of a result."""

from collections.abc import Mapping


class WishRefusedError(Exception):
    """A wish that nothing was done about.

    `key` is a key of the translations (`exceptions`), `placeholders` fill its text.
    """

    def __init__(self, key: str, placeholders: Mapping[str, str] | None = None) -> None:
        super().__init__(key)
        self.key = key
        self.placeholders = dict(placeholders or {})
