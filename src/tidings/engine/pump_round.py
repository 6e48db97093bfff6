"""One round of a pump: takes contacts, decides about each, and writes all of it down at once.

A contact becomes a message, is put off, or is excluded with its reason. A refusal that is not the
contact's affair (template, number) leaves the campaign's contacts where they were.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from tidings.actions.catalogue import Catalogue, Sendable
from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import Result, send_messages
from tidings.domain.addresses import LONGEST, SHORTEST
from tidings.domain.errors import Rejection
from tidings.domain.parameter_mapping import ParameterSources, map_parameters, read_mappings
from tidings.domain.quiet_hours import QuietRule, read_quiet_hours
from tidings.domain.sending import CampaignContact, Intent, Priority
from tidings.store import campaign_claims as store
from tidings.store.campaign_claims import ClaimedContact, Step, Wanted
from tidings.store.campaign_counts import (
    EXCLUDED,
    CampaignCount,
    Tally,
    insert_campaign_deltas,
)
from tidings.store.campaign_runs import Definition
from tidings.store.leases import Lease
from tidings.store.query import Connection, Nothing, Query, execute_all, fetch

CONNECTED_WAIT: Final = timedelta(minutes=5)
CONNECTED: Final = "conversation.connected"
QUIET: Final = "quiet_hours"
DEFECT: Final = "internal.defect"
# Refusals that speak of one contact; all others speak of the campaign.
OF_CONTACT: Final = ("consent.", "recipient.", "template.parameter.")
PASSING: Final = frozenset(
    f"template.{state}" for state in ("paused", "pending", "disabled", "rejected", "removed")
)


class Run:
    """A campaign's definition made ready for many contacts."""

    def __init__(self, definition: Definition, integration_id: UUID) -> None:
        self.definition = definition
        self.integration_id = integration_id
        self.quiet: QuietRule | None = read_quiet_hours(definition.quiet_hours, definition.columns)
        self._mappings = read_mappings(definition.parameters)
        self._sources = ParameterSources(())
        self._sendable: Sendable | None = None

    def rests(self) -> bool:
        """Whether it is a quiet hour for all contacts alike, so that none need be looked at."""
        if self.quiet is None or not self.quiet.same_for_all:
            return False
        now = datetime.now(UTC)
        return self.quiet.opens_at(now, address="", values=()) > now

    def sources(self, sendable: Sendable | None) -> ParameterSources:
        """Where the template's values come from; found anew when the template was read anew."""
        if sendable is not self._sendable:
            self._sendable = sendable
            self._sources = ParameterSources(())
            if sendable is not None:
                columns = self.definition.columns
                self._sources = map_parameters(sendable.compiled, self._mappings, columns)
        return self._sources

    def intent(
        self, organization_id: UUID, contact: ClaimedContact, sources: ParameterSources
    ) -> Intent:
        """The wish to send this contact its message."""
        return Intent(
            organization_id=organization_id,
            sender_kind="campaign",
            sender_id=self.definition.id,
            integration_id=self.integration_id,
            address=contact.address or "",
            response_id=self.definition.response_id,
            values=sources.values_of(contact.values or ()),
            priority=Priority.CAMPAIGN,
            initiator="campaign",
            campaign=CampaignContact(self.definition.id, contact.run, contact.contact_id or ""),
        )


class Blocked(msgspec.Struct, frozen=True):
    """Why a campaign as a whole cannot send."""

    code: str
    message: str

    @property
    def passes(self) -> bool:
        """Whether this speaks of a state that the next look sees as well, and that may pass."""
        return self.code.startswith("integration.") or self.code in PASSING


class RoundResult(msgspec.Struct):
    """What a round came to: contacts claimed and messages queued, and who is blocked."""

    claimed: Counter[UUID] = msgspec.field(default_factory=Counter)
    queued: Counter[UUID] = msgspec.field(default_factory=Counter)
    blocked: dict[UUID, Blocked] = {}


async def pump_contacts(
    connection: Connection,
    catalogue: Catalogue,
    lease: Lease,
    *,
    runs: dict[UUID, Run],
    shares: dict[UUID, int],
    is_defect: bool = False,
) -> RoundResult:
    """Take so many contacts of each campaign and write down what becomes of them.

    The caller's transaction makes it atomic. `is_defect`: an earlier attempt with just these
    contacts failed, so they are excluded unsent.
    """
    wanted = [Wanted(key, runs[key].definition.version, n) for key, n in shares.items()]
    claimed = await fetch(connection, store.claim_contacts(lease, wanted))
    result = RoundResult(Counter(each.campaign_id for each in claimed))
    if is_defect:
        steps = [_excluded(each, DEFECT) for each in claimed]
    else:
        steps = await _decide(connection, catalogue, lease, runs, claimed=claimed, result=result)
    if steps:
        await _write(connection, lease, steps, result)
    return result


