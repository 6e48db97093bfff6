"""Topics of notification: what a channel may listen to, and which permission each needs.

A new topic is one line of TOPICS here and one of RENDERERS in api/topic_bodies.py.
"""

import re
from enum import StrEnum
from uuid import UUID

import msgspec

ID = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


class Subject(StrEnum):
    """What a topic's id names; its division decides who may listen."""

    CAMPAIGN = "campaign"
    CONTACT_LIST = "contactList"
    CONTACT_LIST_FILTER = "contactListFilter"
    DNC_LIST = "dncList"
    CONVERSATION = "conversation"
    QUEUE = "queue"
    USER = "user"


class TopicKind(msgspec.Struct, frozen=True):
    """One kind of topic. `{user}` in its pattern is the caller, `{id}` a thing of `subject`.

    Any one of `permissions` lets listen. `is_hint`: says only that something changed, at most
    once a second, so that a list on a screen is read again.
    """

    pattern: str
    description: str
    permissions: tuple[str, ...] = ()
    subject: Subject | None = None
    is_hint: bool = False

    @property
    def is_of_user(self) -> bool:
        """Whether it is about the caller alone."""
        return "{user}" in self.pattern

    @property
    def template(self) -> str:
        """The pattern as the contract writes it."""
        return self.pattern.replace("{user}", "{id}")


class Topic(msgspec.Struct, frozen=True):
    """A topic that was asked for, read."""

    name: str
    kind: TopicKind
    user_id: UUID | None = None
    subject_id: UUID | None = None


CAMPAIGN_VIEW = ("outbound:whatsAppCampaign:view",)
LIST_VIEW = ("outbound:contactList:view",)
DNC_VIEW = ("outbound:dncList:view",)
MESSAGE_VIEW = ("conversation:message:view", "conversation:communication:view")
COLLEAGUES = ("directory:user:view", "routing:queueMember:manage")

