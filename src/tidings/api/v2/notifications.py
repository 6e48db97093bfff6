"""Channels of notification over the API: /notifications (P8).

Beside the contract: `missed` tells a client that was away what it did not hear.
"""

from typing import Annotated, Any

from litestar import Request, Router, delete, get, head, post, put
from litestar.params import QueryParameter
from msgspec import Meta

from tidings.actions import notifications as actions
from tidings.api.auth import authenticate, signed_in
from tidings.api.conversation_topics import Scenes, read_scenes
from tidings.api.paging import After, PageSize, keyset
from tidings.api.topic_bodies import Body as EventBody
from tidings.api.topic_bodies import render_event
from tidings.api.views import Body, Keyset, Moment, View, moment, parse_id
from tidings.domain.permissions import Caller
from tidings.domain.topics import TOPICS, TopicKind
from tidings.settings import Settings
from tidings.store.database import Database
from tidings.store.events import EventRow, select_events_after
from tidings.store.ids import id_at, time_of
from tidings.store.notifications import ChannelRow, select_channels
from tidings.store.query import fetch

PATH = "/api/v2/notifications/channels"
SubscriptionIds = Annotated[list["TopicBody"], Meta(max_length=actions.MOST_TOPICS)]
IgnoreErrors = Annotated[bool, QueryParameter(name="ignoreErrors")]
MissedAfter = Annotated[str, QueryParameter(name="eventId")]


class TopicBody(Body):
    """A topic to listen to; `id` is its name."""

    id: str


class TopicView(View):
    """A topic of a channel, and whether it may be listened to."""

    id: str
    state: str
    self_uri: str
    rejection_reason: str | None = None
    missing_permissions: list[str] | None = None

    @classmethod
    def of(cls, verdict: actions.Verdict, channel_id: str) -> "TopicView":
        """The topic as the API shows it."""
        return cls(
            id=verdict.name,
            state="Rejected" if verdict.reason else "Permitted",
            rejection_reason=verdict.reason or None,
            missing_permissions=list(verdict.missing) or None,
            self_uri=f"{PATH}/{channel_id}/subscriptions",
        )


class TopicListing(View):
    """The topics of a channel."""

    entities: list[TopicView]


class ChannelView(View):
    """A channel; whoever knows its `connectUri` can listen on it."""

    id: str
    connect_uri: str
    expires: Moment

    @classmethod
    def of(cls, row: ChannelRow, settings: Settings) -> "ChannelView":
        """The channel as the API shows it."""
        address = settings.base_url.replace("http", "ws", 1)
        return cls(
            id=row.id,
            connect_uri=f"{address}{PATH}/{row.id}/socket",
            expires=moment(row.expires_at),
        )


class ChannelListing(View):
    """Channels of the caller."""

    entities: list[ChannelView]


class AvailableTopicView(View):
    """A topic that can be listened to. `{id}` stands for an id, of the caller behind `users`."""

    id: str
    description: str
    requires_permissions: list[str]
    requires_division_permissions: bool
    requires_any_validator: bool
    requires_current_user: bool
    enforced: bool
    visibility: str
    transports: list[str]

    @classmethod
    def of(cls, kind: TopicKind) -> "AvailableTopicView":
        """The topic as the API shows it."""
        return cls(
            id=kind.template,
            description=kind.description,
            requires_permissions=list(kind.permissions),
            requires_division_permissions=kind.subject is not None,
            requires_any_validator=len(kind.permissions) > 1,
            requires_current_user=kind.is_of_user,
            enforced=True,
            visibility="Public",
            transports=["Websocket"],
        )


class AvailableTopicListing(View):
    """Every topic that can be listened to."""

    entities: list[AvailableTopicView]


class MissedView(View):
    """What the socket would have said: a topic with its body, of one event."""

    event_id: str
    topic_name: str
    event_time: Moment
    event_body: EventBody


@get("/availabletopics", guards=[signed_in()])
async def list_topics() -> AvailableTopicListing:
    """Every topic that can be listened to, and what each needs."""
    return AvailableTopicListing(entities=[AvailableTopicView.of(kind) for kind in TOPICS])


@post("/channels", guards=[signed_in()], status_code=200)
async def open_channel(
    request: Request[Any, Any, Any], caller: Caller, database: Database, settings: Settings
) -> ChannelView:
    """Open a channel for 24 hours. A 21st closes the caller's oldest.

    Asked again, it opens another: an answer that got lost costs nothing, and the id, which is a
    secret, is so kept in no second place.
    """
    identity = await authenticate(request)
    async with database.transaction(caller.organization_id) as connection:
        row = await actions.open_channel(
            connection, caller, identity.row, token_hash=identity.token_hash
        )
    return ChannelView.of(row, settings)


