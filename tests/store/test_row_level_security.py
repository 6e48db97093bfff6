"""The second lock: as a member of one organization, nothing of another is seen or written."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.sending import Sending, entry, inbound, status, webhook
from tests.world import World
from tidings.store.database import Database
from tidings.store.inbox import Received, insert_received
from tidings.store.leases import insert_sender_leases
from tidings.store.partitions import ensure_partitions
from tidings.store.query import Connection, execute

OWNED = """
    SELECT c.relname, c.relrowsecurity, c.relispartition,
           EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid),
           has_table_privilege('tidings_member', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
      AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    ORDER BY 1
"""


@pytest.fixture(scope="module")
async def owned(database: Database, sending: Sending) -> list[str]:
    """Every table with rows of organizations, and some rows of both in many of them."""
    world = sending.world
    for organization in (world.nordwind, world.outsider):
        line = await sending.connect(organization)
        values = inbound("STOP", sender="4915112345678", wamid=f"wamid.{organization.id}")
        stray = {"statuses": [status("wamid.nobodys", "read")], "messages": ["broken"]}
        received = Received(
            "whatsapp_cloud", organization.id, 0, webhook(entry(line, values, stray))
        )
        async with database.connection() as connection:
            await execute(connection, insert_received([received]))
    async with database.transaction() as connection:
        await execute(connection, insert_sender_leases())
        for table in ("inbox", "event", "exchange"):
            await ensure_partitions(connection, table, today=datetime.now(UTC).date(), ahead=2)
    await sending.apply_webhooks()
    return [row[0] for row in await sending.rows(OWNED) if not row[2]]


async def count(connection: Connection, table: str, organization_id: UUID | None = None) -> int:
    where = sql.SQL("") if organization_id is None else sql.SQL(" WHERE organization_id = %s")
    statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)) + where
    given = [] if organization_id is None else [organization_id]
    row = await (await connection.execute(statement, given)).fetchone()
    assert row is not None
    return int(row[0])


async def test_every_table_of_organizations_has_the_lock(
    sending: Sending, owned: list[str]
) -> None:
    tables = [row for row in await sending.rows(OWNED) if not row[2]]

    assert len(tables) > 30
    assert [name for name, secured, _, policy, _ in tables if not (secured and policy)] == []


async def test_a_partition_cannot_be_reached_around_its_tables_lock(
    sending: Sending, owned: list[str]
) -> None:
    partitions = [row for row in await sending.rows(OWNED) if row[2]]

    assert len(partitions) >= 9
    open_ = [name for name, secured, _, _, granted in partitions if granted and not secured]
    assert open_ == []


async def test_nothing_of_another_organization_is_seen(
    database: Database, world: World, owned: list[str]
) -> None:
    filled = 0
    async with database.transaction(world.nordwind.id) as connection:
        for table in owned:
            assert await count(connection, table, world.outsider.id) == 0, table
            ours = await count(connection, table, world.nordwind.id)
            assert await count(connection, table) == ours, table
            filled += bool(ours)
    async with database.connection() as connection:
        theirs = [t for t in owned if await count(connection, t, world.outsider.id)]
    assert len(theirs) > 12, "the test needs rows that could be seen"
    assert filled > 12


async def test_nothing_of_another_organization_is_changed_or_deleted(
    database: Database, world: World, owned: list[str]
) -> None:
    async with database.connection() as connection:
        before = {table: await count(connection, table, world.outsider.id) for table in owned}

    for table in owned:
        name = sql.Identifier(table)
        async with database.transaction(world.nordwind.id) as connection:
            changed = await connection.execute(
                sql.SQL("UPDATE {} SET organization_id = organization_id"
                        " WHERE organization_id = %s").format(name),
                [world.outsider.id],
            )  # fmt: skip
            assert changed.rowcount == 0, table
            deleted = await connection.execute(
                sql.SQL("DELETE FROM {} WHERE organization_id = %s").format(name),
                [world.outsider.id],
            )
            assert deleted.rowcount == 0, table

    async with database.connection() as connection:
        assert before == {t: await count(connection, t, world.outsider.id) for t in owned}


async def test_nothing_can_be_written_into_another_organization(
    database: Database, world: World, owned: list[str]
) -> None:
    """The check comes before any other constraint: a row of theirs is refused for what it is."""
    for table in owned:
        statement = sql.SQL("INSERT INTO {} SELECT (jsonb_populate_record(NULL::{}, %s)).*").format(
            sql.Identifier(table), sql.Identifier(table)
        )
        row: dict[str, Any] = {"organization_id": str(world.outsider.id)}
        with pytest.raises(psycopg.Error) as refused:
            async with database.transaction(world.nordwind.id) as connection:
                await connection.execute(statement, [Jsonb(row)])
        assert refused.value.sqlstate == "42501", (table, refused.value)


async def test_a_row_cannot_be_handed_to_another_organization(
    database: Database, world: World, owned: list[str]
) -> None:
    async with database.connection() as connection:
        filled = [t for t in owned if await count(connection, t, world.nordwind.id)]
    for table in filled:
        with pytest.raises(psycopg.Error) as refused:
            async with database.transaction(world.nordwind.id) as connection:
                await connection.execute(
                    sql.SQL("UPDATE {} SET organization_id = %s").format(sql.Identifier(table)),
                    [world.outsider.id],
                )
        assert refused.value.sqlstate in ("42501", "23503", "23505"), (table, refused.value)


async def test_without_an_organization_a_member_sees_nothing(
    database: Database, owned: list[str]
) -> None:
    async with database.transaction() as connection:
        await connection.execute("SET LOCAL ROLE tidings_member")
        for table in owned:
            assert await count(connection, table) == 0, table


async def test_the_lock_is_open_again_for_the_next_transaction_only_as_its_own(
    database: Database, world: World
) -> None:
    """A pooled connection forgets whose it was."""
    async with database.connection() as connection:
        async with connection.transaction():
            await connection.execute(
                "SELECT set_config('role', 'tidings_member', true),"
                " set_config('tidings.organization_id', %s, true)",
                [str(world.nordwind.id)],
            )
        row = await (
            await connection.execute("SELECT current_user, seen_organization()")
        ).fetchone()
    assert row is not None
    assert row[0] != "tidings_member"
    assert row[1] is None
