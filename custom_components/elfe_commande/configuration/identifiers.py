"""What may be a name in the database, and what a colour is."""

import re
from typing import Final

from ..storage.postgres.postgres_settings import is_identifier

LONGEST: Final = 63
"""Bytes PostgreSQL keeps of a name."""
COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


def is_name(name: str) -> bool:
    """Return whether a schema or a table may have this name: one that needs no quotes."""
    return len(name) <= LONGEST and is_identifier(name)


def is_table(name: str) -> bool:
    """Return whether it is `schema.table`, or a table of the schema `public`."""
    schema, dot, table = name.partition(".")
    return is_name(schema) and (not dot or is_name(table))


def is_color(value: object) -> bool:
    """Return whether it is a colour as the screens write it, such as `#208020`."""
    return isinstance(value, str) and COLOR.fullmatch(value) is not None