async def _decide(
    connection: Connection,
    catalogue: Catalogue,
    lease: Lease,
    runs: dict[UUID, Run],
    *,
    claimed: Sequence[ClaimedContact],
    result: RoundResult,
) -> list[Step]:
    assert lease.organization_id is not None
    organization_id = lease.organization_id
    now = datetime.now(UTC)
    used = {each.campaign_id: runs[each.campaign_id] for each in claimed}
    await catalogue.load(
        connection,
        organization_id,
        senders={run.integration_id for run in used.values()},
        responses={run.definition.response_id for run in used.values()},
    )
    sources = {
        key: run.sources(catalogue.template(organization_id, run.definition.response_id))
        for key, run in used.items()
    }
    steps: list[Step] = []
    ready: list[ClaimedContact] = []
    for contact in claimed:
        step = judge_contact(contact, runs[contact.campaign_id].quiet, now)
        if step is None:
            ready.append(contact)
        else:
            steps.append(step)
    intents = [
        runs[each.campaign_id].intent(organization_id, each, sources[each.campaign_id])
        for each in ready
    ]
    if intents:
        results = await send_messages(connection, catalogue, intents, render=_no_answer)
        for contact, outcome in zip(ready, results, strict=True):
            steps += _step_of(contact, outcome, result, now=now)
    if any(each.message_id and each.contact.campaign_id in result.blocked for each in steps):
        raise RuntimeError("a campaign cannot be blocked and send in the same round")
    return [each for each in steps if each.contact.campaign_id not in result.blocked]


def judge_contact(contact: ClaimedContact, quiet: QuietRule | None, now: datetime) -> Step | None:
    """What speaks against messaging this contact now, besides the rules of every message."""
    if contact.contact_id is None:
        return _excluded(contact, "contact.deleted")
    if not contact.address:
        return _excluded(contact, "address.missing")
    if not is_phone_id(contact.address):
        return _excluded(contact, "address.invalid")
    if not contact.callable:
        return _excluded(contact, "contact.not_callable")
    if contact.listed:
        return _excluded(contact, "dnc.listed")
    if contact.repeated:
        return _excluded(contact, "address.repeated")
    if quiet is not None:
        opens = quiet.opens_at(now, address=contact.address, values=contact.values or ())
        if opens > now:
            return Step(contact, "put_off", QUIET, until=opens)
    return None


def is_phone_id(address: str) -> bool:
    """Whether a cell has the form of a phone ID."""
    digits = address.isascii() and address.isdigit()
    return digits and SHORTEST <= len(address) <= LONGEST and address[0] != "0"


def _excluded(contact: ClaimedContact, reason: str) -> Step:
    return Step(contact, "excluded", reason)


def _step_of(
    contact: ClaimedContact, outcome: Result, result: RoundResult, *, now: datetime
) -> list[Step]:
    if isinstance(outcome, Queued):
        return [Step(contact, "taken", message_id=outcome.message_id)]
    assert isinstance(outcome, Rejection), "campaigns have no replay keys"
    if outcome.code == CONNECTED:
        return [Step(contact, "put_off", CONNECTED, until=now + CONNECTED_WAIT)]
    if outcome.code.startswith(OF_CONTACT):
        return [_excluded(contact, outcome.code)]
    result.blocked[contact.campaign_id] = Blocked(outcome.code, outcome.message)
    return []


async def _write(
    connection: Connection, lease: Lease, steps: list[Step], result: RoundResult
) -> None:
    assert lease.organization_id is not None
    organization_id = lease.organization_id
    tally, cursors = Tally(), dict[UUID, int]()
    for step in steps:
        contact = step.contact
        if contact.due_at is None:
            key = contact.campaign_id
            cursors[key] = max(cursors.get(key, 0), contact.sequence + 1)
        if step.state == "taken":
            result.queued[contact.campaign_id] += 1
            tally[CampaignCount(contact.campaign_id, contact.run, "queued")] += 1
        elif step.state == "excluded":
            measure = f"{EXCLUDED}{step.reason}"
            tally[CampaignCount(contact.campaign_id, contact.run, measure)] += 1
    returned = [each for each in steps if each.contact.due_at is not None]
    put_off = [each for each in steps if each.until is not None]
    excluded = [each for each in steps if each.state == "excluded"]
    statements: list[Query[Nothing] | None] = [
        store.update_contacts(organization_id, steps),
        store.delete_put_off(organization_id, returned) if returned else None,
        store.insert_put_off(organization_id, put_off) if put_off else None,
        store.insert_exclusions(organization_id, excluded) if excluded else None,
        insert_campaign_deltas(organization_id, tally) if tally else None,
        store.move_cursors(organization_id, cursors) if cursors else None,
    ]
    await execute_all(connection, [each for each in statements if each is not None])


def _no_answer(_: Queued) -> bytes:
    return b""
