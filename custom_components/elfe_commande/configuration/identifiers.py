"""What may be a name in the database, and what a colour is."""

import re
from typing import Final

IDENTIFIER: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


def is_identifier(name: str) -> bool:
    """Return whether a schema's or a table's name needs no quotes: the only kind we take."""
    return IDENTIFIER.fullmatch(name) is not None


def is_table(name: str) -> bool:
    """Return whether it is `schema.table`."""
    schema, dot, table = name.partition(".")
    return bool(dot) and is_identifier(schema) and is_identifier(table)


def is_color(value: object) -> bool:
    """Return whether it is a colour as the screens write it, such as `#208020`."""
    return isinstance(value, str) and COLOR.fullmatch(value) is not None
