"""Integrations: connect a number, change, delete, and what state it is in.

What asks the provider (check, subscribe, sync) is in integration_checks and templates.
"""

from uuid import UUID

import msgspec
import psycopg
from msgspec import UNSET, UnsetType

from tidings.actions.changes import Subject, record_change
from tidings.actions.divisions import choose_division
from tidings.actions.integration_drafts import (
    SECRETS,
    Credentials,
    IntegrationDraft,
    check_draft,
    hash_verify_token,
    invalid_fields,
    unfit_secrets,
)
from tidings.actions.names import check_name, name_taken, update_named
from tidings.actions.response_removal import remove_library
from tidings.actions.supported_content import check_content
from tidings.domain.errors import absent, conflict
from tidings.domain.permissions import Caller
from tidings.store import integrations as store
from tidings.store.events import insert_event
from tidings.store.ids import new_id
from tidings.store.integration_states import update_status
from tidings.store.libraries import put_template_library
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.responses import shelve_nowhere
from tidings.store.secret_box import SecretBox
from tidings.store.senders import select_senders
from tidings.store.template_sync import remove_unheld_templates
from tidings.store.workstream_numbers import detach_number, select_stream_of

VIEW = "messaging:integration:view"
EDIT = "messaging:integration:edit"
ADD = ("messaging:whatsappIntegration:add", "messaging:integration:add")
CONTENT = "supportedContent.id"


def system(organization_id: UUID) -> Caller:
    """The engine itself, as the one who changed something."""
    return Caller(organization_id, kind="system", id=UUID(int=0), name="system", grants=())


async def create_integration(
    connection: Connection, caller: Caller, secrets: SecretBox, draft: IntegrationDraft
) -> store.IntegrationRow:
    """Connect a number; it is inactive until a check was clean.

    Raises a 400 naming what is missing, a 409 for a taken name or a number that is connected
    already: in another organization too, of which nothing more is told.
    """
    name = check_name(draft.name)
    check_draft(draft)
    permission = next((each for each in ADD if caller.may(each)), ADD[0])
    division_id = await choose_division(
        connection, caller, draft.division_id, permission=permission
    )
    if draft.content_id is not None:
        await check_content(connection, caller, draft.content_id, field=CONTENT)
    integration_id = new_id()
    values = {k: v for k, v in msgspec.structs.asdict(draft.credentials).items() if v}
    new = store.NewIntegration(
        division_id=division_id,
        name=name,
        phone_number="".join(filter(str.isdecimal, draft.phone_number)),
        number_id=draft.number_id,
        account_id=draft.account_id,
        base_address=draft.base_address,
        secrets=secrets.seal(
            values, organization_id=caller.organization_id, owner_id=integration_id
        ),
        verify_hash=hash_verify_token(draft.credentials.verify_token or ""),
        supported_content_id=draft.content_id,
        created_by=caller.id,
    )
    insert = store.insert_integration(caller.organization_id, integration_id, new)
    try:
        created = await fetch_optional(connection, insert)
    except psycopg.errors.UniqueViolation as error:
        raise name_taken(name) from error
    if created is None:
        raise conflict(
            "integration.number.connected",
            f"The number with the id {draft.number_id} is already connected.",
            phoneNumberId=draft.number_id,
        )
    return await _announce(connection, caller, "create", integration_id)


async def access_integration(
    connection: Connection, caller: Caller, integration_id: UUID, *, permission: str = VIEW
) -> store.IntegrationRow:
    """The integration, or a 404 when it is not for the caller to see; 403 without permission."""
    row = await fetch_optional(
        connection,
        store.select_integration(
            caller.organization_id, integration_id, divisions=caller.divisions(VIEW)
        ),
    )
    if row is None:
        raise absent("integration", integration_id)
    caller.require(permission, row.division_id)
    return row


async def change_integration(
    connection: Connection,
    caller: Caller,
    secrets: SecretBox,
    integration_id: UUID,
    *,
    name: str | None,
    division_id: UUID | None,
    credentials: Credentials,
    content_id: UUID | UnsetType | None = UNSET,
    version: int | None,
) -> store.IntegrationRow:
    """Rename, move, give new secrets or a content profile; 409 when it was changed meanwhile.

    A content profile of None is the organization's default, whichever that is.
    """
    before = await access_integration(connection, caller, integration_id, permission=EDIT)
    division_id = await choose_division(
        connection, caller, division_id, permission=EDIT, current=before.division_id
    )
    sealed = await _reseal(connection, secrets, before, credentials)
    if content_id is UNSET:
        content_id = before.supported_content_id
    elif content_id is not None:
        await check_content(connection, caller, content_id, field=CONTENT)
    token = credentials.verify_token
    name = check_name(name) if name is not None else before.name
    update = store.update_integration(
        caller.organization_id,
        integration_id,
        name=name,
        division_id=division_id,
        supported_content_id=content_id,
        secrets=sealed,
        verify_hash=hash_verify_token(token) if token else None,
        version=before.version if version is None else version,
        modified_by=caller.id,
    )
    await update_named(
        connection, update, name, what="integration", sent=version, current=before.version
    )
    if before.templates_synced_at is not None:
        await execute(connection, put_template_library(caller.organization_id, integration_id))
    renewed = [name for name in SECRETS if getattr(credentials, name)]
    return await _announce(
        connection, caller, "update", integration_id, before=before, renewed=renewed
    )


