"""Entries of do-not-contact lists. Whoever changes entries first locks the list's row, so that
its count is right and two changes of the same numbers wait instead of deadlocking."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tidings.domain.dnc_lists import Entry, EntryKind
from tidings.store.query import Nothing, Query

# So many entries are looked at for one page.
LOOKED_AT: Final = 50_000


class EntryRow(msgspec.Struct, frozen=True):
    """An entry of a list; `expires_at` is None when it stays."""

    kind: str
    key: str
    value: str
    expires_at: datetime | None
    added_at: datetime


class EntryChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are looked for; None asks for nothing. `exactly` is a key."""

    exactly: str | None = None
    part: str | None = None
    expires: bool | None = None


class FoundEntry(EntryRow, frozen=True, kw_only=True):
    """An entry that was looked at; `is_end` when it is the last of them and more may follow."""

    fits: bool
    is_end: bool


class Size(msgspec.Struct, frozen=True):
    """How many entries a list has afterwards."""

    entry_count: int


class ConversationLists(msgspec.Struct, frozen=True):
    """The customer of a conversation, and the lists that are for them."""

    address: str
    list_ids: list[UUID]


LOCKED = """
    locked AS MATERIALIZED (
      SELECT id FROM dnc_list
      WHERE organization_id = %(organization_id)s AND id = %(list_id)s FOR NO KEY UPDATE)
"""
COUNTED = """
    UPDATE dnc_list SET entry_count = entry_count + ({difference}), modified_at = now()
    WHERE organization_id = %(organization_id)s AND id = %(list_id)s
    RETURNING entry_count
"""


def upsert_entries(
    organization_id: UUID, list_id: UUID, kind: EntryKind, entries: Sequence[Entry]
) -> Query[Size]:
    """Put entries on a list, each key at most once in `entries`; one that is there is replaced.

    Gives the size of the list afterwards; no row when the list is gone.
    """
    return Query(
        f"""
        WITH {LOCKED},
        added AS (
          INSERT INTO dnc_entry (organization_id, list_id, kind, key, value, expires_at)
          SELECT %(organization_id)s, locked.id, %(kind)s, x.key, x.value,
                 coalesce(x.expires_at, 'infinity')
          FROM locked CROSS JOIN (
            SELECT unnest(%(keys)s::text[]) AS key, unnest(%(values)s::text[]) AS value,
                   unnest(%(expiries)s::timestamptz[]) AS expires_at) x
          ON CONFLICT (organization_id, list_id, kind, key) DO UPDATE
          SET value = excluded.value, expires_at = excluded.expires_at
          RETURNING (xmax = 0) AS is_new)
        {COUNTED.format(difference="SELECT count(*) FROM added WHERE is_new")}
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "kind": kind,
            "keys": [each.key for each in entries],
            "values": [each.value for each in entries],
            "expiries": [each.expires_at for each in entries],
        },
        Size,
    )


def delete_entries(
    organization_id: UUID, list_id: UUID, kind: EntryKind, keys: Sequence[str]
) -> Query[Size]:
    """Take keys off a list; those that are not on it do not matter."""
    return Query(
        f"""
        WITH {LOCKED},
        gone AS (
          DELETE FROM dnc_entry
          WHERE organization_id = %(organization_id)s AND list_id = (SELECT id FROM locked)
            AND kind = %(kind)s AND key = ANY(%(keys)s)
          RETURNING 1)
        {COUNTED.format(difference="SELECT -count(*) FROM gone")}
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "kind": kind,
            "keys": list(keys),
        },
        Size,
    )


