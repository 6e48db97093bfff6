"""Delimited text as people upload it: bytes in pieces to lines to records, with their places.

Every line knows how many bytes it had in the file, so that whoever reads can stop after any
record and go on there. Nothing here knows what the columns mean.
"""

import csv
from collections.abc import Iterator
from enum import StrEnum

import msgspec

LONGEST_LINE_BYTES = 1_000_000
MOST_LINES_OF_RECORD = 100
LONGEST_RECORD_BYTES = LONGEST_LINE_BYTES
SEPARATORS = (",", ";", "\t", "|")
FORMULA_STARTS = ("=", "+", "-", "@")
BYTE_ORDER_MARK = "\ufeff"


class Encoding(StrEnum):
    """How the bytes are read. BYTES: UTF-8, and Windows-1252 for lines that are not UTF-8."""

    BYTES = "bytes"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"


class Line(msgspec.Struct, frozen=True):
    """One line with its line end, and its length in the file."""

    text: str
    size: int


class Record(msgspec.Struct, frozen=True, gc=False):
    """One record: its cells as they stand in the file, and the text that they stood in.

    `line` counts from 1. `problem` says why the line could not be split into cells.
    """

    line: int
    cells: list[str]
    text: str
    lines: int
    size: int
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.problem and not any(map(str.strip, self.cells))

    @property
    def content(self) -> str:
        """The text without the end of its last line."""
        return self.text.rstrip("\r\n")


class NotLines(Exception):
    """The bytes do not come in lines: this is no text file."""


def recognise_encoding(head: bytes) -> Encoding:
    """How to read a file that begins like this: by its mark, or by the zeros of UTF-16."""
    if head.startswith(b"\xff\xfe") or (head[1:2] == b"\0" == head[3:4] and head[:1] != b"\0"):
        return Encoding.UTF_16_LE
    if head.startswith(b"\xfe\xff") or (head[:1] == b"\0" == head[2:3] and head[1:2] != b"\0"):
        return Encoding.UTF_16_BE
    return Encoding.BYTES


class LineReader:
    """Splits bytes, given in any pieces, into lines."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._rest = b""

    def feed(self, piece: bytes, *, is_last: bool) -> list[Line]:
        """The lines that are complete with this piece; with the last one, all that is left.

        Raises NotLines when a line is longer than any in a file for people.
        """
        self._rest += piece
        if self._encoding is Encoding.BYTES:
            lines = [_line_of(raw) for raw in self._rest.splitlines(keepends=True)]
        else:
            lines = list(self._wide_lines())
        if lines and not is_last and not lines[-1].text.endswith("\n"):
            lines.pop()  # an "\r" too: its "\n" may come with the next piece
        self._rest = self._rest[sum(line.size for line in lines) :] if not is_last else b""
        if len(self._rest) > LONGEST_LINE_BYTES:
            raise NotLines
        return lines

    def _wide_lines(self) -> Iterator[Line]:
        whole = self._rest[: len(self._rest) // 2 * 2]
        text = whole.decode(self._encoding, "surrogatepass")
        for raw in text.encode("utf-8", "surrogatepass").splitlines(keepends=True):
            line = raw.decode("utf-8", "surrogatepass")
            size = len(line.encode(self._encoding, "surrogatepass"))
            yield Line(line.encode("utf-8", "replace").decode(), size)


def _line_of(raw: bytes) -> Line:
    try:
        return Line(raw.decode(), len(raw))
    except UnicodeDecodeError:
        return Line(raw.decode("cp1252", "replace"), len(raw))


class RecordReader:
    """Splits lines into records.

    Well-formed records are split many at a time. A quote that is never closed costs its own
    line only: were it read on, it would swallow the rest of the file. So is one that closes
    only after more lines or bytes than a record for people has: that is what bounds the memory.
    """

    def __init__(self, separator: str, *, lines_before: int) -> None:
        self._separator = separator
        self._line = lines_before + 1
        self._lines: list[Line] = []
        self._at = 0

    def feed(self, lines: list[Line]) -> None:
        """Lines to be split next."""
        self._lines = self._lines[self._at :] + lines
        self._at = 0

    def take(self, limit: int, *, is_last: bool) -> list[Record]:
        """Up to so many records; fewer when more lines are needed (unless these are the last)."""
        records: list[Record] = []
        while len(records) < limit and self._at < len(self._lines):
            tried = self._take_well_formed(records, limit)
            if not tried:
                continue
            may_go_on = self._at + tried >= len(self._lines) and not self._is_too_long(tried)
            if may_go_on and not is_last:
                break  # the rest of the record may come with the next lines
            line = self._lines[self._at]
            cells, problem = _split_alone(line.text, self._separator)
            records.append(self._record(cells, 1, problem))
        return records

    def _take_well_formed(self, records: list[Record], limit: int) -> int:
        """Split records up to the limit, or up to one that is not well formed.

        Gives how many lines were tried for that one in vain; 0 when there is none.
        """
        texts = (self._lines[at].text for at in range(self._at, len(self._lines)))
        reader = csv.reader(texts, delimiter=self._separator, strict=True)
        before = 0
        try:
            for cells in reader:
                count = reader.line_num - before
                if self._is_too_long(count):
                    return count
                before += count
                records.append(self._record(cells, count))
                if len(records) >= limit:
                    break
        except csv.Error:
            return max(1, reader.line_num - before)
        return 0

    def _is_too_long(self, count: int) -> bool:
        """Whether the next so many lines are more than one record; a line alone never is."""
        if count == 1:
            return False
        if count > MOST_LINES_OF_RECORD:
            return True
        lines = self._lines[self._at : self._at + count]
        return sum(line.size for line in lines) > LONGEST_RECORD_BYTES

    def _record(self, cells: list[str], count: int, problem: str = "") -> Record:
        line = self._lines[self._at]
        text, size = line.text, line.size
        if count > 1:
            lines = self._lines[self._at : self._at + count]
            text = "".join(each.text for each in lines)
            size = sum(each.size for each in lines)
        record = Record(self._line, cells, text, count, size, problem)
        self._at += count
        self._line += count
        return record


def _split_alone(text: str, separator: str) -> tuple[list[str], str]:
    try:
        return next(csv.reader([text], delimiter=separator)), ""
    except csv.Error as error:
        return [], f"The line cannot be split into cells: {error}."


def guard_formula(text: str) -> str:
    """A cell that a spreadsheet shows and does not run: an apostrophe before a would-be formula."""
    return f"'{text}" if _is_formula(text) else text


def unguard_formula(text: str) -> str:
    """The cell as it was before guard_formula()."""
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _is_formula(text: str) -> bool:
    return text.lstrip("'").startswith(FORMULA_STARTS)
