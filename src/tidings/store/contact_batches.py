"""Contacts by the thousand: a batch is copied into a temporary table and put from there.

COPY takes a million rows in seconds where parameters would take a minute. The temporary table is
the connection's own and emptied by each commit.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from psycopg.rows import class_row

from tidings.domain.contact_lists import MOST_COLUMNS
from tidings.store.query import Connection

NAMES = [f"c{at}" for at in range(1, MOST_COLUMNS + 1)]
CREATE = f"""
    CREATE TEMPORARY TABLE IF NOT EXISTS contact_batch
      (n bigint, id text, {", ".join(f"{name} text" for name in NAMES)})
    ON COMMIT DELETE ROWS
"""


class ContactBatch(msgspec.Struct, frozen=True):
    """Contacts with different ids as CSV lines: a number from 0, the id, then the cells.

    `columns` are the places in the list (from 1) of the cells. An empty cell becomes NULL.
    """

    csv: bytes
    size: int
    columns: Sequence[int]


class PutRow(msgspec.Struct, frozen=True):
    """How many contacts were new."""

    added: int


async def put_contacts(
    connection: Connection,
    organization_id: UUID,
    list_id: UUID,
    batch: ContactBatch,
    *,
    width: int,
    clear_system_data: bool,
) -> int:
    """Add contacts, or update those whose id the list has; gives how many were new.

    The caller holds the list's row (hold_list): its next position is read and moved here. A
    contact that is there keeps its position and the values of columns that the batch lacks. The
    positions of such rows stay unused.
    """
    names = NAMES[: len(batch.columns)]
    async with connection.cursor(row_factory=class_row(PutRow)) as cursor:
        await cursor.execute(CREATE)
        await cursor.execute("TRUNCATE contact_batch")
        columns = ", ".join(("n", "id", *names))
        async with cursor.copy(f"COPY contact_batch ({columns}) FROM STDIN (FORMAT csv)") as copy:
            await copy.write(batch.csv)
        await cursor.execute(
            _put(names, batch.columns, width=width, clear_system_data=clear_system_data),
            {"organization_id": organization_id, "list_id": list_id, "size": batch.size},
        )
        row = await cursor.fetchone()
    assert row is not None, "the statement gives one row"
    return row.added


def _put(
    names: Sequence[str], columns: Sequence[int], *, width: int, clear_system_data: bool
) -> str:
    """The statement; only numbers and our own names are written into it."""
    by_place = dict(zip(columns, names, strict=True))
    places = range(1, width + 1)
    fresh = ", ".join(f"s.{by_place[at]}" if at in by_place else "NULL" for at in places)
    kept = ", ".join(
        f"EXCLUDED.values[{at}]" if at in by_place else f"c.values[{at}]" for at in places
    )
    values = "EXCLUDED.values" if len(by_place) == width else f"ARRAY[{kept}]::text[]"
    cleared = ", callable = true" if clear_system_data else ""
    return f"""
        WITH list AS MATERIALIZED (
          SELECT next_position FROM contact_list
          WHERE organization_id = %(organization_id)s AND id = %(list_id)s
        ), put AS (
          INSERT INTO contact AS c (organization_id, list_id, position, id, values)
          SELECT %(organization_id)s, %(list_id)s, list.next_position + s.n, s.id,
                 ARRAY[{fresh}]::text[]
          FROM contact_batch s, list
          ON CONFLICT (organization_id, list_id, id) DO UPDATE
          SET values = {values}, modified_at = now(){cleared}
          RETURNING position
        ), added AS (
          SELECT count(*) AS count FROM put, list WHERE put.position >= list.next_position
        ), moved AS (
          UPDATE contact_list
          SET next_position = next_position + %(size)s,
              contact_count = contact_count + (SELECT count FROM added)
          WHERE organization_id = %(organization_id)s AND id = %(list_id)s
        )
        SELECT count AS added FROM added
    """
