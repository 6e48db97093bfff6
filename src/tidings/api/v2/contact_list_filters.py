"""Contact list filters over the API: /outbound/contactlistfilters."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import contact_list_filters as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered, Page
from tidings.api.replay import Once
from tidings.api.v2.name_filters import matching_ids, name_like
from tidings.api.views import Body, Listing, Moment, Ref, View, moment, parse_id
from tidings.domain.contact_filters import Clause, ContactFilter, Joint
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import contact_list_filters as store
from tidings.store.database import Database

PATH = "/api/v2/outbound/contactlistfilters"
LISTS = "/api/v2/outbound/contactlists"
SHOWN = 10
MOST_IDS = 100


class FilterBody(Body):
    """A filter to create, change or try."""

    name: str | None = None
    contact_list: Ref | None = None
    source_type: str | None = None
    filter_type: Joint | None = None
    clauses: tuple[Clause, ...] = ()
    version: int | None = None

    def draft(self) -> actions.FilterDraft:
        """The filter as the actions take it."""
        if self.source_type not in (None, "ContactList"):
            raise invalid("sourceType", "A filter is for a ContactList.")
        given = None if self.contact_list is None else self.contact_list.id
        return actions.FilterDraft(
            name=self.name,
            list_id=None if given is None else parse_id(given, "contactList.id"),
            conditions=ContactFilter(self.clauses, self.filter_type or Joint.AND),
        )


class FilterBatch(Body):
    """Which filters."""

    ids: list[str]


class FilterView(View):
    """A filter of a contact list."""

    id: str
    name: str
    version: int
    contact_list: Ref
    source_type: str
    filter_type: str
    clauses: list[dict[str, Any]]
    date_created: Moment
    date_modified: Moment
    self_uri: str

    @classmethod
    def of(cls, row: store.FilterRow) -> "FilterView":
        """The filter as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            version=row.version,
            contact_list=Ref(
                id=str(row.list_id), name=row.list_name, self_uri=f"{LISTS}/{row.list_id}"
            ),
            source_type="ContactList",
            filter_type=row.filter_type,
            clauses=row.clauses,
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
        )


class PreviewContact(View):
    """A contact that the filter chooses."""

    id: str
    contact_list_id: str
    data: dict[str, str]
    callable: bool
    date_created: Moment
    self_uri: str


class PreviewView(View):
    """How many contacts a filter chooses, of how many, and the first of them.

    `estimated`: counted on a sample, because the whole would take too long.
    """

    filtered_contacts: int
    total_contacts: int
    preview: list[PreviewContact]
    estimated: bool | None = None


AnyRequest = Request[Any, Any, Any]


@get("/", guards=[needs(actions.VIEW)])
async def list_filters(
    caller: Caller,
    database: Database,
    numbered: Numbered,
    name: str | None = None,
    filter_type: Annotated[str | None, QueryParameter(name="filterType")] = None,
    contact_list_id: Annotated[UUID | None, QueryParameter(name="contactListId")] = None,
) -> Listing[FilterView]:
    """List filters by name, of all contact lists or of one."""
    chosen = store.FilterChoice(
        caller.divisions(actions.VIEW),
        name_like=name_like(filter_type, name),
        list_id=contact_list_id,
        ids=await matching_ids(
            database, caller, "contact_list_filter", filter_type=filter_type, name=name
        ),
    )
    return await numbered(store.select_filters, store.count_filters, chosen, FilterView.of)


@post("/", guards=[needs("outbound:contactListFilter:add")], status_code=200)
async def create_filter(data: FilterBody, caller: Caller, once: Once) -> Response[FilterView]:
    """Create a filter of a contact list."""
    return await once(
        lambda connection: actions.create_filter(connection, caller, data.draft()), FilterView.of
    )


@post("/bulk/retrieve", guards=[needs(actions.VIEW)], status_code=200)
async def read_filters(
    request: AnyRequest, data: FilterBatch, caller: Caller, database: Database
) -> Listing[FilterView]:
    """Several filters by id; those that are not there are left out."""
    if len(data.ids) > MOST_IDS:
        raise invalid("ids", f"Ask for at most {MOST_IDS} filters at once.")
    chosen = store.FilterChoice(
        caller.divisions(actions.VIEW), ids=[parse_id(each, "ids") for each in data.ids]
    )
    numbered = Numbered(request, caller, database, Page(MOST_IDS, 1))
    return await numbered(store.select_filters, store.count_filters, chosen, FilterView.of)


@post("/preview", guards=[needs("outbound:contact:view")], status_code=200)
async def preview_filter(data: FilterBody, caller: Caller, database: Database) -> PreviewView:
    """Try a filter that need not exist yet: how many contacts it chooses, and the first ones."""
    async with database.transaction(caller.organization_id) as connection:
        preview = await actions.preview_filter(connection, caller, data.draft(), shown=SHOWN)
    return PreviewView(
        filtered_contacts=preview.count,
        total_contacts=preview.listed.contact_count,
        preview=[_preview_of(each, preview.listed) for each in preview.first],
        estimated=True if preview.is_estimated else None,
    )


def _preview_of(row: store.ChosenContact, listed: store.FilteredList) -> PreviewContact:
    return PreviewContact(
        id=row.id,
        contact_list_id=str(listed.id),
        data={name: value or "" for name, value in zip(listed.columns, row.values, strict=False)},
        callable=row.callable,
        date_created=moment(row.created_at),
        self_uri=f"{LISTS}/{listed.id}/contacts/{row.id}",
    )


@get("/{contact_list_filter_id:uuid}", guards=[needs(actions.VIEW)])
async def read_filter(
    contact_list_filter_id: UUID, caller: Caller, database: Database
) -> FilterView:
    """One filter."""
    async with database.transaction(caller.organization_id) as connection:
        return FilterView.of(
            await actions.access_filter(connection, caller, contact_list_filter_id)
        )


@put("/{contact_list_filter_id:uuid}", guards=[needs("outbound:contactListFilter:edit")])
async def change_filter(
    contact_list_filter_id: UUID, data: FilterBody, caller: Caller, database: Database
) -> FilterView:
    """Change a filter's name or conditions; campaigns follow at their next start."""
    async with database.transaction(caller.organization_id) as connection:
        return FilterView.of(
            await actions.change_filter(
                connection, caller, contact_list_filter_id, data.draft(), version=data.version
            )
        )


@delete(
    "/{contact_list_filter_id:uuid}",
    guards=[needs("outbound:contactListFilter:delete")],
    status_code=204,
)
async def delete_filter(contact_list_filter_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a filter that no campaign uses."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_filter(connection, caller, contact_list_filter_id)


contact_list_filters_router = Router(
    PATH,
    route_handlers=[
        list_filters,
        create_filter,
        read_filters,
        preview_filter,
        read_filter,
        change_filter,
        delete_filter,
    ],
    tags=["Outbound"],
)
