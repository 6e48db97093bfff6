"""Every route against every kind of caller. A new route comes under it by itself.

A route whose path takes the id of something new needs one such thing: enter it in
`World.objects`, or make it in `objects` here.
"""

import re
from typing import Any
from uuid import UUID

import pytest

from tests.api.routes import Route, walk
from tests.api_client import Answer, Api
from tests.campaigns import CAMPAIGNS, Campaigns
from tests.media import PDF, upload
from tests.messaging import ACCOUNT, Messaging
from tests.outbound import make_contact_list
from tests.sending import Sending
from tests.world import World
from tidings.actions.participation import add_participants, derive
from tidings.api.application import Application
from tidings.store.automated_messages import PlanKey
from tidings.store.database import Database
from tidings.store.ids import new_id
from tidings.store.outbound_events import (
    Category,
    Level,
    OutboundEvent,
    insert_outbound_event,
)
from tidings.store.participants import NewParticipant
from tidings.store.quarantine import Unread, insert_unread, select_quarantine
from tidings.store.query import execute, fetch, fetch_one
from tidings.store.templates import select_account_templates
from tidings.store.unsaid_messages import NewUnsaid, keep_unsaid, select_unsaid_in

OPEN = re.compile(
    r"POST /oauth/token|(GET|POST) /api/v2/sessions|GET /(healthz|readyz|metrics)"
    r"|GET /api/v2/docs\b.*|PUT /uploads/v2/files/\{token:str\}"
    r"|PUT /uploads/v2/media/\{media_id:uuid\}/\{token:str\}"
)

# What these give belongs to no organization, so an outsider sees the same.
SAME_FOR_ALL = frozenset({"GET /api/v2/oauth/scopes", "GET /api/v2/oauth/scopes/{scope_id:str}"})


@pytest.fixture(scope="module")
def routes(application: Application) -> list[Route]:
    """Every guarded route."""
    return [route for route in walk(application) if not OPEN.fullmatch(str(route))]


@pytest.fixture(scope="module")
async def objects(api: Api, world: World, database: Database, sending: Sending) -> dict[str, Any]:
    """One of Nordwind's things for each path parameter."""
    library = await made(api, "/api/v2/responsemanagement/libraries", name="Ours")
    response = await made(
        api,
        "/api/v2/responsemanagement/responses",
        name="Our answer",
        libraries=[library],
        texts=[{"content": "Hello", "contentType": "text/plain"}],
    )
    file = await api.post(
        "/api/v2/consents/imports",
        content=b"address\n+4915112345678\n",
        headers={"Content-Type": "text/csv"},
    )
    talk, routes = await conversation(world, database), await routing(api, world)
    return {
        **world.objects,
        **talk,
        **await participant(world, database, talk["conversation_id"], routes["queue_id"]),
        "element_id": await unread_element(world, database),
        "unsaid_id": await unsaid_message(world, database, talk["conversation_id"]),
        "library_id": library["id"],
        "response_id": response["id"],
        "import_id": file.json()["id"],
        **await contact_list(api),
        **await outbound(api, world, database),
        "campaign_id": await campaign(api, sending),
        **routes,
        "channel_id": (await made(api, "/api/v2/notifications/channels"))["id"],
        "address": "4915112345678",
        "object_type": "USER",
        "scope_id": "response-management:readonly",
        "detail_job_id": await detail_job(api),
        "supported_content_id": await content_profile(api),
        "media_id": await upload(api, talk["conversation_id"], PDF, name="Ours.pdf"),
    }


