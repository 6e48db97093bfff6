"""Laying a run out: which contacts of the list, in what order, and who is excluded from the start.

One statement reads the list once; its transaction ends with the fence of the pump's lease, so a
layout that is killed, or whose worker slept too long, was never there.
"""

from typing import Any
from uuid import UUID

import msgspec

from tidings.store.contact_conditions import EVERY_CONTACT, ContactCondition
from tidings.store.leases import Lease
from tidings.store.query import Nothing, Query

LAST_POSITION = 2**62


class Sort(msgspec.Struct, frozen=True):
    """One column to sort by: its place among the list's columns, from 1."""

    column: int
    numeric: bool = False
    descending: bool = False


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """What contacts are laid out by. `address_column` is the place of the phone-ID column, from 1.

    Those with a position after `after`, up to `until`, come behind the sequence `base`.
    """

    campaign_id: UUID
    run: int
    list_id: UUID
    address_column: int
    dnc_list_ids: list[UUID] = []
    sorts: list[Sort] = []
    condition: ContactCondition = EVERY_CONTACT
    after: int = 0
    until: int = LAST_POSITION
    base: int = 0


class LaidOut(msgspec.Struct, frozen=True):
    """One part of what was laid out: a row for each reason of exclusion, None for those who wait.

    `misfits` counts, for each sort, defined values that are no numbers. It, `taken_position` (up
    to where the list was read) and `considered` (how many contacts were read) are the same in
    all rows.
    """

    reason: str | None
    contacts: int
    last_sequence: int
    misfits: list[int]
    taken_position: int
    considered: int


class Finished(msgspec.Struct, frozen=True):
    """A campaign whose layout counts from now on, or would."""

    id: UUID


def allow_sorting() -> Query[Nothing]:
    """Give this transaction the memory to sort and hash a million contacts without files."""
    return Query("SELECT set_config('work_mem', '128MB', true)", {}, Nothing)


class Locked(msgspec.Struct, frozen=True):
    """Whether a lock was got."""

    got: bool


def lock_layout(campaign_id: UUID) -> Query[Locked]:
    """Let one transaction at a time lay a campaign out; it does not wait for another."""
    return Query(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%(key)s, 0)) AS got",
        {"key": f"layout {campaign_id}"},
        Locked,
    )


def select_base(organization_id: UUID, layout: Layout) -> Query[Finished]:
    """The campaign, if it is still at the place where this layout begins.

    Asked under lock_layout: whoever laid the same contacts out before us has committed.
    """
    return Query(
        """
        SELECT id FROM campaign
        WHERE organization_id = %(organization_id)s AND id = %(campaign_id)s AND run = %(run)s
          AND taken_position = %(after)s AND last_sequence = %(base)s
        """,
        {
            "organization_id": organization_id,
            "campaign_id": layout.campaign_id,
            "run": layout.run,
            "after": layout.after,
            "base": layout.base,
        },
        Finished,
    )


# A contact that is excluded for another reason does not make a later one of its address a repeat.
LAY_OUT = """
    WITH list AS MATERIALIZED (
      SELECT least(next_position - 1, %(until)s) AS taken_position,
             CASE WHEN %(after)s = 0 AND next_position - 1 <= %(until)s THEN contact_count
             ELSE (SELECT count(*) FROM contact
                   WHERE organization_id = %(organization_id)s AND list_id = %(list_id)s
                     AND position > %(after)s AND position <= %(until)s) END AS considered
      FROM contact_list
      WHERE organization_id = %(organization_id)s AND id = %(list_id)s
    ), chosen AS (
      SELECT c.position, c.callable, c.values[%(address)s] AS address,
             address_key(c.values[%(address)s]) AS key{sort_columns}
      FROM contact c
      WHERE c.organization_id = %(organization_id)s AND c.list_id = %(list_id)s
        AND c.position > %(after)s AND c.position <= %(until)s AND {condition}
    ), placed AS (
      SELECT position, key, %(base)s + row_number() OVER (ORDER BY {order}) AS place,
             {misfits} AS misfits,
             CASE WHEN address IS NULL THEN 'address.missing'
                  WHEN address !~ '^[1-9][0-9]{{6,14}}$' THEN 'address.invalid'
                  WHEN NOT callable THEN 'contact.not_callable'
                  WHEN {listed} THEN 'dnc.listed' END AS reason
      FROM chosen x
    ), judged AS MATERIALIZED (
      SELECT position, place, misfits,
             CASE WHEN reason IS NULL
                   AND row_number() OVER (PARTITION BY key COLLATE "C", reason ORDER BY place) > 1
                  THEN 'address.repeated' ELSE reason END AS reason
      FROM placed
    ), written AS (
      INSERT INTO campaign_contact (organization_id, campaign_id, run, sequence, position, state,
                                    reason)
      SELECT %(organization_id)s, %(campaign_id)s, %(run)s,
             CASE WHEN reason IS NULL THEN place ELSE -position END, position,
             CASE WHEN reason IS NULL THEN 'waiting' ELSE 'excluded' END, reason
      FROM judged ORDER BY place
    ), excluded AS (
      INSERT INTO campaign_exclusion (organization_id, campaign_id, run, reason, sequence)
      SELECT %(organization_id)s, %(campaign_id)s, %(run)s, reason, -position
      FROM judged WHERE reason IS NOT NULL
    )
    SELECT j.reason, count(j.position) AS contacts,
           coalesce(max(j.place) FILTER (WHERE j.reason IS NULL), %(base)s) AS last_sequence,
           (SELECT ARRAY[{misfit_sums}]::bigint[] FROM judged HAVING true) AS misfits,
           list.taken_position, list.considered
    FROM list LEFT JOIN judged j ON true
    GROUP BY j.reason, list.taken_position, list.considered
"""
LISTED = """
    EXISTS (SELECT 1 FROM dnc_entry d
            WHERE d.organization_id = %(organization_id)s AND d.list_id = ANY(%(dnc_list_ids)s)
              AND d.kind = 'phone' AND d.key = x.key AND d.expires_at > now())
"""


