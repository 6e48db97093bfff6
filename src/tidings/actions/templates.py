"""Templates: what the provider lists or tells of an account's, applied to ours.

Every synced template has a response of its own with the same id, in the library of each of the
account's integrations, so that the API's `messagingTemplate.responseId` can name it (W12).
"""

from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.domain.errors import absent
from tidings.domain.inbound import (
    TemplateCategoryChange,
    TemplateChange,
    TemplateContentChange,
    TemplateQualityChange,
)
from tidings.domain.permissions import Caller
from tidings.domain.substitutions import substitutions_of
from tidings.domain.templates import compile_template, preview
from tidings.providers.whatsapp_cloud.manage import FetchedTemplate
from tidings.store import template_sync as sync
from tidings.store import templates as store
from tidings.store.events import insert_event
from tidings.store.ids import new_id
from tidings.store.integration_states import update_templates_synced
from tidings.store.integration_upkeep import schedule_account_upkeep
from tidings.store.libraries import put_template_library
from tidings.store.query import Connection, Query, execute, fetch, fetch_optional
from tidings.store.responses import SyncedResponse, put_synced_responses, shelve_nowhere

VIEW: Final = "messaging:template:view"
SYNC: Final = "messaging:template:sync"

AnyTemplateChange = (
    TemplateChange | TemplateQualityChange | TemplateCategoryChange | TemplateContentChange
)

# What a webhook calls an event and a listing calls a status. Of the events that a listing never
# shows, these two leave a template as it was: it can still be sent.
EVENT_STATUSES: Final = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}
EVENTS_WITHOUT_STATUS: Final = frozenset({"FLAGGED", "LOCKED"})


class SyncCounts(msgspec.Struct, frozen=True):
    """What a sync changed, and how many templates the provider lists."""

    added: int
    changed: int
    removed: int
    total: int


async def apply_listed_templates(
    connection: Connection,
    organization_id: UUID,
    account_id: str,
    fetched: list[FetchedTemplate],
    *,
    integration_ids: list[UUID],
) -> SyncCounts:
    """Make an account's templates and their responses what the provider lists.

    Repeating it changes nothing. Templates that are not listed any more are kept, marked
    removed, and leave their libraries; event `template.changed` names what changed.
    """
    await execute(connection, sync.lock_account(organization_id, account_id))
    listed = {(one.name, one.language): one for one in map(_listed, fetched)}
    differences = await fetch(
        connection, sync.merge_templates(organization_id, account_id, list(listed.values()))
    )
    ids = {what: [d.id for d in differences if d.what == what] for what in _WHAT}
    for integration_id in integration_ids:
        await execute(connection, put_template_library(organization_id, integration_id))
    await _put_responses(connection, organization_id, account_id, fetched)
    if ids["removed"]:
        await execute(connection, shelve_nowhere(organization_id, ids["removed"]))
    await execute(connection, update_templates_synced(organization_id, account_id))
    if differences:
        body: dict[str, Any] = {"accountId": account_id}
        body |= {what: [str(each) for each in found] for what, found in ids.items()}
        await execute(connection, insert_event(organization_id, "template.changed", body=body))
    return SyncCounts(
        len(ids["added"]), len(ids["changed"]), len(ids["removed"]), total=len(listed)
    )


async def apply_template_change(
    connection: Connection, organization_id: UUID, account_id: str, change: AnyTemplateChange
) -> bool:
    """Apply what a webhook tells of one template, as often as it comes.

    False when it is not known here or its text changed: the account is then synced soon.
    """
    applied = None
    if not isinstance(change, TemplateContentChange):
        applied = await fetch_optional(connection, _changed(organization_id, account_id, change))
    if applied is None:
        await execute(connection, schedule_account_upkeep(organization_id, account_id))
        return False
    if applied.removed_at is not None:
        await execute(connection, shelve_nowhere(organization_id, [applied.id]))
    body = {
        "accountId": account_id,
        "changed": [str(applied.id)],
        "name": applied.name,
        "language": applied.language,
        "status": applied.status,
        "category": applied.category,
        "quality": applied.quality,
        "rejectedReason": applied.rejected_reason,
    }
    await execute(
        connection,
        insert_event(organization_id, "template.changed", body=body, entity_id=applied.id),
    )
    return True


async def access_template(
    connection: Connection, caller: Caller, template_id: UUID
) -> store.TemplateEntryRow:
    """The template with the integrations the caller may see, or a 404 when there is none."""
    row = await fetch_optional(
        connection,
        store.select_template(
            caller.organization_id, template_id, divisions=caller.divisions(VIEW)
        ),
    )
    if row is None:
        raise absent("template", template_id)
    return row


_WHAT: Final = ("added", "changed", "removed")


def _listed(fetched: FetchedTemplate) -> store.ListedTemplate:
    template = fetched.template
    return store.ListedTemplate(
        id=new_id(),
        provider_template_id=fetched.template_id,
        name=template.name,
        language=template.language,
        category=template.category,
        status=template.status,
        quality=fetched.quality,
        rejected_reason=fetched.rejected_reason,
        parameter_format=(template.parameter_format or "POSITIONAL").upper(),
        components=fetched.components,
    )


async def _put_responses(
    connection: Connection, organization_id: UUID, account_id: str, fetched: list[FetchedTemplate]
) -> None:
    by_name = {(one.template.name, one.template.language): one for one in fetched}
    rows = await fetch(connection, store.select_account_templates(organization_id, account_id))
    responses = [_response(row, by_name[row.name, row.language]) for row in rows]
    await execute(connection, put_synced_responses(organization_id, account_id, responses))


def _response(row: store.TemplateRow, fetched: FetchedTemplate) -> SyncedResponse:
    text = preview(fetched.template).body
    return SyncedResponse(
        id=row.id,
        name=f"{row.name} ({row.language})",
        texts=[{"content": text, "contentType": "text/plain"}] if text else [],
        substitutions=substitutions_of(compile_template(fetched.template)),
        messaging_template={"whatsApp": {"name": row.name, "language": row.language}},
    )


def _changed(
    organization_id: UUID,
    account_id: str,
    change: TemplateChange | TemplateQualityChange | TemplateCategoryChange,
) -> Query[store.TemplateRow]:
    status = quality = category = reason = None
    match change:
        case TemplateChange():
            status = EVENT_STATUSES.get(change.status, change.status)
            status = None if status in EVENTS_WITHOUT_STATUS else status
            category = change.category
            reason = None if change.reason in (None, "", "NONE") else change.reason
        case TemplateQualityChange():
            quality = change.quality
        case TemplateCategoryChange() if change.effective_at is None:
            category = change.new_category
        case TemplateCategoryChange():
            pass
    told = sync.TemplateNews(
        provider_template_id=change.template_id,
        name=change.name,
        language=change.language,
        status=status,
        quality=quality,
        category=category.upper() if category else None,
        rejected_reason=reason,
        removed=status == "DELETED",
    )
    return sync.change_template(organization_id, account_id, told)
