"""Workbooks (XLSX, XLS, ODS): made into CSV first, so that one machine reads every file.

The reader of workbooks holds a whole sheet in memory, and a small file can claim a huge sheet.
It therefore runs in a process of its own with a limit on its memory; whatever happens to it, the
worker sees an exit code.
"""

import asyncio
import csv
import io
import sys
import tempfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from tidings.engine.import_rows import BadFile
from tidings.store import import_files as files
from tidings.store import import_runs as runs
from tidings.store import imports as store
from tidings.store.database import Database
from tidings.store.query import execute, fetch_optional

CHUNK_BYTES = 262_144
LARGEST_WORKBOOK_BYTES = 60_000_000
MEMORY_LIMIT_BYTES = 2_000_000_000
SECONDS_LIMIT = 600
# The first bytes of a zip archive, which XLSX and ODS are, and of the older XLS.
SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
UNREADABLE, NO_SHEET = 3, 4


def is_workbook(head: bytes) -> bool:
    """Whether a file that begins so is a workbook, whatever it is called."""
    return head.startswith(SIGNATURES)


async def convert_workbook(database: Database, job: store.ImportRow) -> store.ImportRow:
    """Put the first sheet as CSV in the place of the workbook; raises BadFile.

    One transaction: whoever dies in the middle leaves the workbook, and it is converted again.
    """
    if job.total_bytes > LARGEST_WORKBOOK_BYTES:
        raise BadFile(
            "import.workbook.too.large",
            f"A workbook has at most {LARGEST_WORKBOOK_BYTES // 1_000_000} MB. Save the sheet as "
            "CSV, which may be larger.",
        )
    with tempfile.TemporaryFile() as workbook, tempfile.TemporaryFile() as text:
        await _write_out(database, job, workbook)
        _check_exit(await _convert(workbook, text))
        return await _replace_file(database, job, text)


async def _write_out(database: Database, job: store.ImportRow, workbook: IO[bytes]) -> None:
    at = 0
    while at < job.total_bytes:
        async with database.transaction(job.organization_id) as connection:
            query = files.select_chunk(job.organization_id, job.id, at)
            chunk = await fetch_optional(connection, query)
        if chunk is None:
            return  # cancelled: what is there cannot be read, and the import is over anyway
        await asyncio.to_thread(workbook.write, chunk.body)
        at = chunk.start_byte + len(chunk.body)
    workbook.seek(0)


async def _convert(workbook: IO[bytes], text: IO[bytes]) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tidings.engine.workbooks",
        stdin=workbook,
        stdout=text,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        return await asyncio.wait_for(process.wait(), SECONDS_LIMIT)
    except TimeoutError:
        return -1
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _check_exit(code: int) -> None:
    if code == UNREADABLE:
        raise BadFile(
            "import.workbook.unreadable",
            "The workbook cannot be read: it is damaged, protected by a password, or no workbook. "
            "Save it anew without a password, or as CSV.",
        )
    if code == NO_SHEET:
        raise BadFile("import.file.empty", "The workbook has no sheet with cells.")
    if code:
        raise BadFile(
            "import.workbook.too.large",
            "The workbook is too large to be read at once. Save the sheet as CSV.",
        )


async def _replace_file(
    database: Database, job: store.ImportRow, text: IO[bytes]
) -> store.ImportRow:
    text.seek(0)
    async with database.transaction(job.organization_id) as connection:
        await execute(connection, files.delete_chunks(job.organization_id, job.id))
        start = 0
        while body := await asyncio.to_thread(text.read, CHUNK_BYTES):
            query = files.insert_chunk(job.organization_id, job.id, start_byte=start, body=body)
            await execute(connection, query)
            start += len(body)
        done = runs.set_converted(job.organization_id, job.id, total_bytes=start)
        converted = await fetch_optional(connection, done)
        if converted is None:
            raise BadFile("import.over", "The import was cancelled.")
    return converted


def main() -> None:
    """Read a workbook from standard input and write its first sheet as CSV; see the exit codes."""
    _limit_memory()
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        if not workbook.sheet_names:
            sys.exit(NO_SHEET)
        rows = workbook.get_sheet_by_index(0).iter_rows()
    except MemoryError:
        raise
    except Exception:
        sys.exit(UNREADABLE)
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=False)
    csv.writer(out, lineterminator="\n").writerows(map(_texts, rows))
    out.flush()


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


def _texts(row: Iterable[Any]) -> list[str]:
    return [_text(cell) for cell in row]


def _text(value: object) -> str:
    """A cell as people see it: 4915112345678 and not 4915112345678.0, dates as ISO 8601."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)


if __name__ == "__main__":
    main()
