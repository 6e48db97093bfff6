"""Contact files: the header must fit the list, phone IDs are made canonical, rows go in by id.

A row whose contact id the list has updates that contact, and in one file the last row wins; so
sending a file again changes nothing more.
"""

import csv
import io
from collections.abc import Sequence

import msgspec

from tidings.domain.contact_lists import (
    LONGEST_COLUMN_NAME,
    MOST_COLUMNS,
    MOST_CONTACTS,
    MOST_CONTACTS_OF_LIST,
    BadCell,
    CellReader,
    check_contact_id,
)
from tidings.domain.delimited import Line, Record
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
from tidings.store.contact_batches import ContactBatch, put_contacts
from tidings.store.contact_lists import (
    HeldList,
    ListChoice,
    ListRow,
    count_contacts,
    hold_list,
    select_lists,
)
from tidings.store.contacts import select_known_ids
from tidings.store.ids import new_id
from tidings.store.import_files import RejectRow
from tidings.store.imports import ImportRow
from tidings.store.query import Connection, fetch, fetch_one, fetch_optional

DAMAGED = "The line holds a NUL character; the file is damaged there."
LIST_FULL = f"The list is full: it holds at most {MOST_CONTACTS_OF_LIST:,} contacts."
ORGANIZATION_FULL = (
    f"The organization's contact lists are full: they hold at most {MOST_CONTACTS:,} contacts "
    "together."
)


class Row(msgspec.Struct, frozen=True, gc=False):
    """A record that fits, with its values in the order of the file's columns."""

    record: Record
    cells: list[str]


async def open_contacts(connection: Connection, job: ImportRow) -> Sink:
    """The sink of one import into a contact list; raises TargetGone."""
    assert job.target_id is not None
    chosen = ListChoice(ids=[job.target_id])
    query = select_lists(job.organization_id, chosen, descending=False, limit=1, offset=0)
    row = await fetch_optional(connection, query)
    if row is None:
        raise TargetGone
    return ContactSink(job, row)


