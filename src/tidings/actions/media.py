"""Media of conversations: what customers send is fetched later, what was uploaded goes out."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from tidings.domain.content import MediaContent, MediaKind
from tidings.domain.errors import absent, conflict, invalid
from tidings.domain.inbound import InboundMessage, MediaRef
from tidings.domain.permissions import Caller
from tidings.domain.supported_content import REFUSED, ContentProfile
from tidings.store import media as store
from tidings.store.audit import insert_audit
from tidings.store.events import insert_event
from tidings.store.media import select_sending_rule
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

VIEW = "conversation:messageMedia:view"
DELETE = "conversation:messageMedia:delete"
LONGEST_FILE_NAME = 240
MOST_FILES = 10
WITHHELD = "Files of customers are not taken in this workstream, so it was not fetched."


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A received message with the ids it got here; `withheld`: why its file is not taken (I4)."""

    id: UUID
    conversation_id: UUID
    integration_id: UUID
    message: InboundMessage
    withheld: str | None = None


async def expect_media(
    connection: Connection, organization_id: UUID, arrived: Sequence[Arrived]
) -> None:
    """Have the files of received messages fetched; those withheld are only noted."""
    files = [
        store.ExpectedMedia(
            id=each.id,
            conversation_id=each.conversation_id,
            integration_id=each.integration_id,
            provider_media_id=None if each.withheld else media.media_id,
            kind=each.message.kind.value,
            mime_type=declared_type(media),
            file_name=clean_name(media.filename or ""),
            source_url=None if each.withheld else media.url,
            failure=each.withheld,
        )
        for each in arrived
        if (media := each.message.media) is not None
    ]
    if files:
        await execute(connection, store.insert_expected(organization_id, files))


def declared_type(media: MediaRef) -> str:
    """The type that a message says its file has, without what follows it; "" when it says none."""
    return (media.mime_type or "").partition(";")[0].strip().lower()


async def access_media(
    connection: Connection, caller: Caller, media_id: UUID, *, permissions: Sequence[str]
) -> store.MediaRow:
    """The file, or a 404 when it is not there or its conversation not for this caller.

    Any one of the permissions does, in the conversation's division; who works in the conversation
    now sees its files, but deletes none.
    """
    found = [caller.divisions(each) for each in permissions if caller.may(each)]
    divisions = None if None in found else [each for some in found for each in some or ()]
    worker_id = None if DELETE in permissions else caller.id
    query = store.select_media(
        caller.organization_id, media_id, divisions=divisions, user_id=worker_id
    )
    row = await fetch_optional(connection, query)
    if row is None:
        raise absent("file", media_id)
    return row


async def attach(
    connection: Connection, caller: Caller, conversation_id: UUID, media_ids: Sequence[UUID]
) -> list[MediaContent]:
    """What to send for uploaded files, one message each, in their order (T6).

    The caller has checked that one may speak in the conversation. Raises a 400 for files that are
    not there, not of this conversation, not complete, or of a type that the number's content
    profile does not let out; the files are kept from then on.
    """
    if not 0 < len(media_ids) <= MOST_FILES:
        raise invalid("mediaIds", f"Send 1 to {MOST_FILES} files at once.")
    profile = await check_allowed(connection, caller, conversation_id)
    ids = list(media_ids)
    rows = await fetch(connection, store.keep_for_good(caller.organization_id, ids))
    found = {row.id: row for row in rows if row.conversation_id == conversation_id}
    for media_id in ids:
        if media_id not in found:
            raise invalid(
                "mediaIds",
                f"There is no complete file {media_id} in this conversation; wait until its "
                "status is valid, or upload it again.",
                code="media.not.valid",
            )
        if refusal := profile.why_not_out(found[media_id].mime_type):
            raise invalid("mediaIds", refusal, code=REFUSED)
    return [_content(found[media_id]) for media_id in ids]


async def check_allowed(
    connection: Connection, caller: Caller, conversation_id: UUID
) -> ContentProfile:
    """The content profile that decides about files to go out in a conversation (I4).

    Raises a 409 where the conversation's workstream lets agents send no files.
    """
    rule = await fetch_one(connection, select_sending_rule(caller.organization_id, conversation_id))
    if not rule.agent_attachments:
        raise conflict(
            "media.not.allowed",
            f"The workstream {rule.workstream} lets agents send no files; an administrator can "
            "allow them.",
        )
    return rule.content


def _content(row: store.MediaRow) -> MediaContent:
    kind = MediaKind(row.kind)
    is_named = kind is MediaKind.DOCUMENT and row.file_name
    return MediaContent(
        media=kind,
        file_id=str(row.id),
        filename=row.file_name if is_named else None,
        voice=row.mime_type == "audio/ogg",
    )


async def retry_media(connection: Connection, caller: Caller, media_id: UUID) -> store.MediaRow:
    """Fetch a customer's file anew; 409 when there is nothing to fetch."""
    await access_media(connection, caller, media_id, permissions=[VIEW])
    row = await fetch_optional(connection, store.expect_again(caller.organization_id, media_id))
    if row is None:
        raise conflict(
            "media.not.failed", "Only a received file that could not be fetched is fetched again."
        )
    await tell(connection, row)
    return row


async def delete_media(connection: Connection, caller: Caller, media_id: UUID) -> store.MediaRow:
    """Delete a file for good: nobody sees it from now on, and its bytes go within seconds."""
    row = await access_media(connection, caller, media_id, permissions=[DELETE])
    deleted = await fetch(connection, store.delete_media(caller.organization_id, [media_id]))
    if deleted:
        audit = insert_audit(
            caller,
            "delete",
            entity_type="media",
            entity_id=row.id,
            entity_name=row.kind,
            before={"conversationId": str(row.conversation_id), "mime": row.mime_type},
        )
        await execute(connection, audit)
        await tell(connection, row)
    return row


async def tell(connection: Connection, row: store.MediaRow) -> None:
    """Announce that a received message's file changed, so that open threads show it anew."""
    if row.message_id is None:
        return
    message = {"id": str(row.message_id), "conversationId": str(row.conversation_id)}
    body = {"messages": [message]}
    await execute(connection, insert_event(row.organization_id, "message.media", body=body))


def clean_name(file_name: str) -> str:
    """A file's name without folders and control characters, not too long, its ending kept."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    name = "".join(each for each in name if each.isprintable()).strip()
    if len(name) > LONGEST_FILE_NAME:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: LONGEST_FILE_NAME - 12]}{dot}{ending[:11]}"
    return name[:LONGEST_FILE_NAME]
