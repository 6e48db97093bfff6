"""Which conversations a reader asks for, and from which index their candidates are taken.

Millions of conversations are never scanned: candidates come in the order of one index, a bounded
window at a time, and each is tested by look-ups of its own rows. A page may therefore hold fewer
rows than asked for and go on after the last candidate.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.ids import id_at

LOWEST_ID = UUID(int=0)
HIGHEST_ID = UUID(int=2**128 - 1)
# A conversation's id is made a moment after that of its first message: a minute, as ids count.
SAME_MOMENT_OF_IDS = 60_000 << 80


class InteractionFilter(msgspec.Struct, frozen=True):
    """What conversations must be like; None asks for nothing.

    `statuses`, `category` and `template_ids` ask for one message that fits them all: a failed
    notification is found even when the customer wrote since. `customer_ids` and `template_ids`
    are what an address and a name were found to stand for, so an empty list fits nothing.
    `campaign_id` and `by_campaign` (of any campaign) ask it of the same message.
    """

    divisions: list[UUID] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    direction: str | None = None
    integration_id: UUID | None = None
    state: str | None = None
    customer_ids: list[UUID] | None = None
    statuses: tuple[str, ...] = ()
    category: str | None = None
    template_ids: list[UUID] | None = None
    campaign_id: UUID | None = None
    by_campaign: bool = False
    only_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing can fit."""
        if self.only_id is not None and not self.first_id <= self.only_id < self.end_id:
            return True
        return self.customer_ids == [] or self.template_ids == [] or self.divisions == []

    @property
    def first_id(self) -> UUID:
        """The smallest id of a conversation that started in time."""
        return LOWEST_ID if self.starts_at is None else _id_since(self.starts_at)

    @property
    def end_id(self) -> UUID:
        """The smallest id of a conversation that started too late."""
        return HIGHEST_ID if self.ends_at is None else _id_since(self.ends_at)


def _id_since(moment: datetime) -> UUID:
    """The bound of a moment; ids begin with 1970, questions need not."""
    return LOWEST_ID if moment.timestamp() <= 0 else id_at(moment)


class Source(StrEnum):
    """Where candidates come from; each is an index in the order of its keys."""

    CUSTOMER = "customer"
    OUTBOX = "outbox"
    UNSETTLED = "unsettled"
    FAILURE = "failure"
    FAILURE_OF_NUMBER = "failure_of_number"
    ACTIVE = "active"
    CAMPAIGN = "campaign"
    INTEGRATION = "integration"
    ALL = "all"


class Span(msgspec.Struct, frozen=True):
    """The candidates between two keys, both included."""

    low: UUID
    high: UUID
    ascending: bool = False

    @property
    def order(self) -> str:
        """The direction in which the span is walked."""
        return "ASC" if self.ascending else "DESC"


def choose_source(wanted: InteractionFilter) -> Source:
    """The most selective index that holds every conversation that fits."""
    if wanted.only_id is not None:
        return Source.ALL
    if wanted.customer_ids is not None:
        return Source.CUSTOMER
    if wanted.campaign_id is not None:
        return Source.CAMPAIGN
    for statuses, source in BY_STATUS.items():
        if wanted.statuses and statuses.issuperset(wanted.statuses):
            of_number = source is Source.FAILURE and wanted.integration_id is not None
            return Source.FAILURE_OF_NUMBER if of_number else source
    if wanted.state in ("open", "connected"):
        return Source.ACTIVE
    return Source.ALL if wanted.integration_id is None else Source.INTEGRATION


KEYED_BY_MESSAGE = frozenset({Source.OUTBOX, Source.CAMPAIGN})
BY_STATUS: dict[frozenset[str], Source] = {
    frozenset({"failed"}): Source.FAILURE,
    frozenset({"queued"}): Source.OUTBOX,
    frozenset({"unknown"}): Source.UNSETTLED,
}


