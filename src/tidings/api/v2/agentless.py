"""Agentless notifications: POST /conversations/messages/agentless, and its dry run."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, post
from msgspec import Meta

from tidings.actions.queued_messages import Queued
from tidings.actions.send_message import (
    Answered,
    Result,
    preview_message,
)
from tidings.api.auth import needs, read_caller
from tidings.api.outgoing import Outgoing
from tidings.api.replay import RequestKey, read_request_key
from tidings.api.views import Body, View, moment, parse_id
from tidings.domain.addresses import InvalidAddress, parse_phone_id
from tidings.domain.errors import Rejection, invalid
from tidings.domain.permissions import Caller
from tidings.domain.sending import Intent, ReplayKey
from tidings.domain.templates import Preview, TemplateParameter, TemplateValues, preview

PATH = "/api/v2/conversations/messages"
PERMISSION = "conversation:message:create"


class ParameterBody(Body):
    """One value for a template: the placeholder's key and what to put there."""

    id: str = ""
    value: str = ""


class TemplateBody(Body):
    """The template to send, by the response that stands for it, and its values."""

    response_id: str = ""
    parameters: list[ParameterBody] = msgspec.field(default_factory=list)
    header_parameters: list[ParameterBody] = msgspec.field(default_factory=list)
    body_parameters: list[ParameterBody] = msgspec.field(default_factory=list)
    button_url_parameters: list[ParameterBody] = msgspec.field(default_factory=list)


class AgentlessBody(Body):
    """SendAgentlessOutboundMessageRequest of the reference."""

    from_address: str = ""
    to_address: Annotated[str, Meta(max_length=64)] = ""
    to_address_messenger_type: str = ""
    text_body: str | None = None
    messaging_template: TemplateBody | None = None
    use_existing_active_conversation: bool | None = None


class NormalizedView(View):
    """The message in the contract's channel-neutral form."""

    id: str
    type: str
    text: str
    direction: str
    channel: dict[str, Any]
    content: list[dict[str, Any]] | None = None


class MessageView(View):
    """MessageData of the reference."""

    id: str
    timestamp: str
    from_address: str
    to_address: str
    direction: str
    messenger_type: str
    status: str
    text_body: str
    normalized_message: NormalizedView
    conversation_id: str
    self_uri: str


class AgentlessView(View):
    """SendAgentlessOutboundMessageResponse of the reference."""

    id: str
    conversation_id: str
    from_address: str
    to_address: str
    messenger_type: str
    text_body: str
    use_existing_active_conversation: bool
    message: MessageView
    timestamp: str
    self_uri: str


class RefusalView(View):
    """Why the message would be refused."""

    code: str
    message: str
    field: str | None = None


class PreviewView(View):
    """What would happen: whether it would be sent, and how the customer would see it."""

    allowed: bool
    to_address: str
    refusals: list[RefusalView]
    rendered: dict[str, Any] | None = None


def render_queued(queued: Queued) -> bytes:
    """The answer to a send, which its replays get too."""
    message_id, at = str(queued.message_id), moment(queued.at)
    message = MessageView(
        id=message_id,
        timestamp=at,
        from_address=queued.from_address,
        to_address=queued.to_address,
        direction="outbound",
        messenger_type="whatsapp",
        status="queued",
        text_body=queued.body,
        normalized_message=_normalized(queued, message_id, at),
        conversation_id=str(queued.conversation_id),
        self_uri=f"{PATH}/{message_id}/details",
    )
    return msgspec.json.encode(
        AgentlessView(
            id=message_id,
            conversation_id=message.conversation_id,
            from_address=str(queued.integration_id),
            to_address=queued.to_address,
            messenger_type="whatsapp",
            text_body=queued.body,
            use_existing_active_conversation=queued.use_existing,
            message=message,
            timestamp=at,
            self_uri=message.self_uri,
        )
    )


def _normalized(queued: Queued, message_id: str, at: str) -> NormalizedView:
    content = None
    if queued.template_name is not None:
        template = {
            "id": queued.template_name,
            "language": queued.template_language,
            "body": {"text": queued.body},
        }
        content = [{"contentType": "Notification", "template": template}]
    return NormalizedView(
        id=message_id,
        type="Text" if content is None else "Structured",
        text=queued.body,
        direction="Outbound",
        channel={
            "platform": "Whatsapp",
            "type": "Private",
            "from": {"id": queued.from_address},
            "to": {"id": queued.to_address},
            "time": at,
        },
        content=content,
    )


@post("/agentless", guards=[needs(PERMISSION)], status_code=202)
async def send_agentless(request: Request[Any, Any, Any], data: AgentlessBody) -> Response[bytes]:
    """Send one notification with no agent (A1 to A11). The answer comes once it is durable.

    409 names what stands against it: no consent, a connected conversation, a suppressed number,
    an inactive integration, free text outside the customer-service window.
    """
    # The one hot route: injecting these costs more than all the rest of the request.
    state = request.app.state
    caller = await read_caller(request)
    key = await read_request_key(request, state.settings)
    outgoing: Outgoing = state.outgoing
    result = await outgoing.send(read_intent(data, caller, key))
    return answer_result(result)


