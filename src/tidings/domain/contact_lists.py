"""Contact lists: which columns they may have, what a cell may hold, and when a list is of use."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from tidings.domain.addresses import InvalidAddress, parse_any_phone, parse_phone_id
from tidings.domain.calling_codes import numbering_plan
from tidings.domain.delimited import unguard_formula
from tidings.domain.errors import Rejection, invalid

MOST_LISTS: Final = 1_000
MOST_CONTACTS_OF_LIST: Final = 1_000_000
MOST_CONTACTS: Final = 5_000_000
MOST_COLUMNS: Final = 50
LONGEST_COLUMN_NAME: Final = 100
# As long as a parameter of a WhatsApp template may be.
LONGEST_CELL: Final = 1_024
LONGEST_CONTACT_ID: Final = 100
DATA_TYPES: Final = ("TEXT", "NUMERIC", "TIMESTAMP", "DATETIME")

NO_WHATSAPP_COLUMN: Final = "no.whatsapp.column"
EMPTY: Final = "empty"
IMPORT_FAILED: Final = "import.failed"
IMPORT_RUNNING: Final = "import.running"


class BadCell(Exception):
    """A cell that a contact cannot have; the text says why and how to mend it."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class TypedColumn(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A column that holds an address, and what kind of it: cell, home, work."""

    column_name: str
    type: str = "cell"
    contactable_time_column: str | None = None
    callable_time_column: str | None = None


