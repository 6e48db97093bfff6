"""Content profiles over the API: /conversations/messaging/supportedcontent."""

from uuid import UUID

from litestar import Response, Router, delete, get, patch, post, put

from tidings.actions import supported_content as actions
from tidings.api.auth import needs
from tidings.api.paging import Numbered
from tidings.api.replay import Once
from tidings.api.v2.name_filters import name_like
from tidings.api.v2.supported_content_views import (
    PATH,
    ContentReferenceBody,
    SupportedContentBody,
    SupportedContentView,
)
from tidings.api.views import Listing, parse_id
from tidings.domain.permissions import Caller
from tidings.store import supported_content as store
from tidings.store.database import Database


@get("/", guards=[needs(actions.VIEW)])
async def list_supported_content(
    numbered: Numbered, name: str | None = None
) -> Listing[SupportedContentView]:
    """List the content profiles by name; `name` is looked for anywhere in it."""
    chosen = store.SupportedContentFilter(name_like("contains", name))
    return await numbered(
        store.select_supported_contents,
        store.count_supported_contents,
        chosen,
        SupportedContentView.of,
    )


@post("/", guards=[needs(actions.ADD)], status_code=200)
async def create_supported_content(
    data: SupportedContentBody, caller: Caller, once: Once
) -> Response[SupportedContentView]:
    """Create a content profile; a way with no types lets no files through."""
    draft = data.draft
    return await once(
        lambda connection: actions.create_content(connection, caller, draft),
        SupportedContentView.of,
    )


@get("/default", guards=[needs(actions.VIEW)])
async def read_default_supported_content(
    caller: Caller, database: Database
) -> SupportedContentView:
    """The profile of all numbers that name none."""
    async with database.transaction(caller.organization_id) as connection:
        return SupportedContentView.of(await actions.access_default(connection, caller))


@put("/default", guards=[needs(actions.EDIT)])
async def choose_default_supported_content(
    data: ContentReferenceBody, caller: Caller, database: Database
) -> SupportedContentView:
    """Make a profile the one of all numbers that name none."""
    content_id = parse_id(data.id, "id")
    async with database.transaction(caller.organization_id) as connection:
        return SupportedContentView.of(await actions.choose_default(connection, caller, content_id))


@get("/{supported_content_id:uuid}", guards=[needs(actions.VIEW)])
async def read_supported_content(
    supported_content_id: UUID, caller: Caller, database: Database
) -> SupportedContentView:
    """One content profile."""
    async with database.transaction(caller.organization_id) as connection:
        return SupportedContentView.of(
            await actions.access_content(connection, caller, supported_content_id)
        )


@patch("/{supported_content_id:uuid}", guards=[needs(actions.EDIT)])
async def change_supported_content(
    supported_content_id: UUID, data: SupportedContentBody, caller: Caller, database: Database
) -> SupportedContentView:
    """Rename a profile, or change what it allows; a way that is not given stays."""
    async with database.transaction(caller.organization_id) as connection:
        return SupportedContentView.of(
            await actions.change_content(connection, caller, supported_content_id, data.draft)
        )


@delete("/{supported_content_id:uuid}", guards=[needs(actions.DELETE)], status_code=204)
async def delete_supported_content(
    supported_content_id: UUID, caller: Caller, database: Database
) -> None:
    """Delete a profile; refused for the default and while numbers name it."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.delete_content(connection, caller, supported_content_id)


supported_content_router = Router(
    PATH,
    route_handlers=[
        list_supported_content,
        create_supported_content,
        read_default_supported_content,
        choose_default_supported_content,
        read_supported_content,
        change_supported_content,
        delete_supported_content,
    ],
    tags=["Messaging integrations"],
)
