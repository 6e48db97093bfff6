"""What each topic says of an event: bodies as in the contract, where it has one.

Only what somebody listens to is written. A new topic is one line of RENDERERS, or of HINTS.
"""

from collections.abc import Callable, Container, Iterator
from typing import Any
from uuid import UUID

import msgspec

from tidings.api.conversation_topics import DESK, NO_SCENES, Scenes
from tidings.api.v2.import_status import import_status
from tidings.api.views import moment
from tidings.store.events import EventRow
from tidings.store.ids import time_of

Body = dict[str, Any]
Told = tuple[str, Body]
Renderer = Callable[[EventRow, Container[str]], Iterator[Told]]
CHANGED: Body = {"changed": True}


def render_event(
    event: EventRow, wanted: Container[str], scenes: Scenes = NO_SCENES
) -> Iterator[Told]:
    """The wanted topics that an event is told to, each with its body.

    `scenes` holds the conversations and messages that it names (`read_scenes`).
    """
    for renderer in RENDERERS.get(event.kind, ()):
        yield from renderer(event, wanted)
    yield from scenes.tell(event, wanted)
    prefix = event.kind.partition(".")[0]
    for hint in HINTS.get(prefix, ()):
        if hint in wanted and not event.kind.endswith(".export"):
            yield hint, CHANGED
    if DESK in wanted and scenes.is_of_desk(event):
        yield DESK, CHANGED


def render_frame(topic: str, body: Body, event_id: UUID | None = None) -> str:
    """One frame of a socket; `EventId` is what a client that was away asks to go on after."""
    metadata = {} if event_id is None else {"CorrelationId": event_id, "EventId": event_id}
    frame = {"topicName": topic, "version": "2", "eventBody": body, "metadata": metadata}
    return msgspec.json.encode(frame).decode()


def _about_entity(template: str, write: Callable[[EventRow], Body]) -> Renderer:
    """Tell the topic of the event's own entity."""

    def render(event: EventRow, wanted: Container[str]) -> Iterator[Told]:
        topic = template.format(id=event.entity_id)
        if topic in wanted:
            yield topic, write(event)

    return render


def _about_export(template: str) -> Renderer:
    """Tell whoever asked for an export that it can be fetched."""

    def render(event: EventRow, wanted: Container[str]) -> Iterator[Told]:
        topic = template.format(user=event.body["userId"], id=event.entity_id)
        if topic in wanted:
            body = {"uri": event.body["uri"], "exportTimestamp": moment(time_of(event.id))}
            yield topic, body

    return render


def _config(event: EventRow) -> Body:
    """What was changed; the rest is to be read."""
    return event.body


def _campaign_status(event: EventRow) -> Body:
    body = {key: value for key, value in event.body.items() if key != "status"}
    return body | {"campaignStatus": event.body["status"]}


def _import_status(event: EventRow) -> Body:
    """How far an import is; without `importState` it is done."""
    body = event.body
    status = import_status(
        state=body["state"],
        total_bytes=body["totalBytes"],
        done_bytes=body["doneBytes"],
        accepted=body["acceptedRows"],
        rejected=body["rejectedRows"],
        failure=body.get("failureCode"),
    )
    told: Body = {
        "totalRecords": status.total_records,
        "completedRecords": status.completed_records,
        "percentageComplete": status.percent_complete,
        "targetContactListIds": [str(event.entity_id)],
        "additionalProperties": {"importId": body["importId"], "state": body["state"]},
    }
    if status.state is not None:
        told["importState"] = status.state
    if status.failure_reason is not None:
        told["failureReason"] = status.failure_reason
    return told


def _campaign_progress(event: EventRow, wanted: Container[str]) -> Iterator[Told]:
    """How far each campaign is that the event tells of."""
    for each in event.body["campaigns"]:
        topic = f"v2.outbound.whatsappcampaigns.{each['id']}.progress"
        if topic in wanted:
            whole = each["laidOut"]
            done = max(whole - each["remaining"], 0)
            yield (
                topic,
                {
                    "campaign": {"id": each["id"]},
                    "numberOfContactsCalled": each["queued"],
                    "numberOfContactsMessaged": each["sent"],
                    "totalNumberOfContacts": whole,
                    "percentage": 100 * done // whole if whole else 0,
                    "additionalProperties": {k: v for k, v in each.items() if k != "id"},
                },
            )


def _presence(event: EventRow) -> Body:
    body = event.body
    return {
        "source": "PURECLOUD",
        "primary": True,
        "presenceDefinition": {
            "id": body["presenceId"],
            "systemPresence": body["systemPresence"],
        },
        "message": body["message"],
        "modifiedDate": moment(time_of(event.id)),
    }


def _routing_status(event: EventRow) -> Body:
    status = {"status": event.body["status"], "startTime": moment(time_of(event.id))}
    return {"id": event.body["userId"], "routingStatus": status}


CAMPAIGN = "v2.outbound.whatsappcampaigns.{id}"
EXPORT = _about_export("v2.tidings.users.{user}.exports")
RENDERERS: dict[str, tuple[Renderer, ...]] = {
    "agent.presence": (_about_entity("v2.users.{id}.presence", _presence),),
    "agent.routing": (_about_entity("v2.users.{id}.routingStatus", _routing_status),),
    "campaign.changed": (_about_entity(CAMPAIGN, _config),),
    "campaign.status": (_about_entity(CAMPAIGN, _campaign_status),),
    "campaign.progress": (_campaign_progress,),
    "campaignSchedule.changed": (
        _about_entity("v2.outbound.schedules.whatsappcampaigns.{id}", _config),
    ),
    "contactList.changed": (_about_entity("v2.outbound.contactlists.{id}", _config),),
    "contactListFilter.changed": (_about_entity("v2.outbound.contactlistfilters.{id}", _config),),
    "dncList.changed": (_about_entity("v2.outbound.dnclists.{id}", _config),),
    "outboundSettings.changed": (_about_entity("v2.outbound.settings", _config),),
    "contactlist.importstatus": (
        _about_entity("v2.outbound.contactlists.{id}.importstatus", _import_status),
    ),
    "dnclist.importstatus": (
        _about_entity("v2.outbound.dnclists.{id}.importstatus", _import_status),
    ),
    "contactlist.export": (
        _about_export("v2.users.{user}.outbound.contactlists.{id}.export"),
        EXPORT,
    ),
    "dnclist.export": (_about_export("v2.users.{user}.outbound.dnclists.{id}.export"), EXPORT),
    "campaign.export": (EXPORT,),
    "interactions.export": (EXPORT,),
    "export.finished": (EXPORT,),
}
# By the first word of the kind of event: lists on a screen that it changes.
HINTS = {
    "message": ("v2.tidings.messages",),
    "conversation": ("v2.tidings.conversations", DESK, "v2.tidings.routing"),
    "agent": ("v2.tidings.routing",),
    "queue": ("v2.tidings.routing",),
    "user_queues": ("v2.tidings.routing",),
    "campaign": ("v2.tidings.campaigns",),
    "campaignSchedule": ("v2.tidings.campaigns",),
    "contactList": ("v2.tidings.contactlists",),
    "contactlist": ("v2.tidings.contactlists",),
    "dncList": ("v2.tidings.dnclists",),
    "dnclist": ("v2.tidings.dnclists",),
    "consent": ("v2.tidings.consents",),
    "integration": ("v2.tidings.integrations",),
    "provider": ("v2.tidings.integrations",),
    "template": ("v2.tidings.templates",),
}
