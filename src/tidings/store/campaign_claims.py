"""Taking the next contacts of running campaigns, and writing down what became of them.

Both happen in one transaction with the messages, fenced by the pump's lease; so whoever dies in
between took nobody. The claim keeps each campaign's row, so a stop waits for it or comes first.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tidings.store.leases import Lease
from tidings.store.query import Nothing, Query


class Wanted(msgspec.Struct, frozen=True):
    """How many contacts of a campaign to take; of this version of it, as it was read."""

    campaign_id: UUID
    version: int
    amount: int


class ClaimedContact(msgspec.Struct, frozen=True):
    """A contact whose turn has come, with its values of now.

    `contact_id` is None when it was deleted from the list. `listed`: on a DNC list now.
    `repeated`: another contact of the run claimed the address before. `due_at` is set for those
    that were put off until then.
    """

    campaign_id: UUID
    run: int
    sequence: int
    due_at: datetime | None
    attempt: int
    contact_id: str | None
    values: list[str | None] | None
    address: str | None
    callable: bool | None
    listed: bool
    repeated: bool


CLAIM = """
    WITH fence AS MATERIALIZED (
      SELECT 1 FROM lease
      WHERE kind = %(kind)s AND key = %(key)s AND epoch = %(epoch)s AND expires_at > now()
      FOR SHARE
    ), locked AS MATERIALIZED (
      SELECT c.id, c.run, c.cursor, c.list_id, c.dnc_list_ids, c.whatsapp_column, x.amount
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(versions)s::integer[]) AS version,
                   unnest(%(amounts)s::integer[]) AS amount) x
      JOIN campaign c ON c.organization_id = %(organization_id)s AND c.id = x.id
      WHERE c.status = 'on' AND c.phase = 'ready' AND c.version = x.version
        AND EXISTS (SELECT 1 FROM fence)
      ORDER BY c.id FOR NO KEY UPDATE OF c
    ), due AS MATERIALIZED (
      SELECT l.id AS campaign_id, p.sequence, p.due_at
      FROM locked l CROSS JOIN LATERAL (
        SELECT sequence, due_at FROM campaign_put_off
        WHERE organization_id = %(organization_id)s AND campaign_id = l.id AND run = l.run
          AND due_at <= now()
        ORDER BY due_at, sequence LIMIT l.amount) p
    ), picked AS MATERIALIZED (
      SELECT d.campaign_id, d.sequence, d.due_at, cc.position, cc.attempt
      FROM due d JOIN locked l ON l.id = d.campaign_id
      CROSS JOIN LATERAL (
        SELECT position, attempt FROM campaign_contact
        WHERE organization_id = %(organization_id)s AND campaign_id = d.campaign_id
          AND run = l.run AND sequence = d.sequence LIMIT 1) cc
      UNION ALL
      SELECT l.id, w.sequence, NULL, w.position, w.attempt
      FROM locked l CROSS JOIN LATERAL (
        SELECT sequence, position, attempt FROM campaign_contact
        WHERE organization_id = %(organization_id)s AND campaign_id = l.id AND run = l.run
          AND sequence >= l.cursor
        ORDER BY sequence
        LIMIT l.amount - (SELECT count(*) FROM due d WHERE d.campaign_id = l.id)) w
    ), seen AS MATERIALIZED (
      SELECT p.campaign_id, l.run, p.sequence, p.due_at, p.attempt, l.dnc_list_ids,
             k.id AS contact_id, k.values, k.callable,
             k.values[array_position(t.columns, l.whatsapp_column)] AS address
      FROM picked p
      JOIN locked l ON l.id = p.campaign_id
      JOIN contact_list t ON t.organization_id = %(organization_id)s AND t.id = l.list_id
      LEFT JOIN LATERAL (
        SELECT id, values, callable FROM contact
        WHERE organization_id = %(organization_id)s AND list_id = l.list_id
          AND position = p.position LIMIT 1) k ON true
    ), judged AS MATERIALIZED (
      SELECT s.*, address_key(s.address) AS key,
             EXISTS (SELECT 1 FROM dnc_entry d
                     WHERE d.organization_id = %(organization_id)s
                       AND d.list_id = ANY(s.dnc_list_ids) AND d.kind = 'phone'
                       AND d.key = address_key(s.address) AND d.expires_at > now()) AS listed
      FROM seen s
    ), claimed AS (
      INSERT INTO campaign_address (organization_id, campaign_id, run, key, sequence)
      SELECT DISTINCT ON (campaign_id, key)
             %(organization_id)s, campaign_id, run, key, sequence
      FROM judged WHERE callable AND NOT listed AND key IS NOT NULL
      ORDER BY campaign_id, key, sequence
      ON CONFLICT DO NOTHING
      RETURNING campaign_id, sequence
    )
    SELECT j.campaign_id, j.run, j.sequence, j.due_at, j.attempt, j.contact_id, j.values,
           j.address, j.callable, j.listed,
           (j.campaign_id, j.sequence) NOT IN (SELECT campaign_id, sequence FROM claimed)
             AND NOT EXISTS (
               SELECT 1 FROM campaign_address a
               WHERE a.organization_id = %(organization_id)s AND a.campaign_id = j.campaign_id
                 AND a.run = j.run AND a.key = j.key AND a.sequence = j.sequence) AS repeated
    FROM judged j
    ORDER BY j.campaign_id, j.due_at, j.sequence
