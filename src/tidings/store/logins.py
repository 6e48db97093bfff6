"""Signing in: what proves a person, and the brake on guessing.

These statements run as the owner: before somebody is known there is no organization to enter.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query

MOST_ACCOUNTS = 5


class AccountRow(msgspec.Struct, frozen=True):
    """What is needed to prove a person, in one organization."""

    organization_id: UUID
    organization_name: str
    short_name: str
    user_id: UUID
    user_name: str
    email: str
    password_hash: str | None
    totp_secret: bytes | None
    totp_pending: bytes | None


class Blocked(msgspec.Struct, frozen=True):
    """A key that may not be tried before a moment; `seconds` from now, rounded up."""

    key: str
    seconds: int


class FailureRow(msgspec.Struct, frozen=True):
    """A key's failures so far."""

    key: str
    failures: int
    blocked_until: datetime | None


class Taken(msgspec.Struct, frozen=True):
    """The row that a conditional update touched."""

    id: UUID


ACCOUNT = """
    SELECT u.organization_id, o.name AS organization_name, o.short_name, u.id AS user_id,
           u.name AS user_name, u.email, u.password_hash, u.totp_secret, u.totp_pending
    FROM user_account u JOIN organization o ON o.id = u.organization_id
"""


def select_accounts(email: str, organization: str | None) -> Query[AccountRow]:
    """Active accounts of an address, of one organization (short name or id) or of all."""
    return Query(
        f"""
        {ACCOUNT}
        WHERE lower(u.email) = lower(%(email)s) AND u.state = 'active'
          AND (%(organization)s::text IS NULL OR o.short_name = %(organization)s
               OR o.id::text = %(organization)s)
        ORDER BY o.short_name LIMIT {MOST_ACCOUNTS}
        """,
        {"email": email, "organization": organization},
        AccountRow,
    )


def select_account(organization_id: UUID, user_id: UUID) -> Query[AccountRow]:
    """The account of one active person."""
    return Query(
        f"""
        {ACCOUNT}
        WHERE u.organization_id = %(organization_id)s AND u.id = %(id)s AND u.state = 'active'
        """,
        {"organization_id": organization_id, "id": user_id},
        AccountRow,
    )


def update_password(organization_id: UUID, user_id: UUID, password_hash: str) -> Query[Nothing]:
    """Give a person a new password."""
    return Query(
        """
        UPDATE user_account SET password_hash = %(password_hash)s, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": user_id, "password_hash": password_hash},
        Nothing,
    )


def update_last_login(organization_id: UUID, user_id: UUID) -> Query[Nothing]:
    """Remember that a person signed in now; their version does not change by it."""
    return Query(
        """
        UPDATE user_account SET last_login_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": user_id},
        Nothing,
    )


def set_totp_pending(organization_id: UUID, user_id: UUID, sealed: bytes) -> Query[Nothing]:
    """Keep a sealed secret that becomes the second factor once a code confirms it."""
    return Query(
        """
        UPDATE user_account SET totp_pending = %(sealed)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": user_id, "sealed": sealed},
        Nothing,
    )


def confirm_totp(organization_id: UUID, user_id: UUID, *, sealed: bytes, step: int) -> Query[Taken]:
    """Make the pending secret the second factor; no row when it was replaced meanwhile."""
    return Query(
        """
        UPDATE user_account
        SET totp_secret = totp_pending, totp_pending = NULL, totp_step = %(step)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s
          AND totp_pending = %(sealed)s
        RETURNING id
        """,
        {"organization_id": organization_id, "id": user_id, "sealed": sealed, "step": step},
        Taken,
    )


def take_totp_step(organization_id: UUID, user_id: UUID, step: int) -> Query[Taken]:
    """Use up the code of a time step; no row when it, or a later one, was used already.

    The condition is in the UPDATE, so of two log-ins with one code only one passes.
    """
    return Query(
        """
        UPDATE user_account SET totp_step = %(step)s
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND totp_step < %(step)s
        RETURNING id
        """,
        {"organization_id": organization_id, "id": user_id, "step": step},
        Taken,
    )


def clear_totp(organization_id: UUID, user_id: UUID) -> Query[Nothing]:
    """Take the second factor away."""
    return Query(
        """
        UPDATE user_account SET totp_secret = NULL, totp_pending = NULL
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": user_id},
        Nothing,
    )


def select_blocked(keys: list[str]) -> Query[Blocked]:
    """Which of these keys are blocked now, the longest first."""
    return Query(
        """
        SELECT key, ceil(extract(epoch FROM blocked_until - now()))::integer AS seconds
        FROM login_failure WHERE key = ANY(%(keys)s) AND blocked_until > now()
        ORDER BY blocked_until DESC
        """,
        {"keys": keys},
        Blocked,
    )


def record_failure(key: str, *, attempts: int, block_seconds: int) -> Query[FailureRow]:
    """Count a failure; from the `attempts`-th on it blocks, each time twice as long, to an hour.

    A day without a failure forgets the earlier ones. A key that is blocked already gives no row:
    the row's lock puts parallel guesses in line, so no more than `attempts` of them are answered.
    """
    return Query(
        """
        INSERT INTO login_failure AS f (key, failures, last_at, blocked_until)
        VALUES (%(key)s, 1, now(), CASE WHEN %(attempts)s = 1
                THEN now() + make_interval(secs => %(block)s) END)
        ON CONFLICT (key) DO UPDATE SET
          failures = CASE WHEN f.last_at < now() - interval '1 day' THEN 1
                          ELSE f.failures + 1 END,
          last_at = now(),
          blocked_until = CASE
            WHEN f.last_at < now() - interval '1 day' THEN NULL
            WHEN f.failures + 1 >= %(attempts)s THEN now() + make_interval(secs => least(
              3600, %(block)s * 2 ^ least(f.failures + 1 - %(attempts)s, 20)))
          END
        WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
        RETURNING key, failures, blocked_until
        """,
        {"key": key, "attempts": attempts, "block": block_seconds},
        FailureRow,
    )


def forget_failures(key: str) -> Query[Nothing]:
    """A success: the key starts anew."""
    return Query("DELETE FROM login_failure WHERE key = %(key)s", {"key": key}, Nothing)


def delete_old_failures(limit: int) -> Query[Nothing]:
    """Housekeeping: drop failures of more than a day ago, a bounded number at a time."""
    return Query(
        """
        DELETE FROM login_failure WHERE key IN (
          SELECT key FROM login_failure WHERE last_at < now() - interval '1 day' LIMIT %(limit)s)
        """,
        {"limit": limit},
        Nothing,
    )
