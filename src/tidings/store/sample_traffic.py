"""Conversations by the million, written straight into the tables: for measuring long lists."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class SampleTraffic(msgspec.Struct, frozen=True):
    """Whose conversations, and what the rare ones among them have.

    One in a hundred is of the rare number and division, one in fifty of the campaign, one in ten
    of the template; one in a thousand failed, one in ten thousand waits or is open. Row n starts n
    steps after the beginning, and each customer has ten conversations.
    """

    organization_id: UUID
    division_id: UUID
    integration_id: UUID
    rare_division_id: UUID
    rare_integration_id: UUID
    template_id: UUID
    campaign_id: UUID
    first_at: datetime
    step_ms: int
    customers: int


ROWS = """
    SELECT n, at, lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS hex
    FROM (SELECT n, %(first_at)s + n * %(step_ms)s * interval '1 millisecond' AS at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) n) x
"""
ID = "(left(hex, 8) || '-' || right(hex, 4) || '-7{kind}-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
CONVERSATION_ID = ID.format(kind="001")
MESSAGE_ID = ID.format(kind="000")
CUSTOMER_ID = "('00000000-0000-7000-8000-' || lpad(to_hex({n}), 12, '0'))::uuid"
OF_ROW = CUSTOMER_ID.format(n="n %% %(customers)s")
PHONE = "(4915100000000 + n %% %(customers)s)::text"
STATUS = """CASE WHEN n %% 1000 = 7 THEN 'failed' WHEN n %% 10000 = 9 THEN 'queued'
            ELSE 'delivered' END"""
NUMBER = "CASE WHEN n %% 100 = 3 THEN %(rare_integration_id)s ELSE %(integration_id)s END::uuid"


def insert_sample_customers(traffic: SampleTraffic) -> Query[Nothing]:
    """Write the customers and their numbers."""
    customer = CUSTOMER_ID.format(n="n")
    return Query(
        f"""
        WITH made AS (
          INSERT INTO customer (organization_id, id, name)
          SELECT %(organization_id)s, {customer}, 'Customer ' || n
          FROM generate_series(0, %(customers)s - 1) n
        )
        INSERT INTO customer_address (organization_id, kind, value, customer_id)
        SELECT %(organization_id)s, 'phone', (4915100000000 + n)::text, {customer}
        FROM generate_series(0, %(customers)s - 1) n
        """,
        msgspec.structs.asdict(traffic),
        Nothing,
    )


def insert_sample_traffic(traffic: SampleTraffic, *, first: int, last: int) -> Query[Nothing]:
    """Write the conversations `first` to `last`, one message each, with all that lists read."""
    return Query(
        f"""
        WITH rows AS MATERIALIZED ({ROWS}), conversations AS (
          INSERT INTO conversation (organization_id, id, division_id, integration_id, customer_id,
                                    state, direction, initiator, address, message_count,
                                    last_message_id, last_message_at, started_at, ended_at)
          SELECT %(organization_id)s, {CONVERSATION_ID},
                 CASE WHEN n %% 100 = 3 THEN %(rare_division_id)s ELSE %(division_id)s END::uuid,
                 {NUMBER}, {OF_ROW},
                 CASE WHEN n %% 10000 = 11 THEN 'open' ELSE 'disconnected' END, 'outbound', 'api',
                 {PHONE}, 1, {MESSAGE_ID}, at, at, at
          FROM rows
        ), failures AS (
          INSERT INTO message_failure (organization_id, message_id, conversation_id,
                                       integration_id, error_code)
          SELECT %(organization_id)s, {MESSAGE_ID}, {CONVERSATION_ID}, {NUMBER}, 'meta.131026'
          FROM rows WHERE n %% 1000 = 7
        ), waiting AS (
          INSERT INTO outbox (organization_id, integration_id, message_id, priority, due_at)
          SELECT %(organization_id)s, {NUMBER}, {MESSAGE_ID}, 1, at
          FROM rows WHERE n %% 10000 = 9
        )
        INSERT INTO message (organization_id, id, conversation_id, integration_id, customer_id,
                             direction, status, kind, from_address, to_address, body, content,
                             template_id, campaign_id, category, sender_kind, created_at,
                             error_code)
        SELECT %(organization_id)s, {MESSAGE_ID}, {CONVERSATION_ID}, {NUMBER}, {OF_ROW},
               'outbound', {STATUS}, 'template', '4930111', {PHONE},
               'Hello, your order ' || n || ' is on its way to you.', '{{}}',
               CASE WHEN n %% 10 = 0 THEN %(template_id)s END::uuid,
               CASE WHEN n %% 50 = 1 THEN %(campaign_id)s END::uuid, 'utility', 'client', at,
               CASE WHEN n %% 1000 = 7 THEN 'meta.131026' END
        FROM rows
        """,
        msgspec.structs.asdict(traffic) | {"first": first, "last": last},
        Nothing,
    )


def analyze_traffic() -> Query[Nothing]:
    """Let the planner know what was written."""
    return Query(
        "ANALYZE conversation, message, message_failure, outbox, customer, customer_address",
        {},
        Nothing,
    )
