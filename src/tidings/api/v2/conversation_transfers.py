"""Conversations from hand to hand over the API: transfer, consult, monitor, take over, assign."""

from uuid import UUID

import msgspec
from litestar import Response, Router, patch, post, put

from tidings.actions import consults, transfers
from tidings.actions.assignments import ASSIGN, EDIT, PULL, assign, change_asked
from tidings.actions.conversation_facts import set_tag
from tidings.actions.wrapups import disconnect_conversation
from tidings.api.auth import needs
from tidings.api.replay import Once
from tidings.api.v2.conversation_participants import (
    CONVERSATIONS,
    DISCONNECT,
    PART,
    PARTS,
    DoneView,
)
from tidings.api.views import Body, Ref, View, parse_id
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.query import Connection
from tidings.store.waiting import Asked, Asking

TRANSFER = "conversation:communication:blindTransfer"
TO_AGENT = "conversation:communication:blindTransferAgent"
TO_QUEUE = "conversation:communication:blindTransferQueue"
MONITOR = "conversation:message:monitor"
TAKE_OVER = "conversation:message:takeOver"
TAG = "conversation:externalTag:edit"
ROUTING = "/api/v2/routing/conversations"
ATTENDED = "Attended"


class TransferBody(Body):
    """TransferRequest of the reference, and its two narrower forms."""

    user_id: str | None = None
    queue_id: str | None = None
    transfer_type: str | None = None


class ConsultBody(Body):
    """Whom to consult, and what about."""

    user_id: str
    note: str | None = None


class PartView(View):
    """The id of a participant that came in."""

    id: str


async def _transfer(
    connection: Connection, caller: Caller, ids: tuple[UUID, UUID], data: TransferBody
) -> None:
    if (data.user_id is None) == (data.queue_id is None):
        raise invalid("queueId", "Give either queueId or userId.")
    if data.transfer_type not in (None, ATTENDED, "Unattended"):
        raise invalid("transferType", "transferType is Attended or Unattended.")
    is_attended = data.transfer_type == ATTENDED
    if data.queue_id is not None:
        if is_attended:
            raise invalid(
                "transferType",
                "Nobody can be consulted in a queue: give it to the queue Unattended, or name"
                " a userId.",
            )
        queue_id = parse_id(data.queue_id, "queueId")
        await transfers.transfer_to_queue(connection, caller, *ids, queue_id)
        return
    user_id = parse_id(data.user_id, "userId")
    give = consults.hand_over if is_attended else transfers.transfer_to_agent
    await give(connection, caller, *ids, user_id)


async def _give_away(
    once: Once, caller: Caller, ids: tuple[UUID, UUID], data: TransferBody
) -> Response[DoneView]:
    return await once(
        lambda connection: _transfer(connection, caller, ids, data),
        lambda _: DoneView(),
        status=202,
        is_step=True,
    )


@post([f"{each}/replace" for each in PARTS], guards=[needs(TRANSFER)], status_code=202)
async def transfer(
    conversation_id: UUID, participant_id: UUID, data: TransferBody, caller: Caller, once: Once
) -> Response[DoneView]:
    """Give a conversation away: to a queue, or offered to a colleague.

    Attended, it becomes theirs at once if they are consulted; else they are asked to be.
    """
    ids = (conversation_id, participant_id)
    return await _give_away(once, caller, ids, data)


@post(f"{PART}/replace/agent", guards=[needs(TRANSFER, TO_AGENT)], status_code=202)
async def transfer_to_agent(
    conversation_id: UUID, participant_id: UUID, data: TransferBody, caller: Caller, once: Once
) -> Response[DoneView]:
    """Offer one's conversation to a colleague; Attended, give it to who is consulted."""
    ids, wanted = (conversation_id, participant_id), msgspec.structs.replace(data, queue_id=None)
    return await _give_away(once, caller, ids, wanted)


@post(f"{PART}/replace/queue", guards=[needs(TRANSFER, TO_QUEUE)], status_code=202)
async def transfer_to_queue(
    conversation_id: UUID, participant_id: UUID, data: TransferBody, caller: Caller, once: Once
) -> Response[DoneView]:
    """Give one's conversation to a queue."""
    ids, wanted = (conversation_id, participant_id), msgspec.structs.replace(data, user_id=None)
    return await _give_away(once, caller, ids, wanted)


@post(f"/messages{PART}/consult", guards=[needs(TRANSFER, TO_AGENT)], status_code=200)
async def consult(
    conversation_id: UUID, participant_id: UUID, data: ConsultBody, caller: Caller, once: Once
) -> Response[PartView]:
    """Offer a colleague to read along and advise in notes; the customer is not told."""
    user_id = parse_id(data.user_id, "userId")
    return await once(
        lambda connection: consults.consult(
            connection, caller, conversation_id, participant_id, user_id, note=data.note or ""
        ),
        lambda part_id: PartView(id=str(part_id)),
        is_step=True,
    )


