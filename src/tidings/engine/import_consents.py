"""Consent files: what their columns and cells mean, and how the rows are recorded."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from tidings.actions.consents import (
    CATEGORIES,
    CLOCK_SKEW,
    EARLIEST_YEAR,
    LONGEST_EVIDENCE,
    LONGEST_SOURCE,
    OPTED_IN,
    OPTED_OUT,
    ConsentChange,
    record_consents,
)
from tidings.domain.addresses import InvalidAddress, match_keys, parse_phone_id
from tidings.domain.consent import IMPORT_SOURCE
from tidings.domain.delimited import Line, Record, unguard_formula
from tidings.engine.import_rows import (
    BadFile,
    BadRow,
    Header,
    Parsed,
    Sink,
    Written,
    reject,
    split_header,
)
from tidings.store.consents import select_opted_out
from tidings.store.import_files import RejectRow
from tidings.store.imports import ImportRow
from tidings.store.query import Connection, fetch

COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "address": (
        "address", "phone", "phonenumber", "phoneid", "number", "mobile", "mobilenumber",
        "mobilephone", "cell", "cellphone", "tel", "telephone", "msisdn", "waid", "whatsapp",
        "whatsappnumber", "telefon", "telefonnummer", "rufnummer", "nummer", "handy",
        "handynummer", "mobil", "mobilnummer", "mobiltelefon", "tlf",
    ),
    "category": ("category", "kategorie", "kategori"),
    "state": ("state", "status", "consent", "einwilligung", "samtykke"),
    "source": ("source", "quelle", "kilde"),
    "evidence": ("evidence", "proof", "nachweis", "beleg", "dokumentation"),
    "time": ("time", "changedtime", "date", "timestamp", "zeit", "zeitpunkt", "datum", "dato"),
}  # fmt: skip
CATEGORY_WORDS = {
    "": "all", "all": "all", "alle": "all", "utility": "utility", "service": "utility",
    "marketing": "marketing",
}  # fmt: skip
CATEGORIES_SHOWN = "utility, marketing"
STATE_WORDS = {
    "": OPTED_IN, "optedin": OPTED_IN, "optin": OPTED_IN, "in": OPTED_IN, "yes": OPTED_IN,
    "true": OPTED_IN, "1": OPTED_IN, "ja": OPTED_IN, "optedout": OPTED_OUT, "optout": OPTED_OUT,
    "out": OPTED_OUT, "no": OPTED_OUT, "false": OPTED_OUT, "0": OPTED_OUT, "nein": OPTED_OUT,
    "nej": OPTED_OUT,
}  # fmt: skip
DOTTED_TIME = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?[ T](.+))?")
OPTED_OUT_BEFORE = (
    "The customer has opted out of {}. Only a row with source and time of a newer opt-in undoes "
    "that; for a category that still holds, name it."
)


class ConsentRow(msgspec.Struct, frozen=True):
    """One record that can be taken; `undoes`: it may end an earlier opt-out."""

    record: Record
    change: ConsentChange
    undoes: bool


async def open_consents(connection: Connection, job: ImportRow) -> Sink:
    """The sink of one import of consents."""
    return ConsentSink(job)


class ConsentSink:
    """Reads consent files; see import_rows.Sink."""

    batch_rows = 1_000

    def __init__(self, job: ImportRow) -> None:
        self._job = job
        self._columns: dict[str, int] = {}

    def read_header(self, lines: Sequence[Line]) -> Header:
        """The separator is the one with which most columns are recognised."""
        header = split_header(lines, _recognised)
        self._columns = _columns(header.cells)
        return header

    def parse(self, records: Sequence[Record]) -> Parsed:
        """Each record as a change, or why it is none."""
        now = datetime.now(UTC)
        rows: list[ConsentRow] = []
        rejects: list[RejectRow] = []
        for record in records:
            try:
                change = self._parse_row(record, now)
            except BadRow as error:
                rejects.append(reject(record, str(error)))
            else:
                rows.append(ConsentRow(record, change, self._tells_new_opt_in(record, change)))
        return Parsed(rows, rejects)

    async def write(self, connection: Connection, rows: Sequence[ConsentRow]) -> Written:
        """Record the changes, but for opt-ins of customers who opted out."""
        kept, refused = await _split(connection, self._job, rows)
        recorded_by = f"{self._job.created_by} (import)"
        await record_consents(connection, self._job.organization_id, kept, recorded_by=recorded_by)
        return Written(len(kept), refused)

    def _parse_row(self, record: Record, now: datetime) -> ConsentChange:
        """The change that a record tells, without a time from the upload on; raises BadRow."""
        if record.problem:
            raise BadRow(record.problem)
        if "\0" in record.text:
            raise BadRow("The line holds a NUL character; the file is damaged there.")
        cells = record.cells
        cell = {
            column: cells[position].strip() if position < len(cells) else ""
            for column, position in self._columns.items()
        }
        try:
            address = parse_phone_id(cell["address"])
        except InvalidAddress as error:
            raise BadRow(error.message) from None
        return ConsentChange(
            address=address,
            category=_word(cell.get("category", ""), "category", CATEGORY_WORDS, CATEGORIES_SHOWN),
            state=_word(cell.get("state", ""), "state", STATE_WORDS, "optedIn, optedOut"),
            source=_text(cell.get("source", ""), "source", LONGEST_SOURCE) or IMPORT_SOURCE,
            evidence=_text(cell.get("evidence", ""), "evidence", LONGEST_EVIDENCE) or None,
            changed_at=_time(cell.get("time", ""), now) or self._job.created_at,
        )

    def _tells_new_opt_in(self, record: Record, change: ConsentChange) -> bool:
        """Whether the record is more than a line of a list: it says when and where, by itself."""
        position = self._columns.get("time", len(record.cells))
        is_dated = position < len(record.cells) and bool(record.cells[position].strip())
        return is_dated and change.source != IMPORT_SOURCE


async def _split(
    connection: Connection, job: ImportRow, rows: Sequence[ConsentRow]
) -> tuple[list[ConsentChange], list[RejectRow]]:
    """Turn away opt-ins of customers who opted out: that always wins over a list (A6).

    A row that tells source and time of an opt-in of its own goes by its time. An opt-out that
    comes while the import runs is newer than all its rows.
    """
    phones = list({row.change.address for row in rows if not row.undoes})
    opted_out = {
        (form, row.category)
        for row in await fetch(connection, select_opted_out(job.organization_id, phones))
        for form in match_keys(row.phone)
    }
    kept: list[ConsentChange] = []
    refused: list[RejectRow] = []
    for row in rows:
        change = row.change
        about = CATEGORIES if change.category == "all" else (change.category,)
        out_of = [category for category in about if (change.address, category) in opted_out]
        if out_of and change.state == OPTED_IN and not row.undoes:
            refused.append(reject(row.record, OPTED_OUT_BEFORE.format(" and ".join(out_of))))
            continue
        if change.state == OPTED_OUT:
            opted_out |= {(form, each) for form in match_keys(change.address) for each in about}
        kept.append(change)
    return kept, refused


def _recognised(cells: list[str]) -> tuple[int, int]:
    return sum(_column_of(cell) is not None for cell in cells), len(cells)


def _column_of(cell: str) -> str | None:
    name = re.sub(r"[^\w]|_", "", cell.casefold())
    return next((column for column, names in COLUMN_NAMES.items() if name in names), None)


def _columns(cells: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for position, cell in enumerate(cells):
        column = _column_of(cell)
        if column is None:
            continue
        if column in columns:
            raise BadFile(
                "import.column.ambiguous",
                f'The columns "{cells[columns[column]]}" and "{cell}" could both be the '
                f"{column}. Rename or remove one of them.",
            )
        columns[column] = position
    if "address" not in columns:
        raise BadFile("import.no.address.column", _no_address(cells))
    return columns


def _no_address(cells: list[str]) -> str:
    named = ", ".join(f'"{cell[:40]}"' for cell in cells[:10])
    if any(_is_phone(cell) for cell in cells):
        return (
            f"The first line has data, not the names of columns ({named}). Put a line before it "
            "that names them: address,category,state,source,evidence,time."
        )
    return (
        f"No column has the phone number; the first line names {named}. Name the column with the "
        "phone numbers address (phone, number or Telefon are understood too)."
    )


def _is_phone(cell: str) -> bool:
    try:
        parse_phone_id(cell)
    except InvalidAddress:
        return False
    return True


def _word(text: str, column: str, words: dict[str, str], known: str) -> str:
    word = words.get(re.sub(r"[^\w]|_", "", text.casefold()))
    if word is None:
        raise BadRow(f'The {column} "{text[:40]}" is not known; use one of {known}.')
    return word


def _text(text: str, column: str, longest: int) -> str:
    if len(text) > longest:
        raise BadRow(f"The {column} has {len(text)} characters; at most {longest} are kept.")
    return unguard_formula(text)


def _time(text: str, now: datetime) -> datetime | None:
    if not text:
        return None
    if dotted := DOTTED_TIME.fullmatch(text):
        day, month, year, clock = dotted.groups()
        text = f"{year}-{month:0>2}-{day:0>2}" + (f" {clock}" if clock else "")
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadRow(f'The time "{text[:40]}" is no ISO 8601 date-time.') from None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    if time > now + CLOCK_SKEW:
        raise BadRow(f"The time {text} lies in the future.")
    if time.year < EARLIEST_YEAR:
        raise BadRow(f"The time {text} lies too far back.")
    return min(time, now)