def lay_out(organization_id: UUID, layout: Layout) -> Query[LaidOut]:
    """Write contacts of a run down in the order of sending; finish_layout makes them count.

    Sorted by the sorts' columns, the first has priority: text by code points, numbers as
    numbers, what is undefined or no number last; ties and no sort at all by position.
    """
    columns, order, misfits, sums = [], [], [], []
    for at, sort in enumerate(layout.sorts, start=1):
        cell = f"c.values[%(sort_{at})s]"
        value = f"contact_number({cell})" if sort.numeric else f'{cell} COLLATE "C"'
        columns.append(f", {value} AS sort_{at}, {cell} IS NOT NULL AS defined_{at}")
        order.append(f"sort_{at} {'DESC' if sort.descending else 'ASC'} NULLS LAST")
        misfits.append(f"defined_{at} AND sort_{at} IS NULL")
        sums.append(f"count(*) FILTER (WHERE misfits[{at}])")
    statement = LAY_OUT.format(
        condition=layout.condition.sql,
        listed=LISTED if layout.dnc_list_ids else "false",
        sort_columns="".join(columns),
        order=", ".join([*order, "position"]),
        misfits=f"ARRAY[{', '.join(misfits)}]::boolean[]",
        misfit_sums=", ".join(sums),
    )
    params: dict[str, Any] = {
        "organization_id": organization_id,
        "campaign_id": layout.campaign_id,
        "run": layout.run,
        "list_id": layout.list_id,
        "address": layout.address_column,
        "dnc_list_ids": layout.dnc_list_ids,
        "after": layout.after,
        "until": layout.until,
        "base": layout.base,
        **{f"sort_{at}": sort.column for at, sort in enumerate(layout.sorts, start=1)},
    }
    return Query(statement, params | layout.condition.params, LaidOut)


def finish_layout(
    lease: Lease,
    layout: Layout,
    *,
    last_sequence: int,
    taken_position: int,
    filtered_out: int,
) -> Query[Finished]:
    """Make what was laid out count; no row means that all of it must be rolled back.

    That is so when the lease was lost, the campaign does not run any more or began a new run, or
    somebody else laid the same contacts out.
    """
    return Query(
        """
        WITH fence AS MATERIALIZED (
          SELECT 1 FROM lease
          WHERE kind = %(kind)s AND key = %(key)s AND epoch = %(epoch)s AND expires_at > now()
          FOR SHARE
        )
        UPDATE campaign
        SET phase = 'ready', last_sequence = %(last_sequence)s,
            taken_position = %(taken_position)s, filtered_out = filtered_out + %(filtered_out)s
        WHERE organization_id = %(organization_id)s AND id = %(campaign_id)s AND run = %(run)s
          AND status = 'on' AND taken_position = %(after)s AND last_sequence = %(base)s
          AND EXISTS (SELECT 1 FROM fence)
        RETURNING id
        """,
        {
            "kind": lease.kind,
            "key": lease.key,
            "epoch": lease.epoch,
            "organization_id": lease.organization_id,
            "campaign_id": layout.campaign_id,
            "run": layout.run,
            "after": layout.after,
            "base": layout.base,
            "last_sequence": last_sequence,
            "taken_position": taken_position,
            "filtered_out": filtered_out,
        },
        Finished,
    )
