"""What a kind of file brings to the import machine: its sink, and the words for what is wrong.

A sink reads the header once, turns records into rows (in a thread, so it may take its time) and
writes a batch of rows in the transaction that also moves the import past them. How files are
leased, resumed, cancelled and ended is imports.py, alike for all.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from tidings.domain.delimited import BYTE_ORDER_MARK, SEPARATORS, Line, Record, RecordReader
from tidings.store.import_files import RejectRow
from tidings.store.query import Connection

LONGEST_CONTENT = 1_000
HEADER_LINES = 20


class BadFile(Exception):
    """The file cannot be imported; `code` for programs, the text says what to change in it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class BadRow(Exception):
    """The record is not taken; the text says why."""


class TargetGone(Exception):
    """What the file was to be read into is not there any more."""


class Header(msgspec.Struct, frozen=True):
    """The first line as it stands, the separator that it is read with, and where records begin."""

    separator: str
    cells: list[str]
    lines: int
    size: int


class Parsed(msgspec.Struct, frozen=True):
    """A batch of records as the sink understands them; `rows` are its own business."""

    rows: Any
    rejects: list[RejectRow]


class Written(msgspec.Struct, frozen=True):
    """What became of a batch's rows: how many were taken, and which were not after all."""

    accepted: int
    rejects: Sequence[RejectRow] = ()


class Sink(Protocol):
    """Where the records of one import go. Made anew whenever an import is run or gone on with."""

    batch_rows: int

    def read_header(self, lines: Sequence[Line]) -> Header:
        """Understand the first lines (up to HEADER_LINES) of the file; raises BadFile."""

    def parse(self, records: Sequence[Record]) -> Parsed:
        """Turn records, none of them blank, into rows and rejects. Runs in a thread: no I/O."""

    async def write(self, connection: Connection, rows: Any) -> Written:
        """Write a batch's rows in the caller's transaction. Raises TargetGone."""


def split_header(lines: Sequence[Line], rate: Callable[[list[str]], Any]) -> Header:
    """Find the header and its separator: the one whose cells are rated highest.

    Excel's line `sep=;` before it and empty lines are passed over. Raises BadFile for a file
    with nothing in it.
    """
    skipped = 0
    while skipped < len(lines) and _is_before_header(lines[skipped].text):
        skipped += 1
    if skipped == len(lines):
        raise BadFile("import.file.empty", "The file is empty.")
    splits = [(separator, _split(lines[skipped], separator)) for separator in SEPARATORS]
    separator, cells = max(splits, key=lambda split: rate(split[1]))
    size = sum(line.size for line in lines[: skipped + 1])
    return Header(separator, cells, lines=skipped + 1, size=size)


def _is_before_header(text: str) -> bool:
    text = text.lstrip(BYTE_ORDER_MARK).strip()
    return not text or re.fullmatch("sep=.", text) is not None


def _split(line: Line, separator: str) -> list[str]:
    reader = RecordReader(separator, lines_before=0)
    reader.feed([Line(line.text.lstrip(BYTE_ORDER_MARK), line.size)])
    return [cell.strip() for cell in reader.take(1, is_last=True)[0].cells]


def reject(record: Record, reason: str) -> RejectRow:
    """The record as people get it back, with why it was not taken."""
    content = record.content.replace("\0", "\ufffd")[:LONGEST_CONTENT]
    return RejectRow(record.line, reason, content)
