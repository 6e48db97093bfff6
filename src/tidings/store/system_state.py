"""What the System page tells of leases and of the database."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Query

MOST_LEASES = 500


class LeaseState(msgspec.Struct, frozen=True):
    """A lease; `expires_at` None says that nobody held it yet, or that it was given back."""

    kind: str
    key: str
    holder: UUID | None
    epoch: int
    expires_at: datetime | None


def select_visible_leases(organization_id: UUID) -> Query[LeaseState]:
    """The leases of an organization, and those of the installation's own work."""
    return Query(
        """
        SELECT kind, key, holder, epoch,
               CASE WHEN isfinite(expires_at) THEN expires_at END AS expires_at
        FROM lease
        WHERE organization_id IS NULL OR organization_id = %(organization_id)s
        ORDER BY kind, key LIMIT %(limit)s
        """,
        {"organization_id": organization_id, "limit": MOST_LEASES},
        LeaseState,
    )


class LeaseCount(msgspec.Struct, frozen=True):
    """How many leases of a kind others have, and how many of them are held."""

    kind: str
    total: int
    held: int


def count_other_leases(organization_id: UUID) -> Query[LeaseCount]:
    """The other organizations' leases as numbers: whose they are is nobody else's business."""
    return Query(
        """
        SELECT kind, count(*)::integer AS total,
               (count(*) FILTER (WHERE expires_at > now()))::integer AS held
        FROM lease WHERE organization_id <> %(organization_id)s
        GROUP BY kind ORDER BY kind
        """,
        {"organization_id": organization_id},
        LeaseCount,
    )


class DatabaseState(msgspec.Struct, frozen=True):
    """The database server, as far as one asks on a page."""

    version: str
    size_bytes: int
    connections: int


def select_database_state() -> Query[DatabaseState]:
    """The server's version, the size of this database, and how many use it."""
    return Query(
        """
        SELECT current_setting('server_version') AS version,
               pg_database_size(current_database()) AS size_bytes,
               (SELECT count(*)::integer FROM pg_stat_activity
                WHERE datname = current_database()) AS connections
        """,
        {},
        DatabaseState,
    )