class ContactSink:
    """Reads contact files; see import_rows.Sink."""

    batch_rows = 10_000

    def __init__(self, job: ImportRow, row: ListRow) -> None:
        self._organization_id = job.organization_id
        self._list = row
        self._id_name: str = job.options.get("contactIdName") or ""
        self._clear: bool = bool(job.options.get("clearSystemData"))
        self._reader: CellReader = row.cell_reader()
        self._width = 0
        self._id_at: int | None = None
        self._places: list[int] = []
        self._takes: list[int] | None = None

    def read_header(self, lines: Sequence[Line]) -> Header:
        """The separator is the one with which most columns of the list are found."""
        known = {name.casefold() for name in self._list.columns}
        header = split_header(
            lines, lambda cells: (sum(each.casefold() in known for each in cells), len(cells))
        )
        self._lay_out(_checked_names(header.cells, most=MOST_COLUMNS + self._has_own_id_column))
        return header

    @property
    def _has_own_id_column(self) -> bool:
        """Whether the contact ids stand in a column that the list does not have."""
        names = map(str.casefold, self._list.columns)
        return bool(self._id_name) and self._id_name.casefold() not in names

    def _lay_out(self, names: list[str]) -> None:
        """Find out which cell goes where."""
        by_name = {name.casefold(): at for at, name in enumerate(self._list.columns)}
        wanted = self._id_name.casefold()
        self._width = len(names)
        taken: list[int] = []
        unknown: list[str] = []
        for at, name in enumerate(names):
            if wanted and name.casefold() == wanted:
                self._id_at = at
            if name.casefold() in by_name:
                taken.append(at)
                self._places.append(by_name[name.casefold()] + 1)
            elif self._id_at != at:
                unknown.append(name)
        if wanted and self._id_at is None:
            raise BadFile("import.no.contact.id.column", _no_contact_id(self._id_name, names))
        if unknown:
            raise BadFile("import.unknown.columns", _unknown(unknown, self._list.columns))
        if not taken:
            raise BadFile("import.no.columns", _unknown(names, self._list.columns))
        self._takes = None if taken == list(range(len(names))) else taken
        self._reader = self._reader.narrowed([self._list.columns[at - 1] for at in self._places])

    def parse(self, records: Sequence[Record]) -> Parsed:
        """Each record as the values of a contact, or why it is none; the last of an id stays."""
        rows: dict[str, Row] = {}
        rejects: list[RejectRow] = []
        taken = 0
        for record in records:
            try:
                contact_id, row = self._parse_row(record)
            except (BadRow, BadCell) as error:
                rejects.append(reject(record, _told(error)))
            else:
                taken += 1
                rows[contact_id] = row
        return Parsed(ParsedContacts(rows, taken, self._batch(rows)), rejects)

    def _parse_row(self, record: Record) -> tuple[str, Row]:
        if record.problem:
            raise BadRow(record.problem)
        text, cells = record.text, record.cells
        if "\0" in text:
            raise BadRow(DAMAGED)
        if len(cells) != self._width:
            cells = self._fitted(cells)
        if "'" in text:
            cells = self._reader.unguarded(cells)
        id_at = self._id_at
        contact_id = str(new_id()) if id_at is None else check_contact_id(cells[id_at])
        if self._takes is not None:
            cells = [cells[at] for at in self._takes]
        return contact_id, Row(record, self._reader.read(cells, longest=len(text)))

    def _fitted(self, cells: list[str]) -> list[str]:
        """A row with fewer cells ends early, as spreadsheets write it; more have no column."""
        if any(cell.strip() for cell in cells[self._width :]):
            raise BadRow(
                f"The row has {len(cells)} cells, but the header names {self._width} columns. A "
                "cell that holds the separator must stand in quotes."
            )
        return cells[: self._width] + [""] * (self._width - len(cells))

    def _batch(self, rows: dict[str, Row]) -> ContactBatch:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [number, contact_id, *row.cells]
            for number, (contact_id, row) in enumerate(rows.items())
        )
        return ContactBatch(text.getvalue().encode(), len(rows), self._places)

    async def write(self, connection: Connection, rows: "ParsedContacts") -> Written:
        """Put the batch, but for new contacts beyond what a list or an organization may hold."""
        held = await fetch_optional(connection, hold_list(self._organization_id, self._list.id))
        if held is None:
            raise TargetGone
        batch, refused = await self._within_limits(connection, held, rows)
        if batch.size:
            await put_contacts(
                connection,
                self._organization_id,
                self._list.id,
                batch,
                width=len(self._list.columns),
                clear_system_data=self._clear,
            )
        return Written(rows.taken - len(refused), refused)

    async def _within_limits(
        self, connection: Connection, held: HeldList, rows: "ParsedContacts"
    ) -> tuple[ContactBatch, list[RejectRow]]:
        total = await fetch_one(connection, count_contacts(self._organization_id))
        in_list = MOST_CONTACTS_OF_LIST - held.contact_count
        room = min(in_list, MOST_CONTACTS - total.count)
        if room >= len(rows.by_id):
            return rows.batch, []
        reason = LIST_FULL if room == in_list else ORGANIZATION_FULL
        query = select_known_ids(self._organization_id, self._list.id, list(rows.by_id))
        known = {each.id for each in await fetch(connection, query)}
        fresh = [contact_id for contact_id in rows.by_id if contact_id not in known]
        beyond = set(fresh[max(0, room) :])
        refused = [
            reject(row.record, reason)
            for contact_id, row in rows.by_id.items()
            if contact_id in beyond
        ]
        kept = {key: row for key, row in rows.by_id.items() if key not in beyond}
        return self._batch(kept), refused


class ParsedContacts(msgspec.Struct, frozen=True):
    """The contacts of a batch by id, how many records they come from, and as they are put."""

    by_id: dict[str, Row]
    taken: int
    batch: ContactBatch


def _checked_names(names: list[str], *, most: int) -> list[str]:
    """The header's names without empty ones at its end; raises BadFile."""
    while names and not names[-1]:
        names = names[:-1]
    if len(names) > most:
        raise BadFile(
            "import.too.many.columns",
            f"The file has {len(names)} columns; a contact list has at most {MOST_COLUMNS}. "
            "Remove those that no message needs.",
        )
    for at, name in enumerate(names):
        if not name:
            raise BadFile(
                "import.unnamed.column",
                f"Column {at + 1} of the header has no name. Name it, or remove the column.",
            )
        if name.casefold() in map(str.casefold, names[:at]):
            raise BadFile(
                "import.duplicate.columns",
                f"The header names {_shown([name])} twice. Rename or remove one of them.",
            )
    return names


def _no_contact_id(wanted: str, names: list[str]) -> str:
    return (
        f"The file has no column {_shown([wanted])}, which was to hold the contact ids; its "
        f"header names {_shown(names)}. Name another column, or none."
    )


def _unknown(unknown: list[str], columns: list[str]) -> str:
    return (
        f"The contact list has no column {_shown(unknown)}; its columns are {_shown(columns)}. "
        "Rename or remove the file's columns, or make a new list for it."
    )


def _shown(names: Sequence[str], most: int = 10) -> str:
    shown = ", ".join(f'"{name[:LONGEST_COLUMN_NAME]}"' for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def _told(error: BadRow | BadCell) -> str:
    if isinstance(error, BadCell) and error.column != "id":
        return f"{error.column}: {error}"
    return str(error)
