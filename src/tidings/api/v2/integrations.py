"""Messaging integrations over the API: /conversations/messaging/integrations."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post
from litestar.params import QueryParameter
from msgspec import UNSET, UnsetType

from tidings.actions import integration_checks as checks
from tidings.actions import integrations as actions
from tidings.actions.channels import WEBHOOK_PATH, Channels
from tidings.actions.graph_address import check_graph_address
from tidings.actions.integration_drafts import Credentials, IntegrationDraft
from tidings.api.auth import needs
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.v2.integration_views import (
    PATH,
    MessagingIntegrationView,
    WhatsAppIntegrationView,
)
from tidings.api.views import Body, Listing, Ref, parse_id
from tidings.domain.errors import absent
from tidings.domain.permissions import Caller
from tidings.settings import Settings
from tidings.store import integrations as store
from tidings.store.database import Database
from tidings.store.query import Connection, fetch, fetch_one, fetch_optional
from tidings.store.secret_box import SecretBox

AnyRequest = Request[Any, Any, Any]
ContentId = Annotated[UUID | None, QueryParameter(name="supportedContent.id")]


class IntegrationBody(Body):
    """A number to connect or to change. Genesys' own `wabaCertificate` is read over."""

    name: str | None = None
    phone_number: str = ""
    whats_app_business_account_id: str = ""
    phone_number_id: str = ""
    access_token: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None
    division_id: str | None = None
    division: Ref | None = None
    graph_base_url: str | None = None
    supported_content: Ref | UnsetType | None = UNSET
    version: int | None = None

    @property
    def credentials(self) -> Credentials:
        """The secrets given; an empty one is none."""
        return Credentials(
            (self.access_token or "").strip() or None,
            (self.app_secret or "").strip() or None,
            (self.verify_token or "").strip() or None,
        )

    @property
    def division_asked_for(self) -> UUID | None:
        """The division, by `divisionId` or by `division.id`."""
        if self.division_id is not None:
            return parse_id(self.division_id, "divisionId")
        return None if self.division is None else parse_id(self.division.id, "division.id")

    @property
    def content_asked_for(self) -> UUID | UnsetType | None:
        """The content profile; null asks for the organization's default, whichever that is."""
        content = self.supported_content
        return parse_id(content.id, actions.CONTENT) if isinstance(content, Ref) else content


class Made(msgspec.Struct, frozen=True):
    """What the replay guard keeps of a creation: which integration it was."""

    id: str


@get("/integrations", guards=[needs(actions.VIEW)])
async def list_all(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    page: Page,
    content_id: ContentId = None,
) -> Listing[MessagingIntegrationView]:
    """List the integrations of every kind by name."""
    rows, total = await _page(database, caller, page, provider=None, content_id=content_id)
    return listing(
        request, page, entities=[MessagingIntegrationView.of(row) for row in rows], total=total
    )


@get("/integrations/whatsapp", guards=[needs(actions.VIEW)])
async def list_whatsapp(
    request: AnyRequest,
    caller: Caller,
    database: Database,
    settings: Settings,
    page: Page,
    content_id: ContentId = None,
) -> Listing[WhatsAppIntegrationView]:
    """List the WhatsApp integrations by name; `supportedContent.id`: those it decides for."""
    rows, total = await _page(
        database, caller, page, provider=store.WHATSAPP_CLOUD, content_id=content_id
    )
    async with database.transaction(caller.organization_id) as connection:
        views = await views_of(connection, settings, rows)
    return listing(request, page, entities=views, total=total)


