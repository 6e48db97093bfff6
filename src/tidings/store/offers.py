"""Offers: a waiting conversation goes to an agent who is on queue and has room, or not at all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Query


class NewOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that the router gives to an agent, with the id of the new participant."""

    conversation_id: UUID
    user_id: UUID
    participant_id: UUID
    used_routing: str


class Offered(NewOffer, frozen=True, kw_only=True):
    """An offer that came about. `auto_answer`: the queue connects without asking."""

    division_id: UUID
    queue_id: UUID
    units: int
    auto_answer: bool
    expires_at: datetime


class ExpiredKey(msgspec.Struct, frozen=True):
    """An offer whose time is over."""

    organization_id: UUID
    conversation_id: UUID
    participant_id: UUID


TAKE_OFFERS = """
    WITH given AS MATERIALIZED (
      SELECT unnest(%(conversation_ids)s::uuid[]) AS conversation_id,
             unnest(%(user_ids)s::uuid[]) AS user_id,
             unnest(%(participant_ids)s::uuid[]) AS participant_id,
             unnest(%(used_routing)s::text[]) AS used_routing,
             unnest(%(places)s::integer[]) AS place
    ), locked AS MATERIALIZED (
      SELECT c.id, c.division_id FROM conversation c
      WHERE c.organization_id = %(organization_id)s AND c.owner_id IS NULL
        AND c.id = ANY(%(conversation_ids)s::uuid[])
      ORDER BY c.id FOR UPDATE SKIP LOCKED
    ), free AS MATERIALIZED (
      SELECT w.conversation_id, w.queue_id, w.units, w.allowed_presences, l.division_id
      FROM waiting w JOIN locked l ON l.id = w.conversation_id
      WHERE w.organization_id = %(organization_id)s AND w.offered_to IS NULL
      FOR UPDATE OF w
    ), able AS MATERIALIZED (
      SELECT a.user_id, a.presence, a.load,
             coalesce(a.capacity, s.default_capacity, %(default_capacity)s) AS capacity
      FROM agent a
      LEFT JOIN routing_settings s ON s.organization_id = a.organization_id
      WHERE a.organization_id = %(organization_id)s
        AND a.user_id = ANY(%(user_ids)s::uuid[])
        AND a.routing_status IN ('IDLE', 'INTERACTING')
      ORDER BY a.user_id FOR UPDATE OF a
    ), fitting AS (
      SELECT g.*, f.queue_id, f.units, f.division_id, a.load, a.capacity,
             sum(f.units) OVER (PARTITION BY g.user_id ORDER BY g.place) AS together
      FROM given g
      JOIN free f ON f.conversation_id = g.conversation_id
      JOIN able a ON a.user_id = g.user_id
      WHERE a.presence = ANY(f.allowed_presences)
    ), kept AS MATERIALIZED (
      SELECT f.conversation_id, f.user_id, f.participant_id, f.used_routing, f.division_id,
             f.queue_id, f.units, q.auto_answer,
             now() + make_interval(secs => q.alerting_seconds) AS expires_at
      FROM fitting f
      JOIN queue q ON q.organization_id = %(organization_id)s AND q.id = f.queue_id
      WHERE f.load + f.together <= f.capacity
    ), marked AS (
      UPDATE waiting w SET offered_to = k.user_id, why = NULL
      FROM kept k
      WHERE w.organization_id = %(organization_id)s AND w.conversation_id = k.conversation_id
    ), owned AS (
      UPDATE conversation c SET owner_id = k.user_id, state = 'connected'
      FROM kept k
      WHERE c.organization_id = %(organization_id)s AND c.id = k.conversation_id
    ), assigned AS (
      UPDATE queue_member m SET last_assigned_at = now()
      FROM (SELECT DISTINCT queue_id, user_id FROM kept) k
      WHERE m.organization_id = %(organization_id)s AND m.queue_id = k.queue_id
        AND m.user_id = k.user_id
    )
    SELECT k.conversation_id, k.user_id, k.participant_id, k.used_routing, k.division_id,
           k.queue_id, k.units, k.auto_answer, k.expires_at
    FROM kept k
"""


def take_offers(
    organization_id: UUID, offers: Sequence[NewOffer], *, default_capacity: int
) -> Query[Offered]:
    """Reserve conversations for agents; only those that may be offered now come back.

    The conversation must be there, waiting and nobody's; the agent on queue, with a presence that
    it allows and with room, counting the offers of this statement in their order. Conversations
    are locked by id, passing over those somebody else holds, then agents by id: two routers
    cannot offer a conversation twice nor fill an agent above capacity. The participants and the
    load follow in the same transaction.
    """
    return Query(
        TAKE_OFFERS,
        {
            "organization_id": organization_id,
            "conversation_ids": [each.conversation_id for each in offers],
            "user_ids": [each.user_id for each in offers],
            "participant_ids": [each.participant_id for each in offers],
            "used_routing": [each.used_routing for each in offers],
            "places": list(range(len(offers))),
            "default_capacity": default_capacity,
        },
        Offered,
    )


def select_expired(limit: int) -> Query[ExpiredKey]:
    """Offers of all organizations that nobody will answer, the oldest first.

    Their time is over, or the agent whom the router asked went off queue; who was asked by a
    colleague need not be on queue. Offers that are out are few.
    """
    return Query(
        """
        SELECT p.organization_id, p.conversation_id, p.id AS participant_id
        FROM participant p
        WHERE p.state = 'alerting' AND (p.expires_at <= now()
          OR p.used_routing <> 'Direct' AND EXISTS (
            SELECT FROM agent g
            WHERE g.organization_id = p.organization_id AND g.user_id = p.user_id
              AND g.routing_status = 'OFF_QUEUE'))
        ORDER BY p.expires_at LIMIT %(limit)s
        """,
        {"limit": limit},
        ExpiredKey,
    )
