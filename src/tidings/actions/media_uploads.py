"""Files on their way to us, to go out in a conversation: announced, sent, looked at, kept (T6)."""

from collections.abc import AsyncIterator
from uuid import UUID

import msgspec

from tidings.actions.media import VIEW, check_allowed, clean_name
from tidings.actions.media_bytes import Taken, TooLarge, keep_bytes, take_in
from tidings.actions.tokens import hash_token, new_token_text, organization_of
from tidings.domain.errors import Kind, Rejection, absent, conflict, invalid
from tidings.domain.media import (
    LARGEST_BYTES,
    LIMITS,
    expected_type,
    in_words,
    is_animated,
    kind_of,
    type_of,
    why_not_sent,
)
from tidings.domain.permissions import Caller
from tidings.domain.supported_content import REFUSED
from tidings.store import media as store
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.interactions import InteractionRow, select_interactions
from tidings.store.media_files import MediaFiles
from tidings.store.media_upkeep import due_if_deleted, fail_media, finish_media
from tidings.store.query import Connection, execute, fetch, fetch_one, fetch_optional

SEND = "conversation:message:create"
VIEW_MESSAGES = "conversation:message:view"
# For so long an uploaded file waits to go out with a message.
KEEP_HOURS = 24
MOST_UPLOADS = 100


class Sent(msgspec.Struct, frozen=True):
    """Bytes on their way: how many the client says they are (0: it does not say), and they."""

    announced: int
    pieces: AsyncIterator[bytes]


class Expected(msgspec.Struct, frozen=True):
    """A file that may be sent to the address with this token, once."""

    row: store.MediaRow
    token: str


async def expect_upload(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    communication_id: UUID,
    *,
    file_name: str,
    size_bytes: int,
) -> Expected:
    """Get ready for a file that is to go out in a conversation (T6).

    Raises a 404 for a conversation not for this caller, a 400 for a kind of file or a size that
    WhatsApp would not take or the number's content profile does not let out, a 409 where the
    workstream lets agents send no files. A name of "" and a size of 0 say nothing yet.
    """
    conversation = await access_conversation(connection, caller, conversation_id, permission=SEND)
    profile = await check_allowed(connection, caller, conversation_id)
    name = clean_name(file_name)
    if name:
        mime_type = expected_type(name)
        if mime_type is None:
            ending = f".{name.rpartition('.')[2]}"
            raise invalid("fileName", why_not_sent(ending, 1) or "", code="media.type")
        if refusal := profile.why_not_out(mime_type):
            raise invalid("fileName", refusal, code=REFUSED)
        # How it moves is seen in the bytes; until then a sticker has the larger limit.
        refusal = why_not_sent(mime_type, size_bytes, is_animated=True) if size_bytes else None
        if refusal:
            raise invalid("contentLengthBytes", refusal, code="media.size")
    token = new_token_text(caller.organization_id)
    upload = store.Upload(
        id=new_id(),
        conversation_id=conversation_id,
        communication_id=communication_id,
        integration_id=conversation.integration_id,
        file_name=name,
        size_bytes=size_bytes,
        upload_hash=hash_token(token),
        created_by=caller.id,
        keep_hours=KEEP_HOURS,
    )
    row = await fetch_one(connection, store.insert_upload(caller.organization_id, upload))
    return Expected(row, token)


async def access_conversation(
    connection: Connection, caller: Caller, conversation_id: UUID, *, permission: str
) -> InteractionRow:
    """The conversation, or a 404 when it is not there or not for this caller.

    Who works in it now reaches it wherever it is.
    """
    found = await fetch_optional(
        connection,
        select_interactions(
            caller.organization_id,
            [conversation_id],
            divisions=caller.divisions(permission),
            user_id=caller.id,
        ),
    )
    if found is None:
        raise absent("conversation", conversation_id)
    return found


