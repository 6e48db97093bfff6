"""Lists as array parameters, written in one go: the set-based statements live off them.

psycopg writes an array element by element in Python, some 3 us each; a batch of a thousand rows
with ten columns would hold the event loop for 30 ms. Texts, ids, times and numbers are joined
here instead, ten times as fast; everything else goes psycopg's own way.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, DataError
from psycopg.types.array import ListDumper

Render = Callable[[Any], str]


class QuickListDumper(ListDumper):
    """A flat list whose elements are of one plain type, or None, as PostgreSQL's array text."""

    def dump(self, obj: list[Any]) -> Any:
        """The array's text. Raises DataError for a NUL, which PostgreSQL cannot hold."""
        kinds = set(map(type, obj))
        has_none = type(None) in kinds
        kinds.discard(type(None))
        render = RENDERS.get(kinds.pop()) if len(kinds) == 1 else None
        if render is None:
            return super().dump(obj)
        if has_none:
            elements = ["NULL" if each is None else render(each) for each in obj]
        else:
            elements = list(map(render, obj))
        text = ",".join(elements)
        if "\0" in text:
            raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
        return f"{{{text}}}".encode()


def _text(value: str) -> str:
    if value.isalnum() and value.isascii() and value.casefold() != "null":
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _time(value: datetime) -> str:
    """A zone's seconds, which ISO 8601 does not know, would be lost; so UTC where there is one."""
    return f'"{value.astimezone(UTC) if value.tzinfo else value}"'


RENDERS: dict[type, Render] = {str: _text, UUID: str, datetime: _time, int: str}


def write_arrays_quickly(connection: AsyncConnection[Any]) -> None:
    """Let this connection write lists so."""
    connection.adapters.register_dumper(list, QuickListDumper)