@post(f"/messages{PART}/monitor", guards=[needs(MONITOR)], status_code=200)
async def monitor(
    conversation_id: UUID, participant_id: UUID, caller: Caller, once: Once
) -> Response[PartView]:
    """Read along, without taking part."""
    return await once(
        lambda connection: transfers.monitor(connection, caller, conversation_id),
        lambda part_id: PartView(id=str(part_id)),
        is_step=True,
    )


@post(f"/messages{PART}/takeover", guards=[needs(TAKE_OVER)], status_code=200)
async def take_over(
    conversation_id: UUID, participant_id: UUID, caller: Caller, once: Once
) -> Response[PartView]:
    """Take a conversation from who has it."""
    return await once(
        lambda connection: transfers.take_over(connection, caller, conversation_id, participant_id),
        lambda part_id: PartView(id=str(part_id)),
        is_step=True,
    )


class UserBody(Body):
    """ConversationUser of the reference: who gets the conversation."""

    id: str


class TagBody(Body):
    """ConversationTagsUpdate of the reference."""

    external_tag: str


class StateBody(Body):
    """A conversation as a PATCH takes it: its state."""

    state: str | None = None


class RoutingBody(Body):
    """RoutingConversationAttributesRequest of the reference; an empty language: any."""

    priority: int | None = None
    skill_ids: list[str] | None = None
    language_id: str | None = None

    def asking(self) -> Asking:
        """What is to be asked for, as the action takes it."""
        language = self.language_id
        languages = None if language is None else [language] * bool(language)
        return Asking(
            priority=self.priority,
            skill_ids=_read_ids(self.skill_ids, "skillIds"),
            language_ids=_read_ids(languages, "languageId"),
        )


def _read_ids(texts: list[str] | None, field: str) -> list[UUID] | None:
    return None if texts is None else [parse_id(each, field) for each in texts]


class RoutingView(View):
    """RoutingConversationAttributesResponse of the reference."""

    priority: int
    skills: list[Ref]
    language: Ref | None = None

    @classmethod
    def of(cls, asked: Asked) -> "RoutingView":
        """What the conversation asks for now."""
        language = None
        if asked.language_id is not None:
            language = Ref(id=str(asked.language_id), name=asked.language_name)
        return cls(
            priority=asked.priority,
            skills=[Ref(id=each["id"], name=each["name"]) for each in asked.skills],
            language=language,
        )


@post("/{conversation_id:uuid}/assign", guards=[needs(PULL, ASSIGN)], status_code=200)
async def assign_conversation(
    conversation_id: UUID, data: UserBody, caller: Caller, once: Once
) -> Response[PartView]:
    """Pick a conversation that nobody has (one's own id), or give it to somebody.

    409 names who has it already, or says why this person cannot get it.
    """
    user_id = parse_id(data.id, "id")
    return await once(
        lambda connection: assign(connection, caller, conversation_id, user_id),
        lambda part_id: PartView(id=str(part_id)),
        is_step=True,
    )


@post("/{conversation_id:uuid}/disconnect", guards=[needs(DISCONNECT)], status_code=200)
async def disconnect(conversation_id: UUID, caller: Caller, once: Once) -> Response[DoneView]:
    """End a conversation: one's own, or as a supervisor another's or one that waits."""
    return await once(
        lambda connection: disconnect_conversation(connection, caller, conversation_id),
        lambda _: DoneView(),
        is_step=True,
    )


@patch("/messages/{conversation_id:uuid}", guards=[needs(DISCONNECT)], status_code=200)
async def change_conversation(
    conversation_id: UUID, data: StateBody, caller: Caller, database: Database
) -> DoneView:
    """End a conversation with the state disconnected."""
    if data.state != "disconnected":
        raise invalid("state", "Only the state disconnected can be set of a conversation.")
    async with database.transaction(caller.organization_id) as connection:
        await disconnect_conversation(connection, caller, conversation_id)
    return DoneView()


@put("/{conversation_id:uuid}/tags", guards=[needs(TAG)], status_code=200)
async def change_tag(
    conversation_id: UUID, data: TagBody, caller: Caller, database: Database
) -> DoneView:
    """Set what another system calls a conversation."""
    async with database.transaction(caller.organization_id) as connection:
        await set_tag(connection, caller, conversation_id, data.external_tag)
    return DoneView()


@patch("/{conversation_id:uuid}", guards=[needs(EDIT)], status_code=200)
async def change_routing(
    conversation_id: UUID, data: RoutingBody, caller: Caller, database: Database
) -> RoutingView:
    """Change what a waiting conversation asks for: priority, skills, language; the rest stays.

    A point of priority counts like a minute of waiting. An empty languageId: any language. The
    router decides anew at once. 409 says who has the conversation when it does not wait.
    """
    async with database.transaction(caller.organization_id) as connection:
        return RoutingView.of(
            await change_asked(connection, caller, conversation_id, data.asking())
        )


conversation_transfers_router = Router(
    CONVERSATIONS,
    route_handlers=[
        transfer,
        transfer_to_agent,
        transfer_to_queue,
        consult,
        monitor,
        take_over,
        assign_conversation,
        disconnect,
        change_tag,
    ],
    tags=["Conversations"],
)
routing_conversations_router = Router(ROUTING, route_handlers=[change_routing], tags=["Routing"])