class ColumnType(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What a column's values are, for sorting and filtering."""

    column_name: str
    column_data_type: str = "TEXT"
    min: int | None = None
    max: int | None = None
    max_length: int | None = None


class Columns(msgspec.Struct, frozen=True):
    """The columns of a list; they never change."""

    names: tuple[str, ...]
    whatsapp: tuple[TypedColumn, ...] = ()
    phone: tuple[TypedColumn, ...] = ()
    email: tuple[TypedColumn, ...] = ()
    types: tuple[ColumnType, ...] = ()


def check_columns(columns: Columns) -> None:
    """Raise a 400 at the first column that does not fit."""
    _check_names(columns.names)
    for field, typed in (
        ("whatsAppColumns", columns.whatsapp),
        ("phoneColumns", columns.phone),
        ("emailColumns", columns.email),
    ):
        _check_named(field, [each.column_name for each in typed], columns.names)
    field = "columnDataTypeSpecifications"
    _check_named(field, [each.column_name for each in columns.types], columns.names)
    for at, each in enumerate(columns.types):
        if each.column_data_type not in DATA_TYPES:
            raise invalid(
                f"{field}[{at}].columnDataType", f"A type is one of {', '.join(DATA_TYPES)}."
            )


def _check_names(names: Sequence[str]) -> None:
    field = "columnNames"
    if not names:
        raise invalid(field, "Name at least one column.", code="constraint.validation")
    if len(names) > MOST_COLUMNS:
        raise invalid(
            field, f"A contact list has at most {MOST_COLUMNS} columns; these are {len(names)}."
        )
    seen: set[str] = set()
    for at, name in enumerate(names):
        if not name.strip() or name != name.strip() or "\0" in name:
            raise invalid(f"{field}[{at}]", "Give the column a name, without blanks at its ends.")
        if len(name) > LONGEST_COLUMN_NAME:
            raise invalid(
                f"{field}[{at}]", f"A column's name has at most {LONGEST_COLUMN_NAME} characters."
            )
        if name.casefold() in seen:
            raise invalid(f"{field}[{at}]", f'Two columns are called "{name}"; rename one.')
        seen.add(name.casefold())


def _check_named(field: str, named: Sequence[str], names: Sequence[str]) -> None:
    for at, name in enumerate(named):
        if name not in names:
            raise invalid(
                f"{field}[{at}].columnName",
                f'There is no column "{name[:LONGEST_COLUMN_NAME]}"; columnNames must name it.',
            )
        if name in named[:at]:
            raise invalid(f"{field}[{at}].columnName", f'The column "{name}" is named twice.')


def check_region(region: str | None) -> str | None:
    """A country as ISO 3166 names it, in capitals; 400 for one that has no numbers."""
    if not region:
        return None
    if numbering_plan(region.upper()) is None:
        raise invalid(
            "defaultRegion", "The region is a country in two letters, such as DE, DK or US."
        )
    return region.upper()


class CellReader:
    """Reads the values of a list's contacts, wherever they come from."""

    def __init__(
        self,
        names: Sequence[str],
        whatsapp: Iterable[str],
        *,
        trim: bool,
        default_region: str | None,
    ) -> None:
        self.names = tuple(names)
        self._whatsapp = tuple(name for name in names if name in set(whatsapp))
        self._phones = tuple(self.names.index(name) for name in self._whatsapp)
        self._trim = trim
        self._region = default_region

    def narrowed(self, names: Sequence[str]) -> "CellReader":
        """The same for some of the columns, in this order."""
        return CellReader(names, self._whatsapp, trim=self._trim, default_region=self._region)

    def read(self, cells: list[str], *, longest: int) -> list[str]:
        """The values of these cells, one a column; raises BadCell.

        `longest` is not less than the length of the longest cell: for short ones nothing is
        measured. Phone-ID columns come out in canonical form, or empty.
        """
        if self._trim:
            cells = list(map(str.strip, cells))
        if longest > LONGEST_CELL:
            self._check_lengths(cells)
        for at in self._phones:
            if cells[at].strip():
                cells[at] = self._phone(at, cells[at])
            else:
                cells[at] = ""
        return cells

    def unguarded(self, cells: list[str]) -> list[str]:
        """Cells of a file without the apostrophes that keep spreadsheets from running them."""
        return list(map(unguard_formula, cells))

    def read_mapping(self, data: Mapping[str, Any]) -> list[str]:
        """The values of a contact given by column; raises BadCell for a column not of the list."""
        for name in data:
            if name not in self.names:
                raise BadCell(
                    name,
                    f"The contact list has no such column; its columns are: "
                    f"{', '.join(self.names)}.",
                )
        cells = [_plain_text(data.get(name)) for name in self.names]
        for name, cell in zip(self.names, cells, strict=True):
            if "\0" in cell or (not cell.isascii() and _is_broken(cell)):
                raise BadCell(name, "The value holds a character that cannot be kept.")
        return self.read(cells, longest=max(map(len, cells)))

    def _check_lengths(self, cells: list[str]) -> None:
        for name, cell in zip(self.names, cells, strict=True):
            if len(cell) > LONGEST_CELL:
                raise BadCell(
                    name, f"The value has {len(cell)} characters; at most {LONGEST_CELL} are kept."
                )

    def _phone(self, at: int, text: str) -> str:
        phone = parse_any_phone(text, self._region)
        if phone is None:
            try:
                parse_phone_id(text)
                message = "This is no phone number."
            except InvalidAddress as error:
                message = error.message
            raise BadCell(self.names[at], message)
        return phone


def _plain_text(value: object) -> str:
    """A value of JSON as text: whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def check_contact_id(contact_id: str) -> str:
    """The uploader's id of a contact, without blanks around it; raises BadCell."""
    contact_id = contact_id.strip()
    if not contact_id:
        raise BadCell("id", "The contact has no id.")
    if len(contact_id) > LONGEST_CONTACT_ID:
        raise BadCell("id", f"The id of a contact has at most {LONGEST_CONTACT_ID} characters.")
    if "\0" in contact_id or "/" in contact_id or _is_broken(contact_id):
        raise BadCell("id", "The id of a contact cannot hold a slash or a control character.")
    return contact_id


def unusable_reasons(
    *, has_whatsapp_column: bool, contact_count: int, import_state: str | None
) -> list[str]:
    """Why a campaign cannot take a list (C3), by code; nothing for a list that is of use."""
    reasons = []
    if not has_whatsapp_column:
        reasons.append(NO_WHATSAPP_COLUMN)
    if import_state in ("uploading", "queued", "running"):
        reasons.append(IMPORT_RUNNING)
    elif import_state == "failed":
        reasons.append(IMPORT_FAILED)
    if contact_count == 0:
        reasons.append(EMPTY)
    return reasons


def columns_differ(field: str, code: str) -> Rejection:
    """A 400 for a change of columns, which contacts and campaigns stand on."""
    return invalid(
        field, "The columns of a contact list cannot change; make a new list.", code=code
    )
