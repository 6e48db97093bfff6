"""Contact lists as the API shows and reads them."""

from uuid import UUID

import msgspec

from tidings.actions.contact_lists import ListDraft
from tidings.api.v2.import_status import ImportStatusView, import_status
from tidings.api.views import Body, Moment, Ref, View, moment, parse_id
from tidings.domain.contact_lists import Columns, ColumnType, TypedColumn
from tidings.store.contact_lists import ListRow

PATH = "/api/v2/outbound/contactlists"
# Where the contract has a word of its own for why an import failed.
FAILURE_REASONS = {"import.too.many.columns": "CONTACT_COLUMNS_LIMIT_EXCEEDED"}


class ContactListBody(Body):
    """A list to make or change. `defaultRegion` is the country of numbers without country code."""

    name: str | None = None
    division: Ref | None = None
    column_names: list[str] | None = None
    whats_app_columns: list[TypedColumn] | None = None
    phone_columns: list[TypedColumn] | None = None
    email_columns: list[TypedColumn] | None = None
    column_data_type_specifications: list[ColumnType] | None = None
    trim_whitespace: bool | None = None
    default_region: str | None = None
    version: int | None = None

    def draft(self) -> ListDraft:
        """The list as the actions take it."""
        return ListDraft(
            name=self.name,
            division_id=self._division_id(),
            names=self.column_names,
            whatsapp=self.whats_app_columns,
            phone=self.phone_columns,
            email=self.email_columns,
            columns=Columns(
                tuple(self.column_names or ()),
                whatsapp=tuple(self.whats_app_columns or ()),
                phone=tuple(self.phone_columns or ()),
                email=tuple(self.email_columns or ()),
                types=tuple(self.column_data_type_specifications or ()),
            ),
            trim_whitespace=self.trim_whitespace,
            default_region=self.default_region,
        )

    def _division_id(self) -> UUID | None:
        return None if self.division is None else parse_id(self.division.id, "division.id")


class ContactListView(View):
    """A contact list. `unusableReasons` say why a campaign cannot take it (C3)."""

    id: str
    name: str
    version: int
    division: Ref
    column_names: list[str]
    whats_app_columns: list[TypedColumn]
    phone_columns: list[TypedColumn]
    email_columns: list[TypedColumn]
    column_data_type_specifications: list[ColumnType]
    trim_whitespace: bool
    unusable_reasons: list[str]
    date_created: Moment
    date_modified: Moment
    self_uri: str
    default_region: str | None = None
    import_status: ImportStatusView | None = None
    size: int | None = None

    @classmethod
    def of(
        cls, row: ListRow, *, with_import: bool = False, with_size: bool = False
    ) -> "ContactListView":
        """The list as the API shows it; its import and its size if asked for."""
        return cls(
            id=str(row.id),
            name=row.name,
            version=row.version,
            division=division_of(row),
            column_names=row.columns,
            whats_app_columns=_columns(row.whatsapp_columns),
            phone_columns=_columns(row.phone_columns),
            email_columns=_columns(row.email_columns),
            column_data_type_specifications=msgspec.convert(row.column_types, list[ColumnType]),
            trim_whitespace=row.trim_whitespace,
            default_region=row.default_region,
            unusable_reasons=row.unusable_reasons,
            import_status=status_of(row) if with_import else None,
            size=row.contact_count if with_size else None,
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
        )


class ContactListDivisionView(View):
    """What those see of a list who may search for it."""

    id: str
    name: str
    division: Ref
    column_names: list[str]
    whats_app_columns: list[TypedColumn]
    phone_columns: list[TypedColumn]
    email_columns: list[TypedColumn]
    unusable_reasons: list[str]
    self_uri: str
    import_status: ImportStatusView | None = None
    size: int | None = None

    @classmethod
    def of(
        cls, row: ListRow, *, with_import: bool = False, with_size: bool = False
    ) -> "ContactListDivisionView":
        """The list, reduced."""
        return cls(
            id=str(row.id),
            name=row.name,
            division=division_of(row),
            column_names=row.columns,
            whats_app_columns=_columns(row.whatsapp_columns),
            phone_columns=_columns(row.phone_columns),
            email_columns=_columns(row.email_columns),
            unusable_reasons=row.unusable_reasons,
            import_status=status_of(row) if with_import else None,
            size=row.contact_count if with_size else None,
            self_uri=f"{PATH}/divisionviews/{row.id}",
        )


def division_of(row: ListRow) -> Ref:
    """Where a list belongs."""
    return Ref(
        id=str(row.division_id),
        name=row.division_name,
        self_uri=f"/api/v2/authorization/divisions/{row.division_id}",
    )


def status_of(row: ListRow) -> ImportStatusView:
    """How the last import of a list goes."""
    code = row.import_failure_code
    reason = None if code is None else FAILURE_REASONS.get(code, code.upper().replace(".", "_"))
    return import_status(
        state=row.import_state,
        total_bytes=row.total_bytes or 0,
        done_bytes=row.done_bytes or 0,
        accepted=row.accepted_rows or 0,
        rejected=row.rejected_rows or 0,
        failure=reason,
    )


def _columns(stored: list[dict[str, object]]) -> list[TypedColumn]:
    return msgspec.convert(stored, list[TypedColumn])