@get("/channels", guards=[signed_in()])
async def list_channels(
    request: Request[Any, Any, Any],
    caller: Caller,
    database: Database,
    settings: Settings,
    includechannels: str = "token",
) -> ChannelListing:
    """The channels opened with this token, or (`oauthclient`) with any token of the caller."""
    identity = await authenticate(request)
    token_hash = None if includechannels == "oauthclient" else identity.token_hash
    async with database.transaction(caller.organization_id) as connection:
        rows = await fetch(
            connection, select_channels(caller.organization_id, caller.id, token_hash=token_hash)
        )
    return ChannelListing(entities=[ChannelView.of(row, settings) for row in rows])


@head("/channels/{channel_id:str}", guards=[signed_in()])
async def has_channel(channel_id: str, caller: Caller, database: Database) -> None:
    """Whether the channel is there; 404 when it is not, or is somebody else's."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.access_channel(connection, caller, channel_id)


@get("/channels/{channel_id:str}/subscriptions", guards=[signed_in()])
async def list_subscriptions(channel_id: str, caller: Caller, database: Database) -> TopicListing:
    """The topics of a channel, and whether each may be listened to now."""
    async with database.transaction(caller.organization_id) as connection:
        channel = await actions.access_channel(connection, caller, channel_id)
        verdicts = await actions.judge_topics(connection, caller, channel.topics)
    return TopicListing(entities=[TopicView.of(each, channel_id) for each in verdicts])


@post("/channels/{channel_id:str}/subscriptions", guards=[signed_in()], status_code=200)
async def add_subscriptions(
    channel_id: str,
    data: SubscriptionIds,
    caller: Caller,
    database: Database,
    ignore_errors: IgnoreErrors = False,  # noqa: FBT002
) -> TopicListing:
    """Listen to more topics. One that is refused refuses all, unless errors are ignored."""
    async with database.transaction(caller.organization_id) as connection:
        verdicts = await actions.subscribe(
            connection,
            caller,
            channel_id,
            [each.id for each in data],
            add=True,
            is_strict=not ignore_errors,
        )
    return TopicListing(entities=[TopicView.of(each, channel_id) for each in verdicts])


@put("/channels/{channel_id:str}/subscriptions", guards=[signed_in()])
async def replace_subscriptions(
    channel_id: str,
    data: SubscriptionIds,
    caller: Caller,
    database: Database,
    ignore_errors: IgnoreErrors = False,  # noqa: FBT002
) -> TopicListing:
    """Listen to these topics and no others."""
    async with database.transaction(caller.organization_id) as connection:
        verdicts = await actions.subscribe(
            connection,
            caller,
            channel_id,
            [each.id for each in data],
            is_strict=not ignore_errors,
        )
    return TopicListing(entities=[TopicView.of(each, channel_id) for each in verdicts])


@delete("/channels/{channel_id:str}/subscriptions", guards=[signed_in()], status_code=204)
async def remove_subscriptions(channel_id: str, caller: Caller, database: Database) -> None:
    """Listen to nothing."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.subscribe(connection, caller, channel_id, [])


@get("/channels/{channel_id:str}/missed", guards=[signed_in()])
async def list_missed(
    request: Request[Any, Any, Any],
    channel_id: str,
    event_id: MissedAfter,
    caller: Caller,
    database: Database,
    after: After = None,
    page_size: PageSize = 100,
) -> Keyset[MissedView]:
    """What the channel's topics tell of the events after one, oldest first.

    Events are read from some seconds before it, because they may become visible late: pass over
    those whose id you know. A page tells of up to `pageSize` events, those that concern you; go
    on as long as there is a nextUri.
    """
    start = parse_id(event_id, "eventId")
    begin = id_at(time_of(start) - actions.LATEST) if after is None else parse_id(after, "after")
    async with database.transaction(caller.organization_id) as connection:
        channel = await actions.access_channel(connection, caller, channel_id)
        verdicts = await actions.judge_topics(connection, caller, channel.topics)
        query = select_events_after(caller.organization_id, after=begin, limit=page_size)
        events = await fetch(connection, query)
        wanted = {each.name for each in verdicts if not each.reason}
        scenes = await read_scenes(connection, events, {caller.organization_id: wanted})
    page = keyset(
        request,
        page_size,
        entities=events,
        last_key=events[-1].id if events else None,
    )
    return Keyset(
        entities=[each for event in events for each in _told(event, wanted, scenes)],
        page_size=page_size,
        self_uri=page.self_uri,
        next_uri=page.next_uri,
    )


def _told(event: EventRow, wanted: set[str], scenes: Scenes) -> list[MissedView]:
    return [
        MissedView(
            event_id=str(event.id),
            topic_name=topic,
            event_time=moment(time_of(event.id)),
            event_body=body,
        )
        for topic, body in render_event(event, wanted, scenes)
    ]


notifications_router = Router(
    "/api/v2/notifications",
    route_handlers=[
        list_topics,
        open_channel,
        list_channels,
        has_channel,
        list_subscriptions,
        add_subscriptions,
        replace_subscriptions,
        remove_subscriptions,
        list_missed,
    ],
    tags=["Notifications"],
)
