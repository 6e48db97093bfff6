"""Presences over the API: definitions, people's presences and their routing status."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, delete, get, patch, post, put

from tidings.actions import agents
from tidings.actions import presences as actions
from tidings.api.auth import needs, signed_in
from tidings.api.paging import Page, listing
from tidings.api.replay import Once
from tidings.api.views import Body, Listing, Moment, View, optional_moment, parse_id
from tidings.domain.permissions import Caller
from tidings.domain.presence import OFFLINE, PRIMARY, SYSTEM_PRESENCES, primary_id
from tidings.store.agents import AgentRow
from tidings.store.database import Database
from tidings.store.presences import PresenceRow

PATH = "/api/v2/presence/definitions"
SOURCE = "PURECLOUD"
VIEW = "presence:presenceDefinition:view"
ADD = "presence:presenceDefinition:add"
EDIT = "presence:presenceDefinition:edit"
DELETE = "presence:presenceDefinition:delete"

AnyRequest = Request[Any, Any, Any]


class DefinitionBody(Body):
    """A presence to define or change."""

    system_presence: str | None = None
    language_labels: dict[str, str] | None = None
    deactivated: bool | None = None


class DefinitionView(View):
    """A presence: of the system, or the organization's own under one of those."""

    id: str
    name: str
    type: str
    system_presence: str
    language_labels: dict[str, str]
    deactivated: bool
    primary: bool
    self_uri: str

    @classmethod
    def of(cls, row: PresenceRow) -> "DefinitionView":
        """The presence as the API shows it."""
        return cls(
            id=str(row.id),
            name=actions.label_of(row),
            type="System" if row.id in PRIMARY else "User",
            system_presence=row.system_presence,
            language_labels=row.labels,
            deactivated=row.deactivated,
            primary=row.id in PRIMARY,
            self_uri=f"{PATH}/{row.id}",
        )


class DefinitionsView(View):
    """All presences."""

    entities: list[DefinitionView]
    total: int
    self_uri: str


class SystemPresenceView(View):
    """A presence of the system."""

    id: str
    name: str
    self_uri: str


class ChosenBody(Body):
    """Which presence: by its id, or a system presence."""

    id: str | None = None
    system_presence: str | None = None


class PresenceBody(Body):
    """What somebody says of where they are."""

    presence_definition: ChosenBody | None = None
    message: str | None = None

    @property
    def draft(self) -> agents.PresenceDraft:
        """What is said, as the action takes it."""
        chosen = self.presence_definition or ChosenBody()
        known = None if chosen.id is None else parse_id(chosen.id, "presenceDefinition.id")
        return agents.PresenceDraft(
            definition_id=known, system_presence=chosen.system_presence, message=self.message
        )


class ChosenView(View):
    """The presence that somebody has."""

    id: str
    system_presence: str
    self_uri: str


class PresenceView(View):
    """Where somebody is, and since when."""

    id: str
    source: str
    source_id: str
    primary: bool
    presence_definition: ChosenView
    self_uri: str
    message: str | None = None
    modified_date: Moment | None = None

    @classmethod
    def of(cls, user_id: UUID, row: AgentRow | None) -> "PresenceView":
        """The presence as the API shows it; offline for who never worked on the desk."""
        presence = row.presence if row else OFFLINE
        chosen = row.presence_id if row and row.presence_id else primary_id(presence)
        return cls(
            id=str(user_id),
            source=SOURCE,
            source_id=SOURCE,
            primary=True,
            presence_definition=ChosenView(
                id=str(chosen), system_presence=presence, self_uri=f"{PATH}/{chosen}"
            ),
            self_uri=f"/api/v2/users/{user_id}/presences/purecloud",
            message=(row.presence_message or None) if row else None,
            modified_date=optional_moment(row.presence_at if row else None),
        )


class StatusBody(Body):
    """IDLE to go on queue, OFF_QUEUE to go off."""

    status: str | None = None


class RoutingStatusView(View):
    """Where somebody stands for the router, and since when."""

    user_id: str
    status: str
    start_time: Moment | None = None

    @classmethod
    def of(cls, user_id: UUID, row: AgentRow | None) -> "RoutingStatusView":
        """The status as the API shows it; off queue for who never worked on the desk."""
        return cls(
            user_id=str(user_id),
            status=row.routing_status if row else agents.OFF_QUEUE,
            start_time=optional_moment(row.routing_at if row else None),
        )


