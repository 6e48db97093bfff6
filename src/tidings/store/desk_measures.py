"""Whole-database checks of the desk, for benches and chaos runs; never for a request."""

import msgspec

from tidings.store.query import Query


class DeskNow(msgspec.Struct, frozen=True):
    """What must never be seen, at no moment: agents whose load is not what they hold, and agents
    to whom the router alone gave more than their capacity."""

    load_wrong: int
    overfilled: int


def look_at_desk(*, default_capacity: int) -> Query[DeskNow]:
    """One look, at one moment of the database."""
    return Query(
        """
        WITH held AS (
          SELECT p.organization_id, p.user_id, sum(p.held) AS units,
                 sum(p.held) FILTER (WHERE p.used_routing NOT IN ('Manual', 'Direct')) AS routed
          FROM participant p
          WHERE p.purpose = 'agent' AND (p.state <> 'disconnected' OR p.acw_state = 'pending')
          GROUP BY p.organization_id, p.user_id
        )
        SELECT count(*) FILTER (WHERE a.load <> coalesce(h.units, 0)) AS load_wrong,
               count(*) FILTER (WHERE h.routed > coalesce(a.capacity, s.default_capacity,
                                                          %(default_capacity)s)) AS overfilled
        FROM agent a
        LEFT JOIN held h ON h.organization_id = a.organization_id AND h.user_id = a.user_id
        LEFT JOIN routing_settings s ON s.organization_id = a.organization_id
        """,
        {"default_capacity": default_capacity},
        DeskNow,
    )


class DeskEnds(msgspec.Struct, frozen=True):
    """Where all conversations stand in the end. Nobody may be in the last six."""

    conversations: int
    ended: int
    held: int
    waiting: int
    offers: int
    highest_load: int
    astray: int
    without_reason: int
    stranded: int
    two_owners: int
    over_capacity: int
    written_twice: int


# Who had what when; who followed whom; what each step did to a load; how each stands now.
HISTORY = """
        WITH part AS MATERIALIZED (
          SELECT p.organization_id, p.conversation_id, p.id, p.user_id, p.units, p.mode, p.state,
                 p.used_routing NOT IN ('Manual', 'Direct') AS is_routed, p.started_at,
                 CASE WHEN p.used_routing IN ('Manual', 'Direct')
                      THEN p.started_at + make_interval(secs => %(tolerance)s)
                      ELSE p.started_at END AS taken_at,
                 p.ended_at - make_interval(secs => %(tolerance)s) AS left_at,
                 CASE WHEN p.acw_state IS DISTINCT FROM 'pending'
                      THEN greatest(p.ended_at, p.acw_ended_at)
                           - make_interval(secs => %(tolerance)s) END AS free_at
          FROM participant p WHERE p.purpose = 'agent' AND p.mode = 'primary'
        ), follower AS (
          SELECT left_at, state, lead(started_at) OVER (
                   PARTITION BY organization_id, conversation_id ORDER BY started_at, id) AS next_at
          FROM part
        ), step AS (
          SELECT organization_id, user_id, taken_at AS at, units AS change, is_routed FROM part
          UNION ALL
          SELECT organization_id, user_id, greatest(free_at, taken_at), -units, false
          FROM part WHERE free_at IS NOT NULL
        ), load AS (
          SELECT s.organization_id, s.user_id, s.is_routed, sum(s.change) OVER (
                   PARTITION BY s.organization_id, s.user_id ORDER BY s.at, s.change) AS units
          FROM step s
        ), standing AS (
          SELECT c.state, w.why, w.conversation_id IS NOT NULL AS waits,
                 w.offered_to IS NOT NULL AS is_offered, o.id IS NOT NULL AS has_owner
          FROM conversation c
          LEFT JOIN waiting w ON w.organization_id = c.organization_id
            AND w.conversation_id = c.id
          LEFT JOIN part o ON o.organization_id = c.organization_id AND o.conversation_id = c.id
            AND o.state <> 'disconnected'
        )
"""


def count_desk_ends(*, tolerance_s: float, default_capacity: int) -> Query[DeskEnds]:
    """Every conversation's end, and the whole history of who had what when.

    astray: neither ended nor waiting nor anybody's; without_reason: waiting, and it is not said
    why; stranded: offered, but there is no offer; two_owners: times at which two agents had a
    conversation; over_capacity: offers of the router that filled an agent above capacity, by all
    they held at that moment; written_twice: one received message in two rows. Times are those at
    which transactions began, and one that began earlier may have come later: so a participant
    counts as gone `tolerance_s` before its end, and what was given by hand, which may go above
    capacity, as taken so much later. Nobody may have parked, and wrap-ups must block.
    """
    return Query(
        f"""
        {HISTORY}
        SELECT count(*) AS conversations,
               count(*) FILTER (WHERE s.state = 'disconnected') AS ended,
               count(*) FILTER (WHERE s.has_owner) AS held,
               count(*) FILTER (WHERE s.waits AND NOT s.is_offered) AS waiting,
               (SELECT count(*) FROM part WHERE is_routed) AS offers,
               (SELECT coalesce(max(units), 0) FROM load) AS highest_load,
               count(*) FILTER (WHERE s.state <> 'disconnected' AND NOT s.waits
                                  AND NOT s.has_owner) AS astray,
               count(*) FILTER (WHERE s.waits AND NOT s.is_offered
                                  AND s.why IS NULL) AS without_reason,
               count(*) FILTER (WHERE s.is_offered AND NOT s.has_owner) AS stranded,
               (SELECT count(*) FROM follower WHERE next_at < left_at
                  OR (state <> 'disconnected' AND next_at IS NOT NULL)) AS two_owners,
               (SELECT count(*) FROM load l
                JOIN agent a ON a.organization_id = l.organization_id AND a.user_id = l.user_id
                LEFT JOIN routing_settings r ON r.organization_id = l.organization_id
                WHERE l.is_routed AND l.units > coalesce(a.capacity, r.default_capacity,
                                                         %(default_capacity)s)) AS over_capacity,
               (SELECT coalesce(sum(n - 1), 0)::bigint FROM (
                  SELECT count(*) AS n FROM message WHERE direction = 'inbound'
                  GROUP BY organization_id, integration_id, provider_message_id) x)
                 AS written_twice
        FROM standing s
        """,
        {"tolerance": tolerance_s, "default_capacity": default_capacity},
        DeskEnds,
    )


class Received(msgspec.Struct, frozen=True):
    """How many messages there are."""

    count: int


def count_received() -> Query[Received]:
    """All messages of customers."""
    return Query("SELECT count(*) AS count FROM message WHERE direction = 'inbound'", {}, Received)


def count_known(message_ids: list[str]) -> Query[Received]:
    """How many of these messages are there."""
    return Query(
        "SELECT count(*) AS count FROM message WHERE id = ANY(%(ids)s::uuid[])",
        {"ids": message_ids},
        Received,
    )
