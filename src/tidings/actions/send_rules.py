"""Whether one message may go out: every rule that can refuse it, in the order people read them.

Integration usable -> template sendable, complete and let out by the content profile, or text inside
the window -> consent and suppression -> nobody talks with the customer just now. The rules see
values only.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from tidings.actions.catalogue import Sendable
from tidings.domain.consent import (
    Consent,
    ConsentCategory,
    ConsentState,
    Denied,
    MessageCategory,
    decide,
)
from tidings.domain.content import CAPTION_LIMIT, TEXT_LIMIT, MediaKind
from tidings.domain.errors import FieldError, Kind, Rejection, absent, conflict, invalid
from tidings.domain.media import linked_type
from tidings.domain.sending import Intent, Priority
from tidings.domain.supported_content import EVERYTHING, REFUSED
from tidings.domain.templates import TemplateValues, ValueKind, check_sendable, check_values
from tidings.domain.windows import Channel, Sender, check_window
from tidings.store.send_facts import SendFacts
from tidings.store.senders import SenderRow

NOBODY = UUID(int=0)
# The number's profile does not let out what one value links to; it is that message's affair.
NOT_ALLOWED = "template.parameter.not_allowed"
MEDIA_HEADERS = {
    ValueKind.IMAGE: MediaKind.IMAGE,
    ValueKind.VIDEO: MediaKind.VIDEO,
    ValueKind.DOCUMENT: MediaKind.DOCUMENT,
}
WHO = {
    Priority.AGENT: Sender.AGENT,
    Priority.NOTIFICATION: Sender.NOTIFICATION,
    Priority.CAMPAIGN: Sender.CAMPAIGN,
}


class Decision(msgspec.Struct, frozen=True):
    """What was decided of one message; it may go out when there are no refusals."""

    refusals: list[Rejection]
    sender: SenderRow | None
    template: Sendable | None
    values: TemplateValues
    customer_id: UUID
    category: str
    existing_id: UUID | None = None


def decide_message(
    intent: Intent,
    sender: SenderRow | None,
    template: Sendable | None,
    *,
    facts: SendFacts,
    now: datetime,
) -> Decision:
    """Apply every rule; `refusals` holds all that speak against the message, the first counts."""
    refusals: list[Rejection] = []
    values = intent.values
    category = MessageCategory.SERVICE
    if refusal := _check_sender(intent, sender):
        refusals.append(refusal)
    if intent.response_id is not None:
        if template is None:
            refusals.append(absent("response", intent.response_id))
        else:
            values = _with_defaults(values, template)
            refusals += _check_template(template, values, sender)
            refusals += _check_content(template, values, sender)
            category = _category(template)
    else:
        refusals += _check_text(intent, facts, now)
    refusals += _check_recipient(intent, facts, category, now)
    return Decision(
        refusals,
        sender,
        template,
        values,
        facts.customer_id or NOBODY,
        category.value,
        _existing(intent, facts),
    )


def _check_sender(intent: Intent, sender: SenderRow | None) -> Rejection | None:
    """A5: the number is ours and its integration is active."""
    if sender is None or (
        intent.divisions is not None and sender.division_id not in intent.divisions
    ):
        return absent("integration", intent.integration_id)
    if sender.status == "active":
        return None
    why = sender.reason or "It was switched off by an administrator."
    return conflict(
        f"integration.{sender.status}",
        f"The integration {sender.name} cannot send: it is {sender.status}. {why}",
        integrationId=str(sender.id),
        reason=sender.reason_code or sender.status,
    )


def _check_template(
    template: Sendable, values: TemplateValues, sender: SenderRow | None
) -> list[Rejection]:
    """A3: the template is approved, is of the sender's account, and every value fits."""
    problem = check_sendable(template.compiled)
    if problem is not None:
        return [invalid("messagingTemplate.responseId", problem.message, code=problem.code)]
    if sender is not None and sender.account_id != template.row.account_id:
        message = (
            f"The template {template.row.name} belongs to another WhatsApp business account than "
            f"the integration {sender.name}."
        )
        return [invalid("messagingTemplate.responseId", message, code="template.other_account")]
    problems = check_values(template.compiled, values)
    if not problems:
        return []
    fields = tuple(
        FieldError(each.code, f"messagingTemplate.{each.field}", each.message) for each in problems
    )
    first = problems[0]
    return [Rejection(Kind.INVALID, first.code, first.message, fields=fields)]