@get("/presence/definitions", guards=[needs(VIEW)])
async def list_definitions(
    request: AnyRequest, caller: Caller, database: Database, *, deactivated: str = "false"
) -> DefinitionsView:
    """The presences in use; deactivated=true: those out of use, any: all."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await actions.list_presences(connection, caller)
    asked = deactivated.lower()
    shown = [row for row in rows if asked == "any" or row.deactivated is (asked == "true")]
    entities = [DefinitionView.of(row) for row in shown]
    return DefinitionsView(entities=entities, total=len(entities), self_uri=request.url.path)


@post("/presence/definitions", guards=[needs(ADD)], status_code=200)
async def create_definition(
    data: DefinitionBody, caller: Caller, once: Once
) -> Response[DefinitionView]:
    """Define a presence under a system presence."""
    return await once(
        lambda connection: actions.create_presence(
            connection, caller, system_presence=data.system_presence, labels=data.language_labels
        ),
        DefinitionView.of,
    )


@get("/presence/definitions/{definition_id:uuid}", guards=[needs(VIEW)])
async def read_definition(
    definition_id: UUID, caller: Caller, database: Database
) -> DefinitionView:
    """One presence."""
    async with database.transaction(caller.organization_id) as connection:
        return DefinitionView.of(await actions.access_presence(connection, caller, definition_id))


@put("/presence/definitions/{definition_id:uuid}", guards=[needs(EDIT)])
async def change_definition(
    definition_id: UUID, data: DefinitionBody, caller: Caller, database: Database
) -> DefinitionView:
    """Rename a presence, or take it out of use and back."""
    async with database.transaction(caller.organization_id) as connection:
        return DefinitionView.of(
            await actions.change_presence(
                connection,
                caller,
                definition_id,
                labels=data.language_labels,
                deactivated=data.deactivated,
            )
        )


@delete("/presence/definitions/{definition_id:uuid}", guards=[needs(DELETE)], status_code=204)
async def delete_definition(definition_id: UUID, caller: Caller, database: Database) -> None:
    """Take a presence out of use; who has it keeps it until they choose another."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.change_presence(
            connection, caller, definition_id, labels=None, deactivated=True
        )


@get("/presencedefinitions", guards=[signed_in()])
async def list_organization_presences(
    request: AnyRequest, caller: Caller, database: Database, page: Page
) -> Listing[DefinitionView]:
    """The presences in use, page by page."""
    async with database.transaction(caller.organization_id) as connection:
        rows = await actions.list_presences(connection, caller)
    entities = [DefinitionView.of(row) for row in rows if not row.deactivated]
    shown = entities[page.offset : page.offset + page.size]
    return listing(request, page, entities=shown, total=len(entities))


@get("/systempresences", guards=[signed_in()])
async def list_system_presences() -> list[SystemPresenceView]:
    """The presences of the system."""
    return [
        SystemPresenceView(
            id=str(primary_id(name)), name=name, self_uri=f"{PATH}/{primary_id(name)}"
        )
        for name in SYSTEM_PRESENCES
    ]


@get("/users/{user_id:uuid}/presences/purecloud", guards=[signed_in()])
async def read_presence(user_id: UUID, caller: Caller, database: Database) -> PresenceView:
    """Where a person is."""
    async with database.transaction(caller.organization_id) as connection:
        return PresenceView.of(user_id, await agents.read_agent(connection, caller, user_id))


@patch("/users/{user_id:uuid}/presences/purecloud", guards=[signed_in()])
async def change_presence(
    user_id: UUID, data: PresenceBody, caller: Caller, database: Database
) -> PresenceView:
    """Say where one is; On Queue is on queue."""
    draft = data.draft
    async with database.transaction(caller.organization_id) as connection:
        return PresenceView.of(
            user_id, await agents.set_presence(connection, caller, user_id, draft)
        )


@get("/users/{user_id:uuid}/routingstatus", guards=[signed_in()])
async def read_routing_status(
    user_id: UUID, caller: Caller, database: Database
) -> RoutingStatusView:
    """Where a person stands for the router."""
    async with database.transaction(caller.organization_id) as connection:
        return RoutingStatusView.of(user_id, await agents.read_agent(connection, caller, user_id))


@put("/users/{user_id:uuid}/routingstatus", guards=[signed_in()])
async def change_routing_status(
    user_id: UUID, data: StatusBody, caller: Caller, database: Database
) -> RoutingStatusView:
    """Go on queue or off."""
    async with database.transaction(caller.organization_id) as connection:
        return RoutingStatusView.of(
            user_id, await agents.set_routing_status(connection, caller, user_id, data.status)
        )


presences_router = Router(
    "/api/v2",
    route_handlers=[
        list_definitions,
        create_definition,
        read_definition,
        change_definition,
        delete_definition,
        list_organization_presences,
        list_system_presences,
        read_presence,
        change_presence,
        read_routing_status,
        change_routing_status,
    ],
    tags=["Presence"],
)
