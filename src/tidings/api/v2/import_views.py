"""What imports of all kinds share over the API: a file comes in, how far it is, its rejects."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from litestar import Request, Response
from litestar.exceptions import InternalServerException
from litestar.response import Stream

from tidings.actions import imports as actions
from tidings.api.paging import keyset
from tidings.api.replay import Once, request_key
from tidings.api.v2.consents import csv_stream, csv_text
from tidings.api.views import Keyset, Moment, View, moment, optional_moment, parse_id
from tidings.domain.delimited import guard_formula
from tidings.domain.errors import Kind, Rejection
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store import imports as store
from tidings.store.database import Database
from tidings.store.import_files import select_rejects
from tidings.store.query import Connection, fetch

REJECTS_AT_A_TIME = 5_000


class ImportView(View):
    """One import and how far it is. `failure` says what to change in the file.

    Rows that were not taken are kept for some weeks; `rejects_expired` says that they are gone.
    """

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
    failure_code: str | None = None
    failure: str | None = None
    rejects_expired: bool = False

    @classmethod
    def of(cls, row: store.ImportRow, path: str) -> "ImportView":
        """The import as the API shows it below a path; `total_rows` are those read so far."""
        return cls(
            id=str(row.id),
            state=row.state,
            file_name=row.file_name,
            total_bytes=row.total_bytes,
            done_bytes=row.done_bytes,
            total_rows=row.accepted_rows + row.rejected_rows,
            accepted_rows=row.accepted_rows,
            rejected_rows=row.rejected_rows,
            percent_complete=percent_complete(row),
            failure_code=row.failure_code,
            failure=row.failure,
            started_time=moment(row.created_at),
            finished_time=optional_moment(row.finished_at),
            self_uri=f"{path}/{row.id}",
            rejects_expired=row.rejected_rows > 0 and row.rejects_dropped_at is not None,
        )


def percent_complete(row: store.ImportRow) -> int:
    """How much of the file is read."""
    if row.state == "done":
        return 100
    return 100 * row.done_bytes // row.total_bytes if row.total_bytes else 0


async def list_of_imports(
    request: Request[Any, Any, Any],
    connection: Connection,
    caller: Caller,
    kind: str,
    *,
    target_id: UUID | None,
    after: str | None,
    page_size: int,
    path: str,
) -> Keyset[ImportView]:
    """A page of the imports of a kind, and of what they went into; the newest first."""
    before_id = UUID(int=2**128 - 1) if after is None else parse_id(after, "after")
    query = store.select_imports(
        caller.organization_id, kind, target_id=target_id, before_id=before_id, limit=page_size
    )
    rows = await fetch(connection, query)
    return keyset(
        request,
        page_size,
        entities=[ImportView.of(row, path) for row in rows],
        last_key=rows[-1].id if rows else None,
    )


async def take_file(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    settings: Settings,
    *,
    draft: store.ImportDraft,
    path: str,
) -> Response[ImportView]:
    """Keep a request's body and queue it as an import, once for a request and its replays.

    413 for a file that is too large, announced or streamed.
    """
    digest = hashlib.sha256(f"{request.url.path}?{request.url.query}\n".encode())
    pieces = read_pieces(request, draft.kind, digest=digest)
    upload = await actions.upload_import(database, caller, draft, pieces)
    try:
        once = Once(database, caller, key=request_key(request, settings, digest.digest()))
        answer = await once(
            lambda connection: actions.queue_import(connection, caller, upload),
            lambda row: ImportView.of(row, path),
            status=202,
        )
    except BaseException:
        await actions.discard_upload(database, upload)
        raise
    if "Idempotency-Replayed" in answer.headers:
        await actions.discard_upload(database, upload)
    return answer


async def read_pieces(
    request: Request[Any, Any, Any], kind: str, *, digest: Any = None
) -> AsyncIterator[bytes]:
    """The body as it comes, hashed on the way if wanted; 413 when it announces too much."""
    if (request.content_length or 0) > actions.LARGEST_FILE_BYTES:
        raise actions.file_too_large(kind)
    try:
        async for piece in request.stream():
            if digest is not None:
                digest.update(piece)
            yield piece
    except InternalServerException:  # what the framework makes of a client that hung up
        raise actions.upload_broke_off(kind) from None


def rejects_stream(database: Database, caller: Caller, row: store.ImportRow) -> Stream:
    """The lines of an import that were not taken and why, as CSV; 404 once they are dropped."""
    if row.rejected_rows and row.rejects_dropped_at is not None:
        raise Rejection(
            Kind.ABSENT,
            "import.rejects.expired",
            "The rows that this import did not take were kept for some weeks and are gone now. "
            "Import the file again to see them.",
        )
    return csv_stream(_rejects(database, caller, row.id), "rejects.csv")


async def _rejects(database: Database, caller: Caller, import_id: UUID) -> AsyncIterator[str]:
    yield csv_text([("line", "reason", "content")])
    line = 0
    while True:
        async with database.transaction(caller.organization_id) as connection:
            rows = await fetch(
                connection,
                select_rejects(
                    caller.organization_id, import_id, after_line=line, limit=REJECTS_AT_A_TIME
                ),
            )
        if not rows:
            return
        yield csv_text([(row.line, row.reason, guard_formula(row.content)) for row in rows])
        line = rows[-1].line
