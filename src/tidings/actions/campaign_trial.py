"""Trying a campaign out: who would get what, who not and why; nothing is written."""

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.actions.campaign_checks import Parts, find_problems, read_parts
from tidings.actions.campaigns import content_of
from tidings.actions.catalogue import Catalogue, Sendable
from tidings.actions.send_rules import decide_message
from tidings.domain.addresses import match_keys
from tidings.domain.contact_filters import ContactFilter
from tidings.domain.errors import FieldError, Rejection
from tidings.domain.limits import tier_limit
from tidings.domain.parameter_mapping import ParameterSources, map_parameters, read_mappings
from tidings.domain.sending import Intent, Priority
from tidings.domain.templates import Preview, TemplateValues, preview
from tidings.store import campaign_trial as store
from tidings.store.campaign_layout import Sort
from tidings.store.campaign_runs import count_recipients
from tidings.store.campaigns import CampaignRow
from tidings.store.contact_conditions import EVERY_CONTACT, ContactCondition, contact_condition
from tidings.store.contact_list_filters import FilterChoice, select_filters
from tidings.store.query import Connection, execute, fetch, fetch_one
from tidings.store.send_facts import FactsWanted, SendFacts, select_facts
from tidings.store.senders import SenderRow

LONGEST_SECONDS: Final = 30
SHOWN: Final = 5
SAMPLE: Final = 1_000
SORTS_LOOKED_AT: Final = 1_000
EXCLUDED_LATER: Final = "template.parameter.missing"


class Warned(msgspec.Struct, frozen=True):
    """Something that does not keep the campaign from running, but that its maker should know."""

    code: str
    message: str
    count: int | None = None


class Example(msgspec.Struct, frozen=True):
    """A contact with the message as they would see it, and what speaks against it now."""

    contact_id: str
    address: str
    rendered: Preview | None
    refusals: list[Rejection]


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a run would come to now. `excluded` counts all contacts; `estimated` is of a sample.

    `sampled`: how many contacts were asked their own rules (consent, suppression), of `asked`
    who pass the rest.
    """

    contacts: int
    filtered_out: int
    would_send: int
    excluded: dict[str, int]
    estimated: dict[str, int]
    sampled: int
    asked: int
    blocking: list[FieldError]
    warnings: list[Warned]
    first: list[Example]
    random: list[Example]


class Trying(msgspec.Struct, frozen=True):
    """A campaign made ready to be tried on contacts of its list."""

    campaign: CampaignRow
    parts: Parts
    catalogue: Catalogue
    sender: SenderRow | None
    template: Sendable | None
    sources: ParameterSources
    trial: store.Trial

    def values_of(self, contact: store.TrialContact) -> TemplateValues:
        """The template's values for a contact."""
        return self.sources.values_of(contact.values)

    def intent(self, contact: store.TrialContact) -> Intent:
        """The wish to send this contact the message."""
        return Intent(
            organization_id=self.campaign.organization_id,
            sender_kind="campaign",
            sender_id=self.campaign.id,
            integration_id=self.campaign.integration_id,
            address=contact.address,
            response_id=self.campaign.response_id,
            values=self.values_of(contact),
            priority=Priority.CAMPAIGN,
            initiator="campaign",
        )


async def prepare_trial(connection: Connection, campaign: CampaignRow) -> Trying:
    """Read what the campaign is put together from."""
    organization_id = campaign.organization_id
    content = content_of(campaign)
    parts = await read_parts(connection, organization_id, content, divisions=None)
    sources, needed = ParameterSources(()), list[int]()
    columns = campaign.list_columns
    if parts.template is not None:
        compiled = parts.template.compiled
        sources = map_parameters(compiled, read_mappings(campaign.parameters), columns)
        needed = _needed(parts.template, sources, len(columns))
    return Trying(
        campaign,
        parts,
        Catalogue(),
        parts.sender,
        parts.template,
        sources,
        store.Trial(
            list_id=campaign.list_id,
            address_column=columns.index(campaign.whatsapp_column) + 1,
            needed=needed,
            dnc_list_ids=campaign.dnc_list_ids,
            sorts=[_sort(each, columns) for each in campaign.sorts],
            condition=await _condition(connection, campaign),
        ),
    )


