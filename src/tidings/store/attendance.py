"""Which agents are there: when somebody last asked or listened in their name."""

from collections.abc import Collection
from uuid import UUID

from tidings.store.query import Nothing, Query


def note_people(
    people: Collection[tuple[UUID, UUID]], channels: Collection[tuple[UUID, str]]
) -> Query[Nothing]:
    """Write down that these people are there, and who listens on these channels.

    Both come as pairs with their organizations. Rows that others hold are passed over: it comes
    again in a moment, and must neither wait nor be waited for in a circle.
    """
    return Query(
        """
        WITH there AS (
          SELECT unnest(%(organizations)s::uuid[]) AS organization_id,
                 unnest(%(people)s::uuid[]) AS user_id
          UNION
          SELECT c.organization_id, c.subject_id
          FROM (SELECT unnest(%(channel_organizations)s::uuid[]) AS organization_id,
                       unnest(%(channels)s::text[]) AS id) x
          JOIN notification_channel c
            ON c.organization_id = x.organization_id AND c.id = x.id AND c.expires_at > now()
        ), free AS (
          SELECT g.organization_id, g.user_id FROM agent g
          JOIN there t ON t.organization_id = g.organization_id AND t.user_id = g.user_id
          FOR UPDATE OF g SKIP LOCKED
        )
        UPDATE agent g SET seen_at = now() FROM free f
        WHERE g.organization_id = f.organization_id AND g.user_id = f.user_id
        """,
        {
            "organizations": [organization_id for organization_id, _ in people],
            "people": [user_id for _, user_id in people],
            "channel_organizations": [organization_id for organization_id, _ in channels],
            "channels": [channel_id for _, channel_id in channels],
        },
        Nothing,
    )


def note_attendance(*, broken_after_s: float) -> Query[Nothing]:
    """Write down that a web process tells who is there; after a break it begins anew."""
    return Query(
        """
        INSERT INTO attendance AS a (single) VALUES (true)
        ON CONFLICT (single) DO UPDATE
        SET told_at = now(),
            since = CASE WHEN a.told_at < now() - make_interval(secs => %(broken_after_s)s)
                    THEN now() ELSE a.since END
        """,
        {"broken_after_s": broken_after_s},
        Nothing,
    )
