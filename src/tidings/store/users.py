"""People of an organization: who they are, how they sign in, whether they still may."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query

COLUMNS = """u.id, u.name, u.email, u.state, u.language, u.division_id, d.name AS division_name,
             u.version, u.created_at, u.last_login_at, u.totp_secret IS NOT NULL AS has_totp"""
DIVISION = "JOIN division d ON d.organization_id = u.organization_id AND d.id = u.division_id"


class UserRow(msgspec.Struct, frozen=True):
    """One person; secrets stay in the database."""

    id: UUID
    name: str
    email: str
    state: str
    language: str
    division_id: UUID
    division_name: str
    version: int
    created_at: datetime
    last_login_at: datetime | None
    has_totp: bool


class Criterion(msgspec.Struct, frozen=True):
    """A LIKE pattern that the name or the address (of those asked for) has to fit."""

    pattern: str
    in_name: bool = True
    in_email: bool = True


class UserFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which people a listing shows; None leaves a condition out."""

    ids: list[UUID] | None = None
    states: tuple[str, ...] = ("active", "inactive")
    divisions: list[UUID] | None = None
    criteria: tuple[Criterion, ...] = ()

    def params(self, organization_id: UUID) -> dict[str, object]:
        """The parameters of CONDITIONS."""
        return {
            "organization_id": organization_id,
            "ids": self.ids,
            "states": list(self.states),
            "divisions": self.divisions,
            "patterns": [c.pattern for c in self.criteria],
            "in_name": [c.in_name for c in self.criteria],
            "in_email": [c.in_email for c in self.criteria],
        }


CONDITIONS = """
    u.organization_id = %(organization_id)s
      AND u.state = ANY(%(states)s)
      AND (%(ids)s::uuid[] IS NULL OR u.id = ANY(%(ids)s))
      AND (%(divisions)s::uuid[] IS NULL OR u.division_id = ANY(%(divisions)s))
      AND coalesce((
        SELECT bool_and((c.in_name AND u.name ILIKE c.pattern)
                        OR (c.in_email AND u.email ILIKE c.pattern))
        FROM (SELECT unnest(%(patterns)s::text[]) AS pattern,
                     unnest(%(in_name)s::boolean[]) AS in_name,
                     unnest(%(in_email)s::boolean[]) AS in_email) c), true)
"""


def insert_user(
    organization_id: UUID,
    user_id: UUID,
    *,
    name: str,
    email: str,
    state: str,
    language: str,
    division_id: UUID,
    password_hash: str | None,
) -> Query[UserRow]:
    """Create a person; an address that is in use (whatever its case) gives no row."""
    return Query(
        f"""
        WITH u AS (
          INSERT INTO user_account (organization_id, id, name, email, state, language,
                                    division_id, password_hash)
          VALUES (%(organization_id)s, %(id)s, %(name)s, %(email)s, %(state)s, %(language)s,
                  %(division_id)s, %(password_hash)s)
          ON CONFLICT DO NOTHING
          RETURNING *)
        SELECT {COLUMNS} FROM u {DIVISION}
        """,
        {
            "organization_id": organization_id,
            "id": user_id,
            "name": name,
            "email": email,
            "state": state,
            "language": language,
            "division_id": division_id,
            "password_hash": password_hash,
        },
        UserRow,
    )


def select_user(organization_id: UUID, user_id: UUID) -> Query[UserRow]:
    """One person who is not deleted."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM user_account u {DIVISION}
        WHERE u.organization_id = %(organization_id)s AND u.id = %(id)s AND u.state <> 'deleted'
        """,
        {"organization_id": organization_id, "id": user_id},
        UserRow,
    )


def select_users(
    organization_id: UUID, wanted: UserFilter, *, limit: int, offset: int, descending: bool = False
) -> Query[UserRow]:
    """A page of people by name. They are some thousands at most: a page number is enough."""
    direction = "DESC" if descending else "ASC"
    return Query(
        f"""
        SELECT {COLUMNS} FROM user_account u {DIVISION}
        WHERE {CONDITIONS}
        ORDER BY lower(u.name) {direction}, u.id {direction}
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        wanted.params(organization_id) | {"limit": limit, "offset": offset},
        UserRow,
    )


def count_users(organization_id: UUID, wanted: UserFilter) -> Query[Count]:
    """How many people the same conditions give."""
    return Query(
        f"SELECT count(*) AS count FROM user_account u WHERE {CONDITIONS}",
        wanted.params(organization_id),
        Count,
    )


def update_user(
    organization_id: UUID,
    user_id: UUID,
    *,
    name: str,
    email: str,
    state: str,
    language: str,
    division_id: UUID,
    version: int,
) -> Query[UserRow]:
    """Change a person from this version; no row means that it was changed meanwhile."""
    return Query(
        f"""
        WITH u AS (
          UPDATE user_account
          SET name = %(name)s, email = %(email)s, state = %(state)s, language = %(language)s,
              division_id = %(division_id)s, version = version + 1, modified_at = now()
          WHERE organization_id = %(organization_id)s AND id = %(id)s
            AND version = %(version)s AND state <> 'deleted'
          RETURNING *)
        SELECT {COLUMNS} FROM u {DIVISION}
        """,
        {
            "organization_id": organization_id,
            "id": user_id,
            "name": name,
            "email": email,
            "state": state,
            "language": language,
            "division_id": division_id,
            "version": version,
        },
        UserRow,
    )


def erase_user(organization_id: UUID, user_id: UUID) -> Query[Nothing]:
    """Mark a person deleted and drop all that signs in; the row stays for what refers to it."""
    return Query(
        """
        UPDATE user_account
        SET state = 'deleted', password_hash = NULL, totp_secret = NULL, totp_pending = NULL,
            version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": user_id},
        Nothing,
    )
