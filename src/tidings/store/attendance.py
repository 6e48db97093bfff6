"""Which agents are there: when somebody last asked or listened in their name.

Any number of web processes tell it, each with a row of its own. One that stops tells nothing: what
it saw before grows old, and nothing of it stands in the way of what others tell.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from tidings.store.query import Nothing, Query

Person = tuple[UUID, UUID]
# Who asked, as long ago as that is, and who listens. Sockets of a process that went on telling, or
# that tells for the first time, are alive; of one that was silent nobody knows.
THERE = """
    SELECT x.organization_id, x.user_id, now() - make_interval(secs => x.ago_s) AS at
    FROM (SELECT unnest(%(organizations)s::uuid[]) AS organization_id,
                 unnest(%(people)s::uuid[]) AS user_id,
                 unnest(%(ago_s)s::float8[]) AS ago_s) x
    UNION ALL
    SELECT c.organization_id, c.subject_id, now()
    FROM (SELECT unnest(%(channel_organizations)s::uuid[]) AS organization_id,
                 unnest(%(channels)s::text[]) AS id) x
    JOIN notification_channel c
      ON c.organization_id = x.organization_id AND c.id = x.id AND c.expires_at > now()
    WHERE EXISTS (SELECT FROM going WHERE process_id = %(process_id)s)
       OR NOT EXISTS (SELECT FROM attendance WHERE process_id = %(process_id)s)
"""


def note_attendance(
    process_id: UUID,
    people: Mapping[Person, float],
    channels: Collection[tuple[UUID, str]],
    *,
    broken_after_s: float,
) -> Query[Nothing]:
    """Write down who asked, how many seconds ago, and who listens now; and that this process tells.

    People and channels come with their organizations. What was seen later stays. A process that
    told nothing for `broken_after_s` was stopped, so its sockets may be dead without its knowing:
    they count again from the next time on. `since` is handed on from process to process, and
    begins anew where all were silent for so long. Run outside a transaction: a process that stops
    right behind it then holds no row. Agents whom others hold are passed over: it comes again in a
    moment, and must neither wait nor be waited for in a circle.
    """
    return Query(
        f"""
        WITH going AS MATERIALIZED (
          SELECT a.process_id, a.since FROM attendance a
          WHERE a.told_at >= now() - make_interval(secs => %(broken_after_s)s)
        ), there AS (
          {THERE}
        ), seen AS (
          SELECT organization_id, user_id, max(at) AS at FROM there
          GROUP BY organization_id, user_id
        ), free AS (
          SELECT g.organization_id, g.user_id, s.at FROM agent g
          JOIN seen s ON s.organization_id = g.organization_id AND s.user_id = g.user_id
          WHERE g.seen_at < s.at
          FOR UPDATE OF g SKIP LOCKED
        ), noted AS (
          UPDATE agent g SET seen_at = f.at FROM free f
          WHERE g.organization_id = f.organization_id AND g.user_id = f.user_id
        ), forgotten AS (
          DELETE FROM attendance
          WHERE told_at < now() - interval '1 day' AND process_id <> %(process_id)s
        )
        INSERT INTO attendance AS a (process_id, since)
        VALUES (%(process_id)s, coalesce((SELECT min(since) FROM going), now()))
        ON CONFLICT (process_id) DO UPDATE SET told_at = now(), since = excluded.since
        """,
        {
            "process_id": process_id,
            "broken_after_s": broken_after_s,
            "organizations": [organization_id for organization_id, _ in people],
            "people": [user_id for _, user_id in people],
            "ago_s": list(people.values()),
            "channel_organizations": [organization_id for organization_id, _ in channels],
            "channels": [channel_id for _, channel_id in channels],
        },
        Nothing,
    )