def _check_content(
    template: Sendable, values: TemplateValues, sender: SenderRow | None
) -> list[Rejection]:
    """I4: the number's content profile lets out what the template's header shows.

    Of a link only the ending tells a type; else some of the header's kind must be allowed.
    """
    slots = template.compiled.header_slots
    if not slots or sender is None or EVERYTHING in sender.content_outbound:
        return []
    slot, profile = slots[0], sender.content
    kind = MEDIA_HEADERS.get(slot.kind)
    if kind is None:
        return []
    if refusal := profile.why_no_kind(kind):
        return [conflict(REFUSED, refusal)]
    mime_type = linked_type(values.header.get(slot.key, ""))
    refusal = profile.why_not_out(mime_type) if mime_type else None
    field = f"messagingTemplate.{slot.api_field}"
    return [] if refusal is None else [invalid(field, refusal, code=NOT_ALLOWED)]


def _check_text(intent: Intent, facts: SendFacts, now: datetime) -> list[Rejection]:
    """T9: free text and media only inside the customer-service window."""
    text = intent.text or ""
    if intent.media is not None:
        if text and intent.media.media in (MediaKind.AUDIO, MediaKind.STICKER):
            return [invalid("textBody", "WhatsApp shows no text with sound or stickers; send two.")]
        if len(text) > CAPTION_LIMIT:
            message = f"With a file a text has at most {CAPTION_LIMIT} characters."
            return [invalid("textBody", message)]
    elif not text.strip():
        return [invalid("textBody", "Give a text or a messagingTemplate.")]
    elif len(text) > TEXT_LIMIT:
        return [invalid("textBody", f"A text has at most {TEXT_LIMIT} characters.")]
    # What a workstream says goes as early as an agent's words, but it is no person.
    who = Sender.NOTIFICATION if intent.sender_kind == "workstream" else WHO[intent.priority]
    decision = check_window(
        who,
        Channel.WHATSAPP,
        last_inbound_at=facts.last_inbound_at,
        now=now,
        is_template=False,
    )
    return [] if decision.allowed else [conflict(decision.code, decision.message)]


def _check_recipient(
    intent: Intent, facts: SendFacts, category: MessageCategory, now: datetime
) -> list[Rejection]:
    """A6, A7, A8: the customer agreed, the number is on WhatsApp, and no agent talks with them.

    What belongs to a conversation comes from who talks with them, or on their behalf.
    """
    refusals = []
    decision = decide(_consents(facts), category, now=now)
    if isinstance(decision, Denied):
        refusals.append(_denied(decision, category))
    if facts.suppressed_until is not None and facts.suppressed_at is not None:
        learnt = f"{facts.suppressed_at:%Y-%m-%d %H:%M} UTC"
        refusals.append(
            conflict(
                "recipient.suppressed",
                f"The number was not on WhatsApp on {learnt}; it is tried again after "
                f"{facts.suppressed_until:%Y-%m-%d}. Lift the suppression if you know better.",
                learntTime=facts.suppressed_at.isoformat(),
            )
        )
    if facts.connected_id is not None and intent.conversation_id is None:
        refusals.append(
            conflict(
                "conversation.connected",
                f"An agent is talking with this customer in conversation {facts.connected_id}.",
                conversationId=str(facts.connected_id),
            )
        )
    return refusals


def _consents(facts: SendFacts) -> list[Consent]:
    given = (
        (ConsentCategory.UTILITY, facts.utility_state, facts.utility_at, facts.utility_source),
        (
            ConsentCategory.MARKETING,
            facts.marketing_state,
            facts.marketing_at,
            facts.marketing_source,
        ),
    )
    return [
        Consent(
            category,
            ConsentState.GRANTED if state == "opted_in" else ConsentState.WITHDRAWN,
            at,
            source or "",
        )
        for category, state, at, source in given
        if state is not None and at is not None
    ]


def _denied(denied: Denied, category: MessageCategory) -> Rejection:
    if denied.code == "consent.withdrawn":
        since = f"{denied.since:%Y-%m-%d %H:%M} UTC" if denied.since else "an unknown time"
        return conflict(
            denied.code,
            f"The customer opted out of {category.value} messages on {since}.",
            category=category.value,
        )
    return conflict(
        denied.code,
        f"There is no opt-in of this customer for {category.value} messages; record one first.",
        category=category.value,
    )


def _category(template: Sendable) -> MessageCategory:
    """What the template counts as; an unknown category is treated as the strictest."""
    try:
        return MessageCategory(template.row.category.lower())
    except ValueError:
        return MessageCategory.MARKETING


def _with_defaults(values: TemplateValues, template: Sendable) -> TemplateValues:
    defaults = template.defaults
    if not (defaults.header or defaults.body or defaults.buttons):
        return values
    return TemplateValues(
        header=defaults.header | values.header,
        body=defaults.body | values.body,
        buttons=defaults.buttons | values.buttons,
    )


def _existing(intent: Intent, facts: SendFacts) -> UUID | None:
    if intent.conversation_id is not None:
        return intent.conversation_id
    if intent.use_existing and facts.latest_state == "disconnected":
        return facts.latest_id
    return None