@post("/integrations/whatsapp", guards=[needs(*actions.ADD)], status_code=200)
async def create_whatsapp(
    data: IntegrationBody,
    caller: Caller,
    once: Once,
    database: Database,
    settings: Settings,
    secrets: SecretBox,
) -> Response[WhatsAppIntegrationView]:
    """Connect a number by hand, check it, and put it into service when the check is clean.

    It is created inactive first; a number that does not work yet is kept, in error with the
    reason, so that it can be mended. A replay answers how it stands now.
    """
    content_id = data.content_asked_for
    draft = IntegrationDraft(
        name=data.name,
        account_id=data.whats_app_business_account_id.strip(),
        number_id=data.phone_number_id.strip(),
        credentials=data.credentials,
        base_address=await check_graph_address(
            data.graph_base_url, allow_private=settings.allow_private_graph
        ),
        division_id=data.division_asked_for,
        phone_number=data.phone_number,
        content_id=None if content_id is UNSET else content_id,
    )
    answer = await once(
        lambda connection: actions.create_integration(connection, caller, secrets, draft),
        lambda row: Made(str(row.id)),
    )
    made = UUID(msgspec.json.decode(answer.content, type=Made).id)
    if "Idempotency-Replayed" not in answer.headers:
        channels = Channels(database, settings, secrets)
        await checks.put_into_service(channels, caller, made)
    async with database.transaction(caller.organization_id) as connection:
        row = await fetch_optional(
            connection, store.select_integration(caller.organization_id, made)
        )
        if row is None:
            raise absent("integration", made)
        (view,) = await views_of(connection, settings, [row])
    return Response(view, headers=dict(answer.headers))


@get("/integrations/whatsapp/{integration_id:uuid}", guards=[needs(actions.VIEW)])
async def read_whatsapp(
    integration_id: UUID, caller: Caller, database: Database, settings: Settings
) -> WhatsAppIntegrationView:
    """One WhatsApp integration; its secrets never come back."""
    return await read_view(database, settings, caller, integration_id)


@patch("/integrations/whatsapp/{integration_id:uuid}", guards=[needs(actions.EDIT)])
async def change_whatsapp(
    integration_id: UUID,
    data: IntegrationBody,
    caller: Caller,
    database: Database,
    settings: Settings,
    secrets: SecretBox,
) -> WhatsAppIntegrationView:
    """Rename an integration, move it to another division, or give it new secrets."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.change_integration(
            connection,
            caller,
            secrets,
            integration_id,
            name=data.name,
            division_id=data.division_asked_for,
            credentials=data.credentials,
            content_id=data.content_asked_for,
            version=data.version,
        )
        return (await views_of(connection, settings, [row]))[0]


@delete(
    "/integrations/whatsapp/{integration_id:uuid}",
    guards=[needs("messaging:integration:delete")],
    status_code=200,
)
async def delete_whatsapp(
    integration_id: UUID,
    caller: Caller,
    database: Database,
    settings: Settings,
    *,
    force: bool = False,
) -> WhatsAppIntegrationView:
    """Disconnect a number; refused while messages wait to go out, unless forced."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.delete_integration(connection, caller, integration_id, force=force)
        return (await views_of(connection, settings, [row]))[0]


async def _page(
    database: Database, caller: Caller, page: Page, *, provider: str | None, content_id: UUID | None
) -> tuple[list[store.IntegrationRow], int]:
    divisions = caller.divisions(actions.VIEW)
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection,
            store.select_integrations(
                caller.organization_id,
                divisions=divisions,
                provider=provider,
                content_id=content_id,
                limit=page.size,
                offset=page.offset,
            ),
        )
        total = await fetch_one(
            connection,
            store.count_integrations(
                caller.organization_id,
                divisions=divisions,
                provider=provider,
                content_id=content_id,
            ),
        )
    return rows, total.count


async def read_view(
    database: Database, settings: Settings, caller: Caller, integration_id: UUID
) -> WhatsAppIntegrationView:
    """One WhatsApp integration as it stands now."""
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.access_integration(connection, caller, integration_id)
        return (await views_of(connection, settings, [row]))[0]


async def views_of(
    connection: Connection, settings: Settings, rows: list[store.IntegrationRow]
) -> list[WhatsAppIntegrationView]:
    """Integrations of one organization as the API shows them, with the use of their limit."""
    if not rows:
        return []
    accounts = sorted({row.account_id for row in rows})
    counted = await fetch(connection, store.count_recipients(rows[0].organization_id, accounts))
    recipients = {each.account_id: each.count for each in counted}
    return [
        WhatsAppIntegrationView.of(
            row,
            webhook_url=settings.base_url + WEBHOOK_PATH,
            recipients=recipients.get(row.account_id, 0),
        )
        for row in rows
    ]


integrations_router = Router(
    PATH.removesuffix("/integrations"),
    route_handlers=[
        list_all,
        list_whatsapp,
        create_whatsapp,
        read_whatsapp,
        change_whatsapp,
        delete_whatsapp,
    ],
    tags=["Messaging integrations"],
)
