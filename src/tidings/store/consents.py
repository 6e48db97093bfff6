"""Consent: what each customer agreed to, how that came about, and the words that change it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from tidings.domain.addresses import match_keys
from tidings.store.ids import new_id
from tidings.store.query import Nothing, Query, params_of

CHANNEL = "whatsapp"


class ConsentRow(msgspec.Struct, frozen=True):
    """The current consent of one customer in one category."""

    customer_id: UUID
    category: str
    state: str
    address: str
    source: str
    evidence: str | None
    changed_at: datetime


class MovedRow(msgspec.Struct, frozen=True):
    """A consent that became current, and how many did in the same statement."""

    customer_id: UUID
    category: str
    state: str
    address: str
    total: int


class NamedConsentRow(ConsentRow, frozen=True):
    """The same with the customer's name."""

    customer_name: str


class HistoryRow(ConsentRow, frozen=True):
    """One change that was recorded, whether or not it became the current state."""

    id: UUID
    recorded_by: str


class OptedOutRow(msgspec.Struct, frozen=True):
    """A phone number, as asked for, whose customer is opted out of a category."""

    phone: str
    category: str


class KeywordRow(msgspec.Struct, frozen=True):
    """The words of one language that opt a customer in or out."""

    language: str
    action: str
    category: str
    words: list[str]


class ConsentKey(msgspec.Struct, frozen=True):
    """Where a page of consents goes on: after this one."""

    customer_id: UUID = UUID(int=0)
    category: str = ""


UNNESTED = """
    (SELECT unnest(%(customer_ids)s::uuid[]) AS customer_id,
            unnest(%(categories)s::text[]) AS category, unnest(%(states)s::text[]) AS state,
            unnest(%(addresses)s::text[]) AS address, unnest(%(sources)s::text[]) AS source,
            unnest(%(evidences)s::text[]) AS evidence,
            unnest(%(times)s::timestamptz[]) AS changed_at,
            unnest(%(ids)s::uuid[]) AS id) x
"""


def upsert_consents(
    organization_id: UUID, rows: Sequence[ConsentRow], *, shown: int
) -> Query[MovedRow]:
    """Move current consents forward in time; gives some of those that the rows became.

    At most one row a customer and category. An older row changes nothing, except that an
    opt-out wins over an opt-in of the same second: providers cut times to whole seconds, and
    the later of the two may be the opt-out. Rows are locked in the order of their key, so that
    two batches wait for each other instead of deadlocking.
    """
    return Query(
        f"""
        WITH moved AS (
        INSERT INTO consent (organization_id, customer_id, channel, category, state, address,
                             source, evidence, changed_at)
        SELECT %(organization_id)s, x.customer_id, %(channel)s, x.category, x.state, x.address,
               x.source, x.evidence, x.changed_at
        FROM {UNNESTED}
        ORDER BY x.customer_id, x.category
        ON CONFLICT (organization_id, customer_id, channel, category) DO UPDATE
        SET state = excluded.state, address = excluded.address, source = excluded.source,
            evidence = excluded.evidence,
            changed_at = greatest(excluded.changed_at, consent.changed_at)
        WHERE excluded.changed_at >= consent.changed_at
           OR (excluded.state = 'opted_out'
               AND second_of(excluded.changed_at) = second_of(consent.changed_at))
        RETURNING customer_id, category, state, address)
        SELECT customer_id, category, state, address, count(*) OVER () AS total
        FROM moved LIMIT %(shown)s
        """,
        {**_arrays(organization_id, rows), "shown": shown},
        MovedRow,
    )


def insert_history(
    organization_id: UUID, rows: Sequence[ConsentRow], *, recorded_by: str
) -> Query[Nothing]:
    """Keep every change as it was told, in the order of the rows."""
    return Query(
        f"""
        INSERT INTO consent_history (organization_id, id, customer_id, channel, category, state,
                                     address, source, evidence, changed_at, recorded_by)
        SELECT %(organization_id)s, x.id, x.customer_id, %(channel)s, x.category, x.state,
               x.address, x.source, x.evidence, x.changed_at, %(recorded_by)s
        FROM {UNNESTED}
        """,
        {**_arrays(organization_id, rows), "recorded_by": recorded_by},
        Nothing,
    )


def _arrays(organization_id: UUID, rows: Sequence[ConsentRow]) -> dict[str, object]:
    return {
        "organization_id": organization_id,
        "channel": CHANNEL,
        "customer_ids": [row.customer_id for row in rows],
        "categories": [row.category for row in rows],
        "states": [row.state for row in rows],
        "addresses": [row.address for row in rows],
        "sources": [row.source for row in rows],
        "evidences": [row.evidence for row in rows],
        "times": [row.changed_at for row in rows],
        "ids": [new_id() for _ in rows],
    }


def select_consents(organization_id: UUID, customer_ids: Sequence[UUID]) -> Query[NamedConsentRow]:
    """All current consents of some customers: what a sender decides on."""
    return Query(
        """
        SELECT c.customer_id, c.category, c.state, c.address, c.source, c.evidence, c.changed_at,
               coalesce(p.name, '') AS customer_name
        FROM consent c
        LEFT JOIN customer p ON p.organization_id = c.organization_id AND p.id = c.customer_id
        WHERE c.organization_id = %(organization_id)s AND c.channel = %(channel)s
          AND c.customer_id = ANY(%(customer_ids)s)
        ORDER BY c.customer_id, c.category
        """,
        {
            "organization_id": organization_id,
            "channel": CHANNEL,
            "customer_ids": list(customer_ids),
        },
        NamedConsentRow,
    )


