"""How listings of outbound things are narrowed by name: `name` with `filterType`."""

import asyncio
from typing import Final
from uuid import UUID

from tidings.api.v2.libraries import escape_like
from tidings.domain.errors import invalid
from tidings.domain.patterns import Pattern, PatternError, compile_pattern
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.names import Named, NamedTable, select_names
from tidings.store.query import fetch

REGEX: Final = "regex"
MOST_NAMES: Final = 10_000
LIKES: Final = {
    "equals": "{}",
    "contains": "%{}%",
    "prefix": "{}%",
    "beginswith": "{}%",
    "endswith": "%{}",
}


def name_like(filter_type: str | None, name: str | None) -> str | None:
    """The LIKE pattern of a name, by its beginning unless filterType says otherwise.

    None when no name is asked for, and for RegEx, of which matching_ids() takes care. 400 for a
    filterType that names cannot be compared by.
    """
    kind = (filter_type or "prefix").lower()
    if kind == REGEX:
        return None
    pattern = LIKES.get(kind)
    if pattern is None:
        raise invalid(
            "filterType",
            f'Names are not searched by "{filter_type}": '
            "use Equals, Contains, Prefix, BeginsWith, EndsWith or RegEx.",
            code="invalid.query.param.value",
        )
    return pattern.format(escape_like(name)) if name else None


async def matching_ids(
    database: Database,
    caller: Caller,
    table: NamedTable,
    *,
    filter_type: str | None,
    name: str | None,
    among: list[UUID] | None = None,
) -> list[UUID] | None:
    """The things whose name holds a regular expression, of those asked for; `among` without one.

    Matched in bounded time whatever the pattern. 400 for one that cannot be read.
    """
    if not name or (filter_type or "").lower() != REGEX:
        return among
    try:
        pattern = compile_pattern(name)
    except PatternError as error:
        raise invalid("name", f"The regular expression cannot be read: {error}.") from None
    async with database.transaction(caller.organization_id) as connection:
        query = select_names(caller.organization_id, table, limit=MOST_NAMES)
        rows = await fetch(connection, query)
    found = await asyncio.to_thread(_matching, rows, pattern)
    return found if among is None else [each for each in among if each in set(found)]


def _matching(rows: list[Named], pattern: Pattern) -> list[UUID]:
    return [row.id for row in rows if pattern.found_in(row.name)]