def span_of(wanted: InteractionFilter, source: Source, after: UUID | None) -> Span:
    """The candidates still to be walked, the newest first, after a key (None: all of them).

    The outbox and campaigns are keyed by messages, which may be much younger than their
    conversations.
    """
    low, high = wanted.first_id, before(wanted.end_id)
    if source in KEYED_BY_MESSAGE:
        low = UUID(int=max(0, low.int - SAME_MOMENT_OF_IDS))
        high = HIGHEST_ID
    if wanted.only_id is not None:
        low = high = wanted.only_id
    return Span(low, high if after is None else min(high, before(after)))


def before(key: UUID) -> UUID:
    """The largest id smaller than this one."""
    return UUID(int=max(0, key.int - 1))


def following(key: UUID) -> UUID:
    """The smallest id larger than this one."""
    return UUID(int=min(2**128 - 1, key.int + 1))


CONVERSATIONS = """
    SELECT c.id AS key, c.id AS conversation_id FROM conversation c
    WHERE c.organization_id = %(organization_id)s AND c.id BETWEEN %(low)s AND %(high)s {also}
    ORDER BY c.id {order} LIMIT {most}
"""
OUTBOX = """
    SELECT o.message_id AS key, m.conversation_id
    FROM (SELECT message_id FROM outbox
          WHERE organization_id = %(organization_id)s AND message_id BETWEEN %(low)s AND %(high)s
          ORDER BY message_id {order} LIMIT {most}) o
    CROSS JOIN LATERAL (
      SELECT conversation_id FROM message
      WHERE organization_id = %(organization_id)s AND id = o.message_id LIMIT 1) m
"""
# A conversation with several waiting messages counts once, at the newest of them.
IS_NEWEST_WAITING = """(
        SELECT 1 FROM message n
        JOIN outbox p ON p.organization_id = n.organization_id AND p.message_id = n.id
        WHERE n.organization_id = %(organization_id)s AND n.conversation_id = c.id
          AND n.id > x.key LIMIT 1) IS NULL"""
CAMPAIGN = """
    SELECT m.id AS key, m.conversation_id FROM message m
    WHERE m.organization_id = %(organization_id)s AND m.campaign_id = %(campaign_id)s
      AND m.id BETWEEN %(low)s AND %(high)s
    ORDER BY m.id {order} LIMIT {most}
"""
# A conversation in which a campaign was tried again counts once, at the last attempt.
IS_NEWEST_OF_CAMPAIGN = """(
        SELECT 1 FROM message n
        WHERE n.organization_id = %(organization_id)s AND n.conversation_id = c.id
          AND n.campaign_id = %(campaign_id)s AND n.id > x.key LIMIT 1) IS NULL"""
FAILURES = """
    SELECT DISTINCT f.conversation_id AS key, f.conversation_id FROM message_failure f
    WHERE f.organization_id = %(organization_id)s
      AND f.conversation_id BETWEEN %(low)s AND %(high)s {also}
    ORDER BY f.conversation_id {order} LIMIT {most}
"""
# Calls under way and those of unknown outcome are few; unknown outcomes that were settled by the
# deadline stand among the failures.
UNSETTLED = """
    SELECT DISTINCT key, key AS conversation_id FROM (
      SELECT m.conversation_id AS key FROM outbox o
      CROSS JOIN LATERAL (
        SELECT conversation_id FROM message
        WHERE organization_id = %(organization_id)s AND id = o.message_id LIMIT 1) m
      WHERE o.organization_id = %(organization_id)s AND o.state <> 'queued'
        AND m.conversation_id BETWEEN %(low)s AND %(high)s
      UNION ALL
      (SELECT DISTINCT f.conversation_id FROM message_failure f
       WHERE f.organization_id = %(organization_id)s AND f.error_code = 'outcome.unknown'
         AND f.conversation_id BETWEEN %(low)s AND %(high)s
       ORDER BY f.conversation_id {order} LIMIT {most})
    ) u
    ORDER BY key {order} LIMIT {most}
"""
CANDIDATES: dict[Source, tuple[str, str]] = {
    Source.CUSTOMER: (CONVERSATIONS, "AND c.customer_id = ANY(%(customer_ids)s)"),
    Source.OUTBOX: (OUTBOX, ""),
    Source.UNSETTLED: (UNSETTLED, ""),
    Source.FAILURE: (FAILURES, ""),
    Source.FAILURE_OF_NUMBER: (FAILURES, "AND f.integration_id = %(integration_id)s"),
    Source.CAMPAIGN: (CAMPAIGN, ""),
    Source.ACTIVE: (CONVERSATIONS, "AND c.state <> 'disconnected'"),
    Source.INTEGRATION: (CONVERSATIONS, "AND c.integration_id = %(integration_id)s"),
    Source.ALL: (CONVERSATIONS, ""),
}


