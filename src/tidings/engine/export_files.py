"""How rows become a file: CSV as it goes, XLSX by way of the disk; neither fills the memory."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import xlsxwriter

from tidings.domain.delimited import BYTE_ORDER_MARK, guard_formula

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE_BYTES = 262_144
# What stands behind a sign without being a formula: a number, a phone number.
HARMLESS = re.compile(r"[+-][0-9 ()./-]*")

MOST_XLSX_ROWS = 1_048_576

Cells = Sequence[str]


class TooManyRows(Exception):
    """The file would have more rows than its format allows; the text says so."""


class FileWriter(Protocol):
    """Takes rows and gives the file in pieces. Its methods block: call them in a thread."""

    def write(self, rows: Sequence[Cells]) -> bytes:
        """Take rows; gives what of the file is ready."""

    def finish(self) -> Iterator[bytes]:
        """The rest of the file, piece by piece."""

    def close(self) -> None:
        """Give back what it holds, finished or not."""


class CsvWriter:
    """A CSV file with a byte-order mark, by which spreadsheets know it as UTF-8."""

    def __init__(self, header: Cells) -> None:
        self._start = BYTE_ORDER_MARK + _csv_text([header])

    def write(self, rows: Sequence[Cells]) -> bytes:
        """The rows as text, with what would be run as a formula made harmless."""
        text = self._start + _csv_text([[guarded(cell) for cell in row] for row in rows])
        self._start = ""
        return text.encode()

    def finish(self) -> Iterator[bytes]:
        """The header of a file without rows, else nothing."""
        if self._start:
            yield self._start.encode()

    def close(self) -> None:
        """It holds nothing."""


class XlsxWriter:
    """A workbook of one sheet. Rows go to the disk as they come; the file is packed at the end."""

    def __init__(self, header: Cells) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="tidings-export-")
        self._path = Path(self._folder.name) / "export.xlsx"
        options = {"constant_memory": True, "tmpdir": self._folder.name}
        self._book = xlsxwriter.Workbook(self._path, options)
        self._sheet = self._book.add_worksheet()
        self._row = 0
        self.write([header])

    def write(self, rows: Sequence[Cells]) -> bytes:
        """Put the rows on the sheet, as text; gives nothing yet."""
        if self._row + len(rows) > MOST_XLSX_ROWS:
            raise TooManyRows(f"An XLSX file has at most {MOST_XLSX_ROWS} rows; take CSV.")
        for row in rows:
            for at, cell in enumerate(row):
                self._sheet.write_string(self._row, at, cell)
            self._row += 1
        return b""

    def finish(self) -> Iterator[bytes]:
        """The packed file."""
        self._book.close()
        with self._path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece

    def close(self) -> None:
        """Forget what is on the disk."""
        self._folder.cleanup()


WRITERS: dict[str, Callable[[Cells], FileWriter]] = {CSV: CsvWriter, XLSX: XlsxWriter}


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs. Numbers and phone numbers stay as they are."""
    return cell if HARMLESS.fullmatch(cell) else guard_formula(cell)


def _csv_text(rows: Sequence[Cells]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
