"""Responses over the API: /responsemanagement/responses."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import QueryParameter

from tidings.actions import responses as actions
from tidings.api.auth import needs
from tidings.api.paging import LARGEST_PAGE, Numbered, Page
from tidings.api.replay import Once
from tidings.api.v2.libraries import PATH as LIBRARIES
from tidings.api.v2.libraries import escape_like
from tidings.api.views import Body, Listing, Moment, Ref, View, moment, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store import responses as store
from tidings.store.database import Database

PATH = "/api/v2/responsemanagement/responses"
OPERATORS = ("IN", "EQUALS", "NOTEQUALS", "BEGINS_WITH", "ENDS_WITH", "CONTAINS")


class TextPart(Body, omit_defaults=True):
    """A text of a response."""

    content: str = ""
    content_type: str | None = None
    type: str | None = None


class Substitution(Body, omit_defaults=True):
    """A value to fill in, with what it is when a message gives none."""

    id: str
    description: str | None = None
    default_value: str | None = None


class WhatsAppBody(Body):
    """Which WhatsApp template a response sends."""

    name: str = ""
    language: str = ""


class TemplateBody(Body):
    """Which template a response sends."""

    whats_app: WhatsAppBody | None = None


class ResponseBody(Body):
    """A response to create or change."""

    libraries: list[Ref] = msgspec.field(default_factory=list)
    name: str | None = None
    version: int | None = None
    texts: list[TextPart] = msgspec.field(default_factory=list)
    substitutions: list[Substitution] = msgspec.field(default_factory=list)
    response_type: str | None = None
    messaging_template: TemplateBody | None = None

    def draft(self) -> actions.ResponseDraft:
        """The response as the action takes it."""
        given = self.messaging_template
        template = None if given is None else given.whats_app
        return actions.ResponseDraft(
            name=self.name,
            library_ids=list(
                dict.fromkeys(parse_id(each.id, "libraries.id") for each in self.libraries)
            ),
            texts=[msgspec.to_builtins(each) for each in self.texts],
            substitutions=[msgspec.to_builtins(each) for each in self.substitutions],
            response_type=self.response_type,
            template=None if template is None else (template.name, template.language),
        )


class QueryFilter(Body):
    """One condition of a query."""

    name: str
    operator: str
    values: list[str]


class ResponseQuery(Body):
    """A search among responses."""

    query_phrase: str | None = None
    page_size: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_PAGE)] = 25
    page_number: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    filters: list[QueryFilter] = msgspec.field(default_factory=list)


class WhatsAppView(View):
    """The WhatsApp template behind a response."""

    name: str
    language: str
    namespace: str | None = None
    category: str | None = None
    template_status: str | None = None


class TemplateView(View):
    """The template behind a response."""

    whats_app: WhatsAppView


class ResponseView(View):
    """A response. `substitutions` are the values that it takes."""

    id: str
    name: str
    version: int
    libraries: list[Ref]
    texts: list[dict[str, Any]]
    substitutions: list[dict[str, Any]]
    date_created: Moment
    self_uri: str
    response_type: str | None = None
    messaging_template: TemplateView | None = None
    created_by: Ref | None = None

    @classmethod
    def of(cls, row: store.ResponseRow) -> "ResponseView":
        """The response as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            version=row.version,
            libraries=[
                Ref(id=str(each), name=name, self_uri=f"{LIBRARIES}/{each}")
                for each, name in zip(row.library_ids, row.library_names, strict=True)
            ],
            texts=row.texts,
            substitutions=row.substitutions,
            date_created=moment(row.created_at),
            self_uri=f"{PATH}/{row.id}",
            response_type=row.response_type,
            messaging_template=template_of(row),
            created_by=None if row.created_by is None else Ref(id=str(row.created_by)),
        )


class ResponseResults(View):
    """What a query found."""

    results: Listing[ResponseView]


AnyRequest = Request[Any, Any, Any]


def template_of(row: store.ResponseRow) -> TemplateView | None:
    """The template behind a response; the contract's enum of categories knows one only."""
    if row.messaging_template is None:
        return None
    whats_app = row.messaging_template["whatsApp"]
    marketing = (row.template_category or "").upper() == "MARKETING"
    return TemplateView(
        whats_app=WhatsAppView(
            name=whats_app["name"],
            language=whats_app["language"],
            namespace=whats_app.get("namespace"),
            category="marketing" if marketing else None,
            template_status=row.template_status,
        )
    )


