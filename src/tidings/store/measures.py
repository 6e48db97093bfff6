"""Whole-database counts, for benches, chaos runs and the doctor; never for a request."""

import msgspec

from tidings.store.query import Query


class StatusCount(msgspec.Struct, frozen=True):
    """How many outbound messages stand at a status."""

    status: str
    count: int


def count_statuses() -> Query[StatusCount]:
    """Outbound messages by status."""
    return Query(
        """
        SELECT status, count(*)::integer AS count FROM message
        WHERE direction = 'outbound' GROUP BY status
        """,
        {},
        StatusCount,
    )


class Backlog(msgspec.Struct, frozen=True):
    """What is still under way."""

    queued: int
    sending: int
    unknown: int
    webhooks: int
    quarantined: int


def count_backlog() -> Query[Backlog]:
    """Outbox rows by state, webhooks not applied, elements in quarantine."""
    return Query(
        """
        SELECT (SELECT count(*)::integer FROM outbox WHERE state = 'queued') AS queued,
               (SELECT count(*)::integer FROM outbox WHERE state = 'sending') AS sending,
               (SELECT count(*)::integer FROM outbox WHERE state = 'unknown') AS unknown,
               (SELECT count(*)::integer FROM inbox_queue) AS webhooks,
               (SELECT count(*)::integer FROM quarantine WHERE state = 'open') AS quarantined
        """,
        {},
        Backlog,
    )


class Untold(msgspec.Struct, frozen=True):
    """A message by the status we believe, for comparison with a provider's ledger."""

    id: str
    status: str


def select_untold(after: str, limit: int) -> Query[Untold]:
    """Outbound messages by id, from behind `after` on."""
    return Query(
        """
        SELECT id::text AS id, status FROM message
        WHERE direction = 'outbound' AND id > %(after)s::uuid ORDER BY id LIMIT %(limit)s
        """,
        {"after": after, "limit": limit},
        Untold,
    )