async def detail_job(api: Api) -> str:
    """A job of analytics."""
    body = {"interval": "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}
    answer = await api.post("/api/v2/analytics/conversations/details/jobs", body)
    assert answer.status == 202, answer
    return str(answer.json()["jobId"])


async def contact_list(api: Api) -> dict[str, Any]:
    """A contact list with a contact, and a job over its contacts."""
    path = "/api/v2/outbound/contactlists"
    listed = await made(api, path, name="Our customers", columnNames=["phone"])
    contact = {"id": "contact-of-ours", "data": {"phone": "4915112345678"}}
    assert (await api.post(f"{path}/{listed['id']}/contacts", [contact])).status == 200
    change = {"contactIds": [contact["id"]], "contact": {"callable": True}}
    job = await made(api, f"{path}/{listed['id']}/contacts/bulk/update", **change)
    return {"contact_list_id": listed["id"], "contact_id": contact["id"], "job_id": job["id"]}


async def outbound(api: Api, world: World, database: Database) -> dict[str, Any]:
    """A filter of a contact list, a do-not-contact list, and an event."""
    listed = await make_contact_list(database, world, name="Filtered")
    predicate = {"column": "City", "operator": "EQUALS", "value": "Bonn"}
    contact_filter = await made(
        api,
        "/api/v2/outbound/contactlistfilters",
        name="Of Bonn",
        contactList={"id": str(listed)},
        clauses=[{"predicates": [predicate]}],
    )
    dnc_list = await made(
        api,
        "/api/v2/outbound/dnclists",
        name="Not these",
        dncSourceType="rds",
        contactMethod="Any",
    )
    async with database.transaction() as connection:
        told = OutboundEvent(
            level=Level.INFO,
            category=Category.DNC_LIST,
            code="MADE",
            message="It was made.",
            entity_type="dncList",
            entity_id=UUID(dnc_list["id"]),
        )
        await execute(connection, insert_outbound_event(world.nordwind.id, told))
    events = await api.get("/api/v2/outbound/events")
    export = await made(api, f"/api/v2/outbound/contactlists/{listed}/export")
    return {
        "contact_list_filter_id": contact_filter["id"],
        "dnc_list_id": dnc_list["id"],
        "event_id": events.json()["entities"][0]["id"],
        "download_id": export["id"],
    }


async def campaign(api: Api, sending: Sending) -> str:
    """A campaign with a schedule."""
    campaigns, line = Campaigns(sending), await sending.connect()
    contact_list = await campaigns.add_list("Ours to message")
    new = await made(api, CAMPAIGNS, **campaigns.body("Our campaign", contact_list, line))
    window = {"start": "2099-01-01T09:00:00", "end": "2099-01-01T17:00:00"}
    schedule = f"/api/v2/outbound/schedules/whatsappcampaigns/{new['id']}"
    assert (await api.put(schedule, {"intervals": [window]})).status == 200
    return str(new["id"])


async def routing(api: Api, world: World) -> dict[str, Any]:
    """What conversations are routed by, a thing of each kind."""
    path = "/api/v2/routing"
    queue = (await made(api, f"{path}/queues", name="Our queue"))["id"]
    assert (await api.post(f"{path}/queues/{queue}/members", [{"id": str(world.sven.id)}])).status
    labels = {"systemPresence": "Break", "languageLabels": {"en": "Our break"}}
    presence = await made(api, "/api/v2/presence/definitions", **labels)
    stream = {"name": "Our workstream", "fallbackQueue": {"id": queue}}
    return {
        "definition_id": presence["id"],
        "workstream_id": (await made(api, f"{path}/workstreams", **stream))["id"],
        "hours_id": (await made(api, f"{path}/operatinghours", name="Our hours"))["id"],
        "queue_id": queue,
        "member_id": world.sven.id,
        "skill_id": (await made(api, f"{path}/skills", name="Our skill"))["id"],
        "language_id": (await made(api, f"{path}/languages", name="Our language"))["id"],
        "code_id": (await made(api, f"{path}/wrapupcodes", name="Our code"))["id"],
    }


async def content_profile(api: Api) -> str:
    """A content profile that nothing uses."""
    path = "/api/v2/conversations/messaging/supportedcontent"
    return str((await made(api, path, name="Our profile"))["id"])


async def made(api: Api, path: str, **body: Any) -> dict[str, Any]:
    """Something new of Nordwind's."""
    answer = await api.post(path, body)
    assert answer.status == 200, answer
    thing: dict[str, Any] = answer.json()
    return thing


async def conversation(world: World, database: Database) -> dict[str, Any]:
    """A conversation with a customer, on a number with a template."""
    messaging = await Messaging.build(database, world)
    queued = await messaging.notify("4915112345678")
    async with database.connection() as connection:
        templates = await fetch(connection, select_account_templates(world.nordwind.id, ACCOUNT))
    return {
        "integration_id": queued.integration_id,
        "template_id": templates[0].id,
        "conversation_id": queued.conversation_id,
        "message_id": queued.message_id,
    }


async def participant(
    world: World, database: Database, conversation_id: UUID, queue_id: str
) -> dict[str, Any]:
    """Sven has the conversation; a communication has the id of its participant."""
    part = NewParticipant(
        conversation_id=conversation_id,
        id=new_id(),
        purpose="agent",
        state="connected",
        user_id=world.sven.id,
        queue_id=UUID(queue_id),
    )
    async with database.transaction() as connection:
        await add_participants(connection, world.nordwind.id, [part])
        await derive(connection, world.nordwind.id, [conversation_id], otherwise="open")
    return {"participant_id": part.id, "communication_id": part.id}


async def unread_element(world: World, database: Database) -> UUID:
    """Something from the provider that nobody could read."""
    unread = Unread(world.nordwind.id, new_id(), "whatsapp_cloud", "Not JSON", "{")
    async with database.transaction() as connection:
        await execute(connection, insert_unread([unread]))
        page = select_quarantine(world.nordwind.id, before_id=UUID(int=2**128 - 1), limit=1)
        return (await fetch_one(connection, page)).id


async def unsaid_message(world: World, database: Database, conversation_id: UUID) -> UUID:
    """Something a workstream could not say."""
    key = PlanKey(conversation_id, "closed", new_id(), 0)
    unsaid = NewUnsaid(key, "Goodbye.", "window.closed", "The window is closed.")
    async with database.transaction() as connection:
        await execute(connection, keep_unsaid(world.nordwind.id, [unsaid]))
        kept = select_unsaid_in(world.nordwind.id, conversation_id, limit=1)
        return (await fetch_one(connection, kept)).id


async def call(api: Api, route: Route, objects: dict[str, Any]) -> Answer:
    """Call a route about these objects."""
    return await api.request(route.method, route.path(objects), **route.body)


def test_every_route_has_a_guard(routes: list[Route]) -> None:
    assert len(routes) > 50
    assert [str(route) for route in routes if route.permissions is None] == []


def test_every_path_parameter_has_an_object_to_try(
    routes: list[Route], objects: dict[str, Any]
) -> None:
    assert {name for route in routes for name in route.parameters} - objects.keys() == set()


async def test_without_a_token_every_route_asks_for_one(
    api: Api, routes: list[Route], objects: dict[str, Any]
) -> None:
    for route in routes:
        answer = await call(api.as_(None), route, objects)
        assert answer.status == 401, (str(route), answer)
        if route.method != "HEAD":
            assert answer.json()["code"] == "authentication.required", str(route)


async def test_a_revoked_token_opens_no_route(
    api: Api, world: World, routes: list[Route], objects: dict[str, Any]
) -> None:
    for who in (world.ruth, world.retired):
        for route in routes:
            answer = await call(api.as_(who), route, objects)
            assert answer.status == 401, (str(route), who.name, answer)


async def test_without_roles_every_guarded_route_names_a_permission_that_is_missing(
    api: Api, world: World, routes: list[Route], objects: dict[str, Any]
) -> None:
    for route in routes:
        if route.permissions:
            answer = await call(api.as_(world.mia), route, objects)
            assert answer.status == 403, (str(route), answer)
            named = answer.json()["messageParams"]["permissions"].split(",")
            assert set(named) == set(route.permissions), str(route)
            assert named[0] in answer.json()["message"]


async def test_an_outsiders_administrator_neither_sees_nor_changes_anything(
    api: Api, world: World, routes: list[Route], objects: dict[str, Any]
) -> None:
    trail = await api.get("/api/v2/audits")

    for route in routes:
        if route.parameters and str(route) not in SAME_FOR_ALL:
            answer = await call(api.as_(world.olga), route, objects)
            assert_hidden(route, answer, objects)

    assert (await api.get("/api/v2/audits")).json() == trail.json()


def assert_hidden(route: Route, answer: Answer, objects: dict[str, Any]) -> None:
    """What is not there for a caller is absent, or the request is refused; nothing is told."""
    if answer.status == 204 and route.method == "DELETE":
        return  # Deleting what is not there: the trail shows that nothing was.
    assert answer.status in (400, 403, 404, 409, 415), (str(route), answer)


async def test_listings_show_an_outsider_none_of_it(
    api: Api, world: World, routes: list[Route], objects: dict[str, Any]
) -> None:
    ours = {str(identifier) for identifier in objects.values()}
    ours |= {str(each.id) for each in (world.ada, world.nils, world.mia, world.nordwind)}

    for route in routes:
        if route.method == "GET" and not route.parameters and str(route) not in SAME_FOR_ALL:
            answer = await api.as_(world.olga).get(route.template)
            assert answer.status < 500, (str(route), answer)
            assert not [each for each in ours if each in answer.text], str(route)