async def delete_integration(
    connection: Connection, caller: Caller, integration_id: UUID, *, force: bool
) -> store.IntegrationRow:
    """Disconnect a number and give what it was.

    409 while messages wait to go out, with their counts, or while a workstream handles its
    messages, unless forced: then what waits is not sent, and the workstream goes on without it.
    """
    before = await access_integration(
        connection, caller, integration_id, permission="messaging:integration:delete"
    )
    waiting = await fetch_one(
        connection, store.count_queued(caller.organization_id, integration_id)
    )
    if not force and waiting.queued + waiting.under_way:
        raise conflict(
            "integration.in.use",
            f"{waiting.queued} messages are still queued and {waiting.under_way} on their way "
            f"through {before.name}. Wait for them, or delete with force=true.",
            queued=str(waiting.queued),
            underWay=str(waiting.under_way),
        )
    if not force:
        await _check_detached(connection, caller, integration_id)
    await execute(connection, detach_number(caller.organization_id, integration_id))
    await execute(
        connection,
        store.delete_integration(caller.organization_id, integration_id, modified_by=caller.id),
    )
    await remove_library(connection, caller, integration_id)
    removed = await fetch(
        connection, remove_unheld_templates(caller.organization_id, before.account_id)
    )
    await execute(connection, shelve_nowhere(caller.organization_id, [row.id for row in removed]))
    await record_change(connection, caller, "delete", _subject(before), before=before)
    await _tell(connection, before, "integration.changed", deleted=True)
    return before


async def _check_detached(connection: Connection, caller: Caller, integration_id: UUID) -> None:
    """No workstream handles the number's messages; else a 409 that says which."""
    query = select_stream_of(caller.organization_id, integration_id)
    attached = await fetch_optional(connection, query)
    if attached is not None:
        raise conflict(
            "integration.in.use",
            f"The workstream {attached.workstream} handles the messages of {attached.name}; "
            "without the number nobody is asked. Take it from the workstream, or delete with "
            "force=true.",
            workstream=attached.workstream,
        )


async def set_integration_status(
    connection: Connection,
    organization_id: UUID,
    integration_id: UUID,
    *,
    status: str,
    reason_code: str | None = None,
    reason: str | None = None,
    caller: Caller | None = None,
) -> bool:
    """Put an integration into a state (active, inactive, error), with the reason people read.

    Idempotent: audit row and event `integration.status` are written only when status or reason
    code change, which is what True says. Without a caller the engine itself did it.
    """
    before = await fetch_optional(
        connection, store.select_integration(organization_id, integration_id)
    )
    changed = await fetch_optional(
        connection,
        update_status(
            organization_id, integration_id, status=status, reason_code=reason_code, reason=reason
        ),
    )
    if before is None or changed is None:
        return False
    caller = caller or system(organization_id)
    after = await fetch_one(connection, store.select_integration(organization_id, integration_id))
    await record_change(connection, caller, "status", _subject(after), before=before, after=after)
    await _tell(
        connection,
        after,
        "integration.status",
        status=after.status,
        previousStatus=before.status,
        reasonCode=reason_code,
        reason=reason,
    )
    return True


async def _reseal(
    connection: Connection,
    secrets: SecretBox,
    row: store.IntegrationRow,
    credentials: Credentials,
) -> bytes | None:
    """The secrets with the new ones in place; None when there are none. All three are opened
    only if some are kept, so secrets whose key was lost can be entered anew."""
    given = {k: v for k, v in msgspec.structs.asdict(credentials).items() if v}
    if not given:
        return None
    if fields := unfit_secrets(credentials):
        raise invalid_fields(fields)
    whose = {"organization_id": row.organization_id, "owner_id": row.id}
    if len(given) < len(SECRETS):
        sender = await fetch_one(connection, select_senders([row.organization_id], [row.id]))
        given = secrets.open(sender.secrets, **whose) | given
    return secrets.seal(given, **whose)


async def _announce(
    connection: Connection,
    caller: Caller,
    action: str,
    integration_id: UUID,
    *,
    before: store.IntegrationRow | None = None,
    renewed: list[str] | None = None,
) -> store.IntegrationRow:
    after = await fetch_one(
        connection, store.select_integration(caller.organization_id, integration_id)
    )
    told = msgspec.to_builtins(after) | ({"renewed": renewed} if renewed else {})
    await record_change(connection, caller, action, _subject(after), before=before, after=told)
    await _tell(connection, after, "integration.changed", status=after.status)
    return after


async def _tell(
    connection: Connection, row: store.IntegrationRow, kind: str, **more: object
) -> None:
    body = {"id": str(row.id), "name": row.name, **more}
    await execute(connection, insert_event(row.organization_id, kind, body=body, entity_id=row.id))


def _subject(row: store.IntegrationRow) -> Subject:
    return Subject("integration", row.id, row.name, row.division_id)
