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


FACTS = """
    WITH given AS MATERIALIZED (
      SELECT unnest(%(numbers)s::integer[]) AS i,
             unnest(%(integrations)b::uuid[]) AS integration_id,
             unnest(%(addresses)s::text[]) AS address, unnest(%(subjects)b::uuid[]) AS subject_id,
             unnest(%(keys)s::text[]) AS key, unnest(%(existing)s::boolean[]) AS existing
    ), forms AS MATERIALIZED (
      SELECT unnest(%(form_numbers)s::integer[]) AS i, unnest(%(form_values)s::text[]) AS value,
             unnest(%(form_ranks)s::integer[]) AS rank
    ), found AS MATERIALIZED (
      SELECT DISTINCT ON (f.i) f.i, a.customer_id
      FROM forms f
      JOIN customer_address a ON a.organization_id = %(organization_id)s AND a.kind = 'phone'
       AND a.scope = '' AND a.value = f.value
      ORDER BY f.i, f.rank
    )
    SELECT g.i, found.customer_id,
           u.state AS utility_state, u.changed_at AS utility_at, u.source AS utility_source,
           k.state AS marketing_state, k.changed_at AS marketing_at, k.source AS marketing_source,
           s.learnt_at AS suppressed_at, s.until_at AS suppressed_until,
           c.id AS connected_id, w.last_inbound_at,
           l.id AS latest_id, l.state AS latest_state, l.last_message_at AS latest_at,
           y.request_hash AS answer_hash, y.answer
    FROM given g
    LEFT JOIN found ON found.i = g.i
    LEFT JOIN consent u ON u.organization_id = %(organization_id)s
      AND u.customer_id = found.customer_id AND u.channel = 'whatsapp' AND u.category = 'utility'
    LEFT JOIN consent k ON k.organization_id = %(organization_id)s
      AND k.customer_id = found.customer_id AND k.channel = 'whatsapp' AND k.category = 'marketing'
    LEFT JOIN LATERAL (
      SELECT s.learnt_at, s.until_at FROM forms f
      JOIN suppression s ON s.organization_id = %(organization_id)s AND s.channel = 'whatsapp'
       AND s.address = f.value AND s.until_at > now()
      WHERE f.i = g.i ORDER BY s.until_at DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (
      SELECT id FROM conversation
      WHERE organization_id = %(organization_id)s AND customer_id = found.customer_id
        AND state = 'connected' LIMIT 1) c ON true
    LEFT JOIN service_window w ON w.organization_id = %(organization_id)s
      AND w.integration_id = g.integration_id AND w.customer_id = found.customer_id
    LEFT JOIN LATERAL (
      SELECT id, state, last_message_at FROM conversation
      WHERE g.existing AND organization_id = %(organization_id)s
        AND customer_id = found.customer_id AND integration_id = g.integration_id
      ORDER BY id DESC LIMIT 1) l ON true
    LEFT JOIN idempotency y ON y.organization_id = %(organization_id)s
      AND y.subject_id = g.subject_id AND y.key = g.key AND y.expires_at > now()
    ORDER BY g.i
"""


class FactsWanted(msgspec.Struct, frozen=True):
    """One message to look up facts for; `forms` are the address's possible spellings."""

    integration_id: UUID
    address: str
    forms: tuple[str, ...]
    subject_id: UUID
    key: str | None
    use_existing: bool


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
            "addresses": [each.address for each in wanted],
            "subjects": [each.subject_id for each in wanted],
            "keys": [each.key for each in wanted],
            "existing": [each.use_existing for each in wanted],
            "form_numbers": [i for i, _, _ in forms],
            "form_values": [value for _, value, _ in forms],
            "form_ranks": [rank for _, _, rank in forms],
        },
        SendFacts,
    )
