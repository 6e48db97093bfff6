"""Journals are cut into a partition a day, by the time in their ids, so that old days drop."""

from datetime import UTC, date, datetime, timedelta

import msgspec
from psycopg import sql

from tidings.store.ids import id_at
from tidings.store.query import Connection, Query, fetch


class Partition(msgspec.Struct, frozen=True):
    """A partition's name."""

    name: str


SELECT_PARTITIONS = """
    SELECT c.relname AS name FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    JOIN pg_class p ON p.oid = i.inhparent
    WHERE p.relname = %(table)s AND p.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""


async def ensure_partitions(connection: Connection, table: str, *, today: date, ahead: int) -> None:
    """Make the partitions of the coming days. Rows before the first go to the default one.

    A lock makes two workers do it one after the other; it ends with the transaction.
    """
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"cut {table}",))
    rows = await fetch(connection, Query(SELECT_PARTITIONS, {"table": table}, Partition))
    known = {row.name for row in rows}
    for days in range(1, ahead + 1):
        day = today + timedelta(days=days)
        name = _name(table, day)
        if name not in known:
            await connection.execute(
                sql.SQL("CREATE TABLE {} PARTITION OF {} FOR VALUES FROM ({}) TO ({})").format(
                    sql.Identifier(name),
                    sql.Identifier(table),
                    sql.Literal(str(_start(day))),
                    sql.Literal(str(_start(day + timedelta(days=1)))),
                )
            )


async def drop_partitions(connection: Connection, table: str, *, before: date) -> int:
    """Drop the partitions of days before this one, and old rows of the default; how many."""
    rows = await fetch(connection, Query(SELECT_PARTITIONS, {"table": table}, Partition))
    old = [
        row.name
        for row in rows
        if row.name.startswith(f"{table}_2") and row.name < _name(table, before)
    ]
    for name in old:
        await connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    await connection.execute(
        sql.SQL(
            "DELETE FROM {0} WHERE id IN (SELECT id FROM {0} WHERE id < %s LIMIT 20000)"
        ).format(sql.Identifier(f"{table}_default")),
        (_start(before),),
    )
    return len(old)


def _name(table: str, day: date) -> str:
    return f"{table}_{day:%Y%m%d}"


def _start(day: date) -> object:
    return id_at(datetime(day.year, day.month, day.day, tzinfo=UTC))
