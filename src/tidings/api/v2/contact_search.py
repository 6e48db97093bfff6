"""Finding contacts over the API: by a filter, by conditions, sorted; and jobs over many of them."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post

from tidings.actions import contact_jobs as actions
from tidings.actions.contact_lists import VIEW as VIEW_LISTS
from tidings.actions.contact_lists import access_list
from tidings.actions.contacts import DELETE, EDIT, VIEW
from tidings.api.auth import needs
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.v2.contact_list_views import PATH
from tidings.api.v2.contact_views import ContactView
from tidings.api.views import Body, Listing, View, parse_id
from tidings.domain.contact_filters import Clause, ContactFilter, Joint
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.contact_conditions import EVERY_CONTACT, contact_condition
from tidings.store.contact_jobs import JobRow, select_jobs
from tidings.store.contact_list_filters import limit_statements
from tidings.store.contact_lists import ListRow
from tidings.store.contacts import ContactSort, count_meeting, search_contacts
from tidings.store.database import Database
from tidings.store.query import execute, fetch, fetch_one

LARGEST_PAGE = 100
MOST_WALKED = 10_000
LONGEST_SEARCH_MS = 10_000
MOST_SORTS = 4
JOBS_SHOWN = 100
LIST = "/{contact_list_id:uuid}/contacts"

AnyRequest = Request[Any, Any, Any]


class CriteriaBody(Body):
    """Conditions over the columns, as in a filter."""

    clauses: tuple[Clause, ...] = ()
    filter_type: Joint | None = None

    def filter(self) -> ContactFilter | None:
        """The conditions as a filter; None when there are none."""
        if not self.clauses:
            return None
        return ContactFilter(self.clauses, self.filter_type or Joint.AND)


class SortBody(Body):
    """A column to sort by; `numeric` sorts numbers as numbers."""

    field_name: str
    direction: Literal["ASC", "DESC"] | None = None
    numeric: bool | None = None


class SearchBody(Body):
    """Which contacts, in which order."""

    page_number: int = 1
    page_size: int = 25
    contact_list_filter_id: str | None = None
    criteria: CriteriaBody | None = None
    contact_sorts: list[SortBody] | None = None

    def page(self) -> Page:
        """The page; 400 for one that is too large or too far back."""
        if not 1 <= self.page_size <= LARGEST_PAGE:
            raise invalid("pageSize", f"A page has 1 to {LARGEST_PAGE} contacts.")
        if self.page_number < 1 or self.page_size * self.page_number > MOST_WALKED:
            raise invalid(
                "pageNumber",
                f"Only the first {MOST_WALKED:,} contacts can be paged through: narrow the "
                "search, or export the list.",
            )
        return Page(self.page_size, self.page_number)

    def sorts(self, columns: list[str]) -> list[ContactSort]:
        """The columns to sort by; 400 for one that the list does not have."""
        if len(self.contact_sorts or ()) > MOST_SORTS:
            raise invalid("contactSorts", f"Sort by at most {MOST_SORTS} columns.")
        for at, each in enumerate(self.contact_sorts or ()):
            if each.field_name not in columns:
                raise invalid(
                    f"contactSorts[{at}].fieldName",
                    f"The contact list has no such column; its columns are: {', '.join(columns)}.",
                )
        return [
            ContactSort(
                columns.index(each.field_name) + 1,
                numeric=bool(each.numeric),
                descending=each.direction == "DESC",
            )
            for each in self.contact_sorts or ()
        ]


class ContactsFound(Listing[ContactView], kw_only=True):
    """A page of the contacts that were found, and how many there are."""

    contacts_count: int


@post(f"{LIST}/search", guards=[needs(VIEW)], status_code=200)
async def find_contacts(
    request: AnyRequest,
    contact_list_id: UUID,
    data: SearchBody,
    caller: Caller,
    database: Database,
) -> ContactsFound:
    """Find contacts by a filter of the list or by conditions; without either all of them."""
    page, owner = data.page(), caller.organization_id
    async with database.transaction(owner) as connection:
        row = await access_list(connection, caller, contact_list_id, permission=VIEW)
        chosen = await actions.choose(
            connection, caller, row, filter_id=_filter_id(data), criteria=_criteria(data)
        )
        condition = EVERY_CONTACT
        if chosen is not None:
            condition = contact_condition(chosen, row.columns, now=datetime.now(UTC))
        await execute(connection, limit_statements(LONGEST_SEARCH_MS))
        query = search_contacts(
            owner,
            row.id,
            condition,
            sorts=data.sorts(row.columns),
            limit=page.size,
            offset=page.offset,
        )
        rows = await fetch(connection, query)
        total = row.contact_count
        if chosen is not None:
            total = (await fetch_one(connection, count_meeting(owner, row.id, condition))).count
    shown = listing(
        request, page, entities=[ContactView.of(each, row) for each in rows], total=total
    )
    return ContactsFound(
        entities=shown.entities,
        page_size=page.size,
        page_number=page.number,
        page_count=shown.page_count,
        total=total,
        contacts_count=total,
        self_uri=f"{PATH}/{row.id}/contacts/search",
    )


def _filter_id(data: "SearchBody | RemoveBody | UpdateBody") -> UUID | None:
    given = data.contact_list_filter_id
    return None if given is None else parse_id(given, "contactListFilterId")


def _criteria(data: "SearchBody | RemoveBody | UpdateBody") -> ContactFilter | None:
    return None if data.criteria is None else data.criteria.filter()


class RemoveBody(Body):
    """Which contacts to delete."""

    contact_list_filter_id: str | None = None
    criteria: CriteriaBody | None = None


class ChangedValues(Body):
    """What each contact gets."""

    data: dict[str, str | int | float | bool | None] = msgspec.field(default_factory=dict)
    callable: bool | None = None


class UpdateBody(Body):
    """Which contacts to change, and what they get: only the columns in `contact.data`."""

    contact: ChangedValues
    contact_list_filter_id: str | None = None
    criteria: CriteriaBody | None = None
    contact_ids: list[str] | None = None


class JobView(View):
    """A job over many contacts and how far it is."""

    id: str
    state: str
    type: str
    total_records: int
    completed_records: int
    changed_records: int
    percent_complete: int
    self_uri: str
    failure_reason: dict[str, str] | None = None

    @classmethod
    def of(cls, row: JobRow) -> "JobView":
        """The job as the API shows it."""
        done = min(row.done_position, row.last_position)
        is_over = row.state == "done"
        return cls(
            id=str(row.id),
            state={"running": "InProgress", "done": "Complete", "failed": "Failed"}[row.state],
            type="BulkDelete" if row.kind == "delete" else "BulkEdit",
            total_records=row.last_position,
            completed_records=row.last_position if is_over else done,
            changed_records=row.changed_contacts,
            percent_complete=100 if is_over else 100 * done // max(1, row.last_position),
            failure_reason={"message": row.failure} if row.failure else None,
            self_uri=f"{PATH}/{row.list_id}/contacts/bulk/jobs/{row.id}",
        )


class JobsView(View):
    """The latest jobs of a list."""

    entities: list[JobView]
    total: int
    self_uri: str


@post(f"{LIST}/bulk/remove", guards=[needs(DELETE)], status_code=200)
async def remove_many(
    contact_list_id: UUID, data: RemoveBody, caller: Caller, once: Once
) -> Response[JobView]:
    """Delete the contacts that a filter or conditions choose, as a job."""
    return await once(
        lambda connection: actions.remove_many(
            connection,
            caller,
            contact_list_id,
            filter_id=_filter_id(data),
            criteria=_criteria(data),
        ),
        JobView.of,
    )


@post(f"{LIST}/bulk/update", guards=[needs(EDIT)], status_code=200)
async def change_many(
    contact_list_id: UUID, data: UpdateBody, caller: Caller, once: Once
) -> Response[JobView]:
    """Change the contacts that are named, or that a filter or conditions choose, as a job."""
    change = actions.Changing(
        data=data.contact.data, callable=data.contact.callable, ids=data.contact_ids
    )
    return await once(
        lambda connection: actions.change_many(
            connection,
            caller,
            contact_list_id,
            change,
            filter_id=_filter_id(data),
            criteria=_criteria(data),
        ),
        JobView.of,
    )


@get(f"{LIST}/bulk/jobs", guards=[needs(VIEW_LISTS)])
async def list_jobs(contact_list_id: UUID, caller: Caller, database: Database) -> JobsView:
    """The latest jobs over a list's contacts."""
    rows = await _jobs(database, caller, contact_list_id, None)
    views = [JobView.of(row) for row in rows]
    path = f"{PATH}/{contact_list_id}/contacts/bulk/jobs"
    return JobsView(entities=views, total=len(views), self_uri=path)


@get(f"{LIST}/bulk/jobs/{{job_id:uuid}}", guards=[needs(VIEW_LISTS)])
async def read_job(
    contact_list_id: UUID, job_id: UUID, caller: Caller, database: Database
) -> JobView:
    """One job and how far it is."""
    rows = await _jobs(database, caller, contact_list_id, job_id)
    if not rows:
        raise actions.no_job(job_id)
    return JobView.of(rows[0])


async def _jobs(
    database: Database, caller: Caller, list_id: UUID, job_id: UUID | None
) -> list[JobRow]:
    async with database.transaction(caller.organization_id) as connection:
        row: ListRow = await access_list(connection, caller, list_id)
        query = select_jobs(caller.organization_id, row.id, job_id=job_id, limit=JOBS_SHOWN)
        return await fetch(connection, query)


contact_search_router = Router(
    PATH,
    route_handlers=[find_contacts, remove_many, change_many, list_jobs, read_job],
    tags=["Outbound"],
)
