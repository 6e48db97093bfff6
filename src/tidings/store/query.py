"""A query is a value: its statement, its parameters and the shape of its rows."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import class_row, tuple_row

Row = TypeVar("Row")
Connection = AsyncConnection[Any]


class Nothing(msgspec.Struct, frozen=True):
    """The row shape of a statement that gives no rows."""


class Count(msgspec.Struct, frozen=True):
    """A number of rows."""

    count: int


class Query(msgspec.Struct, Generic[Row], frozen=True):
    """One statement with its parameters; `row` is a struct whose fields are the columns."""

    sql: str
    params: Mapping[str, Any]
    row: type[Row]


def params_of(organization_id: UUID, given: msgspec.Struct, **more: object) -> dict[str, Any]:
    """The parameters of an organization's statement: each field given by its name, and more."""
    return {"organization_id": organization_id, **msgspec.structs.asdict(given), **more}


async def fetch(connection: Connection, query: Query[Row]) -> list[Row]:
    """Run the query and give all its rows. The statement bounds how many those are."""
    async with connection.cursor(row_factory=class_row(query.row)) as cursor:
        await cursor.execute(query.sql, query.params)
        return await cursor.fetchall()


async def fetch_optional(connection: Connection, query: Query[Row]) -> Row | None:
    """Run the query and give its first row, or None."""
    async with connection.cursor(row_factory=class_row(query.row)) as cursor:
        await cursor.execute(query.sql, query.params)
        return await cursor.fetchone()


async def fetch_one(connection: Connection, query: Query[Row]) -> Row:
    """Run a query that must give a row."""
    row = await fetch_optional(connection, query)
    assert row is not None, "the statement promised a row"
    return row


async def execute(connection: Connection, query: Query[Any]) -> int:
    """Run a statement for its effect and give the number of rows it touched."""
    async with connection.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(query.sql, query.params)
        return cursor.rowcount


async def execute_all(connection: Connection, queries: Sequence[Query[Any]]) -> None:
    """Run statements for their effect, in order, in one round trip; the first error is raised."""
    async with connection.pipeline(), connection.cursor(row_factory=tuple_row) as cursor:
        for query in queries:
            await cursor.execute(query.sql, query.params)
