"""Lists arrive in PostgreSQL as they were, whatever stands in them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidings.store.database import Database

LISTS: list[tuple[str, list[Any]]] = [
    ("text", []),
    ("text", [None, None]),
    ("text", ["a", None, "", "NULL", "null", " ", "{x,y}", 'say "hi"', "back\\slash", "ä\n\t,"]),
    ("uuid", [UUID(int=0), None, UUID(int=2**128 - 1)]),
    ("integer", [0, -1, None, 2**31 - 1]),
    ("bigint", [2**40, -(2**40)]),
    ("boolean", [True, None, False]),
    ("numeric", [Decimal("1.50"), None]),
    ("bytea", [b"\x00\xff", b"", None]),
    ("text", [["a", "b"], ["c", None]]),
    (
        "timestamptz",
        [
            datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
            datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
            None,
        ],
    ),
]


@pytest.mark.parametrize(("kind", "values"), LISTS)
async def test_a_list_comes_back_as_it_went(
    database: Database, kind: str, values: list[Any]
) -> None:
    async with database.connection() as connection:
        rows = await connection.execute(f"SELECT %s::{kind}[]", (values,))
        assert await rows.fetchone() == (values,)


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(values=st.lists(st.none() | texts))
async def test_any_text_comes_back_as_it_went(database: Database, values: list[Any]) -> None:
    async with database.connection() as connection:
        rows = await connection.execute("SELECT %s::text[]", (values,))
        assert await rows.fetchone() == (values,)


async def test_a_condition_needs_no_cast(database: Database) -> None:
    async with database.connection() as connection:
        rows = await connection.execute(
            "SELECT count(*) FROM organization WHERE id = ANY(%s) AND name = ANY(%s)",
            ([UUID(int=1)], ["a b"]),
        )
        assert await rows.fetchone() == (0,)


async def test_a_nul_is_refused(database: Database) -> None:
    async with database.connection() as connection:
        with pytest.raises(psycopg.DataError):
            await connection.execute("SELECT %s::text[]", (["a\0b", None],))
