"""Delimited text as people upload it: bytes in pieces to lines to records, with their places.

Every line knows how many bytes it had in the file, so that whoever reads can stop after any
record and go on there. Nothing here knows what the columns mean.
"""

import csv
from collections import deque
from collections.abc import Iterator
from enum import StrEnum

import msgspec

LONGEST_LINE_BYTES = 1_000_000
MOST_LINES_OF_RECORD = 100
SEPARATORS = (",", ";", "\t")
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


class Record(msgspec.Struct, frozen=True):
    """One record: its cells without blanks around them, and the lines it stood on.

    `line` counts from 1. `problem` says why the line could not be split into cells.
    """

    line: int
    cells: list[str]
    lines: int
    size: int
    content: str
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not self.problem and not any(self.cells)


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

    A quote that is never closed costs its own line only: were it read on, it would swallow the
    rest of the file.
    """

    def __init__(self, separator: str, *, lines_before: int) -> None:
        self._separator = separator
        self._line = lines_before + 1
        self._lines: deque[Line] = deque()

    def feed(self, lines: list[Line]) -> None:
        """Lines to be split next."""
        self._lines.extend(lines)

    def take(self, limit: int, *, is_last: bool) -> list[Record]:
        """Up to so many records; fewer when more lines are needed (unless these are the last)."""
        records: list[Record] = []
        while len(records) < limit and (record := self._next(is_last=is_last)) is not None:
            records.append(record)
        return records

    def _next(self, *, is_last: bool) -> Record | None:
        taken: list[Line] = []
        problem = ""
        try:
            cells = next(csv.reader(self._pull(taken), delimiter=self._separator, strict=True))
        except StopIteration:
            return None
        except csv.Error:
            cut_short = not self._lines and len(taken) < MOST_LINES_OF_RECORD
            self._lines.extendleft(reversed(taken[1:]))
            if cut_short and not is_last:
                self._lines.appendleft(taken[0])
                return None
            del taken[1:]
            cells, problem = self._split_alone(taken[0])
        record = Record(
            line=self._line,
            cells=[cell.strip() for cell in cells],
            lines=len(taken),
            size=sum(line.size for line in taken),
            content="".join(line.text for line in taken).rstrip("\r\n"),
            problem=problem,
        )
        self._line += len(taken)
        return record

    def _pull(self, taken: list[Line]) -> Iterator[str]:
        while self._lines and len(taken) < MOST_LINES_OF_RECORD:
            line = self._lines.popleft()
            taken.append(line)
            yield line.text

    def _split_alone(self, line: Line) -> tuple[list[str], str]:
        try:
            return next(csv.reader([line.text], delimiter=self._separator)), ""
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
