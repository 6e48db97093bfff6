"""Trying failed contacts of a campaign again, where the fault can have passed or been mended."""

from typing import Final
from uuid import UUID

import msgspec

from tidings.actions.campaign_control import START, start_campaign
from tidings.actions.campaigns import access_campaign, announce, lock_campaign, read_campaign
from tidings.domain.campaigns import Status
from tidings.domain.errors import conflict
from tidings.domain.permissions import Caller
from tidings.providers.meta_graph import RULES, Retry
from tidings.store.campaign_retries import count_failed, retry_failed
from tidings.store.query import Connection, fetch_one

AT_A_TIME: Final = 10_000
MOST_COUNTED: Final = 10_000


def _codes_that_can_heal() -> list[str]:
    """Error codes after which the same message may succeed and cannot have been delivered."""
    rules = [rule for rule in RULES if rule.retry is not Retry.NO and not rule.may_have_been_sent]
    return [
        f"meta.{code}" if rule.subcode is None else f"meta.{code}.{rule.subcode}"
        for rule in rules
        for code in range(rule.code, (rule.last_code or rule.code) + 1)
    ]


CODES_THAT_CAN_HEAL: Final = _codes_that_can_heal()


class Retried(msgspec.Struct, frozen=True):
    """How many contacts are tried again, and what the campaign's status is now."""

    contacts: int
    status: str


async def retry_campaign(connection: Connection, caller: Caller, campaign_id: UUID) -> Retried:
    """Try failed contacts again whose fault can heal; a complete campaign is started for them.

    One that is off tries them when it is started. 409 while it is still being stopped.
    """
    before = await lock_campaign(connection, caller, campaign_id, permission=START)
    if before.status in (Status.STOPPING, Status.FORCED_STOPPING):
        raise conflict("campaign.stopping", "The campaign is being stopped; try again in a moment.")
    contacts = 0
    while True:
        done = await fetch_one(
            connection,
            retry_failed(
                caller.organization_id, campaign_id, codes=CODES_THAT_CAN_HEAL, limit=AT_A_TIME
            ),
        )
        contacts += done.contacts
        if not done.contacts:
            break
    if contacts and before.status == Status.COMPLETE:
        await start_campaign(connection, caller, campaign_id)
    after = await read_campaign(connection, caller.organization_id, campaign_id)
    if contacts:
        await announce(connection, caller, "retry", before=before, after=after)
    return Retried(contacts, after.status)


class Retriable(msgspec.Struct, frozen=True):
    """How many contacts a retry would try again; `more` when there are more than were counted."""

    contacts: int
    more: bool


async def count_retriable(connection: Connection, caller: Caller, campaign_id: UUID) -> Retriable:
    """How many failed contacts can heal, counted up to MOST_COUNTED; 404 for a campaign elsewhere.

    It is what a retry would do at this moment: nothing is held.
    """
    await access_campaign(connection, caller, campaign_id, permission=START)
    query = count_failed(
        caller.organization_id, campaign_id, codes=CODES_THAT_CAN_HEAL, limit=MOST_COUNTED + 1
    )
    contacts = (await fetch_one(connection, query)).contacts
    return Retriable(min(contacts, MOST_COUNTED), more=contacts > MOST_COUNTED)
