"""What keeps a campaign from being made or started: each reason with its own code and field."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.actions.catalogue import Catalogue, Sendable
from tidings.domain import contact_lists, dnc_lists
from tidings.domain.campaigns import MOST_SORTS
from tidings.domain.errors import FieldError
from tidings.domain.parameter_mapping import check_mappings, read_mappings
from tidings.domain.quiet_hours import check_quiet_hours
from tidings.domain.templates import check_sendable
from tidings.store.campaign_parts import (
    DncPart,
    ListPart,
    select_dnc_parts,
    select_filter_part,
    select_list_part,
    select_pace_part,
)
from tidings.store.campaigns import CampaignContent
from tidings.store.query import Connection, fetch, fetch_one, fetch_optional
from tidings.store.senders import SenderRow

DEFAULT_MOST_A_MINUTE: Final = 60_000
MOST_DNC_LISTS: Final = 100
LIST: Final = "contactList"
COLUMN: Final = "whatsAppConfig.whatsAppColumns"
TEMPLATE: Final = "whatsAppConfig.contentTemplate"
INTEGRATION: Final = "whatsAppConfig.whatsAppIntegration"
DNC: Final = "dncLists"
# A campaign that always runs waits for contacts.
FILLED_LATER: Final = frozenset({contact_lists.EMPTY, contact_lists.IMPORT_RUNNING})
LIST_WORDS: Final = {
    contact_lists.NO_WHATSAPP_COLUMN: "has no column of phone IDs; make a list with one",
    contact_lists.IMPORT_RUNNING: "is being imported; wait until the import is done",
    contact_lists.IMPORT_FAILED: "could not be imported; mend the file and import it again",
    contact_lists.EMPTY: "holds no contacts; import some first",
}
DNC_WORDS: Final = {
    "not.phone": "holds no phone numbers; choose one for WhatsApp, Phone or Any",
    "import.running": "is being imported; wait until the import is done",
    "import.failed": "could not be imported; mend the file and import it again, or accept the list "
    "as it is",
    "import.failed.partly": "was imported in part only; mend the rejected rows and import them "
    "again, or accept the list as it is",
    "empty": "is empty; add numbers to it or leave it out",
}


class Parts(msgspec.Struct, frozen=True):
    """What a campaign names, as far as it was found."""

    contact_list: ListPart | None
    sender: SenderRow | None
    template: Sendable | None
    dnc_lists: list[DncPart]
    most_a_minute: int
    filter_list_id: UUID | None = None


async def read_parts(
    connection: Connection,
    organization_id: UUID,
    content: CampaignContent,
    *,
    divisions: list[UUID] | None,
) -> Parts:
    """Read what the campaign is put together from, in these divisions (None: any)."""
    catalogue = Catalogue()
    await catalogue.load(
        connection,
        organization_id,
        senders=[content.integration_id],
        responses=[content.response_id],
    )
    sender = catalogue.sender(organization_id, content.integration_id)
    if sender is not None and divisions is not None and sender.division_id not in divisions:
        sender = None
    contact_list = await fetch_optional(
        connection, select_list_part(organization_id, content.list_id, divisions=divisions)
    )
    chosen = None
    if content.filter_id is not None:
        chosen = await fetch_optional(
            connection, select_filter_part(organization_id, content.filter_id)
        )
    return Parts(
        contact_list=contact_list,
        sender=sender,
        template=catalogue.template(organization_id, content.response_id),
        dnc_lists=await fetch(
            connection,
            select_dnc_parts(organization_id, content.dnc_list_ids, divisions=divisions),
        ),
        most_a_minute=await _most_a_minute(connection, organization_id, sender),
        filter_list_id=None if chosen is None else chosen.list_id,
    )


def find_problems(
    content: CampaignContent, parts: Parts, *, fields: Iterable[str] | None = None
) -> list[FieldError]:
    """Everything that speaks against the campaign; `fields` narrows it to what was chosen anew.

    C2, C3, C5 to C8, C10: an empty list means that it can be started.
    """
    chosen = set(msgspec.structs.asdict(content) if fields is None else fields)
    found: list[FieldError] = []
    if "list_id" in chosen:
        found += check_list(parts.contact_list, always_running=content.always_running)
    if parts.contact_list is not None:
        found += _check_columns(content, parts.contact_list, chosen=chosen)
    if chosen & {"filter_id", "list_id"} and content.filter_id is not None:
        found += _check_filter(content, parts)
    if "integration_id" in chosen:
        found += _check_sender(parts.sender)
    if chosen & {"response_id", "parameters", "integration_id", "list_id"}:
        found += _check_template(content, parts)
    if "dnc_list_ids" in chosen:
        found += _check_dnc_lists(content.dnc_list_ids, parts.dnc_lists)
    if chosen & {"messages_per_minute", "integration_id"}:
        found += _check_pace(content.messages_per_minute, parts.most_a_minute)
    return found


def check_list(part: ListPart | None, *, always_running: bool) -> list[FieldError]:
    """Why a contact list cannot be used (C3). One that always runs may be filled later."""
    if part is None:
        return [FieldError("contact.list.not.found", LIST, "There is no such contact list.")]
    reasons = contact_lists.unusable_reasons(
        has_whatsapp_column=bool(part.whatsapp_columns),
        contact_count=part.contact_count,
        import_state=part.import_state,
    )
    return [
        FieldError(
            f"contact.list.{each}", LIST, f"The contact list {part.name} {LIST_WORDS[each]}."
        )
        for each in reasons
        if not (always_running and each in FILLED_LATER)
    ]


def _check_columns(
    content: CampaignContent, part: ListPart, *, chosen: set[str]
) -> list[FieldError]:
    found = []
    column = content.whatsapp_column
    if chosen & {"list_id", "whatsapp_column"} and column not in part.whatsapp_columns:
        known = ", ".join(part.whatsapp_columns) or "none"
        found.append(
            FieldError(
                "whatsapp.column.unknown",
                COLUMN,
                f"{column} is no column of phone IDs of the contact list {part.name}; those "
                f"are: {known}.",
            )
        )
    if chosen & {"sorts", "list_id"}:
        found += check_sorts(content.sorts, part.columns)
    if chosen & {"quiet_hours", "list_id"} and content.quiet_hours is not None:
        found += check_quiet_hours(content.quiet_hours, part.columns)
    return found


def check_sorts(sorts: list[dict[str, Any]], columns: list[str]) -> list[FieldError]:
    """At most four columns of the list, each once (C10)."""
    if len(sorts) > MOST_SORTS:
        message = f"Contacts are sorted by at most {MOST_SORTS} columns; {len(sorts)} were given."
        return [FieldError("contact.sorts.limit", "contactSorts", message)]
    found = []
    names = [str(each["fieldName"]) for each in sorts]
    for at, name in enumerate(names):
        field = f"contactSorts[{at}].fieldName"
        if name not in columns:
            message = f"The contact list has no column {name}; those are: {', '.join(columns)}."
            found.append(FieldError("contact.sort.column.unknown", field, message))
        elif name in names[:at]:
            message = f"The column {name} sorts already; leave it out here."
            found.append(FieldError("contact.sort.column.repeated", field, message))
    return found


def _check_filter(content: CampaignContent, parts: Parts) -> list[FieldError]:
    field = "contactListFilters"
    if parts.filter_list_id is None:
        message = "There is no such contact list filter."
        return [FieldError("contact.list.filter.not.found", field, message)]
    if parts.filter_list_id != content.list_id:
        message = "The filter belongs to another contact list; choose one of this list."
        return [FieldError("contact.list.filter.other.list", field, message)]
    return []


def _check_sender(sender: SenderRow | None) -> list[FieldError]:
    if sender is None:
        message = "There is no such WhatsApp integration that you may use."
        return [FieldError("integration.not.found", INTEGRATION, message)]
    if sender.status == "active":
        return []
    why = sender.reason or "It was switched off by an administrator."
    message = f"The integration {sender.name} cannot send: it is {sender.status}. {why}"
    return [FieldError(f"integration.{sender.status}", INTEGRATION, message)]


def _check_template(content: CampaignContent, parts: Parts) -> list[FieldError]:
    template, sender = parts.template, parts.sender
    if template is None:
        message = "There is no such template; choose a response that stands for one."
        return [FieldError("template.not.found", TEMPLATE, message)]
    problem = check_sendable(template.compiled)
    if problem is not None:
        return [FieldError(problem.code, TEMPLATE, problem.message)]
    if sender is not None and sender.account_id != template.row.account_id:
        message = (
            f"The template {template.row.name} belongs to another WhatsApp business account than "
            f"the integration {sender.name}."
        )
        return [FieldError("template.other_account", TEMPLATE, message)]
    if parts.contact_list is None:
        return []
    return check_mappings(
        template.compiled,
        read_mappings(content.parameters),
        parts.contact_list.columns,
        defaults=template.defaults,
    )


def _check_dnc_lists(wanted: list[UUID], found: list[DncPart]) -> list[FieldError]:
    if len(wanted) > MOST_DNC_LISTS:
        message = f"A campaign has at most {MOST_DNC_LISTS} do-not-contact lists."
        return [FieldError("dnc.lists.limit", DNC, message)]
    known = {each.id for each in found}
    problems = [
        FieldError("dnc.list.not.found", DNC, f"There is no do-not-contact list {each}.")
        for each in wanted
        if each not in known
    ]
    for part in found:
        state = dnc_lists.ListState(
            contact_method=part.contact_method,
            source_type=part.source_type,
            collects_opt_outs=part.collects_opt_outs,
            entry_count=part.entry_count,
            import_state=part.import_state,
            import_rejected_rows=part.import_rejected_rows,
            import_accepted=part.import_accepted,
        )
        problems += [
            FieldError(
                f"dnc.list.{each}", DNC, f"The do-not-contact list {part.name} {DNC_WORDS[each]}."
            )
            for each in dnc_lists.unusable_reasons(state)
        ]
    return problems


async def _most_a_minute(
    connection: Connection, organization_id: UUID, sender: SenderRow | None
) -> int:
    part = await fetch_one(
        connection, select_pace_part(organization_id, default=DEFAULT_MOST_A_MINUTE)
    )
    most = part.max_messages_per_minute
    return most if sender is None else min(most, sender.throughput * 60)


def _check_pace(messages_per_minute: int, most: int) -> list[FieldError]:
    if 1 <= messages_per_minute <= most:
        return []
    message = (
        f"messagesPerMinute is from 1 to {most}: what the number can send and what the "
        "organization allows."
    )
    return [FieldError("messages.per.minute.range", "messagesPerMinute", message)]
