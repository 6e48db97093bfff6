"""Access tokens and console sessions: only their hashes, and who stands behind them."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class TokenRow(msgspec.Struct, frozen=True):
    """A valid token with its subject; permissions and divisions run in parallel."""

    kind: str
    subject_kind: str
    subject_id: UUID
    subject_name: str
    csrf_token: str
    issued_at: datetime
    expires_at: datetime
    permissions: list[str]
    divisions: list[UUID]


SELECT_BY_HASH = """
    SELECT t.kind, t.subject_kind, t.subject_id, s.name AS subject_name, t.csrf_token,
           t.issued_at, t.expires_at,
           coalesce(g.permissions, '{}') AS permissions, coalesce(g.divisions, '{}') AS divisions
    FROM access_token t
    JOIN LATERAL (
      SELECT u.name FROM user_account u
      WHERE t.subject_kind = 'user' AND u.organization_id = t.organization_id
        AND u.id = t.subject_id AND u.state = 'active'
      UNION ALL
      SELECT c.name FROM oauth_client c
      WHERE t.subject_kind = 'client' AND c.organization_id = t.organization_id
        AND c.id = t.subject_id AND c.state = 'active' AND c.deleted_at IS NULL
    ) s ON true
    LEFT JOIN LATERAL (
      SELECT array_agg(p) AS permissions, array_agg(rg.division_id) AS divisions
      FROM role_grant rg
      JOIN role r ON r.organization_id = rg.organization_id AND r.id = rg.role_id
      CROSS JOIN LATERAL unnest(r.permissions) p
      WHERE rg.organization_id = t.organization_id AND rg.subject_id = t.subject_id
    ) g ON true
    WHERE t.organization_id = %(organization_id)s AND t.token_hash = %(token_hash)s
      AND t.expires_at > now()
"""


def select_token(organization_id: UUID, token_hash: bytes) -> Query[TokenRow]:
    """Who stands behind a token now; no row when it is unknown, expired or its subject gone."""
    return Query(
        SELECT_BY_HASH, {"organization_id": organization_id, "token_hash": token_hash}, TokenRow
    )


def insert_token(
    organization_id: UUID,
    token_hash: bytes,
    *,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    csrf_token: str,
    lifetime_s: int,
) -> Query[Nothing]:
    """Keep a new token's hash for its lifetime."""
    return Query(
        """
        INSERT INTO access_token (organization_id, token_hash, kind, subject_kind, subject_id,
                                  csrf_token, expires_at)
        VALUES (%(organization_id)s, %(token_hash)s, %(kind)s, %(subject_kind)s, %(subject_id)s,
                %(csrf_token)s, now() + make_interval(secs => %(lifetime_s)s))
        """,
        {
            "organization_id": organization_id,
            "token_hash": token_hash,
            "kind": kind,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "csrf_token": csrf_token,
            "lifetime_s": lifetime_s,
        },
        Nothing,
    )


def delete_token(organization_id: UUID, token_hash: bytes) -> Query[Nothing]:
    """Forget one token."""
    return Query(
        """
        DELETE FROM access_token
        WHERE organization_id = %(organization_id)s AND token_hash = %(token_hash)s
        """,
        {"organization_id": organization_id, "token_hash": token_hash},
        Nothing,
    )


def delete_tokens_of(organization_id: UUID, subject_id: UUID) -> Query[Nothing]:
    """Forget every token of a subject: what revocation and a new password do."""
    return Query(
        """
        DELETE FROM access_token
        WHERE organization_id = %(organization_id)s AND subject_id = %(subject_id)s
        """,
        {"organization_id": organization_id, "subject_id": subject_id},
        Nothing,
    )


def delete_expired_tokens(limit: int) -> Query[Nothing]:
    """Housekeeping: drop tokens that expired, a bounded number at a time."""
    return Query(
        """
        DELETE FROM access_token WHERE (organization_id, token_hash) IN (
          SELECT organization_id, token_hash FROM access_token
          WHERE expires_at < now() ORDER BY expires_at LIMIT %(limit)s)
        """,
        {"limit": limit},
        Nothing,
    )