TOPICS: tuple[TopicKind, ...] = (
    TopicKind(
        "v2.outbound.whatsappcampaigns.{id}",
        "A campaign was changed, or its status was",
        CAMPAIGN_VIEW,
        Subject.CAMPAIGN,
    ),
    TopicKind(
        "v2.outbound.whatsappcampaigns.{id}.progress",
        "How far a campaign is",
        CAMPAIGN_VIEW,
        Subject.CAMPAIGN,
    ),
    TopicKind(
        "v2.outbound.schedules.whatsappcampaigns.{id}",
        "A campaign's schedule was changed",
        ("outbound:whatsAppCampaignSchedule:view",),
        Subject.CAMPAIGN,
    ),
    TopicKind(
        "v2.outbound.contactlists.{id}",
        "A contact list was changed",
        LIST_VIEW,
        Subject.CONTACT_LIST,
    ),
    TopicKind(
        "v2.outbound.contactlists.{id}.importstatus",
        "How far an import into a contact list is",
        LIST_VIEW,
        Subject.CONTACT_LIST,
    ),
    TopicKind(
        "v2.outbound.contactlistfilters.{id}",
        "A contact list filter was changed",
        ("outbound:contactListFilter:view",),
        Subject.CONTACT_LIST_FILTER,
    ),
    TopicKind("v2.outbound.dnclists.{id}", "A DNC list was changed", DNC_VIEW, Subject.DNC_LIST),
    TopicKind(
        "v2.outbound.dnclists.{id}.importstatus",
        "How far an import into a DNC list is",
        DNC_VIEW,
        Subject.DNC_LIST,
    ),
    TopicKind(
        "v2.outbound.settings", "The outbound settings were changed", ("outbound:settings:view",)
    ),
    TopicKind(
        "v2.users.{user}.outbound.contactlists.{id}.export",
        "Your export of a contact list can be fetched",
        LIST_VIEW,
        Subject.CONTACT_LIST,
    ),
    TopicKind(
        "v2.users.{user}.outbound.dnclists.{id}.export",
        "Your export of a DNC list can be fetched",
        DNC_VIEW,
        Subject.DNC_LIST,
    ),
    TopicKind(
        "v2.tidings.conversations.{id}",
        "A conversation with people changed hands or state, or got a note",
        MESSAGE_VIEW,
        Subject.CONVERSATION,
    ),
    TopicKind(
        "v2.tidings.conversations.{id}.messages",
        "Messages of a conversation came, or changed their status",
        MESSAGE_VIEW,
        Subject.CONVERSATION,
    ),
    TopicKind(
        "v2.users.{user}.conversations",
        "A conversation that you are offered, have, parked or wrap up changed",
    ),
    TopicKind(
        "v2.users.{user}.conversations.messages",
        "The same, as a conversation over messages",
    ),
    TopicKind(
        "v2.users.{id}.presence",
        "Somebody's presence changed; one's own needs no permission",
        COLLEAGUES,
        Subject.USER,
    ),
    TopicKind(
        "v2.users.{id}.routingStatus",
        "Somebody's routing status changed; one's own needs no permission",
        COLLEAGUES,
        Subject.USER,
    ),
    TopicKind(
        "v2.routing.queues.{id}.conversations.messages",
        "A conversation came into a queue, or one of it changed hands",
        MESSAGE_VIEW,
        Subject.QUEUE,
    ),
    TopicKind("v2.tidings.users.{user}.exports", "An export of yours, of any kind, can be fetched"),
    TopicKind(
        "v2.tidings.messages",
        "Some message came or changed its status",
        (*MESSAGE_VIEW, "analytics:conversationDetail:view"),
        is_hint=True,
    ),
    TopicKind(
        "v2.tidings.conversations",
        "Some conversation with people changed hands or state",
        MESSAGE_VIEW,
        is_hint=True,
    ),
    TopicKind(
        "v2.tidings.desk",
        "Some conversation with people changed hands or state, or one that an agent has or that"
        " waits got a message",
        (*MESSAGE_VIEW, "analytics:conversationDetail:view"),
        is_hint=True,
    ),
    TopicKind(
        "v2.tidings.routing",
        "Some agent, queue or conversation in a queue changed",
        ("routing:queue:view",),
        is_hint=True,
    ),
    TopicKind("v2.tidings.campaigns", "Some campaign changed", CAMPAIGN_VIEW, is_hint=True),
    TopicKind("v2.tidings.contactlists", "Some contact list changed", LIST_VIEW, is_hint=True),
    TopicKind("v2.tidings.dnclists", "Some DNC list changed", DNC_VIEW, is_hint=True),
    TopicKind(
        "v2.tidings.consents",
        "Consent changed, or an import of consents ended",
        ("messaging:consent:view",),
        is_hint=True,
    ),
    TopicKind(
        "v2.tidings.integrations",
        "Some integration changed, or its provider told something of it",
        ("messaging:integration:view",),
        is_hint=True,
    ),
    TopicKind(
        "v2.tidings.templates",
        "Some template changed",
        ("messaging:template:view",),
        is_hint=True,
    ),
)


def _expression(kind: TopicKind) -> re.Pattern[str]:
    text = re.escape(kind.pattern).replace(r"\{", "{").replace(r"\}", "}")
    for name in ("user", "id"):
        text = text.replace(f"{{{name}}}", f"(?P<{name}>{ID})")
    return re.compile(text)


_EXPRESSIONS = [(kind, _expression(kind)) for kind in TOPICS]


def parse_topic(name: str) -> Topic | None:
    """Read a topic's name; None when there is no such topic. Ids are in lower case."""
    for kind, expression in _EXPRESSIONS:
        if found := expression.fullmatch(name):
            ids = {key: UUID(value) for key, value in found.groupdict().items()}
            return Topic(name, kind, user_id=ids.get("user"), subject_id=ids.get("id"))
    return None
