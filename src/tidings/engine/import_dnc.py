"""Do-not-contact files: one or several columns of numbers or addresses, written in any way.

Other columns are read over. A row with one bad number gives its good ones all the same: nobody
who asked not to be written to is lost for a typing error beside them.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tidings.actions.dnc_entries import put_entries
from tidings.domain.delimited import Line, Record, unguard_formula
from tidings.domain.dnc_lists import Entry, EntryKind, parse_entry, parse_expiry, takes
from tidings.domain.errors import Kind, Rejection
from tidings.engine.import_consents import COLUMN_NAMES
from tidings.engine.import_rows import (
    BadFile,
    BadRow,
    Header,
    Parsed,
    Sink,
    TargetGone,
    Written,
    reject,
    split_header,
)
from tidings.store.dnc_lists import DncChoice, DncListRow, select_dnc_lists
from tidings.store.import_files import RejectRow
from tidings.store.imports import ImportRow
from tidings.store.query import Connection, fetch_optional

PHONE_NAMES = frozenset(COLUMN_NAMES["address"])
NUMBERED = re.compile(r"[\W\d_]")
EMAIL_NAMES = frozenset({"email", "mail", "emailaddress", "epost"})
# Which option names the columns of a kind.
OPTIONS = {
    EntryKind.PHONE: "phoneColumns",
    EntryKind.EMAIL: "emailColumns",
    EntryKind.CUSTOM: "customColumns",
}
WORDS = {
    EntryKind.PHONE: "phone numbers",
    EntryKind.EMAIL: "e-mail addresses",
    EntryKind.CUSTOM: "values",
}


class DncRow(msgspec.Struct, frozen=True):
    """What one record puts on the list; `is_whole`: nothing of it was refused."""

    entries: list[tuple[EntryKind, Entry]]
    is_whole: bool


async def open_dnc(connection: Connection, job: ImportRow) -> Sink:
    """The sink of one import into a do-not-contact list; raises TargetGone."""
    assert job.target_id is not None
    chosen = DncChoice(ids=[job.target_id])
    query = select_dnc_lists(job.organization_id, chosen, limit=1, offset=0)
    row = await fetch_optional(connection, query)
    if row is None:
        raise TargetGone
    return DncSink(job, row)


class DncSink:
    """Reads do-not-contact files; see import_rows.Sink."""

    batch_rows = 5_000

    def __init__(self, job: ImportRow, row: DncListRow) -> None:
        self._organization_id = job.organization_id
        self._options: dict[str, Any] = job.options
        self._list = row
        self._columns: list[tuple[EntryKind, int, str]] = []
        self._expiry_at: int | None = None

    def read_header(self, lines: Sequence[Line]) -> Header:
        """The separator is the one with which most columns are found."""
        header = split_header(lines, lambda cells: (len(self._found(cells)), len(cells)))
        self._columns = self._found(header.cells)
        if not self._columns:
            raise BadFile("import.no.dnc.column", self._told_missing(header.cells))
        wanted = str(self._options.get("expiryColumn") or "").strip().casefold()
        names = [cell.casefold() for cell in header.cells]
        if wanted and wanted not in names:
            raise BadFile(
                "import.no.expiry.column",
                f'The file has no column "{wanted}", which was to hold when entries expire.',
            )
        self._expiry_at = names.index(wanted) if wanted else None
        return header

    def _found(self, cells: list[str]) -> list[tuple[EntryKind, int, str]]:
        """The columns to read: those that were named, else those whose names say it."""
        taken = [kind for kind in EntryKind if self._takes(kind)]
        named = {kind: self._named(kind) for kind in taken}
        if any(named.values()):
            return [
                (kind, at, cell)
                for kind, names in named.items()
                for at, cell in enumerate(cells)
                if cell.casefold() in names
            ]
        return [
            (kind, at, cell)
            for kind in taken
            for at, cell in enumerate(cells)
            if self._is_of(kind, cell)
        ]

    def _takes(self, kind: EntryKind) -> bool:
        return takes(
            kind, contact_method=self._list.contact_method, source_type=self._list.source_type
        )

    def _named(self, kind: EntryKind) -> set[str]:
        names = self._options.get(OPTIONS[kind]) or []
        return {str(name).strip().casefold() for name in names}

    def _is_of(self, kind: EntryKind, cell: str) -> bool:
        if kind is EntryKind.CUSTOM:
            return cell.casefold() == (self._list.custom_column or "").casefold()
        names = PHONE_NAMES if kind is EntryKind.PHONE else EMAIL_NAMES
        return NUMBERED.sub("", cell.casefold()) in names

    def _told_missing(self, cells: list[str]) -> str:
        kinds = [WORDS[kind] for kind in EntryKind if self._takes(kind)]
        shown = ", ".join(f'"{cell[:50]}"' for cell in cells[:10])
        return (
            f"No column with {' or '.join(kinds)} was found. The first line must name the columns; "
            f"it is {shown}. Name the columns to read when you upload the file, or rename one to "
            "phone."
        )

    def parse(self, records: Sequence[Record]) -> Parsed:
        """Each record as entries, or what is wrong with it, or both."""
        now = datetime.now(UTC)
        rows: list[DncRow] = []
        rejects: list[RejectRow] = []
        for record in records:
            bad: list[str] = []
            try:
                entries = list(self._parse_row(record, now, bad))
            except BadRow as error:
                rejects.append(reject(record, str(error)))
                continue
            if entries:
                rows.append(DncRow(entries, is_whole=not bad))
            if bad or not entries:
                rejects.append(reject(record, _why(bad, some_taken=bool(entries))))
        return Parsed(rows, rejects)

    def _parse_row(
        self, record: Record, now: datetime, bad: list[str]
    ) -> Iterator[tuple[EntryKind, Entry]]:
        """What is good in a record; what is not is added to `bad`. Raises BadRow."""
        if record.problem:
            raise BadRow(record.problem)
        if "\0" in record.text:
            raise BadRow("The line holds a NUL character; the file is damaged there.")
        expires_at = self._expiry(record, now)
        for kind, at, name in self._columns:
            cell = record.cells[at].strip() if at < len(record.cells) else ""
            if not cell:
                continue
            region = self._list.default_region
            entry = parse_entry(unguard_formula(cell), kind, region=region, expires_at=expires_at)
            if entry is None:
                bad.append(f'{name}: "{cell[:50]}" is none of the {WORDS[kind]}')
            else:
                yield kind, entry

    def _expiry(self, record: Record, now: datetime) -> datetime | None:
        at = self._expiry_at
        if at is None or at >= len(record.cells):
            return None
        try:
            return parse_expiry(record.cells[at].strip(), now=now)
        except Rejection as error:
            raise BadRow(error.message) from None

    async def write(self, connection: Connection, rows: Sequence[DncRow]) -> Written:
        """Put the entries of a batch on the list; raises BadFile when it is full."""
        for kind in EntryKind:
            entries = {entry.key: entry for row in rows for of, entry in row.entries if of is kind}
            try:
                await put_entries(
                    connection, self._organization_id, self._list.id, kind, list(entries.values())
                )
            except Rejection as error:
                if error.kind is Kind.ABSENT:
                    raise TargetGone from None
                raise BadFile(error.code, error.message) from None
        return Written(sum(row.is_whole for row in rows))


def _why(bad: list[str], *, some_taken: bool) -> str:
    if not bad:
        return "The row has nothing in the columns that are read."
    reason = f"{'; '.join(bad)}."
    return f"{reason} The rest of the row was taken." if some_taken else reason