async def receive_upload(
    database: Database, files: MediaFiles, media_id: UUID, token: str, sent: Sent
) -> store.MediaRow:
    """Take the bytes of a file that was announced; the address works until they are there.

    What WhatsApp would not take is refused (400, 413), and the file is 'invalid' from then on.
    An upload that breaks off may be repeated.
    """
    row = await _expected_upload(database, media_id, token)
    limit = upload_limit(row)
    try:
        if sent.announced > limit:
            raise TooLarge
        async with take_in(sent.pieces, limit=limit) as taken:
            return await _keep_upload(database, files, row, taken)
    except TooLarge:
        raise await refuse_upload(database, row) from None


async def _expected_upload(database: Database, media_id: UUID, token: str) -> store.MediaRow:
    organization_id = organization_of(token)
    rows: list[store.MediaRow] = []
    if organization_id is not None:
        async with database.transaction(organization_id) as connection:
            rows = await fetch(connection, store.select_some_media(organization_id, [media_id]))
    good = [
        row
        for row in rows
        if row.state == "uploading"
        and row.deleted_at is None
        and row.upload_hash == hash_token(token)
    ]
    if not good:
        raise Rejection(
            Kind.ABSENT,
            "not.found",
            "This address is not one of ours, was used, or is too old; ask for a new one.",
        )
    return good[0]


def upload_limit(row: store.MediaRow) -> int:
    """How many bytes are taken of an announced file."""
    return LIMITS.get(expected_type(row.file_name) or "", LARGEST_BYTES)


async def refuse_upload(database: Database, row: store.MediaRow) -> Rejection:
    """The 413 for a file that is too large; it is invalid from then on."""
    reason = (
        f"The file is larger than {in_words(upload_limit(row))}, the most that WhatsApp takes of "
        "its kind. Make it smaller."
    )
    await _fail(database, row, reason)
    return Rejection(Kind.TOO_LARGE, "media.size", reason)


async def _keep_upload(
    database: Database, files: MediaFiles, row: store.MediaRow, taken: Taken
) -> store.MediaRow:
    mime_type = type_of(taken.head, row.file_name)
    refusal = why_not_sent(mime_type, taken.size_bytes, is_animated=is_animated(taken.head))
    code = "media.refused"
    if refusal is None:
        refusal, code = await _refused_by_profile(database, row, mime_type), REFUSED
    if refusal is not None:
        await _fail(database, row, refusal)
        raise invalid("file", refusal, code=code)
    stored = await keep_bytes(files, row, taken, kind=kind_of(mime_type), mime_type=mime_type)
    async with database.transaction(row.organization_id) as connection:
        kept = await fetch_optional(connection, finish_media(row, stored, keep_hours=KEEP_HOURS))
        if kept is None:  # deleted while it came: these bytes are to go, too
            await execute(connection, due_if_deleted(row))
    if kept is None:
        raise conflict("media.taken", "This file was sent or deleted at the same moment.")
    return kept


async def _refused_by_profile(
    database: Database, row: store.MediaRow, mime_type: str
) -> str | None:
    """Why the number's content profile does not let out what the bytes turned out to be."""
    assert row.conversation_id is not None, "an upload is for a conversation"
    async with database.transaction(row.organization_id) as connection:
        rule = await fetch_one(
            connection, store.select_sending_rule(row.organization_id, row.conversation_id)
        )
    return rule.content.why_not_out(mime_type)


async def _fail(database: Database, row: store.MediaRow, reason: str) -> None:
    async with database.transaction(row.organization_id) as connection:
        await execute(connection, fail_media(row, failure=reason))


async def list_uploads(
    connection: Connection,
    caller: Caller,
    conversation_id: UUID,
    communication_id: UUID,
    *,
    state: str | None,
) -> list[store.MediaRow]:
    """The newest files that were uploaded for a communication."""
    await access_conversation(connection, caller, conversation_id, permission=VIEW)
    return await fetch(
        connection,
        store.select_uploads(
            caller.organization_id,
            conversation_id,
            communication_id,
            state=state,
            limit=MOST_UPLOADS,
        ),
    )
