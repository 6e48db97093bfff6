"""Analytics' filters as SQL: predicates on a conversation and on what took place in it."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec

from tidings.domain.dispositions import DISPOSITIONS


class Operator(StrEnum):
    """How a predicate compares."""

    MATCHES = "matches"
    EXISTS = "exists"
    NOT_EXISTS = "notExists"


class Predicate(msgspec.Struct, frozen=True, tag=True):
    """One dimension that has one of these values, or any, or none."""

    dimension: str
    operator: Operator
    values: tuple[str, ...] = ()


class Clause(msgspec.Struct, frozen=True, tag=True):
    """Predicates and clauses of which all, or (`any_of`) one must hold."""

    any_of: bool
    parts: "tuple[Predicate | Clause, ...]"


class SegmentCondition(msgspec.Struct, frozen=True):
    """A condition on the conversation `c`, with its parameters."""

    sql: str
    params: dict[str, Any]


CONVERSATION_DIMENSIONS: Final = {
    "conversationId": "c.id::text",
    "conversationInitiator": "c.initiator",
    "customerParticipation": """((
        SELECT 1 FROM message n
        WHERE n.organization_id = %(organization_id)s AND n.conversation_id = c.id
          AND n.direction = 'inbound' LIMIT 1) IS NOT NULL)::text""",
    "divisionId": "c.division_id::text",
    "originatingDirection": "c.direction",
}
SEGMENT_DIMENSIONS: Final = {
    "addressFrom": "s.address_from",
    "addressTo": "s.address_to",
    "deliveryStatus": "s.status",
    "direction": "s.direction",
    "disconnectType": "s.disconnect_type",
    "errorCode": "s.error_code",
    "externalContactId": "s.customer_id::text",
    "mediaType": "'message'",
    "messageType": "'whatsapp'",
    "outboundCampaignId": "s.campaign_id::text",
    "outboundContactId": "s.contact_id",
    "outboundContactListId": "s.contact_list_id::text",
    "provider": "'WhatsApp'",
    "purpose": "s.purpose",
    "remote": "s.remote",
    "segmentType": "'interact'",
    "userId": "s.user_id::text",
    "wrapUpCode": "s.wrap_up_code",
}

WRAP_UP_CODE: Final = " ".join(
    ["CASE m.status", *(f"WHEN '{a}' THEN '{b}'" for a, b in DISPOSITIONS.items()), "END"]
)
# A session for the customer, and one for each message we sent: see api/v2/analytics_views.
SEGMENTS: Final = f"""
    SELECT 'customer' AS purpose, c.direction, c.address AS remote, c.customer_id,
           NULL::uuid AS user_id, NULL::text AS error_code, NULL::uuid AS campaign_id,
           NULL::text AS contact_id, NULL::uuid AS contact_list_id, NULL::text AS wrap_up_code,
           CASE WHEN c.direction = 'inbound' THEN c.address ELSE i.phone_number END AS address_from,
           CASE WHEN c.direction = 'inbound' THEN i.phone_number ELSE c.address END AS address_to,
           (SELECT n.status FROM message n
            WHERE n.organization_id = %(organization_id)s AND n.conversation_id = c.id
              AND n.direction = 'inbound' LIMIT 1) AS status,
           CASE WHEN c.ended_at IS NOT NULL THEN 'system' END AS disconnect_type
    FROM integration i
    WHERE i.organization_id = %(organization_id)s AND i.id = c.integration_id
    UNION ALL
    SELECT CASE m.sender_kind WHEN 'user' THEN 'agent' WHEN 'campaign' THEN 'campaign'
           ELSE 'api' END,
           m.direction, m.to_address, NULL,
           CASE WHEN m.sender_kind = 'user' THEN m.sender_id END, m.error_code, m.campaign_id,
           m.contact_id,
           (SELECT k.list_id FROM campaign k
            WHERE k.organization_id = %(organization_id)s AND k.id = m.campaign_id),
           CASE WHEN m.campaign_id IS NOT NULL THEN {WRAP_UP_CODE} END,
           m.from_address, m.to_address, m.status,
           CASE WHEN m.status = 'failed' THEN 'error'
                WHEN c.ended_at IS NOT NULL THEN 'system' END
    FROM message m
    WHERE m.organization_id = %(organization_id)s AND m.conversation_id = c.id
      AND m.direction = 'outbound'
"""


class _Writer:
    """Writes clauses down, giving every list of values a parameter of its own."""

    def __init__(self, dimensions: dict[str, str], prefix: str) -> None:
        self._dimensions = dimensions
        self._prefix = prefix
        self.params: dict[str, Any] = {}

    def write(self, part: Predicate | Clause) -> str:
        if isinstance(part, Clause):
            joint = " OR " if part.any_of else " AND "
            return f"({joint.join(self.write(each) for each in part.parts) or 'true'})"
        column = self._dimensions[part.dimension]
        if part.operator is Operator.EXISTS:
            return f"{column} IS NOT NULL"
        if part.operator is Operator.NOT_EXISTS:
            return f"{column} IS NULL"
        name = f"{self._prefix}{len(self.params)}"
        self.params[name] = list(part.values)
        return f"{column} = ANY(%({name})s::text[])"


def conversation_condition(clause: Clause, *, number: int) -> SegmentCondition:
    """The condition that a conversation fulfils a clause; `number` tells clauses apart."""
    writer = _Writer(CONVERSATION_DIMENSIONS, f"conversation_{number}_")
    return SegmentCondition(writer.write(clause), writer.params)


def segment_condition(clause: Clause, *, number: int) -> SegmentCondition:
    """The condition that one segment of a conversation fulfils a whole clause."""
    writer = _Writer(SEGMENT_DIMENSIONS, f"segment_{number}_")
    condition = writer.write(clause)
    return SegmentCondition(
        f"(SELECT 1 FROM ({SEGMENTS}) s WHERE {condition} LIMIT 1) IS NOT NULL", writer.params
    )


def conditions_of(
    conversation_clauses: Sequence[Clause], segment_clauses: Sequence[Clause]
) -> tuple[SegmentCondition, ...]:
    """Every clause as a condition; each segment clause may be met by another segment."""
    return (
        *(conversation_condition(c, number=n) for n, c in enumerate(conversation_clauses)),
        *(segment_condition(c, number=n) for n, c in enumerate(segment_clauses)),
    )
