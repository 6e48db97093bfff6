"""Sending a campaign's message to chosen numbers, to see it on a real phone (C14)."""

from typing import Final
from uuid import UUID

import msgspec

from tidings.actions.campaign_control import START
from tidings.actions.campaign_trial import Trying, prepare_trial
from tidings.actions.campaigns import access_campaign
from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import send_messages
from tidings.domain.addresses import InvalidAddress, parse_phone_id
from tidings.domain.errors import Rejection, absent, invalid
from tidings.domain.permissions import Caller
from tidings.domain.sending import Priority
from tidings.store.campaign_trial import TrialContact, select_contact, select_first
from tidings.store.query import Connection, fetch_optional

MOST_NUMBERS: Final = 10


class Tested(msgspec.Struct, frozen=True):
    """What became of one number: a message that was queued, or why not."""

    address: str
    contact_id: str
    queued: Queued | None = None
    refusal: Rejection | None = None


async def send_tests(
    connection: Connection,
    caller: Caller,
    campaign_id: UUID,
    *,
    numbers: list[str],
    contact_id: str | None,
) -> list[Tested]:
    """Send the message with one contact's values to these numbers, by the rules of every message.

    They are no contacts of the campaign: nothing of it is counted. 400 names a wrong number.
    """
    campaign = await access_campaign(connection, caller, campaign_id, permission=START)
    addresses = _addresses(numbers)
    trying = await prepare_trial(connection, campaign)
    contact = await _contact(connection, trying, contact_id)
    intent = trying.intent(contact)
    intents = [
        msgspec.structs.replace(
            intent,
            sender_kind=caller.kind,
            sender_id=caller.id,
            address=address,
            priority=Priority.NOTIFICATION,
            initiator="api",
        )
        for address in addresses
    ]
    results = await send_messages(connection, trying.catalogue, intents, render=lambda _: b"")
    return [
        Tested(
            address,
            contact.id,
            result if isinstance(result, Queued) else None,
            result if isinstance(result, Rejection) else None,
        )
        for address, result in zip(addresses, results, strict=True)
    ]


def _addresses(numbers: list[str]) -> list[str]:
    if not 1 <= len(numbers) <= MOST_NUMBERS:
        raise invalid("addresses", f"Give 1 to {MOST_NUMBERS} numbers.")
    addresses = []
    for at, number in enumerate(numbers):
        try:
            addresses.append(parse_phone_id(number))
        except InvalidAddress as error:
            raise invalid(f"addresses[{at}]", error.message, code=error.code) from None
    return list(dict.fromkeys(addresses))


async def _contact(connection: Connection, trying: Trying, contact_id: str | None) -> TrialContact:
    """The contact whose values are sent: the chosen one, else the first in the order of sending."""
    organization_id = trying.campaign.organization_id
    if contact_id is not None:
        query = select_contact(organization_id, trying.trial, contact_id)
    else:
        query = select_first(organization_id, trying.trial, limit=1)
    contact = await fetch_optional(connection, query)
    if contact is None:
        raise absent("contact", contact_id or "that would be messaged")
    return contact