def select_opted_out(organization_id: UUID, phones: Sequence[str]) -> Query[OptedOutRow]:
    """Which of these numbers, in any of their forms, are opted out, and of what."""
    pairs = [(phone, key) for phone in phones for key in match_keys(phone)]
    return Query(
        """
        SELECT DISTINCT x.phone, c.category
        FROM (SELECT unnest(%(phones)s::text[]) AS phone, unnest(%(keys)s::text[]) AS key) x
        JOIN customer_address a
          ON a.organization_id = %(organization_id)s
         AND a.kind = 'phone' AND a.scope = '' AND a.value = x.key
        JOIN consent c
          ON c.organization_id = a.organization_id AND c.customer_id = a.customer_id
         AND c.channel = %(channel)s AND c.state = 'opted_out'
        """,
        {
            "organization_id": organization_id,
            "channel": CHANNEL,
            "phones": [phone for phone, _ in pairs],
            "keys": [key for _, key in pairs],
        },
        OptedOutRow,
    )


def select_consent_page(
    organization_id: UUID,
    *,
    after: ConsentKey,
    limit: int,
    phone_prefixes: Sequence[str] | None = None,
    category: str | None = None,
    state: str | None = None,
) -> Query[NamedConsentRow]:
    """A page of current consents by (customer, category).

    `phone_prefixes` keeps customers with a number that begins with one of them. The state goes
    in as text of the statement, because the index of those opted out is a partial one.
    """
    conditions = [
        "c.organization_id = %(organization_id)s",
        "c.channel = %(channel)s",
        "(c.customer_id, c.category) > (%(customer_id)s, %(after_category)s)",
    ]
    if phone_prefixes is not None:
        conditions.append(OF_PHONES)
    if category is not None:
        conditions.append("c.category = %(category)s")
    if state is not None:
        conditions.append(f"c.state = '{'opted_out' if state == 'opted_out' else 'opted_in'}'")
    return Query(
        f"""
        SELECT c.customer_id, c.category, c.state, c.address, c.source, c.evidence, c.changed_at,
               coalesce(p.name, '') AS customer_name
        FROM consent c
        LEFT JOIN customer p ON p.organization_id = c.organization_id AND p.id = c.customer_id
        WHERE {" AND ".join(conditions)}
        ORDER BY c.customer_id, c.category
        LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "channel": CHANNEL,
            "customer_id": after.customer_id,
            "after_category": after.category,
            **_prefix_ranges(phone_prefixes or ()),
            "category": category,
            "limit": limit,
        },
        NamedConsentRow,
    )


OF_PHONES = """c.customer_id IN (
          SELECT a.customer_id
          FROM (SELECT unnest(%(froms)s::text[]) AS low, unnest(%(tills)s::text[]) AS high) x
          JOIN customer_address a
            ON a.organization_id = %(organization_id)s AND a.kind = 'phone' AND a.scope = ''
           AND a.value >= x.low AND a.value < x.high)"""


def _prefix_ranges(prefixes: Sequence[str]) -> dict[str, list[str]]:
    return {"froms": list(prefixes), "tills": [end_of_prefix(prefix) for prefix in prefixes]}


def end_of_prefix(digits: str) -> str:
    """What digits that begin with a prefix are less than: so an index serves the search."""
    stem = digits.rstrip("9")
    return stem[:-1] + str(int(stem[-1]) + 1) if stem else "a"


def select_history(
    organization_id: UUID,
    *,
    before_id: UUID,
    limit: int,
    customer_ids: Sequence[UUID] | None = None,
) -> Query[HistoryRow]:
    """A page of recorded changes, the last recorded first, by keyset on the id."""
    of_customers = "" if customer_ids is None else "AND customer_id = ANY(%(customer_ids)s)"
    return Query(
        f"""
        SELECT id, customer_id, category, state, address, source, evidence, changed_at,
               recorded_by
        FROM consent_history
        WHERE organization_id = %(organization_id)s AND channel = %(channel)s
          AND id < %(before_id)s {of_customers}
        ORDER BY id DESC
        LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "channel": CHANNEL,
            "before_id": before_id,
            "customer_ids": list(customer_ids or ()),
            "limit": limit,
        },
        HistoryRow,
    )


def select_keywords(organization_id: UUID) -> Query[KeywordRow]:
    """The organization's own keyword sets; none: it uses the defaults."""
    return Query(
        """
        SELECT language, action, category, words FROM consent_keyword
        WHERE organization_id = %(organization_id)s
        ORDER BY language, action DESC, category
        """,
        {"organization_id": organization_id},
        KeywordRow,
    )


def delete_keywords(organization_id: UUID) -> Query[Nothing]:
    """Drop all keyword sets, to be written anew in the same transaction."""
    return Query(
        "DELETE FROM consent_keyword WHERE organization_id = %(organization_id)s",
        {"organization_id": organization_id},
        Nothing,
    )


def insert_keywords(organization_id: UUID, row: KeywordRow) -> Query[Nothing]:
    """Write one keyword set."""
    return Query(
        """
        INSERT INTO consent_keyword (organization_id, language, action, category, words)
        VALUES (%(organization_id)s, %(language)s, %(action)s, %(category)s, %(words)s)
        """,
        params_of(organization_id, row),
        Nothing,
    )
