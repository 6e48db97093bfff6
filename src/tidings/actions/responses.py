"""Responses: canned texts and message templates that people keep in libraries."""

from typing import Any
from uuid import UUID

import msgspec

from tidings.actions.changes import Subject, record_change
from tidings.actions.names import check_name
from tidings.actions.response_removal import remove_response
from tidings.domain.errors import absent, conflict, invalid, stale_version
from tidings.domain.permissions import Caller
from tidings.store import responses as store
from tidings.store.ids import new_id
from tidings.store.libraries import LibraryFilter, select_libraries
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional
from tidings.store.templates import select_named_templates

VIEW = "responses:response:view"
MESSAGING_TEMPLATE = "MessagingTemplate"
LONGEST_TEXT = 30_000
MOST_LIBRARIES = 50
MOST_SUBSTITUTIONS = 100


class ResponseDraft(msgspec.Struct, frozen=True):
    """A response as it is asked for; `template` names a WhatsApp template: name, language."""

    name: str | None
    library_ids: list[UUID]
    texts: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]
    response_type: str | None = None
    template: tuple[str, str] | None = None


async def create_response(
    connection: Connection, caller: Caller, draft: ResponseDraft
) -> store.ResponseRow:
    """Create a response in libraries of divisions in which the caller may add them."""
    content = await _check_content(
        connection, caller, draft, permission="responses:response:add", kept=[]
    )
    response_id = new_id()
    await execute(
        connection,
        store.insert_response(caller.organization_id, response_id, content, created_by=caller.id),
    )
    after = await _read(connection, caller, response_id)
    await record_change(connection, caller, "create", _subject(after), after=_shown(after))
    return after


async def access_response(
    connection: Connection, caller: Caller, response_id: UUID, *, permission: str = VIEW
) -> store.ResponseRow:
    """The response, or a 404 unless the permission is held where one of its libraries is.

    Who takes part in a queue's conversation sees the responses that the queue answers with.
    """
    query = store.select_response(
        caller.organization_id,
        response_id,
        divisions=caller.divisions(permission),
        worker_id=caller.id if permission == VIEW else None,
    )
    response = await fetch_optional(connection, query)
    if response is None:
        raise absent("response", response_id)
    return response


async def change_response(
    connection: Connection,
    caller: Caller,
    response_id: UUID,
    draft: ResponseDraft,
    *,
    version: int | None,
) -> store.ResponseRow:
    """Replace a response; 409 when it was changed meanwhile.

    Of a synced template's own response only what its substitutions default to can be changed:
    all else is the provider's.
    """
    edit = "responses:response:edit"
    before = await access_response(connection, caller, response_id, permission=edit)
    if before.is_synced:
        content = _with_defaults(before, draft)
    else:
        content = await _check_content(
            connection, caller, draft, permission=edit, kept=before.library_ids
        )
    changed = await fetch_optional(
        connection,
        store.update_response(
            caller.organization_id,
            response_id,
            content,
            version=before.version if version is None else version,
        ),
    )
    if changed is None:
        raise stale_version("response", sent=version, current=before.version)
    after = await _read(connection, caller, response_id)
    await record_change(
        connection, caller, "update", _subject(after), before=_shown(before), after=_shown(after)
    )
    return after


async def delete_response(connection: Connection, caller: Caller, response_id: UUID) -> None:
    """Delete a response; 409 for a synced template's own, and while a campaign sends it."""
    before = await access_response(
        connection, caller, response_id, permission="responses:response:delete"
    )
    if before.is_synced:
        raise conflict(
            "response.of.template",
            f"This response is kept by the sync of templates; delete the template {before.name} "
            "at the provider instead.",
        )
    await remove_response(connection, caller, response_id)
    await record_change(connection, caller, "delete", _subject(before), before=_shown(before))


async def _check_content(
    connection: Connection,
    caller: Caller,
    draft: ResponseDraft,
    *,
    permission: str,
    kept: list[UUID],
) -> store.ResponseContent:
    await _check_libraries(connection, caller, draft.library_ids, permission=permission, kept=kept)
    substitutions = check_substitutions(draft.substitutions)
    content = store.ResponseContent(
        name=check_name(draft.name),
        library_ids=draft.library_ids,
        texts=draft.texts,
        substitutions=substitutions,
    )
    if draft.response_type is None:
        _check_texts(draft.texts)
        return content
    if draft.response_type != MESSAGING_TEMPLATE:
        raise invalid(
            "responseType",
            f"Leave responseType out for a canned text, or use {MESSAGING_TEMPLATE}; others do "
            "not apply to messaging.",
        )
    return await _with_template(connection, caller, draft, content)


