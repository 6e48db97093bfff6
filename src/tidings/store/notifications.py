"""Channels of notification: who listens to what, and which channels are still good."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query
from tidings.store.tokens import TokenRow


class ChannelRow(msgspec.Struct, frozen=True):
    """A channel. `subscribed_at`: when its topics were last changed, which `version` counts."""

    id: str
    subject_id: UUID
    token_hash: bytes
    topics: list[str]
    version: int
    subscribed_at: datetime
    expires_at: datetime


class ChannelState(msgspec.Struct, frozen=True):
    """How a channel stands: whether it is there, whether its token is still worth anything.

    `grants` changes whenever what its subject may do changes.
    """

    id: str
    is_there: bool
    is_trusted: bool
    version: int
    grants: str


class SubjectDivision(msgspec.Struct, frozen=True):
    """In which division a thing is."""

    id: UUID
    division_id: UUID


COLUMNS = "id, subject_id, token_hash, topics, version, subscribed_at, expires_at"


def insert_channel(
    organization_id: UUID, channel_id: str, *, token: TokenRow, token_hash: bytes, lifetime_s: int
) -> Query[ChannelRow]:
    """Open a channel for whoever holds this token."""
    return Query(
        f"""
        INSERT INTO notification_channel (organization_id, id, subject_kind, subject_id,
                                          token_hash, application, expires_at)
        VALUES (%(organization_id)s, %(id)s, %(subject_kind)s, %(subject_id)s, %(token_hash)s,
                %(application)s, now() + make_interval(secs => %(lifetime_s)s))
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": channel_id,
            "subject_kind": token.subject_kind,
            "subject_id": token.subject_id,
            "token_hash": token_hash,
            "application": token.kind,
            "lifetime_s": lifetime_s,
        },
        ChannelRow,
    )


def delete_oldest_channels(
    organization_id: UUID, subject_id: UUID, *, application: str, keep: int
) -> Query[Nothing]:
    """Drop a subject's oldest channels until so many are left; those that expired go first."""
    return Query(
        """
        DELETE FROM notification_channel c
        USING (SELECT id, row_number() OVER (
                 ORDER BY expires_at > now() DESC, created_at DESC, id) AS place
               FROM notification_channel
               WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
                 AND application = %(application)s) ranked
        WHERE c.organization_id = %(organization_id)s AND c.id = ranked.id
          AND ranked.place > %(keep)s
        """,
        {
            "organization_id": organization_id,
            "subject_id": subject_id,
            "application": application,
            "keep": keep,
        },
        Nothing,
    )


def select_channel(organization_id: UUID, channel_id: str) -> Query[ChannelRow]:
    """A channel that has not expired."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM notification_channel
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND expires_at > now()
        """,
        {"organization_id": organization_id, "id": channel_id},
        ChannelRow,
    )


def hold_channel(organization_id: UUID, channel_id: str) -> Query[ChannelRow]:
    """The same, locked: two requests that add topics at once both find the other's."""
    query = select_channel(organization_id, channel_id)
    return Query(f"{query.sql} FOR UPDATE", query.params, ChannelRow)


def select_channels(
    organization_id: UUID, subject_id: UUID, *, token_hash: bytes | None = None
) -> Query[ChannelRow]:
    """The channels of a subject, newest first; or only those of one of its tokens."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM notification_channel
        WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
          AND expires_at > now()
          AND (%(token_hash)s::bytea IS NULL OR token_hash = %(token_hash)s)
        ORDER BY created_at DESC, id LIMIT 100
        """,
        {"organization_id": organization_id, "subject_id": subject_id, "token_hash": token_hash},
        ChannelRow,
    )


