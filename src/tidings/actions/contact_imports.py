"""Imports of files into contact lists: what must fit before a file is taken."""

from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.actions.contact_lists import UPLOAD, access_list
from tidings.actions.imports import Expected, draft_import, expect_upload
from tidings.domain.contact_lists import LONGEST_COLUMN_NAME
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.imports import CONTACTS, ImportDraft
from tidings.store.query import Connection

SHORTEST_LIFETIME_S = 1
LONGEST_LIFETIME_S = 604_800
USUAL_LIFETIME_S = 600
CONTENT_TYPES = (
    "text/csv",
    "text/plain",
    "application/csv",
    "application/octet-stream",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)


class FileOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a file is to be read: where its contact ids stand, and what updates leave alone."""

    contact_id_name: str | None = None
    clear_system_data: bool = False
    file_name: str = ""
    content_type: str = ""


async def draft_contact_import(
    connection: Connection, caller: Caller, list_id: UUID, options: FileOptions
) -> ImportDraft:
    """The draft of an import into a list; 404 unless the caller may upload into it.

    The file may name its id column differently from the list's columns: the header is checked
    when the file is read.
    """
    row = await access_list(connection, caller, list_id, permission=UPLOAD)
    name = (options.contact_id_name or "").strip()
    if len(name) > LONGEST_COLUMN_NAME or "\0" in name:
        raise invalid(
            "contactIdName", f"A column's name has at most {LONGEST_COLUMN_NAME} characters."
        )
    draft = draft_import(
        caller, CONTACTS, file_name=options.file_name, content_type=options.content_type
    )
    chosen = {"contactIdName": name, "clearSystemData": options.clear_system_data}
    return msgspec.structs.replace(draft, target_id=row.id, options=chosen)


async def expect_contact_file(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    options: FileOptions,
    *,
    lifetime_s: int | None,
) -> Expected:
    """An address for one file into a list; 400 for a lifetime or content type that cannot be."""
    seconds = USUAL_LIFETIME_S if lifetime_s is None else lifetime_s
    check_upload(content_type=options.content_type, lifetime_s=seconds)
    draft = await draft_contact_import(connection, caller, list_id, options)
    return await expect_upload(connection, caller, draft, lifetime=timedelta(seconds=seconds))


def check_upload(*, content_type: str, lifetime_s: int) -> None:
    """400 for an address that cannot be given out."""
    if not SHORTEST_LIFETIME_S <= lifetime_s <= LONGEST_LIFETIME_S:
        raise invalid(
            "signedUrlTimeoutSeconds",
            f"An upload address is good for {SHORTEST_LIFETIME_S} to {LONGEST_LIFETIME_S} seconds.",
        )
    if content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        raise invalid("contentType", f"The file is one of {', '.join(CONTENT_TYPES)}.")
