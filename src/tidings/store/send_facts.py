"""What decides whether a message may go out, for many messages in one statement."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Query


class SendFacts(msgspec.Struct, frozen=True):
    """What the database knows that decides whether one message may go out."""

    i: int
    customer_id: UUID | None
    utility_state: str | None
    utility_at: datetime | None
    utility_source: str | None
    marketing_state: str | None
    marketing_at: datetime | None
    marketing_source: str | None
    suppressed_at: datetime | None
    suppressed_until: datetime | None
    connected_id: UUID | None
    last_inbound_at: datetime | None
    latest_id: UUID | None
    latest_state: str | None
    latest_at: datetime | None
    answer_hash: bytes | None
    answer: bytes | None


# Each look-up is a LATERAL of one row: whatever the planner believes of the tables' sizes, it can
# only walk their keys. As plain joins it hashed whole tables that had grown since it looked.
FACTS = """
    WITH given AS MATERIALIZED (
      SELECT unnest(%(numbers)s::integer[]) AS i,
             unnest(%(integrations)b::uuid[]) AS integration_id,
             unnest(%(subjects)b::uuid[]) AS subject_id,
             unnest(%(customers)s::uuid[]) AS customer_id,
             unnest(%(keys)s::text[]) AS key, unnest(%(existing)s::boolean[]) AS existing
    ), forms AS MATERIALIZED (
      SELECT unnest(%(form_numbers)s::integer[]) AS i, unnest(%(form_values)s::text[]) AS value,
             unnest(%(form_ranks)s::integer[]) AS rank
    ), known AS MATERIALIZED (
      SELECT f.i, f.rank, a.customer_id, s.learnt_at, s.until_at
      FROM forms f
      LEFT JOIN LATERAL (
        SELECT customer_id FROM customer_address
        WHERE organization_id = %(organization_id)s AND kind = 'phone' AND scope = ''
          AND value = f.value LIMIT 1) a ON true
      LEFT JOIN LATERAL (
        SELECT learnt_at, until_at FROM suppression
        WHERE organization_id = %(organization_id)s AND channel = 'whatsapp'
          AND address = f.value AND until_at > now() LIMIT 1) s ON true
    ), found AS MATERIALIZED (
      SELECT k.i, coalesce(
               g.customer_id,
               (array_agg(k.customer_id ORDER BY k.rank)
                 FILTER (WHERE k.customer_id IS NOT NULL))[1]) AS customer_id,
             max(k.until_at) AS until_at,
             (array_agg(k.learnt_at ORDER BY k.until_at DESC NULLS LAST))[1] AS learnt_at
      FROM known k JOIN given g ON g.i = k.i GROUP BY k.i, g.customer_id
    )
    SELECT g.i, found.customer_id,
           u.state AS utility_state, u.changed_at AS utility_at, u.source AS utility_source,
           k.state AS marketing_state, k.changed_at AS marketing_at, k.source AS marketing_source,
           found.learnt_at AS suppressed_at, found.until_at AS suppressed_until,
           c.id AS connected_id, w.last_inbound_at,
           l.id AS latest_id, l.state AS latest_state, l.last_message_at AS latest_at,
           y.request_hash AS answer_hash, y.answer
    FROM given g
    JOIN found ON found.i = g.i
    LEFT JOIN LATERAL (
      SELECT state, changed_at, source FROM consent
      WHERE organization_id = %(organization_id)s AND customer_id = found.customer_id
        AND channel = 'whatsapp' AND category = 'utility' LIMIT 1) u ON true
    LEFT JOIN LATERAL (
      SELECT state, changed_at, source FROM consent
      WHERE organization_id = %(organization_id)s AND customer_id = found.customer_id
        AND channel = 'whatsapp' AND category = 'marketing' LIMIT 1) k ON true
    LEFT JOIN LATERAL (
      SELECT id FROM conversation
      WHERE organization_id = %(organization_id)s AND customer_id = found.customer_id
        AND state = 'connected' LIMIT 1) c ON true
    LEFT JOIN LATERAL (
      SELECT last_inbound_at FROM service_window
      WHERE organization_id = %(organization_id)s AND integration_id = g.integration_id
        AND customer_id = found.customer_id LIMIT 1) w ON true
    LEFT JOIN LATERAL (
      SELECT id, state, last_message_at FROM conversation
      WHERE g.existing AND organization_id = %(organization_id)s
        AND customer_id = found.customer_id AND integration_id = g.integration_id
      ORDER BY id DESC LIMIT 1) l ON true
    LEFT JOIN LATERAL (
      SELECT request_hash, answer FROM idempotency
      WHERE organization_id = %(organization_id)s AND subject_id = g.subject_id AND key = g.key
        AND expires_at > now() LIMIT 1) y ON true
    ORDER BY g.i
"""


class FactsWanted(msgspec.Struct, frozen=True):
    """One message to look up facts for; `forms` are its address's possible spellings.

    `customer_id` is whose it is where that is known already.
    """

    integration_id: UUID
    forms: tuple[str, ...]
    subject_id: UUID
    key: str | None
    use_existing: bool
    customer_id: UUID | None = None


def select_facts(organization_id: UUID, wanted: list[FactsWanted]) -> Query[SendFacts]:
    """The facts for many messages in one statement, a row each, in their order."""
    forms = [
        (i, value, rank) for i, each in enumerate(wanted) for rank, value in enumerate(each.forms)
    ]
    return Query(
        FACTS,
        {
            "organization_id": organization_id,
            "numbers": list(range(len(wanted))),
            "integrations": [each.integration_id for each in wanted],
            "subjects": [each.subject_id for each in wanted],
            "customers": [each.customer_id for each in wanted],
            "keys": [each.key for each in wanted],
            "existing": [each.use_existing for each in wanted],
            "form_numbers": [i for i, _, _ in forms],
            "form_values": [value for _, value, _ in forms],
            "form_ranks": [rank for _, _, rank in forms],
        },
        SendFacts,
    )
