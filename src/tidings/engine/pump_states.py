"""What a campaign does by itself: stops for a cause, goes on when it is gone, comes to its end."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from tidings.actions.campaign_states import change_by_itself
from tidings.domain.limits import tier_limit
from tidings.engine.pump_round import Blocked
from tidings.store import campaign_statuses as store
from tidings.store.campaign_counts import Progress, gather_progress, select_progress
from tidings.store.campaign_runs import WorkingCampaign, count_recipients
from tidings.store.campaign_statuses import Change
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute, fetch, fetch_one
from tidings.store.senders import SenderRow

SPENT: Final = "messaging.limit.spent"
SPENT_WORDS: Final = (
    "The account wrote to as many different customers in 24 hours as WhatsApp lets it; it goes on "
    "by itself as those of yesterday count no more."
)
TEMPLATE_WORDS: Final = {
    "PAUSED": "is paused by WhatsApp because of its quality",
    "DISABLED": "was disabled by WhatsApp for good",
    "REJECTED": "was rejected by WhatsApp",
    "PENDING": "is in review at WhatsApp again",
    "REMOVED": "does not exist any more",
}


def cause_of(sender: SenderRow | None, campaign: WorkingCampaign) -> Blocked | None:
    """What keeps a campaign from sending as long as it lasts; None when nothing does."""
    if sender is None:
        return Blocked("integration.removed", "Its number is not connected any more.")
    if sender.status != "active":
        why = sender.reason or "It was switched off by an administrator."
        code = sender.reason_code or f"integration.{sender.status}"
        return Blocked(code, f"The integration {sender.name} is {sender.status}. {why}")
    status = campaign.template_status.upper()
    if status != "APPROVED":
        why = TEMPLATE_WORDS.get(status, f"has the status {status.lower()}")
        message = f"The template {campaign.template_name} {why}."
        return Blocked(f"template.{status.lower()}", message)
    return None


def find_changes(
    sender: SenderRow | None, campaigns: Sequence[WorkingCampaign], blocked: dict[UUID, Blocked]
) -> list[Change]:
    """The steps that causes ask for: off while one lasts, on again when it is gone.

    `blocked`: campaigns whose contacts were all refused for a reason that only people can mend.
    """
    changes = []
    for each in campaigns:
        cause = cause_of(sender, each)
        if each.status == "on" and (cause or each.id in blocked):
            found = cause or blocked[each.id]
            changes.append(
                Change(
                    each.id,
                    "on",
                    "forced_stopping",
                    found.code,
                    found.message,
                    resumes=cause is not None,
                )
            )
        elif each.status == "forced_off" and each.resumes_by_itself and cause is None:
            changes.append(Change(each.id, "forced_off", "on"))
    return changes


def may_be_complete(campaign: WorkingCampaign) -> bool:
    """Whether a campaign has nobody left, so that its outbox is worth a look."""
    return (
        campaign.status == "on"
        and campaign.phase == "ready"
        and not (campaign.has_waiting or campaign.has_put_off or campaign.has_new)
        and not campaign.always_running
    )


async def settle_states(
    connection: Connection,
    organization_id: UUID,
    integration_id: UUID,
    *,
    changes: list[Change],
    campaigns: Sequence[WorkingCampaign],
) -> bool:
    """Make the steps that are due, in the caller's transaction; whether any was made."""
    changed = []
    if changes:
        query = store.change_statuses(organization_id, changes)
        changed += await change_by_itself(connection, organization_id, query)
    stopping = [each.id for each in campaigns if each.status in ("stopping", "forced_stopping")]
    if stopping:
        query = store.end_stopping(organization_id, integration_id, stopping)
        changed += await change_by_itself(connection, organization_id, query)
    done = [each.id for each in campaigns if may_be_complete(each)]
    if done:
        query = store.complete_campaigns(organization_id, integration_id, done)
        changed += await change_by_itself(connection, organization_id, query)
    return bool(changed)


async def note_budget(
    connection: Connection,
    organization_id: UUID,
    sender: SenderRow,
    campaigns: Sequence[WorkingCampaign],
) -> None:
    """Show that the account's budget of customers holds running campaigns back, or no more."""
    limit = tier_limit(sender.messaging_limit)
    spent = False
    if limit is not None:
        query = count_recipients(organization_id, sender.account_id, most=limit)
        spent = (await fetch_one(connection, query)).count >= limit
    running = [each for each in campaigns if each.status == "on"]
    held = [each.id for each in running if each.reason_code == SPENT]
    free = [each.id for each in running if each.reason_code is None]
    if spent and free:
        change = store.note_reason(organization_id, free, code=SPENT, reason=SPENT_WORDS)
        await change_by_itself(connection, organization_id, change)
    elif held and not spent:
        change = store.note_reason(organization_id, held, code=None, reason=None)
        await change_by_itself(connection, organization_id, change)


async def announce_progress(
    connection: Connection, organization_id: UUID, campaign_ids: list[UUID]
) -> None:
    """Announce how far these campaigns are."""
    rows = await fetch(connection, select_progress(organization_id, campaign_ids))
    body = {"campaigns": [_told(key, each) for key, each in gather_progress(rows).items()]}
    await execute(connection, insert_event(organization_id, "campaign.progress", body=body))


def _told(campaign_id: UUID, progress: Progress) -> dict[str, Any]:
    return {
        "id": str(campaign_id),
        "laidOut": progress.laid_out,
        "queued": progress.queued,
        "sent": progress.sent,
        "delivered": progress.delivered,
        "read": progress.read,
        "failed": progress.failed,
        "unknown": progress.unknown,
        "excluded": sum(progress.excluded.values()),
        "remaining": progress.remaining,
        "perMinute": round(progress.per_minute, 1),
    }
