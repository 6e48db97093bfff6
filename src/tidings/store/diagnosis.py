"""What `tidings doctor` asks the database: the server, what is stuck, what is missing."""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Query


class ServerState(msgspec.Struct, frozen=True):
    """The server as this program needs it; `clock` is its own time at the moment of asking."""

    version_number: int
    clock: datetime
    user: str
    is_member: bool
    synchronous_commit: str
    fsync: bool
    spare_connections: int


def select_server() -> Query[ServerState]:
    """The server's version, clock, durability, and whether we may act as tidings_member."""
    return Query(
        """
        SELECT current_setting('server_version_num')::integer AS version_number,
               clock_timestamp() AS clock, current_user::text AS user,
               coalesce(pg_has_role(to_regrole('tidings_member'), 'MEMBER'), false) AS is_member,
               current_setting('synchronous_commit') AS synchronous_commit,
               current_setting('fsync')::boolean AS fsync,
               current_setting('max_connections')::integer
                 - (SELECT count(*)::integer FROM pg_stat_activity) AS spare_connections
        """,
        {},
        ServerState,
    )


class PartitionCount(msgspec.Struct, frozen=True):
    """How many partitions of a journal begin after a day."""

    journal: str
    ahead: int


def count_partitions_ahead(journals: list[str], today: str) -> Query[PartitionCount]:
    """The coming days' partitions of each journal; `today` is written as 20260131."""
    return Query(
        """
        SELECT j.journal,
               (SELECT count(*)::integer FROM pg_inherits i
                JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = to_regclass(j.journal)
                  AND c.relname > j.journal || '_' || %(today)s
                  AND c.relname ~ '_[0-9]{8}$') AS ahead
        FROM (SELECT unnest(%(journals)s::text[]) AS journal) j ORDER BY 1
        """,
        {"journals": journals, "today": today},
        PartitionCount,
    )


class UnheldLeases(msgspec.Struct, frozen=True):
    """Leases of one kind that nobody holds."""

    kind: str
    count: int


def count_unheld_leases() -> Query[UnheldLeases]:
    """Leases whose holder is gone for more than ten seconds, by kind."""
    return Query(
        """
        SELECT kind, count(*)::integer AS count FROM lease
        WHERE expires_at < now() - interval '10 seconds' GROUP BY kind ORDER BY kind
        """,
        {},
        UnheldLeases,
    )


class StuckCount(msgspec.Struct, frozen=True):
    """Messages that wait for an outcome longer than they should."""

    sending: int
    unknown: int


def count_stuck(*, sending_minutes: int, unknown_minutes: int) -> Query[StuckCount]:
    """Messages called out so long ago that somebody should have recorded their outcome."""
    return Query(
        """
        SELECT (count(*) FILTER (WHERE state = 'sending'
                  AND called_at < now() - make_interval(mins => %(sending)s)))::integer AS sending,
               (count(*) FILTER (WHERE state = 'unknown'
                  AND called_at < now() - make_interval(mins => %(unknown)s)))::integer AS unknown
        FROM outbox WHERE state <> 'queued'
        """,
        {"sending": sending_minutes, "unknown": unknown_minutes},
        StuckCount,
    )


class TroubledIntegration(msgspec.Struct, frozen=True):
    """An integration in error, with its reason."""

    id: UUID
    name: str
    organization: str
    reason: str | None


def select_troubled_integrations(limit: int) -> Query[TroubledIntegration]:
    """Integrations in error, of all organizations."""
    return Query(
        """
        SELECT i.id, i.name, o.short_name AS organization, i.reason
        FROM integration i JOIN organization o ON o.id = i.organization_id
        WHERE i.status = 'error' AND i.deleted_at IS NULL
        ORDER BY i.reason_at DESC LIMIT %(limit)s
        """,
        {"limit": limit},
        TroubledIntegration,
    )
