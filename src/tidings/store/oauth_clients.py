"""OAuth clients: programs that sign in with a secret of their own."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Count, Nothing, Query

COLUMNS = """id, name, description, grant_type, token_lifetime_s, state, version, created_by,
             created_at, modified_at"""


class OAuthClientRow(msgspec.Struct, frozen=True):
    """One client; its secret stays in the database, hashed."""

    id: UUID
    name: str
    description: str
    grant_type: str
    token_lifetime_s: int
    state: str
    version: int
    created_by: UUID | None
    created_at: datetime
    modified_at: datetime


class ClientSecretRow(msgspec.Struct, frozen=True):
    """What is needed to prove a client."""

    organization_id: UUID
    id: UUID
    secret_hash: bytes
    token_lifetime_s: int
    state: str


def insert_client(
    organization_id: UUID,
    client_id: UUID,
    *,
    name: str,
    description: str,
    grant_type: str,
    secret_hash: bytes,
    token_lifetime_s: int,
    state: str,
    created_by: UUID | None,
) -> Query[OAuthClientRow]:
    """Create a client."""
    return Query(
        f"""
        INSERT INTO oauth_client (organization_id, id, name, description, grant_type,
                                  secret_hash, token_lifetime_s, state, created_by)
        VALUES (%(organization_id)s, %(id)s, %(name)s, %(description)s, %(grant_type)s,
                %(secret_hash)s, %(token_lifetime_s)s, %(state)s, %(created_by)s)
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": client_id,
            "name": name,
            "description": description,
            "grant_type": grant_type,
            "secret_hash": secret_hash,
            "token_lifetime_s": token_lifetime_s,
            "state": state,
            "created_by": created_by,
        },
        OAuthClientRow,
    )


def select_client(organization_id: UUID, client_id: UUID) -> Query[OAuthClientRow]:
    """One client that is not deleted."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM oauth_client
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
        """,
        {"organization_id": organization_id, "id": client_id},
        OAuthClientRow,
    )


def select_clients(organization_id: UUID, *, limit: int, offset: int) -> Query[OAuthClientRow]:
    """A page of clients by name. They are few, so a page number is enough."""
    return Query(
        f"""
        SELECT {COLUMNS} FROM oauth_client
        WHERE organization_id = %(organization_id)s AND deleted_at IS NULL
        ORDER BY lower(name), id
        LIMIT %(limit)s OFFSET %(offset)s
        """,
        {"organization_id": organization_id, "limit": limit, "offset": offset},
        OAuthClientRow,
    )


def count_clients(organization_id: UUID) -> Query[Count]:
    """How many clients there are."""
    return Query(
        """
        SELECT count(*) AS count FROM oauth_client
        WHERE organization_id = %(organization_id)s AND deleted_at IS NULL
        """,
        {"organization_id": organization_id},
        Count,
    )


def update_client(
    organization_id: UUID,
    client_id: UUID,
    *,
    name: str,
    description: str,
    token_lifetime_s: int,
    state: str,
    version: int,
) -> Query[OAuthClientRow]:
    """Change a client from this version; no row means that it was changed meanwhile."""
    return Query(
        f"""
        UPDATE oauth_client
        SET name = %(name)s, description = %(description)s, state = %(state)s,
            token_lifetime_s = %(token_lifetime_s)s, version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND version = %(version)s
          AND deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {
            "organization_id": organization_id,
            "id": client_id,
            "name": name,
            "description": description,
            "token_lifetime_s": token_lifetime_s,
            "state": state,
            "version": version,
        },
        OAuthClientRow,
    )


def update_secret(
    organization_id: UUID, client_id: UUID, secret_hash: bytes
) -> Query[OAuthClientRow]:
    """Give a client a new secret; the old one is worth nothing from then on."""
    return Query(
        f"""
        UPDATE oauth_client
        SET secret_hash = %(secret_hash)s, version = version + 1, modified_at = now()
        WHERE organization_id = %(organization_id)s AND id = %(id)s AND deleted_at IS NULL
        RETURNING {COLUMNS}
        """,
        {"organization_id": organization_id, "id": client_id, "secret_hash": secret_hash},
        OAuthClientRow,
    )


def erase_client(organization_id: UUID, client_id: UUID) -> Query[Nothing]:
    """Mark a client deleted; the row stays for what refers to it."""
    return Query(
        """
        UPDATE oauth_client SET deleted_at = now(), state = 'inactive', version = version + 1
        WHERE organization_id = %(organization_id)s AND id = %(id)s
        """,
        {"organization_id": organization_id, "id": client_id},
        Nothing,
    )


def select_secret(client_id: UUID) -> Query[ClientSecretRow]:
    """What proves a client, whatever its organization: it says only its id when it signs in."""
    return Query(
        """
        SELECT organization_id, id, secret_hash, token_lifetime_s, state FROM oauth_client
        WHERE id = %(id)s AND deleted_at IS NULL
        """,
        {"id": client_id},
        ClientSecretRow,
    )