async def _with_template(
    connection: Connection, caller: Caller, draft: ResponseDraft, content: store.ResponseContent
) -> store.ResponseContent:
    if draft.template is None or not all(draft.template):
        raise invalid(
            "messagingTemplate.whatsApp",
            "Name the WhatsApp template: messagingTemplate.whatsApp with name and language.",
        )
    name, language = draft.template
    found = await fetch(
        connection,
        select_named_templates(
            caller.organization_id,
            name,
            language,
            divisions=caller.divisions("messaging:template:view"),
        ),
    )
    if not found:
        raise invalid(
            "messagingTemplate.whatsApp.name",
            f"There is no template {name} in the language {language} in this organization. "
            "Sync the templates of its integration, or choose another.",
            code="template.unknown",
        )
    return msgspec.structs.replace(
        content,
        response_type=MESSAGING_TEMPLATE,
        messaging_template={"whatsApp": {"name": name, "language": language}},
        template_id=found[0].id,
        texts=draft.texts or body_texts(found[0].components),
    )


def body_texts(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A template's body as the texts of a response."""
    bodies = (c for c in components if str(c.get("type", "")).upper() == "BODY")
    return [{"content": str(c.get("text", "")), "contentType": "text/plain"} for c in bodies]


async def _check_libraries(
    connection: Connection,
    caller: Caller,
    library_ids: list[UUID],
    *,
    permission: str,
    kept: list[UUID],
) -> None:
    """Each library must exist; those the response is not in yet need the permission there."""
    if not 0 < len(set(library_ids)) <= MOST_LIBRARIES:
        raise invalid("libraries", f"Name one to {MOST_LIBRARIES} libraries for the response.")
    chosen = LibraryFilter(None, ids=library_ids)
    rows = await fetch(
        connection,
        select_libraries(caller.organization_id, chosen, limit=MOST_LIBRARIES, offset=0),
    )
    found = {row.id: row for row in rows}
    for library_id in library_ids:
        row = found.get(library_id)
        if row is None or not (library_id in kept or caller.may(VIEW, row.division_id)):
            raise invalid("libraries", f"There is no library {library_id} that you may see.")
        if library_id not in kept:
            caller.require(permission, row.division_id)


def _check_texts(texts: list[dict[str, Any]]) -> None:
    if not any(str(text.get("content") or "").strip() for text in texts):
        raise invalid("texts", "Give the response a text.", code="constraint.validation")
    for text in texts:
        if len(str(text.get("content") or "")) > LONGEST_TEXT:
            raise invalid("texts", f"A text has at most {LONGEST_TEXT} characters.")
        if text.get("contentType") not in (None, "text/plain", "text/html"):
            raise invalid("texts.contentType", "contentType is text/plain or text/html.")


def check_substitutions(substitutions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Substitutions with an id each, once; 400 otherwise."""
    ids = [str(each.get("id") or "") for each in substitutions]
    if not all(ids):
        raise invalid("substitutions.id", "Every substitution needs an id.")
    if len(set(ids)) < len(ids):
        twice = next(each for each in ids if ids.count(each) > 1)
        raise invalid("substitutions.id", f"There is more than one substitution {twice}.")
    if len(ids) > MOST_SUBSTITUTIONS:
        raise invalid("substitutions", f"A response has at most {MOST_SUBSTITUTIONS}.")
    return substitutions


def _with_defaults(before: store.ResponseRow, draft: ResponseDraft) -> store.ResponseContent:
    given = {str(each.get("id")): each for each in check_substitutions(draft.substitutions)}
    known = {str(each["id"]) for each in before.substitutions}
    surplus = sorted(given.keys() - known)
    if surplus:
        raise invalid(
            "substitutions.id",
            f"The template has no placeholder {surplus[0]}; it has {', '.join(sorted(known))}.",
        )
    return store.ResponseContent(
        name=before.name,
        library_ids=before.library_ids,
        texts=before.texts,
        substitutions=[given.get(str(each["id"]), each) for each in before.substitutions],
        response_type=before.response_type,
        messaging_template=before.messaging_template,
        template_id=before.template_id,
    )


async def _read(connection: Connection, caller: Caller, response_id: UUID) -> store.ResponseRow:
    return await fetch_one(
        connection, store.select_response(caller.organization_id, response_id, divisions=None)
    )


def _subject(response: store.ResponseRow) -> Subject:
    return Subject("response", response.id, response.name)


def _shown(response: store.ResponseRow) -> dict[str, Any]:
    """What an audit row tells of a response: the template's parts are not its own."""
    plain: dict[str, Any] = msgspec.to_builtins(response)
    plain.pop("template_components", None)
    return plain