def _needed(template: Sendable, sources: ParameterSources, width: int) -> list[int]:
    """The places of columns without whose value the message would be refused: found by trying."""
    whole = ["x"] * width
    slots = template.compiled
    required = {
        (slot.where, slot.key)
        for slot in (*slots.header_slots, *slots.body_slots, *slots.button_slots)
        if slot.required
    }

    def filled(values: list[str]) -> set[tuple[Any, str]]:
        given, spare = sources.values_of(values), template.defaults
        parts = {
            "header": given.header | spare.header,
            "body": given.body | spare.body,
            "button": given.buttons | spare.buttons,
        }
        return {slot for slot in required if slot[1] in parts[slot[0].value]}

    return [
        place + 1
        for place in range(width)
        if filled(whole) - filled([*whole[:place], "", *whole[place + 1 :]])
    ]


def _sort(given: dict[str, Any], columns: list[str]) -> Sort:
    return Sort(
        columns.index(given["fieldName"]) + 1,
        numeric=bool(given.get("numeric")),
        descending=given.get("direction") == "DESC",
    )


async def _condition(connection: Connection, campaign: CampaignRow) -> ContactCondition:
    if campaign.filter_id is None:
        return EVERY_CONTACT
    rows = await fetch(
        connection,
        select_filters(
            campaign.organization_id, FilterChoice(ids=[campaign.filter_id]), limit=1, offset=0
        ),
    )
    wanted: ContactFilter | None = rows[0].conditions() if rows else None
    if wanted is None or not wanted.clauses:
        return EVERY_CONTACT
    return contact_condition(wanted, campaign.list_columns, now=datetime.now(UTC))


async def dry_run(connection: Connection, campaign: CampaignRow) -> DryRun:
    """Say what a run of the campaign would come to now, writing nothing (C14).

    Counts by list, filter, do-not-contact lists and template are of all contacts; consent and
    suppression are asked of a random thousand. Gives up after half a minute.
    """
    trying = await prepare_trial(connection, campaign)
    organization_id, trial = campaign.organization_id, trying.trial
    await execute(connection, store.limit_trial(seconds=LONGEST_SECONDS))
    size = await fetch_one(connection, store.select_list_size(organization_id, campaign.list_id))
    counts = await fetch(connection, store.count_trial(organization_id, trial))
    excluded, asked = _tally(counts)
    first = await fetch(connection, store.select_first(organization_id, trial, limit=SHOWN))
    sample = await _sample(connection, organization_id, trial, size)
    refused = await decide_all(connection, trying, [*first, *sample])
    of_sample = refused[len(first) :]
    tally = Counter(each[0].code for each in of_sample if each)
    del tally[EXCLUDED_LATER]
    examples = [
        _example(trying, contact, refusals)
        for contact, refusals in zip([*first, *sample], refused, strict=True)
    ]
    rate = asked / len(sample) if sample else 0.0
    estimated = {code: round(count * rate) for code, count in tally.items()}
    would_send = max(asked - sum(estimated.values()), 0)
    picked = random.sample(range(len(sample)), min(SHOWN, len(sample)))
    return DryRun(
        contacts=size.contact_count,
        filtered_out=max(size.contact_count - sum(each.contacts for each in counts), 0),
        would_send=would_send,
        excluded=excluded,
        estimated=estimated,
        sampled=len(sample),
        asked=asked,
        blocking=find_problems(content_of(campaign), trying.parts),
        warnings=await _warnings(connection, trying, estimated, would_send=would_send),
        first=examples[: len(first)],
        random=[examples[len(first) + at] for at in sorted(picked)],
    )


