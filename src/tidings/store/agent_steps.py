"""What the agents' steps read and write beside participants: the place they take place in."""

from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from tidings.store.query import Nothing, Query


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as its agents' steps need it, with the settings of its workstream.

    `is_member`: whether who asks is a member of the queue it waits in, or came by.
    """

    id: UUID
    division_id: UUID
    integration_id: UUID
    customer_id: UUID
    address: str
    state: str
    owner_id: UUID | None
    queue_id: UUID | None
    capacity_units: int
    wrapup_blocks: bool
    allowed_presences: list[str]
    decline_limit: int
    is_member: bool


def select_spot(
    organization_id: UUID, conversation_id: UUID, *, user_id: UUID, lock: bool
) -> Query[Spot]:
    """One conversation for who asks; with `lock` held until the transaction ends.

    Every step of a conversation begins with that lock, so of two people who reach for it at once
    the second sees what the first did. Only the conversation's own columns are as they are after
    the wait: what may have changed beside is read in a statement after it.
    """
    return Query(
        f"""
        SELECT c.id, c.division_id, c.integration_id, c.customer_id, c.address, c.state,
               c.owner_id, c.queue_id,
               coalesce(s.capacity_units, 1) AS capacity_units,
               coalesce(s.wrapup_blocks, true) AS wrapup_blocks,
               coalesce(s.allowed_presences, ARRAY['OnQueue']) AS allowed_presences,
               coalesce(s.decline_limit, 3) AS decline_limit,
               EXISTS (SELECT FROM queue_member m
                       WHERE m.organization_id = c.organization_id AND m.queue_id = c.queue_id
                         AND m.user_id = %(user_id)s) AS is_member
        FROM conversation c
        LEFT JOIN workstream s ON s.organization_id = c.organization_id AND s.id = c.workstream_id
        WHERE c.organization_id = %(organization_id)s AND c.id = %(id)s
        {"FOR UPDATE OF c" if lock else ""}
        """,
        {"organization_id": organization_id, "id": conversation_id, "user_id": user_id},
        Spot,
    )


class QueueRules(msgspec.Struct, frozen=True, kw_only=True):
    """What a queue says of its agents' work, and whether it offers wrap-up codes of its own."""

    id: UUID
    name: str
    division_id: UUID
    alerting_seconds: int
    acw_mode: str
    acw_seconds: int
    manual_assignment: bool
    offers_codes: bool


def select_queue_rules(organization_id: UUID, queue_id: UUID) -> Query[QueueRules]:
    """The rules of one queue; no row when it was deleted since."""
    return Query(
        """
        SELECT q.id, q.name, q.division_id, q.alerting_seconds, q.acw_mode, q.acw_seconds,
               q.manual_assignment,
               EXISTS (SELECT FROM queue_wrapup_code k
                       JOIN wrapup_code w ON w.organization_id = k.organization_id
                         AND w.id = k.code_id AND w.deleted_at IS NULL
                       WHERE k.organization_id = q.organization_id AND k.queue_id = q.id)
                 AS offers_codes
        FROM queue q
        WHERE q.organization_id = %(organization_id)s AND q.id = %(id)s
        """,
        {"organization_id": organization_id, "id": queue_id},
        QueueRules,
    )


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A person who is to get a conversation; `joined` says of a queue: None when no member."""

    user_id: UUID
    name: str
    state: str
    division_id: UUID
    presence: str | None
    routing_status: str | None
    joined: bool | None


def select_candidate(
    organization_id: UUID, user_id: UUID, queue_id: UUID | None
) -> Query[Candidate]:
    """One person with where they stand, and whether they take part in a queue."""
    return Query(
        """
        SELECT u.id AS user_id, u.name, u.state, u.division_id, g.presence, g.routing_status,
               m.joined
        FROM user_account u
        LEFT JOIN agent g ON g.organization_id = u.organization_id AND g.user_id = u.id
        LEFT JOIN queue_member m ON m.organization_id = u.organization_id
          AND m.queue_id = %(queue_id)s::uuid AND m.user_id = u.id
        WHERE u.organization_id = %(organization_id)s AND u.id = %(user_id)s
        """,
        {"organization_id": organization_id, "user_id": user_id, "queue_id": queue_id},
        Candidate,
    )


class Wrapup(msgspec.Struct, frozen=True, kw_only=True):
    """What a participant says the conversation came to; None leaves what was said."""

    code_id: UUID | None = None
    notes: str | None = None


def write_wrapup(
    organization_id: UUID, conversation_id: UUID, participant_id: UUID, wrapup: Wrapup
) -> Query[Nothing]:
    """Write down what a participant says the conversation came to."""
    return Query(
        """
        UPDATE participant
        SET wrapup_code_id = coalesce(%(code_id)s::uuid, wrapup_code_id),
            wrapup_notes = coalesce(%(notes)s::text, wrapup_notes)
        WHERE organization_id = %(organization_id)s AND conversation_id = %(conversation_id)s
          AND id = %(id)s
        """,
        {
            "organization_id": organization_id,
            "conversation_id": conversation_id,
            "id": participant_id,
            "code_id": wrapup.code_id,
            "notes": wrapup.notes,
        },
        Nothing,
    )


def update_attributes(
    organization_id: UUID, conversation_id: UUID, attributes: dict[str, str]
) -> Query[Nothing]:
    """Set what is known of a conversation; what is empty is taken away."""
    return Query(
        """
        UPDATE conversation c
        SET attributes = (
          SELECT coalesce(jsonb_object_agg(key, value), '{}'::jsonb)
          FROM jsonb_each(c.attributes || %(attributes)s) WHERE value <> '""'::jsonb)
        WHERE c.organization_id = %(organization_id)s AND c.id = %(id)s
        """,
        {
            "organization_id": organization_id,
            "id": conversation_id,
            "attributes": Jsonb(attributes),
        },
        Nothing,
    )


def update_tag(organization_id: UUID, conversation_id: UUID, tag: str | None) -> Query[Nothing]:
    """Set what another system calls a conversation."""
    return Query(
        """
        UPDATE conversation SET external_tag = %(tag)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": conversation_id, "tag": tag},
        Nothing,
    )


