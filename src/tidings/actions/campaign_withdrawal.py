"""Taking back what a campaign has queued, when it will never run on: deleted or recycled."""

from datetime import UTC, datetime, timedelta

from tidings.actions.statuses import Recording, apply_standings
from tidings.store.campaign_outbox import take_queued
from tidings.store.campaigns import CampaignRow
from tidings.store.outcomes import Standing
from tidings.store.query import Connection, fetch

WITHDRAWN = "campaign.withdrawn"
AT_A_TIME = 1_000
# Nothing is learnt of the recipients, so nothing is remembered of them.
RECORDING = Recording(timedelta())


async def withdraw_queued(connection: Connection, campaign: CampaignRow) -> None:
    """Let the messages that wait to go out fail: the pump keeps about a second's worth ahead.

    Else they would go out at the start of the next run, beside those of that run.
    """
    now = datetime.now(UTC)
    organization_id = campaign.organization_id
    while True:
        taken = await fetch(
            connection,
            take_queued(
                organization_id, campaign.integration_id, campaign_id=campaign.id, limit=AT_A_TIME
            ),
        )
        if not taken:
            return
        standings = [
            Standing(
                each.message_id,
                "failed",
                failed_at=now,
                error_code=WITHDRAWN,
                error_detail="The campaign was recycled or deleted before the message went out.",
            )
            for each in taken
        ]
        await apply_standings(
            connection, organization_id, standings, answered=False, recording=RECORDING
        )
