"""Consent imports over the API: a CSV file goes in at once and is read afterwards."""

import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.exceptions import InternalServerException
from litestar.params import Parameter
from litestar.response import Stream

from tidings.actions import consent_imports as actions
from tidings.api.auth import needs
from tidings.api.paging import After, PageSize, keyset
from tidings.api.replay import Once, request_key
from tidings.api.v2.consents import csv_stream, csv_text
from tidings.api.views import Keyset, Moment, View, moment, optional_moment, parse_id
from tidings.domain.delimited import guard_formula
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store import consent_imports as store
from tidings.store.database import Database
from tidings.store.query import fetch

PATH = "/api/v2/consents/imports"
MAY_IMPORT = needs("messaging:consent:import")
REJECTS_AT_A_TIME = 5_000


class ConsentImportView(View):
    """One import and how far it is. `failure` says what to change in the file."""

    id: str
    state: str
    file_name: str
    total_bytes: int
    done_bytes: int
    total_rows: int
    accepted_rows: int
    rejected_rows: int
    percent_complete: int
    started_time: Moment
    self_uri: str
    finished_time: Moment | None = None
    failure: str | None = None

    @classmethod
    def of(cls, row: store.ImportRow) -> "ConsentImportView":
        """The import as the API shows it; `total_rows` are those read so far."""
        percent = 100 * row.done_bytes // row.total_bytes if row.total_bytes else 0
        return cls(
            id=str(row.id),
            state=row.state,
            file_name=row.file_name,
            total_bytes=row.total_bytes,
            done_bytes=row.done_bytes,
            total_rows=row.accepted_rows + row.rejected_rows,
            accepted_rows=row.accepted_rows,
            rejected_rows=row.rejected_rows,
            percent_complete=100 if row.state == "done" else percent,
            failure=row.failure,
            started_time=moment(row.created_at),
            finished_time=optional_moment(row.finished_at),
            self_uri=f"{PATH}/{row.id}",
        )


@post("/", guards=[MAY_IMPORT], status_code=202, request_max_body_size=None)
async def import_consents(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    settings: Settings,
    file_name: Annotated[str, Parameter(query="fileName")] = "",
) -> Response[ConsentImportView]:
    """Import a CSV file, sent as it is (text/csv, up to 200 MB); ask for the import's state.

    Columns: address, category, state, source, evidence, time; only the first must be there.
    """
    digest = hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode())
    if (request.content_length or 0) > actions.LARGEST_FILE_BYTES:
        raise actions.file_too_large()

    async def pieces() -> AsyncIterator[bytes]:
        try:
            async for piece in request.stream():
                digest.update(piece)
                yield piece
        except InternalServerException:  # what the framework makes of a client that hung up
            raise actions.upload_broke_off() from None

    upload = await actions.upload_import(database, caller, pieces(), file_name=file_name)
    try:
        once = Once(database, caller, key=request_key(request, settings, digest.digest()))
        answer = await once(
            lambda connection: actions.queue_import(connection, caller, upload),
            ConsentImportView.of,
            status=202,
        )
    except BaseException:
        await actions.discard_upload(database, upload)
        raise
    if "Idempotency-Replayed" in answer.headers:
        await actions.discard_upload(database, upload)
    return answer


@get("/", guards=[MAY_IMPORT])
async def list_imports(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 25,
) -> Keyset[ConsentImportView]:
    """List imports, the newest first."""
    before_id = UUID(int=2**128 - 1) if after is None else parse_id(after, "after")
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_imports(caller.organization_id, before_id=before_id, limit=page_size),
        )
    return keyset(
        request,
        page_size,
        entities=[ConsentImportView.of(row) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


@get("/{import_id:uuid}", guards=[MAY_IMPORT])
async def read_import(import_id: UUID, caller: Caller, database: Database) -> ConsentImportView:
    """One import and how far it is."""
    async with database.transaction(caller.organization_id) as connection:
        return ConsentImportView.of(await actions.access_import(connection, caller, import_id))


@post("/{import_id:uuid}/cancel", guards=[MAY_IMPORT], status_code=200)
async def cancel_import(import_id: UUID, caller: Caller, database: Database) -> ConsentImportView:
    """Stop an import; the rows taken so far stay."""
    async with database.transaction(caller.organization_id) as connection:
        return ConsentImportView.of(await actions.cancel_import(connection, caller, import_id))


@get("/{import_id:uuid}/rejects", guards=[MAY_IMPORT])
async def read_rejects(import_id: UUID, caller: Caller, database: Database) -> Stream:
    """The lines that were not taken and why, as CSV."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.access_import(connection, caller, import_id)
    return csv_stream(_rejects(database, caller, import_id), "rejects.csv")


async def _rejects(database: Database, caller: Caller, import_id: UUID) -> AsyncIterator[str]:
    yield csv_text([("line", "reason", "content")])
    line = 0
    while True:
        async with database.transaction(caller.organization_id) as connection:
            rows = await fetch(
                connection,
                store.select_rejects(
                    caller.organization_id, import_id, after_line=line, limit=REJECTS_AT_A_TIME
                ),
            )
        if not rows:
            return
        yield csv_text([(row.line, row.reason, guard_formula(row.content)) for row in rows])
        line = rows[-1].line


consent_imports_router = Router(
    PATH,
    route_handlers=[import_consents, list_imports, read_import, cancel_import, read_rejects],
    tags=["Consent"],
)