class ReadMark(msgspec.Struct, frozen=True):
    """The customer's latest message, by the provider's id, on its number."""

    integration_id: UUID
    provider_message_id: str


def take_read_mark(
    organization_id: UUID, conversation_id: UUID, *, typing: bool
) -> Query[ReadMark]:
    """Note that the customer's latest message was read; no row when that is told already.

    To show that somebody types it is told again, but not within ten seconds.
    """
    return Query(
        """
        UPDATE message m SET read_at = now()
        FROM (
          SELECT id FROM message
          WHERE organization_id = %(organization_id)s AND conversation_id = %(conversation_id)s
            AND direction = 'inbound' AND provider_message_id IS NOT NULL
          ORDER BY id DESC LIMIT 1) x
        WHERE m.organization_id = %(organization_id)s AND m.id = x.id
          AND (m.read_at IS NULL OR %(typing)s AND m.read_at < now() - interval '10 seconds')
        RETURNING m.integration_id, m.provider_message_id
        """,
        {
            "organization_id": organization_id,
            "conversation_id": conversation_id,
            "typing": typing,
        },
        ReadMark,
    )


class Latest(msgspec.Struct, frozen=True):
    """A conversation of a customer; `is_here`: on the number that was asked about."""

    id: UUID
    state: str
    is_here: bool


def hold_latest(organization_id: UUID, customer_id: UUID, integration_id: UUID) -> Query[Latest]:
    """A customer's latest conversation on a number, and those in which somebody talks with them.

    The customer is held, so that of two agents who begin at once the second sees the first.
    """
    return Query(
        """
        WITH held AS MATERIALIZED (
          SELECT id FROM customer
          WHERE organization_id = %(organization_id)s AND id = %(customer_id)s
          FOR NO KEY UPDATE
        )
        SELECT c.id, c.state, c.integration_id = %(integration_id)s AS is_here
        FROM held
        CROSS JOIN LATERAL (
          (SELECT id, state, integration_id FROM conversation
           WHERE organization_id = %(organization_id)s AND customer_id = held.id
             AND integration_id = %(integration_id)s
           ORDER BY id DESC LIMIT 1)
          UNION
          (SELECT id, state, integration_id FROM conversation
           WHERE organization_id = %(organization_id)s AND customer_id = held.id
             AND state = 'connected' LIMIT 1)) c
        """,
        {
            "organization_id": organization_id,
            "customer_id": customer_id,
            "integration_id": integration_id,
        },
        Latest,
    )


class NewOutbound(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that an agent begins with a customer."""

    id: UUID
    division_id: UUID
    integration_id: UUID
    customer_id: UUID
    address: str
    queue_id: UUID


def insert_outbound_conversation(organization_id: UUID, row: NewOutbound) -> Query[Nothing]:
    """Begin a conversation to a customer, in which nothing was said yet."""
    return Query(
        """
        INSERT INTO conversation (organization_id, id, division_id, integration_id, customer_id,
                                  state, direction, initiator, address, last_message_at,
                                  started_at, queue_id)
        VALUES (%(organization_id)s, %(id)s, %(division_id)s, %(integration_id)s,
                %(customer_id)s, 'open', 'outbound', 'agent', %(address)s, now(), now(),
                %(queue_id)s)
        """,
        {"organization_id": organization_id, **msgspec.structs.asdict(row)},
        Nothing,
    )