def _tally(counts: list[store.TrialCount]) -> tuple[dict[str, int], int]:
    """The exclusions by reason, and how many contacts are left whose own rules count."""
    excluded = {each.reason: each.contacts for each in counts if each.reason is not None}
    left = next((each for each in counts if each.reason is None), None)
    if left is None:
        return excluded, 0
    if left.contacts > left.addresses:
        excluded["address.repeated"] = left.contacts - left.addresses
    lacking = min(left.lacking, left.addresses)
    if lacking:
        excluded[EXCLUDED_LATER] = lacking
    return excluded, left.addresses - lacking


async def _sample(
    connection: Connection, organization_id: UUID, trial: store.Trial, size: store.ListSize
) -> list[store.TrialContact]:
    last = size.next_position - 1
    positions = random.sample(range(1, last + 1), min(SAMPLE, last))
    return await fetch(connection, store.select_sample(organization_id, trial, positions=positions))


async def decide_all(
    connection: Connection, trying: Trying, contacts: list[store.TrialContact]
) -> list[list[Rejection]]:
    """What speaks against messaging each contact now, by the rules of every message."""
    facts: list[SendFacts] = []
    if contacts:
        wanted = [
            FactsWanted(
                integration_id=trying.campaign.integration_id,
                forms=match_keys(each.address),
                subject_id=trying.campaign.id,
                key=None,
                use_existing=False,
            )
            for each in contacts
        ]
        facts = await fetch(connection, select_facts(trying.campaign.organization_id, wanted))
    now = datetime.now(UTC)
    return [
        decide_message(
            trying.intent(contact), trying.sender, trying.template, facts=fact, now=now
        ).refusals
        for contact, fact in zip(contacts, facts, strict=True)
    ]


def _example(trying: Trying, contact: store.TrialContact, refusals: list[Rejection]) -> Example:
    rendered = None
    if trying.template is not None:
        rendered = preview(trying.template.compiled.template, trying.values_of(contact))
    return Example(contact.id, contact.address, rendered, refusals)


async def _warnings(
    connection: Connection, trying: Trying, estimated: dict[str, int], *, would_send: int
) -> list[Warned]:
    warnings = []
    for code in ("consent.required", "consent.withdrawn"):
        if count := estimated.get(code):
            what = "no opt-in" if code == "consent.required" else "an opt-out"
            message = f"About {count} contacts have {what} for this category of messages."
            warnings.append(Warned(code, message, count))
    warnings += await _warn_of_sorts(connection, trying)
    limit = None if trying.sender is None else tier_limit(trying.sender.messaging_limit)
    if trying.sender is not None and limit is not None:
        used = await fetch_one(
            connection,
            count_recipients(trying.campaign.organization_id, trying.sender.account_id, most=limit),
        )
        left = max(limit - used.count, 0)
        if left < would_send:
            message = (
                f"The number may write to {left} more customers within 24 hours; the rest of "
                f"about {would_send} contacts waits until it may again."
            )
            warnings.append(Warned("messaging.limit.smaller", message, left))
    return warnings


async def _warn_of_sorts(connection: Connection, trying: Trying) -> list[Warned]:
    """C10: dates that are not ISO 8601 sort as text; what is no number sorts last."""
    trial, columns = trying.trial, trying.campaign.list_columns
    if not trial.sorts:
        return []
    found = {
        each.place: each
        for each in await fetch(
            connection,
            store.check_sort_columns(trying.campaign.organization_id, trial, limit=SORTS_LOOKED_AT),
        )
    }
    warnings = []
    for sort in trial.sorts:
        check, name = found[sort.column], columns[sort.column - 1]
        if check.odd_dates and not sort.numeric:
            message = (
                f"The column {name} holds dates that are not written as 2026-01-31, which sort "
                "as text and not by time."
            )
            warnings.append(Warned("contact.sort.dates", message, check.odd_dates))
        if check.no_numbers and sort.numeric:
            message = f"The column {name} holds values that are no numbers; they come last."
            warnings.append(Warned("contact.sort.numbers", message, check.no_numbers))
    return warnings