def update_topics(organization_id: UUID, channel_id: str, topics: list[str]) -> Query[ChannelRow]:
    """Let a channel listen to these topics and no others."""
    return Query(
        f"""
        UPDATE notification_channel
        SET topics = %(topics)s, version = version + 1, subscribed_at = clock_timestamp()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": channel_id, "topics": topics},
        ChannelRow,
    )


def select_channel_states(organization_ids: list[UUID], ids: list[str]) -> Query[ChannelState]:
    """How these channels stand now, all in one statement; organizations and ids in parallel.

    It is asked every second for every open socket, so it reads rows by their keys only.
    """
    return Query(
        """
        SELECT x.id, c.id IS NOT NULL AS is_there, t.subject_id IS NOT NULL AS is_trusted,
               coalesce(c.version, 0) AS version, coalesce(g.grants, '') AS grants
        FROM (SELECT unnest(%(organization_ids)s::uuid[]) AS organization_id,
                     unnest(%(ids)s::text[]) AS id) x
        LEFT JOIN notification_channel c
          ON c.organization_id = x.organization_id AND c.id = x.id AND c.expires_at > now()
        LEFT JOIN access_token t ON t.organization_id = c.organization_id
          AND t.token_hash = c.token_hash AND t.expires_at > now()
        LEFT JOIN LATERAL (
          SELECT sum(hashtextextended(rg.role_id::text || rg.division_id, r.version))::text
                   AS grants
          FROM role_grant rg
          JOIN role r ON r.organization_id = rg.organization_id AND r.id = rg.role_id
          WHERE rg.organization_id = t.organization_id AND rg.subject_id = t.subject_id
        ) g ON true
        """,
        {"organization_ids": organization_ids, "ids": ids},
        ChannelState,
    )


def select_divisions_of(
    organization_id: UUID, kinds: list[str], ids: list[UUID]
) -> Query[SubjectDivision]:
    """In which divisions these things are, kinds and ids in parallel; what is gone is left out."""
    return Query(
        """
        WITH asked AS (
          SELECT unnest(%(kinds)s::text[]) AS kind, unnest(%(ids)s::uuid[]) AS id)
        SELECT s.id, s.division_id FROM asked a JOIN campaign s ON s.id = a.id
        WHERE a.kind = 'campaign' AND s.organization_id = %(organization_id)s
        UNION ALL
        SELECT s.id, s.division_id FROM asked a JOIN contact_list s ON s.id = a.id
        WHERE a.kind = 'contactList' AND s.organization_id = %(organization_id)s
        UNION ALL
        SELECT s.id, l.division_id FROM asked a JOIN contact_list_filter s ON s.id = a.id
        JOIN contact_list l ON l.organization_id = s.organization_id AND l.id = s.list_id
        WHERE a.kind = 'contactListFilter' AND s.organization_id = %(organization_id)s
        UNION ALL
        SELECT s.id, s.division_id FROM asked a JOIN dnc_list s ON s.id = a.id
        WHERE a.kind = 'dncList' AND s.organization_id = %(organization_id)s
        UNION ALL
        SELECT s.id, s.division_id FROM asked a JOIN conversation s ON s.id = a.id
        WHERE a.kind = 'conversation' AND s.organization_id = %(organization_id)s
        UNION ALL
        SELECT s.id, s.division_id FROM asked a JOIN queue s ON s.id = a.id
        WHERE a.kind = 'queue' AND s.organization_id = %(organization_id)s
        UNION ALL
        SELECT s.id, s.division_id FROM asked a JOIN user_account s ON s.id = a.id
        WHERE a.kind = 'user' AND s.organization_id = %(organization_id)s
        """,
        {"organization_id": organization_id, "kinds": kinds, "ids": ids},
        SubjectDivision,
    )


def delete_expired_channels(limit: int) -> Query[Nothing]:
    """Housekeeping: drop channels that expired, a bounded number at a time."""
    return Query(
        """
        DELETE FROM notification_channel WHERE (organization_id, id) IN (
          SELECT organization_id, id FROM notification_channel
          WHERE expires_at < now() ORDER BY expires_at LIMIT %(limit)s)
        """,
        {"limit": limit},
        Nothing,
    )
