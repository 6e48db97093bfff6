"""Leases: which worker does which part of the work, with an epoch that fences sleepers.

A lease is a row (kind, key). Its holder renews it; when it does not, another takes it after the
expiry and the epoch grows, so statements of the old holder no longer match.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.store.query import Nothing, Query


class Lease(msgspec.Struct, frozen=True):
    """A lease that is held."""

    kind: str
    key: str
    organization_id: UUID | None
    epoch: int


def insert_lanes(kind: str, keys: list[str]) -> Query[Nothing]:
    """Make sure that these leases exist, held by nobody."""
    return Query(
        """
        INSERT INTO lease (kind, key) SELECT %(kind)s, unnest(%(keys)s::text[])
        ON CONFLICT DO NOTHING
        """,
        {"kind": kind, "keys": keys},
        Nothing,
    )


def insert_sender_leases() -> Query[Nothing]:
    """Make sure that every integration has a lease for its dispatcher and one for its pump."""
    return Query(
        """
        INSERT INTO lease (kind, key, organization_id)
        SELECT k.kind, i.id::text, i.organization_id FROM integration i
        CROSS JOIN (VALUES ('dispatch'), ('pump')) k(kind)
        WHERE i.deleted_at IS NULL
        ON CONFLICT DO NOTHING
        """,
        {},
        Nothing,
    )


def insert_router_leases() -> Query[Nothing]:
    """Make sure that every organization with queues has a lease for its router."""
    return Query(
        """
        INSERT INTO lease (kind, key, organization_id)
        SELECT DISTINCT 'router', q.organization_id::text, q.organization_id FROM queue q
        ON CONFLICT DO NOTHING
        """,
        {},
        Nothing,
    )


def take_leases(kind: str, worker_id: UUID, *, most: int, seconds: float) -> Query[Lease]:
    """Take leases that nobody holds any more, at most so many; SKIP LOCKED lets workers race."""
    return Query(
        """
        WITH free AS MATERIALIZED (
          SELECT kind, key FROM lease
          WHERE kind = %(kind)s AND expires_at < now()
          ORDER BY expires_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
        )
        UPDATE lease l
        SET holder = %(worker)s, epoch = l.epoch + 1,
            expires_at = now() + make_interval(secs => %(seconds)s)
        FROM free WHERE l.kind = free.kind AND l.key = free.key
        RETURNING l.kind, l.key, l.organization_id, l.epoch
        """,
        {"kind": kind, "worker": worker_id, "most": most, "seconds": seconds},
        Lease,
    )


def renew_leases(worker_id: UUID, *, seconds: float) -> Query[Lease]:
    """Prolong everything this worker still holds; what does not come back is lost to it."""
    return Query(
        """
        UPDATE lease SET expires_at = now() + make_interval(secs => %(seconds)s)
        WHERE holder = %(worker)s AND expires_at > now()
        RETURNING kind, key, organization_id, epoch
        """,
        {"worker": worker_id, "seconds": seconds},
        Lease,
    )


def release_lease(lease: Lease, worker_id: UUID) -> Query[Nothing]:
    """Give a lease back before its expiry: at a graceful stop, or to share with a new worker."""
    return Query(
        """
        UPDATE lease SET holder = NULL, expires_at = '-infinity'
        WHERE kind = %(kind)s AND key = %(key)s AND holder = %(worker)s AND epoch = %(epoch)s
        """,
        {"kind": lease.kind, "key": lease.key, "worker": worker_id, "epoch": lease.epoch},
        Nothing,
    )


class Share(msgspec.Struct, frozen=True):
    """How many leases of a kind there are, and how many workers to hold them."""

    leases: int
    workers: int


def count_share(kind: str, *, seconds: float) -> Query[Share]:
    """What a worker's fair share is computed from: a worker silent for so long has none."""
    return Query(
        """
        SELECT (SELECT count(*)::integer FROM lease WHERE kind = %(kind)s) AS leases,
               (SELECT count(*)::integer FROM worker
                WHERE seen_at > now() - make_interval(secs => %(seconds)s)) AS workers
        """,
        {"kind": kind, "seconds": seconds},
        Share,
    )


def beat(worker_id: UUID, *, host: str, pid: int, version: str) -> Query[Nothing]:
    """Say that a worker lives; and forget those silent for a day."""
    return Query(
        """
        WITH gone AS (DELETE FROM worker WHERE seen_at < now() - interval '1 day')
        INSERT INTO worker (id, host, pid, version)
        VALUES (%(id)s, %(host)s, %(pid)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET seen_at = now()
        """,
        {"id": worker_id, "host": host, "pid": pid, "version": version},
        Nothing,
    )


def delete_worker(worker_id: UUID) -> Query[Nothing]:
    """Take a worker that stops off the list."""
    return Query("DELETE FROM worker WHERE id = %(id)s", {"id": worker_id}, Nothing)


class WorkerState(msgspec.Struct, frozen=True):
    """A worker as the System page shows it."""

    id: UUID
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    leases: int


def select_workers() -> Query[WorkerState]:
    """Workers seen in the last minute, with what they hold."""
    return Query(
        """
        SELECT w.id, w.host, w.pid, w.version, w.started_at, w.seen_at,
               (SELECT count(*)::integer FROM lease l
                WHERE l.holder = w.id AND l.expires_at > now()) AS leases
        FROM worker w WHERE w.seen_at > now() - interval '1 minute' ORDER BY w.started_at
        """,
        {},
        WorkerState,
    )