"""


def claim_contacts(lease: Lease, wanted: list[Wanted]) -> Query[ClaimedContact]:
    """Take the next contacts of campaigns of one organization: first those put off, then in order.

    Nothing comes back for a campaign that does not run, or whose version is another one by now.
    """
    return Query(
        CLAIM,
        {
            "kind": lease.kind,
            "key": lease.key,
            "epoch": lease.epoch,
            "organization_id": lease.organization_id,
            "ids": [each.campaign_id for each in wanted],
            "versions": [each.version for each in wanted],
            "amounts": [each.amount for each in wanted],
        },
        ClaimedContact,
    )


class Step(msgspec.Struct, frozen=True):
    """What became of a claimed contact; `message_id` when taken, `until` when put off."""

    contact: ClaimedContact
    state: str
    reason: str | None = None
    message_id: UUID | None = None
    until: datetime | None = None


def _keys(steps: list[Step]) -> dict[str, Any]:
    return {
        "campaigns": [each.contact.campaign_id for each in steps],
        "runs": [each.contact.run for each in steps],
        "sequences": [each.contact.sequence for each in steps],
    }


KEYS = """
    unnest(%(campaigns)b::uuid[]) AS campaign_id, unnest(%(runs)s::smallint[]) AS run,
    unnest(%(sequences)s::bigint[]) AS sequence
"""


def update_contacts(organization_id: UUID, steps: list[Step]) -> Query[Nothing]:
    """Write the new states of claimed contacts."""
    return Query(
        f"""
        UPDATE campaign_contact c
        SET state = x.state, reason = x.reason, changed_at = now(),
            message_id = coalesce(x.message_id, c.message_id)
        FROM (SELECT {KEYS}, unnest(%(states)s::text[]) AS state,
                     unnest(%(reasons)s::text[]) AS reason,
                     unnest(%(messages)b::uuid[]) AS message_id) x
        WHERE c.organization_id = %(organization_id)s AND c.campaign_id = x.campaign_id
          AND c.run = x.run AND c.sequence = x.sequence
        """,
        {
            "organization_id": organization_id,
            "states": [each.state for each in steps],
            "reasons": [each.reason for each in steps],
            "messages": [each.message_id for each in steps],
            **_keys(steps),
        },
        Nothing,
    )


def delete_put_off(organization_id: UUID, steps: list[Step]) -> Query[Nothing]:
    """Those that were put off are so no more."""
    return Query(
        f"""
        DELETE FROM campaign_put_off p
        USING (SELECT {KEYS}, unnest(%(due)s::timestamptz[]) AS due_at) x
        WHERE p.organization_id = %(organization_id)s AND p.campaign_id = x.campaign_id
          AND p.run = x.run AND p.due_at = x.due_at AND p.sequence = x.sequence
        """,
        {
            "organization_id": organization_id,
            "due": [each.contact.due_at for each in steps],
            **_keys(steps),
        },
        Nothing,
    )


def insert_put_off(organization_id: UUID, steps: list[Step]) -> Query[Nothing]:
    """Put contacts off until their time."""
    return Query(
        f"""
        INSERT INTO campaign_put_off (organization_id, campaign_id, run, sequence, due_at)
        SELECT %(organization_id)s, {KEYS}, unnest(%(until)s::timestamptz[])
        """,
        {
            "organization_id": organization_id,
            "until": [each.until for each in steps],
            **_keys(steps),
        },
        Nothing,
    )


def insert_exclusions(organization_id: UUID, steps: list[Step]) -> Query[Nothing]:
    """Let excluded contacts be found by their reason."""
    return Query(
        f"""
        INSERT INTO campaign_exclusion (organization_id, campaign_id, run, sequence, reason)
        SELECT %(organization_id)s, {KEYS}, unnest(%(reasons)s::text[])
        ON CONFLICT DO NOTHING
        """,
        {
            "organization_id": organization_id,
            "reasons": [each.reason for each in steps],
            **_keys(steps),
        },
        Nothing,
    )


def move_cursors(organization_id: UUID, cursors: dict[UUID, int]) -> Query[Nothing]:
    """Let the next claims begin behind what was taken, put off or excluded now."""
    return Query(
        """
        UPDATE campaign c SET cursor = greatest(c.cursor, x.cursor)
        FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(cursors)s::bigint[]) AS cursor) x
        WHERE c.organization_id = %(organization_id)s AND c.id = x.id
        """,
        {
            "organization_id": organization_id,
            "ids": list(cursors),
            "cursors": list(cursors.values()),
        },
        Nothing,
    )
