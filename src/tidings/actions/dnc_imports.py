"""Imports of files into do-not-contact lists: what must fit before a file is taken."""

from datetime import timedelta
from uuid import UUID

import msgspec

from tidings.actions.contact_imports import USUAL_LIFETIME_S, check_upload
from tidings.actions.dnc_lists import access_dnc_list
from tidings.actions.imports import Expected, draft_import, expect_upload
from tidings.domain.permissions import Caller
from tidings.store.imports import DNC, ImportDraft
from tidings.store.query import Connection

UPLOAD = "outbound:dncList:upload"


class DncFileOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns of a file are read, comma between their names; none: those that are known."""

    phone_columns: str = ""
    email_columns: str = ""
    custom_columns: str = ""
    expiry_column: str = ""
    file_name: str = ""
    content_type: str = ""


async def draft_dnc_import(
    connection: Connection, caller: Caller, list_id: UUID, options: DncFileOptions
) -> ImportDraft:
    """The draft of an import into a list; 404 unless the caller may upload into it."""
    row = await access_dnc_list(connection, caller, list_id, permission=UPLOAD)
    draft = draft_import(
        caller, DNC, file_name=options.file_name, content_type=options.content_type
    )
    chosen = {
        "phoneColumns": _names(options.phone_columns),
        "emailColumns": _names(options.email_columns),
        "customColumns": _names(options.custom_columns),
        "expiryColumn": options.expiry_column.replace("\0", "").strip(),
    }
    return msgspec.structs.replace(draft, target_id=row.id, options=chosen)


async def expect_dnc_file(
    connection: Connection,
    caller: Caller,
    list_id: UUID,
    options: DncFileOptions,
    *,
    lifetime_s: int | None,
) -> Expected:
    """An address for one file into a list; 400 for a lifetime or content type that cannot be."""
    seconds = USUAL_LIFETIME_S if lifetime_s is None else lifetime_s
    check_upload(content_type=options.content_type, lifetime_s=seconds)
    draft = await draft_dnc_import(connection, caller, list_id, options)
    return await expect_upload(connection, caller, draft, lifetime=timedelta(seconds=seconds))


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.replace("\0", "").split(",") if name.strip()]
