"""Webhooks of an app that several organizations share: divided before they are applied.

Each organization then has its own row in the journal, with what is its own: nothing that is kept
of it, in quarantine or beside a message, holds another's data, and it can be replayed alone.
"""

from uuid import UUID

from tidings.domain.inbound import InboundEvent, Unparsed
from tidings.providers.registry import PROVIDERS
from tidings.store.inbox import InboxRow, Received
from tidings.store.webhook_accounts import WebhookAccountRow

Allies = dict[UUID, list[UUID]]
Parsed = list[tuple[InboxRow, list[InboundEvent]]]


class Owners:
    """Whose a change of a webhook is: the number's owner, else the account's, else the signer."""

    def __init__(self, row: InboxRow, numbers: list[WebhookAccountRow], allies: Allies) -> None:
        self._signers: tuple[UUID, ...] = (
            row.organization_id,
            *allies.get(row.organization_id, ()),
        )
        self._by_number = {
            (n.account_id, n.number_id): n.organization_id
            for n in numbers
            if n.organization_id in self._signers
        }
        self._holders = {(n.organization_id, n.account_id) for n in numbers}

    def of(self, account_id: str, number_id: str) -> UUID:
        """The one organization that this is for.

        The signer goes first where several have the account, so a part is not divided again.
        """
        owner = self._by_number.get((account_id, number_id))
        if owner is not None:
            return owner
        held = (s for s in self._signers if (s, account_id) in self._holders)
        return next(held, self._signers[0])


def divide_shared(
    parsed: Parsed, numbers: list[WebhookAccountRow], allies: Allies, *, lane: int
) -> dict[UUID, list[Received]]:
    """For each webhook that is of several organizations: its parts as webhooks of their own."""
    shared = {}
    for row, events in parsed:
        if row.organization_id not in allies:
            continue
        owners = Owners(row, numbers, allies)
        if not _may_be_shared(events, owners):
            continue
        parts = PROVIDERS[row.provider].divide(row.body, owners.of)
        if len(parts) > 1:
            shared[row.id] = [
                Received(row.provider, owner, lane, part) for owner, part in parts.items()
            ]
    return shared


def _may_be_shared(events: list[InboundEvent], owners: Owners) -> bool:
    """Cheaply, so that hardly any webhook is read twice; what cannot be read may be anybody's."""
    found = set()
    for event in events:
        if isinstance(event, Unparsed):
            return True
        account_id = getattr(event, "account_id", None)
        if account_id is not None:
            found.add(owners.of(account_id, getattr(event, "number_id", "")))
    return len(found) > 1