@get("/responses", guards=[needs(actions.VIEW)])
async def list_responses(
    caller: Caller,
    numbered: Numbered,
    library_id: Annotated[str | None, QueryParameter(name="libraryId")] = None,
) -> Listing[ResponseView]:
    """List the responses of a library by name."""
    if library_id is None:
        raise invalid("libraryId", "Say of which library: libraryId is required.")
    chosen = store.ResponseFilter(
        caller.divisions(actions.VIEW),
        worker_id=caller.id,
        library_ids=[parse_id(library_id, "libraryId")],
    )
    return await numbered(store.select_responses, store.count_responses, chosen, ResponseView.of)


@post("/responses", guards=[needs("responses:response:add")], status_code=200)
async def create_response(data: ResponseBody, caller: Caller, once: Once) -> Response[ResponseView]:
    """Create a canned text, or a response that sends a synced WhatsApp template."""
    return await once(
        lambda connection: actions.create_response(connection, caller, data.draft()),
        ResponseView.of,
    )


@post("/responses/query", guards=[needs(actions.VIEW)], status_code=200)
async def query_responses(
    request: AnyRequest, data: ResponseQuery, caller: Caller, database: Database
) -> ResponseResults:
    """Find responses by a phrase in name or text, and by filters."""
    chosen = store.ResponseFilter(
        caller.divisions(actions.VIEW),
        worker_id=caller.id,
        phrase_like=f"%{escape_like(data.query_phrase)}%" if data.query_phrase else None,
    )
    for each in data.filters:
        chosen = narrow(chosen, each)
    numbered = Numbered(request, caller, database, Page(data.page_size, data.page_number))
    return ResponseResults(
        results=await numbered(
            store.select_responses, store.count_responses, chosen, ResponseView.of
        )
    )


def narrow(chosen: store.ResponseFilter, wanted: QueryFilter) -> store.ResponseFilter:
    """Add one condition of a query; 400 names a field or operator that cannot be asked for."""
    operator = wanted.operator.upper()
    if operator not in OPERATORS:
        raise invalid("filters.operator", f"operator is one of {', '.join(OPERATORS)}.")
    negated, listed = operator == "NOTEQUALS", operator in ("IN", "EQUALS", "NOTEQUALS")
    replace = msgspec.structs.replace
    if wanted.name == "name" and not negated:
        return replace(chosen, name_likes=[_name_like(operator, v) for v in wanted.values])
    if wanted.name == "libraryId" and listed:
        ids = [parse_id(each, "filters.values") for each in wanted.values]
        return replace(chosen, **{"not_library_ids" if negated else "library_ids": ids})
    if wanted.name == "responseType" and listed:
        column = "not_response_types" if negated else "response_types"
        return replace(chosen, **{column: wanted.values})
    if wanted.name == "id" and listed and not negated:
        return replace(chosen, ids=[parse_id(each, "filters.values") for each in wanted.values])
    raise invalid(
        "filters.name",
        f"{wanted.name} cannot be filtered by {operator}: use name, id, libraryId or responseType.",
    )


def _name_like(operator: str, value: str) -> str:
    text = escape_like(value)
    before = "%" if operator in ("ENDS_WITH", "CONTAINS") else ""
    after = "%" if operator in ("BEGINS_WITH", "CONTAINS") else ""
    return f"{before}{text}{after}"


@get("/responses/{response_id:uuid}", guards=[needs(actions.VIEW)])
async def read_response(response_id: UUID, caller: Caller, database: Database) -> ResponseView:
    """One response."""
    async with database.transaction(caller.organization_id) as connection:
        return ResponseView.of(await actions.access_response(connection, caller, response_id))


@put("/responses/{response_id:uuid}", guards=[needs("responses:response:edit")])
async def change_response(
    response_id: UUID, data: ResponseBody, caller: Caller, database: Database
) -> ResponseView:
    """Replace a response; of a synced template's, the default values of its substitutions."""
    async with database.transaction(caller.organization_id) as connection:
        return ResponseView.of(
            await actions.change_response(
                connection, caller, response_id, data.draft(), version=data.version
            )
        )


@delete(
    "/responses/{response_id:uuid}", guards=[needs("responses:response:delete")], status_code=204
)
async def delete_response(response_id: UUID, caller: Caller, database: Database) -> None:
    """Delete a response."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_response(connection, caller, response_id)


responses_router = Router(
    "/api/v2/responsemanagement",
    route_handlers=[
        list_responses,
        create_response,
        query_responses,
        read_response,
        change_response,
        delete_response,
    ],
    tags=["Response management"],
)
