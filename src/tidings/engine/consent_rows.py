"""What the columns and cells of a consent file mean: header to columns, record to change."""

import re
from datetime import UTC, datetime

import msgspec

from tidings.actions.consents import (
    CLOCK_SKEW,
    EARLIEST_YEAR,
    LONGEST_EVIDENCE,
    LONGEST_SOURCE,
    OPTED_IN,
    OPTED_OUT,
    ConsentChange,
)
from tidings.domain.addresses import InvalidAddress, parse_phone_id
from tidings.domain.consent import IMPORT_SOURCE
from tidings.domain.delimited import (
    BYTE_ORDER_MARK,
    SEPARATORS,
    Line,
    Record,
    RecordReader,
    unguard_formula,
)

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
STATE_WORDS = {
    "": OPTED_IN, "optedin": OPTED_IN, "optin": OPTED_IN, "in": OPTED_IN, "yes": OPTED_IN,
    "true": OPTED_IN, "1": OPTED_IN, "ja": OPTED_IN, "optedout": OPTED_OUT, "optout": OPTED_OUT,
    "out": OPTED_OUT, "no": OPTED_OUT, "false": OPTED_OUT, "0": OPTED_OUT, "nein": OPTED_OUT,
    "nej": OPTED_OUT,
}  # fmt: skip
DOTTED_TIME = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?[ T](.+))?")


class BadHeader(Exception):
    """The file cannot be imported; the text says what to change in it."""


class BadRow(Exception):
    """The record is not taken; the text says why."""


class Header(msgspec.Struct, frozen=True):
    """Which column stands where, and where the first record begins."""

    separator: str
    columns: dict[str, int]
    lines: int
    size: int


def parse_header(lines: list[Line]) -> Header:
    """Read the header from the first lines of a file; raises BadHeader with the mend.

    The separator is the one with which most columns are recognised. Excel's line `sep=;` before
    it and empty lines are passed over.
    """
    skipped = 0
    while skipped < len(lines) and _is_before_header(lines[skipped].text):
        skipped += 1
    if skipped == len(lines):
        raise BadHeader("The file is empty.")
    first = lines[skipped]
    best = max((_split(first, sep) for sep in SEPARATORS), key=_recognised)
    separator, record = best
    columns = _columns(record.cells)
    size = sum(line.size for line in lines[: skipped + 1])
    return Header(separator, columns, lines=skipped + 1, size=size)


def _is_before_header(text: str) -> bool:
    text = text.lstrip(BYTE_ORDER_MARK).strip()
    return not text or re.fullmatch("sep=.", text) is not None


def _split(line: Line, separator: str) -> tuple[str, Record]:
    reader = RecordReader(separator, lines_before=0)
    reader.feed([Line(line.text.lstrip(BYTE_ORDER_MARK), line.size)])
    return separator, reader.take(1, is_last=True)[0]


def _recognised(candidate: tuple[str, Record]) -> tuple[int, int]:
    cells = candidate[1].cells
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
            raise BadHeader(
                f'The columns "{cells[columns[column]]}" and "{cell}" could both be the '
                f"{column}. Rename or remove one of them."
            )
        columns[column] = position
    if "address" not in columns:
        raise BadHeader(_no_address(cells))
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


def parse_row(header: Header, record: Record, *, now: datetime, undated: datetime) -> ConsentChange:
    """The change that a record tells; raises BadRow. Without a time it counts from `undated`."""
    if record.problem:
        raise BadRow(record.problem)
    if "\0" in record.content:
        raise BadRow("The line holds a NUL character; the file is damaged there.")
    cell = {
        column: record.cells[position] if position < len(record.cells) else ""
        for column, position in header.columns.items()
    }
    try:
        address = parse_phone_id(cell["address"])
    except InvalidAddress as error:
        raise BadRow(error.message) from None
    return ConsentChange(
        address=address,
        category=_word(cell.get("category", ""), "category", CATEGORY_WORDS, "utility, marketing"),
        state=_word(cell.get("state", ""), "state", STATE_WORDS, "optedIn, optedOut"),
        source=_text(cell.get("source", ""), "source", LONGEST_SOURCE) or IMPORT_SOURCE,
        evidence=_text(cell.get("evidence", ""), "evidence", LONGEST_EVIDENCE) or None,
        changed_at=_time(cell.get("time", ""), now) or undated,
    )


def tells_new_opt_in(header: Header, record: Record, change: ConsentChange) -> bool:
    """Whether the record is more than a line of a list: it says when and where, by itself."""
    position = header.columns.get("time", len(record.cells))
    is_dated = position < len(record.cells) and bool(record.cells[position])
    return is_dated and change.source != IMPORT_SOURCE


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
