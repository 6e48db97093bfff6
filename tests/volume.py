"""Conversations by the ten thousand, written straight into the tables, for plans and long lists."""

from datetime import datetime
from uuid import UUID

import msgspec

from tests.world import World
from tidings.store.ids import new_id
from tidings.store.integrations import NewIntegration, insert_integration
from tidings.store.query import Connection, fetch_one

NAMES = {"north": "North desk", "home": "Notices"}

# Row n starts n seconds after the beginning; its ids tell that time, as real ones do.
ROWS = """
    WITH numbered AS (
      SELECT n, %(first_at)s + n * interval '1 second' AS at FROM generate_series(0, %(last)s) n
    )
    SELECT n, at, lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS hex
    FROM numbered
"""
ID = "(left(hex, 8) || '-' || right(hex, 4) || '-7{k}-8000-' || lpad(to_hex(n), 12, '0'))::uuid"


class Volume(msgspec.Struct, frozen=True):
    """Where the rows are: two integrations in two divisions, a template, and how many rows."""

    organization_id: UUID
    integrations: dict[str, UUID]
    template_id: UUID
    count: int


async def add_integration(
    connection: Connection, world: World, name: str, *, division: str
) -> UUID:
    """An active number that nobody can call through."""
    key = await fetch_one(
        connection,
        insert_integration(
            world.nordwind.id,
            new_id(),
            NewIntegration(
                division_id=world.nordwind.divisions[division],
                name=name,
                phone_number=f"4930{new_id().int % 10**6:06}",
                number_id=str(new_id()),
                account_id="880000",
                base_address="http://127.0.0.1:9",
                secrets=b"",
                status="active",
            ),
        ),
    )
    return key.id


async def add_template(connection: Connection, world: World, name: str) -> UUID:
    """A template of the integrations' account."""
    template_id = new_id()
    await connection.execute(
        """
        INSERT INTO template (organization_id, id, account_id, provider_template_id, name,
                              language, category, status, components)
        VALUES (%s, %s, '880000', %s, %s, 'en', 'UTILITY', 'APPROVED',
                '[{"type": "BODY", "text": "Hello {{1}}"}]')
        """,
        (world.nordwind.id, template_id, name, name),
    )
    return template_id


async def fill(connection: Connection, world: World, *, count: int, first_at: datetime) -> Volume:
    """Write `count` outbound conversations of one message each.

    One in a hundred is of North's number, one in a thousand failed, one in two thousand waits,
    one in fifty has the template; each customer has ten conversations, n modulo count / 10.
    """
    organization_id = world.nordwind.id
    integrations = {
        "home": await add_integration(connection, world, NAMES["home"], division="Home"),
        "north": await add_integration(connection, world, NAMES["north"], division="North"),
    }
    template_id = await add_template(connection, world, "order_update")
    values = {
        "organization_id": organization_id, "first_at": first_at, "last": count - 1,
        "home": integrations["home"], "north": integrations["north"],
        "home_division": world.nordwind.divisions["Home"],
        "north_division": world.nordwind.divisions["North"],
        "template_id": template_id, "customers": count // 10,
    }  # fmt: skip
    for statement in STATEMENTS:
        await connection.execute(statement, values)
    return Volume(organization_id, integrations, template_id, count)


CUSTOMER_ID = "('00000000-0000-7000-8000-' || lpad(to_hex(n %% %(customers)s), 12, '0'))::uuid"
CONVERSATION_ID = ID.format(k="001")
MESSAGE_ID = ID.format(k="000")
STATUS = (
    "CASE WHEN n %% 1000 = 7 THEN 'failed' WHEN n %% 2000 = 9 THEN 'queued' ELSE 'delivered' END"
)
STATEMENTS = (
    f"""
    INSERT INTO customer (organization_id, id, name)
    SELECT %(organization_id)s, {CUSTOMER_ID}, 'Customer ' || n
    FROM generate_series(0, %(customers)s - 1) n
    """,
    f"""
    INSERT INTO customer_address (organization_id, kind, value, customer_id)
    SELECT %(organization_id)s, 'phone', (4915100000000 + n)::text, {CUSTOMER_ID}
    FROM generate_series(0, %(customers)s - 1) n
    """,
    f"""
    INSERT INTO conversation (organization_id, id, division_id, integration_id, customer_id, state,
                              direction, initiator, address, message_count, last_message_id,
                              last_message_at, started_at, ended_at)
    SELECT %(organization_id)s, {CONVERSATION_ID},
           CASE WHEN n %% 100 = 3 THEN %(north_division)s ELSE %(home_division)s END::uuid,
           CASE WHEN n %% 100 = 3 THEN %(north)s ELSE %(home)s END::uuid, {CUSTOMER_ID},
           'disconnected', 'outbound', 'api', (4915100000000 + n %% %(customers)s)::text, 1,
           {MESSAGE_ID}, at, at, at
    FROM ({ROWS}) r
    """,
    f"""
    INSERT INTO message (organization_id, id, conversation_id, integration_id, customer_id,
                         direction, status, kind, from_address, to_address, body, content,
                         template_id, category, sender_kind, created_at, error_code)
    SELECT %(organization_id)s, {MESSAGE_ID}, {CONVERSATION_ID},
           CASE WHEN n %% 100 = 3 THEN %(north)s ELSE %(home)s END::uuid, {CUSTOMER_ID},
           'outbound', {STATUS}, 'template', '4930111', (4915100000000 + n %% %(customers)s)::text,
           'Hello ' || n, '{{}}',
           CASE WHEN n %% 50 = 0 THEN %(template_id)s END::uuid, 'utility', 'client', at,
           CASE WHEN n %% 1000 = 7 THEN 'meta.131026' END
    FROM ({ROWS}) r
    """,
    f"""
    INSERT INTO message_failure (organization_id, message_id, conversation_id, integration_id,
                                 error_code)
    SELECT %(organization_id)s, {MESSAGE_ID}, {CONVERSATION_ID}, %(home)s, 'meta.131026'
    FROM ({ROWS}) r WHERE n %% 1000 = 7
    """,
    f"""
    INSERT INTO outbox (organization_id, integration_id, message_id, priority, due_at)
    SELECT %(organization_id)s, %(home)s, {MESSAGE_ID}, 1, at FROM ({ROWS}) r WHERE n %% 2000 = 9
    """,
    "ANALYZE conversation, message, message_failure, outbox, customer, customer_address",
)
