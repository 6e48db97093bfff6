"""What a contact file is taken for before it is imported: encoding, separator, header, rows."""

import asyncio
from typing import Any

from litestar import Request, Router, post

from tidings.actions.contact_lists import UPLOAD
from tidings.api.auth import needs
from tidings.api.v2.contact_list_views import PATH
from tidings.api.views import View
from tidings.domain.delimited import (
    BYTE_ORDER_MARK,
    SEPARATORS,
    Encoding,
    LineReader,
    NotLines,
    RecordReader,
    recognise_encoding,
)
from tidings.domain.errors import invalid

ROWS_SHOWN = 10
WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class FilePreview(View):
    """A file's beginning as it would be read; the header makes the columns of a new list."""

    encoding: str
    separator: str
    column_names: list[str]
    rows: list[list[str]]


@post("/uploads/preview", guards=[needs(UPLOAD)], status_code=200)
async def preview_file(request: Request[Any, Any, Any]) -> FilePreview:
    """Show how a CSV file would be read. Send its beginning (up to 2 MB) as it is."""
    return await asyncio.to_thread(read_beginning, await request.body())


def read_beginning(head: bytes) -> FilePreview:
    """The first rows of a file, of which the last line may be cut off; 400 when it is no CSV."""
    if head.startswith(WORKBOOK):
        raise invalid(
            "file",
            "A workbook is only read when it is imported; its first row must name the columns.",
            code="preview.workbook",
        )
    encoding = recognise_encoding(head)
    try:
        lines = LineReader(encoding).feed(head, is_last=True)
    except NotLines:
        lines = []
    texts = [line.text.lstrip(BYTE_ORDER_MARK) for line in lines[:1]]
    if not texts or "\0" in texts[0]:
        raise invalid("file", "The file is empty, or no CSV.", code="preview.not.text")
    separator = max(SEPARATORS, key=texts[0].count)
    reader = RecordReader(separator, lines_before=0)
    reader.feed(lines)
    records = [
        [cell.strip().lstrip(BYTE_ORDER_MARK) for cell in record.cells]
        for record in reader.take(ROWS_SHOWN + 1, is_last=True)
    ]
    return FilePreview(
        encoding="utf-8 or windows-1252" if encoding is Encoding.BYTES else encoding.value,
        separator=separator,
        column_names=records[0],
        rows=records[1:],
    )


contact_previews_router = Router(PATH, route_handlers=[preview_file], tags=["Outbound"])
