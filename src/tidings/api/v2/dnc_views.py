"""Do-not-contact lists as the API writes them."""

from tidings.api.v2.import_status import ImportStatusView, import_status
from tidings.api.views import Moment, Ref, View, moment
from tidings.domain.dnc_lists import ListState, SourceType, unusable_reasons
from tidings.store.dnc_lists import DncListRow

PATH = "/api/v2/outbound/dnclists"
DIVISIONS = "/api/v2/authorization/divisions"


class DncListView(View):
    """A do-not-contact list. `unusable_reasons` say why a campaign cannot rely on it."""

    id: str
    name: str
    version: int
    dnc_source_type: str
    division: Ref
    collects_opt_outs: bool
    unusable_reasons: list[str]
    date_created: Moment
    date_modified: Moment
    self_uri: str
    contact_method: str | None = None
    custom_exclusion_column: str | None = None
    default_region: str | None = None
    size: int | None = None
    import_status: ImportStatusView | None = None

    @classmethod
    def of(
        cls, row: DncListRow, *, with_size: bool = False, with_import: bool = False
    ) -> "DncListView":
        """The list as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            version=row.version,
            dnc_source_type=row.source_type,
            division=division_of(row),
            collects_opt_outs=row.collects_opt_outs,
            unusable_reasons=reasons_of(row),
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
            contact_method=method_of(row),
            custom_exclusion_column=row.custom_column,
            default_region=row.default_region,
            size=row.entry_count if with_size else None,
            import_status=status_of(row) if with_import else None,
        )


class DncDivisionView(View):
    """A list as those see it who may only choose among lists."""

    id: str
    name: str
    division: Ref
    dnc_source_type: str
    unusable_reasons: list[str]
    self_uri: str
    contact_method: str | None = None
    size: int | None = None
    import_status: ImportStatusView | None = None

    @classmethod
    def of(
        cls, row: DncListRow, *, with_size: bool = False, with_import: bool = False
    ) -> "DncDivisionView":
        """The list as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            division=division_of(row),
            dnc_source_type=row.source_type,
            unusable_reasons=reasons_of(row),
            self_uri=f"{PATH}/divisionviews/{row.id}",
            contact_method=method_of(row),
            size=row.entry_count if with_size else None,
            import_status=status_of(row) if with_import else None,
        )


def division_of(row: DncListRow) -> Ref:
    """The division that a list is in."""
    return Ref(
        id=str(row.division_id),
        name=row.division_name,
        self_uri=f"{DIVISIONS}/{row.division_id}",
    )


def method_of(row: DncListRow) -> str | None:
    """A list's contact method; a custom list has none."""
    return None if row.source_type == SourceType.CUSTOM else row.contact_method


def reasons_of(row: DncListRow) -> list[str]:
    """Why a campaign cannot rely on the list."""
    return unusable_reasons(
        ListState(
            contact_method=row.contact_method,
            source_type=row.source_type,
            collects_opt_outs=row.collects_opt_outs,
            entry_count=row.entry_count,
            import_state=row.import_state,
            import_rejected_rows=row.import_rejected_rows,
            import_accepted=row.import_accepted,
        )
    )


def status_of(row: DncListRow) -> ImportStatusView:
    """How the list's last import goes."""
    return import_status(
        state=row.import_state,
        total_bytes=row.import_total_bytes or 0,
        done_bytes=row.import_done_bytes or 0,
        accepted=row.import_accepted_rows or 0,
        rejected=row.import_rejected_rows or 0,
        failure=row.import_failure,
    )