def candidates(source: Source, span: Span, *, most: int) -> str:
    """The statement that gives candidates (key, conversation_id) in the order of the walk."""
    sql, also = CANDIDATES[source]
    return sql.format(also=also, order=span.order, most=most)


def conditions(wanted: InteractionFilter, source: Source) -> str:
    """What a candidate `x` and its conversation `c` must fulfil, beginning with AND.

    Only what was asked for is written down, so that the planner sees no dead alternatives.
    """
    parts = [
        sql
        for sql, value in (
            ("c.division_id = ANY(%(divisions)s)", wanted.divisions),
            ("c.id >= %(first_id)s", wanted.starts_at),
            ("c.id < %(end_id)s", wanted.ends_at),
            ("c.direction = %(direction)s", wanted.direction),
            ("c.integration_id = %(integration_id)s", wanted.integration_id),
            ("c.state = %(state)s", wanted.state),
            ("c.customer_id = ANY(%(customer_ids)s)", wanted.customer_ids),
            (_message_condition(wanted), _asks_for_message(wanted)),
            (IS_NEWEST_WAITING, True if source is Source.OUTBOX else None),
            (IS_NEWEST_OF_CAMPAIGN, True if source is Source.CAMPAIGN else None),
        )
        if value is not None
    ]
    return "".join(f" AND {part}" for part in parts)


def _asks_for_message(wanted: InteractionFilter) -> bool | None:
    asks = (
        wanted.statuses
        or wanted.category
        or wanted.by_campaign
        or wanted.template_ids is not None
        or wanted.campaign_id is not None
    )
    return True if asks else None


def _message_condition(wanted: InteractionFilter) -> str:
    """Some message fits. A scalar subquery stays a look-up by index; EXISTS may become a join."""
    parts = []
    if wanted.statuses:
        parts.append("m.status = ANY(%(statuses)s)")
    if wanted.category:
        parts.append("coalesce(m.category, 'service') = %(category)s")
    if wanted.template_ids is not None:
        parts.append("m.template_id = ANY(%(template_ids)s)")
    if wanted.campaign_id is not None:
        parts.append("m.campaign_id = %(campaign_id)s")
    if wanted.by_campaign:
        parts.append("m.campaign_id IS NOT NULL")
    return f"""(
        SELECT 1 FROM message m
        WHERE m.organization_id = %(organization_id)s AND m.conversation_id = c.id
          AND {" AND ".join(parts)} LIMIT 1) IS NOT NULL"""


def parameters(organization_id: UUID, wanted: InteractionFilter, span: Span) -> dict[str, Any]:
    """The parameters of candidates() and conditions()."""
    return {
        "organization_id": organization_id,
        "low": span.low,
        "high": span.high,
        "divisions": wanted.divisions,
        "first_id": wanted.first_id,
        "end_id": wanted.end_id,
        "direction": wanted.direction,
        "integration_id": wanted.integration_id,
        "state": wanted.state,
        "customer_ids": wanted.customer_ids,
        "statuses": list(wanted.statuses),
        "category": wanted.category,
        "template_ids": wanted.template_ids,
        "campaign_id": wanted.campaign_id,
    }