@post("/agentless/preview", guards=[needs(PERMISSION)], status_code=200)
async def preview_agentless(data: AgentlessBody, caller: Caller, outgoing: Outgoing) -> PreviewView:
    """Say what sending this would do now, without sending: every refusal, and how it looks."""
    intent = read_intent(data, caller, None)
    async with outgoing.database.transaction(caller.organization_id) as connection:
        refusals = await preview_message(connection, outgoing.catalogue, intent)
    rendered: Preview | None = None
    if intent.response_id is not None:
        template = outgoing.catalogue.template(caller.organization_id, intent.response_id)
        if template is not None:
            rendered = preview(template.compiled.template, intent.values)
    return PreviewView(
        allowed=not refusals,
        to_address=intent.address,
        refusals=[each for refusal in refusals for each in _refusal_views(refusal)],
        rendered=_rendered(rendered, intent),
    )


def _rendered(shown: Preview | None, intent: Intent) -> dict[str, Any] | None:
    if shown is None:
        return {"body": intent.text} if intent.text else None
    rendered: dict[str, Any] = {"body": shown.body}
    if shown.header_kind is not None:
        rendered["header"] = {"format": shown.header_kind.upper()}
        if shown.header is not None:
            rendered["header"]["text" if shown.header_kind == "text" else "link"] = shown.header
    if shown.footer is not None:
        rendered["footer"] = shown.footer
    rendered["buttons"] = [
        {"type": button.type, "text": button.text}
        | ({"url": button.target} if button.target else {})
        for button in shown.buttons
    ]
    return rendered


def _refusal_views(refusal: Rejection) -> list[RefusalView]:
    if not refusal.fields:
        return [RefusalView(code=refusal.code, message=refusal.message)]
    return [
        RefusalView(code=each.code, message=each.message, field=each.field)
        for each in refusal.fields
    ]


def read_intent(data: AgentlessBody, caller: Caller, key: RequestKey | None) -> Intent:
    """The wish in a request; 400 names the field that does not fit (A4, A5)."""
    kind = data.to_address_messenger_type
    if kind.lower() != "whatsapp":
        raise invalid("toAddressMessengerType", "Only whatsapp can be sent; say so.")
    template = data.messaging_template
    if (template is None) == (data.text_body is None):
        raise invalid("messagingTemplate", "Give either textBody or messagingTemplate.")
    divisions = caller.divisions(PERMISSION)
    return Intent(
        organization_id=caller.organization_id,
        sender_kind=caller.kind,
        sender_id=caller.id,
        initiator="agent" if caller.kind == "user" else "api",
        integration_id=parse_id(data.from_address, "fromAddress"),
        address=read_address(data.to_address),
        text=data.text_body,
        response_id=read_response_id(template),
        values=read_values(template),
        use_existing=data.use_existing_active_conversation or False,
        replay=None if key is None else ReplayKey(key.key, key.request_hash, key.keep),
        divisions=None if divisions is None else tuple(divisions),
    )


def read_address(text: str) -> str:
    """The canonical phone ID of toAddress; 400 says what is wrong with it."""
    try:
        return parse_phone_id(text)
    except InvalidAddress as error:
        raise invalid("toAddress", error.message, code=error.code) from None


def read_response_id(template: TemplateBody | None) -> UUID | None:
    """The response that stands for the template to send; 400 when it is no id."""
    if template is None:
        return None
    return parse_id(template.response_id, "messagingTemplate.responseId")


def read_values(template: TemplateBody | None) -> TemplateValues:
    """The values that a request gives a template."""
    if template is None:
        return TemplateValues()
    return TemplateValues.of(
        header_parameters=_parameters(template.header_parameters),
        body_parameters=_parameters(template.body_parameters),
        button_url_parameters=_parameters(template.button_url_parameters),
        parameters=_parameters(template.parameters),
    )


def _parameters(given: list[ParameterBody]) -> list[TemplateParameter]:
    return [TemplateParameter(each.id, each.value) for each in given]


def answer_result(result: Result) -> Response[bytes]:
    """202 with the message, or with the first answer for a replay; a rejection is raised."""
    if isinstance(result, Rejection):
        raise result
    answer = result.answer if isinstance(result, Answered) else render_queued(result)
    headers = {"Idempotency-Replayed": "true"} if isinstance(result, Answered) else None
    return Response(answer, status_code=202, media_type="application/json", headers=headers)


agentless_router = Router(
    PATH, route_handlers=[send_agentless, preview_agentless], tags=["Conversations"]
)
