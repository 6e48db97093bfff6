"""Whole-database counts, for benches, chaos runs and the doctor; never for a request."""

from datetime import datetime

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


class Routed(msgspec.Struct, frozen=True):
    """What the routers still have to give out, and what they gave out twice."""

    waiting: int
    doubled: int


def count_routed() -> Query[Routed]:
    """Conversations that wait to be offered, and those that two agents have."""
    return Query(
        """
        SELECT (SELECT count(*)::integer FROM waiting
                WHERE offered_to IS NULL AND distribution = 'push') AS waiting,
               (SELECT count(*)::integer FROM (
                  SELECT FROM participant WHERE purpose = 'agent' AND mode = 'primary'
                  GROUP BY organization_id, conversation_id HAVING count(*) > 1) d) AS doubled
        """,
        {},
        Routed,
    )


class CampaignEnds(msgspec.Struct, frozen=True):
    """Where the contacts of all campaigns ended. Nobody may be in the last five."""

    contacts: int
    taken: int
    excluded: int
    left_out: int
    waiting: int
    without_message: int
    doubled: int
    after_dnc: int


def count_campaign_ends(*, dnc_after_s: float) -> Query[CampaignEnds]:
    """Contacts of every campaign's list against its run and its messages.

    left_out: not laid out; waiting: not at an end; without_message: taken, but no message is
    there; doubled: further messages to an address; after_dnc: messages written later than this
    after their number was put on a list of the campaign.
    """
    return Query(
        """
        WITH spread AS MATERIALIZED (
          SELECT c.organization_id, cc.state, cc.message_id
          FROM campaign c
          JOIN contact k ON k.organization_id = c.organization_id AND k.list_id = c.list_id
          LEFT JOIN campaign_contact cc ON cc.organization_id = c.organization_id
            AND cc.campaign_id = c.id AND cc.run = c.run AND cc.position = k.position
        )
        SELECT count(*) AS contacts, count(*) FILTER (WHERE s.state = 'taken') AS taken,
               count(*) FILTER (WHERE s.state = 'excluded') AS excluded,
               count(*) FILTER (WHERE s.state IS NULL) AS left_out,
               count(*) FILTER (WHERE s.state IN ('waiting', 'put_off')) AS waiting,
               count(*) FILTER (WHERE s.state = 'taken' AND m.id IS NULL) AS without_message,
               (SELECT coalesce(sum(n - 1), 0)::bigint FROM (
                  SELECT count(*) AS n FROM message WHERE campaign_id IS NOT NULL
                  GROUP BY organization_id, campaign_id, campaign_run, to_address) x) AS doubled,
               (SELECT count(*) FROM message m
                JOIN campaign c ON c.organization_id = m.organization_id AND c.id = m.campaign_id
                WHERE m.created_at > (
                  SELECT min(d.added_at) + make_interval(secs => %(after)s) FROM dnc_entry d
                  WHERE d.organization_id = m.organization_id AND d.list_id = ANY(c.dnc_list_ids)
                    AND d.kind = 'phone' AND d.key = address_key(m.to_address))) AS after_dnc
        FROM spread s
        LEFT JOIN message m ON m.organization_id = s.organization_id AND m.id = s.message_id
        """,
        {"after": dnc_after_s},
        CampaignEnds,
    )


class Claim(msgspec.Struct, frozen=True):
    """When the transaction began that took a contact and made its message."""

    message_id: str
    claimed_at: datetime


def select_claims(message_ids: list[str]) -> Query[Claim]:
    """The claims behind messages of campaigns; none for a message of none."""
    return Query(
        """
        SELECT message_id::text AS message_id, changed_at AS claimed_at FROM campaign_contact
        WHERE state = 'taken' AND message_id::text = ANY(%(message_ids)s)
        """,
        {"message_ids": message_ids},
        Claim,
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