def clear_entries(
    organization_id: UUID,
    list_id: UUID,
    kind: EntryKind | None,
    *,
    expired_before: datetime | None = None,
) -> Query[Size]:
    """Take all entries (of a kind) off a list, or only those that expired before a moment."""
    return Query(
        f"""
        WITH {LOCKED},
        gone AS (
          DELETE FROM dnc_entry
          WHERE organization_id = %(organization_id)s AND list_id = (SELECT id FROM locked)
            AND (%(kind)s::text IS NULL OR kind = %(kind)s)
            AND (%(before)s::timestamptz IS NULL OR expires_at <= %(before)s)
          RETURNING 1)
        {COUNTED.format(difference="SELECT -count(*) FROM gone")}
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "kind": kind,
            "before": expired_before,
        },
        Size,
    )


def collect_opt_outs(
    organization_id: UUID, customer_ids: Sequence[UUID], categories: Sequence[str]
) -> Query[Nothing]:
    """Put customers whose consent now stands at opted out on the lists that collect opt-outs.

    `categories` runs in parallel to `customer_ids`. An opt-out that a newer opt-in overtook
    adds nothing. The number is the one that the consent was told of. Lists are locked in the
    order of their ids.
    """
    return Query(
        """
        WITH locked AS MATERIALIZED (
          SELECT id FROM dnc_list
          WHERE organization_id = %(organization_id)s AND collects_opt_outs
          ORDER BY id FOR NO KEY UPDATE),
        out AS (
          SELECT address_key(c.address) AS key, min(c.address) AS value
          FROM (SELECT unnest(%(customer_ids)s::uuid[]) AS customer_id,
                       unnest(%(categories)s::text[]) AS category) x
          JOIN consent c ON c.organization_id = %(organization_id)s
            AND c.customer_id = x.customer_id AND c.category = x.category
          WHERE c.channel = 'whatsapp' AND c.state = 'opted_out' AND c.address ~ '^[0-9]{7,15}$'
          GROUP BY 1),
        added AS (
          INSERT INTO dnc_entry (organization_id, list_id, kind, key, value)
          SELECT %(organization_id)s, locked.id, 'phone', out.key, out.value
          FROM locked CROSS JOIN out
          ON CONFLICT (organization_id, list_id, kind, key) DO UPDATE SET expires_at = 'infinity'
          WHERE dnc_entry.expires_at < 'infinity'
          RETURNING list_id, (xmax = 0) AS is_new)
        UPDATE dnc_list l SET entry_count = entry_count + x.added, modified_at = now()
        FROM (SELECT list_id, count(*) AS added FROM added WHERE is_new GROUP BY list_id) x
        WHERE l.organization_id = %(organization_id)s AND l.id = x.list_id
        """,
        {
            "organization_id": organization_id,
            "customer_ids": list(customer_ids),
            "categories": list(categories),
        },
        Nothing,
    )


def delete_expired_entries(now: datetime, limit: int) -> Query[Nothing]:
    """Drop entries that expired, of all organizations, some at a time, and count them off.

    Lists that somebody changes at this moment are left for the next time.
    """
    return Query(
        """
        WITH expired AS MATERIALIZED (
          SELECT organization_id, list_id, kind, key FROM dnc_entry
          WHERE expires_at <= %(now)s LIMIT %(limit)s),
        locked AS MATERIALIZED (
          SELECT organization_id, id FROM dnc_list
          WHERE (organization_id, id) IN (SELECT organization_id, list_id FROM expired)
          FOR NO KEY UPDATE SKIP LOCKED),
        gone AS (
          DELETE FROM dnc_entry e USING expired x, locked l
          WHERE e.organization_id = x.organization_id AND e.list_id = x.list_id
            AND e.kind = x.kind AND e.key = x.key AND e.expires_at <= %(now)s
            AND l.organization_id = e.organization_id AND l.id = e.list_id
          RETURNING e.organization_id, e.list_id)
        UPDATE dnc_list d SET entry_count = entry_count - g.gone
        FROM (SELECT organization_id, list_id, count(*) AS gone FROM gone GROUP BY 1, 2) g
        WHERE d.organization_id = g.organization_id AND d.id = g.list_id
        """,
        {"now": now, "limit": limit},
        Nothing,
    )


def select_entry_page(
    organization_id: UUID, list_id: UUID, *, after_kind: str, after_key: str, limit: int
) -> Query[EntryRow]:
    """A page of a list's entries, by keyset on kind and key."""
    return Query(
        """
        SELECT kind, key, value, nullif(expires_at, 'infinity') AS expires_at, added_at
        FROM dnc_entry
        WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
          AND (kind, key) > (%(after_kind)s, %(after_key)s)
        ORDER BY kind, key LIMIT %(limit)s
        """,
        {
            "organization_id": organization_id,
            "list_id": list_id,
            "after_kind": after_kind,
            "after_key": after_key,
            "limit": limit,
        },
        EntryRow,
    )


def find_entries(
    organization_id: UUID,
    list_id: UUID,
    kind: EntryKind,
    wanted: EntryChoice,
    *,
    after_key: str,
    limit: int,
) -> Query[FoundEntry]:
    """Entries of a kind that fit, by key, of the next LOOKED_AT behind a key at most.

    The last of those comes along even when it does not fit, so that the next look goes on there.
    """
    return Query(
        """
        SELECT x.kind, x.key, x.value, nullif(x.expires_at, 'infinity') AS expires_at, x.added_at,
               x.fits, x.at = %(looked_at)s AS is_end
        FROM (
          SELECT w.*, row_number() OVER (ORDER BY w.key) AS at,
                 (%(part)s::text IS NULL OR strpos(
                   CASE WHEN w.kind = 'email' THEN w.key ELSE w.value END, %(part)s) > 0)
                 AND (%(expires)s::boolean IS NULL
                      OR (w.expires_at < 'infinity') = %(expires)s) AS fits
          FROM (SELECT kind, key, value, expires_at, added_at FROM dnc_entry
                WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
                  AND kind = %(kind)s AND key > %(after_key)s
                  AND (%(exactly)s::text IS NULL OR key = %(exactly)s)
                ORDER BY key LIMIT %(looked_at)s) w) x
        WHERE x.fits OR x.at = %(looked_at)s
        ORDER BY x.key LIMIT %(limit)s
        """,
        {
            **msgspec.structs.asdict(wanted),
            "organization_id": organization_id,
            "list_id": list_id,
            "kind": kind,
            "after_key": after_key,
            "looked_at": LOOKED_AT,
            "limit": limit,
        },
        FoundEntry,
    )


def select_conversation_lists(
    organization_id: UUID, conversation_id: UUID, *, divisions: list[UUID] | None
) -> Query[ConversationLists]:
    """The lists of the campaign that wrote last in a conversation, else those that collect
    opt-outs; of phone numbers, in these divisions (None: any). No row for a conversation elsewhere.
    """
    return Query(
        """
        WITH wrote AS (
          SELECT k.dnc_list_ids FROM message m
          JOIN campaign k ON k.organization_id = m.organization_id AND k.id = m.campaign_id
          WHERE m.organization_id = %(organization_id)s
            AND m.conversation_id = %(conversation_id)s AND m.campaign_id IS NOT NULL
          ORDER BY m.id DESC LIMIT 1),
        wanted AS (
          SELECT coalesce((SELECT dnc_list_ids FROM wrote WHERE dnc_list_ids <> '{}'),
            ARRAY(SELECT id FROM dnc_list
                  WHERE organization_id = %(organization_id)s AND collects_opt_outs)) AS ids)
        SELECT c.address,
          ARRAY(SELECT l.id FROM dnc_list l, wanted
                WHERE l.organization_id = %(organization_id)s AND l.id = ANY(wanted.ids)
                  AND l.contact_method <> 'Email' AND l.source_type = 'rds'
                  AND (%(divisions)s::uuid[] IS NULL OR l.division_id = ANY(%(divisions)s))
               ) AS list_ids
        FROM conversation c
        WHERE c.organization_id = %(organization_id)s AND c.id = %(conversation_id)s
          AND (%(divisions)s::uuid[] IS NULL OR c.division_id = ANY(%(divisions)s))
        """,
        {
            "organization_id": organization_id,
            "conversation_id": conversation_id,
            "divisions": divisions,
        },
        ConversationLists,
    )
