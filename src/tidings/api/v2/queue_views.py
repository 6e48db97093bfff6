"""How the API shows a queue and its members."""

from typing import Any

from tidings.api.views import Moment, Ref, View, moment, optional_moment
from tidings.store.queue_members import MemberRow
from tidings.store.queues import QueueRow

PATH = "/api/v2/routing/queues"


class QueueView(View):
    """A queue; `joined` where it is asked for of a member."""

    id: str
    name: str
    description: str
    division: Ref
    version: int
    date_created: Moment
    date_modified: Moment
    member_count: int
    user_member_count: int
    joined_member_count: int
    media_settings: dict[str, Any]
    acw_settings: dict[str, Any]
    scoring_method: str
    skill_evaluation_method: str
    last_agent_routing_mode: str
    canned_response_libraries: dict[str, Any]
    enable_manual_assignment: bool
    assignment_method: str
    self_uri: str
    bullseye: dict[str, Any] | None = None
    overflow: dict[str, Any] | None = None
    created_by: str | None = None
    joined: bool | None = None

    @classmethod
    def of(cls, row: QueueRow, *, joined: bool | None = None) -> "QueueView":
        """The queue as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            description=row.description,
            division=Ref(
                id=str(row.division_id),
                name=row.division_name,
                self_uri=f"/api/v2/authorization/divisions/{row.division_id}",
            ),
            version=row.version,
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            member_count=row.members,
            user_member_count=row.members,
            joined_member_count=row.joined_members,
            media_settings={"message": _message_settings(row)},
            acw_settings={"wrapupPrompt": row.acw_mode, "timeoutMs": row.acw_seconds * 1000},
            scoring_method=row.scoring_method,
            skill_evaluation_method=row.skill_evaluation,
            last_agent_routing_mode=row.last_agent_mode,
            canned_response_libraries={
                "mode": row.library_mode,
                "libraryIds": [str(each) for each in row.library_ids],
            },
            enable_manual_assignment=row.manual_assignment,
            assignment_method=row.assignment_method,
            self_uri=f"{PATH}/{row.id}",
            bullseye={"rings": [_ring(each) for each in row.rings]} if row.rings else None,
            overflow=None if row.overflow is None else _overflow(row.overflow),
            created_by=None if row.created_by is None else str(row.created_by),
            joined=joined,
        )


class QueueNameView(View):
    """A queue as who only looks for one sees it."""

    id: str
    name: str
    division: Ref
    self_uri: str

    @classmethod
    def of(cls, row: QueueRow) -> "QueueNameView":
        """The queue's name and division."""
        return cls(
            id=str(row.id),
            name=row.name,
            division=Ref(id=str(row.division_id), name=row.division_name),
            self_uri=f"{PATH}/{row.id}",
        )


class StatusView(View):
    """Where somebody stands for the router, and since when."""

    user_id: str
    status: str
    start_time: Moment | None = None


class MemberView(View):
    """A member of a queue."""

    id: str
    name: str
    user: Ref
    ring_number: int
    joined: bool
    member_by: str
    routing_status: StatusView
    presence: str
    self_uri: str

    @classmethod
    def of(cls, row: MemberRow, queue_id: object) -> "MemberView":
        """The member as the API shows them."""
        user_id = str(row.user_id)
        return cls(
            id=user_id,
            name=row.name,
            user=Ref(id=user_id, name=row.name, self_uri=f"/api/v2/users/{user_id}"),
            ring_number=row.ring,
            joined=row.joined,
            member_by="user",
            routing_status=StatusView(
                user_id=user_id,
                status=row.routing_status,
                start_time=optional_moment(row.routing_at),
            ),
            presence=row.presence,
            self_uri=f"{PATH}/{queue_id}/members/{user_id}",
        )


def _message_settings(row: QueueRow) -> dict[str, Any]:
    return {
        "enableAutoAnswer": row.auto_answer,
        "alertingTimeoutSeconds": row.alerting_seconds,
        "serviceLevel": {
            "percentage": round(row.service_level_percent, 4),
            "durationMs": row.service_level_seconds * 1000,
        },
    }


def _ring(ring: dict[str, Any]) -> dict[str, Any]:
    skills = [
        {"id": each, "selfUri": f"/api/v2/routing/skills/{each}"} for each in ring["drop_skills"]
    ]
    return {
        "expansionCriteria": [{"type": "TIMEOUT_SECONDS", "threshold": ring["seconds"]}],
        "actions": {"skillsToRemove": skills},
    }


def _overflow(overflow: dict[str, Any]) -> dict[str, Any]:
    shown = {"action": overflow["action"], "afterSeconds": overflow["after_seconds"]}
    queue_id = overflow.get("queue_id")
    return shown if queue_id is None else {**shown, "queue": {"id": queue_id}}
