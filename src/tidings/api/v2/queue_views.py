"""How the API spells a queue, its members and what may be asked for of them."""

from typing import Any, Literal

from tidings.api.views import Body, Moment, Ref, View, moment, optional_moment, parse_id
from tidings.domain.errors import invalid
from tidings.store.queue_members import MemberRow
from tidings.store.queues import QueueRow

PATH = "/api/v2/routing/queues"
Timeout = Literal["TIMEOUT_SECONDS"]


class ServiceLevel(Body):
    """How many are to be answered how soon."""

    percentage: float | None = None
    duration_ms: int | None = None


class MessageSettings(Body):
    """How messages of a queue are offered."""

    enable_auto_answer: bool | None = None
    alerting_timeout_seconds: int | None = None
    service_level: ServiceLevel | None = None


class MediaSettings(Body):
    """How conversations of a queue are offered, by medium; there are messages."""

    message: MessageSettings | None = None


class WrapupSettings(Body):
    """What follows a conversation."""

    wrapup_prompt: (
        Literal[
            "OPTIONAL",
            "MANDATORY",
            "MANDATORY_TIMEOUT",
            "MANDATORY_FORCED_TIMEOUT",
            "AGENT_REQUESTED",
        ]
        | None
    ) = None
    timeout_ms: int | None = None


class Criterion(Body):
    """When a ring opens to the next."""

    threshold: float
    type: Timeout = "TIMEOUT_SECONDS"


class RingActions(Body):
    """What is no longer asked for after a ring."""

    skills_to_remove: list[Ref] | None = None


class Ring(Body):
    """One ring."""

    expansion_criteria: list[Criterion]
    actions: RingActions | None = None

    def stored(self) -> dict[str, Any]:
        """The ring as it is kept; 400 without exactly one criterion."""
        if len(self.expansion_criteria) != 1:
            raise invalid("bullseye.rings.expansionCriteria", "Give each ring one criterion.")
        skills = (self.actions and self.actions.skills_to_remove) or []
        field = "bullseye.rings.actions.skillsToRemove"
        return {
            "seconds": self.expansion_criteria[0].threshold,
            "drop_skills": [str(parse_id(skill.id, field)) for skill in skills],
        }


class Bullseye(Body):
    """The rings of a queue; none: everybody is asked at once."""

    rings: list[Ring] | None = None


class Libraries(Body):
    """Which responses people may use."""

    mode: Literal["All", "SelectedOnly", "None"] | None = None
    library_ids: list[str] | None = None


class Overflow(Body):
    """What happens to who waits too long; `none` is nothing."""

    action: Literal["none", "transfer", "disconnect"]
    after_seconds: int = 600
    queue: Ref | None = None

    def stored(self) -> dict[str, Any] | None:
        """The overflow as it is kept."""
        if self.action == "none":
            return None
        stored: dict[str, Any] = {"action": self.action, "after_seconds": self.after_seconds}
        if self.action == "transfer" and self.queue is not None:
            stored["queue_id"] = str(parse_id(self.queue.id, "overflow.queue"))
        return stored


class QueueBody(Body):
    """A queue to create or change: what is not named stays, or takes its default."""

    name: str | None = None
    description: str | None = None
    division: Ref | None = None
    media_settings: MediaSettings | None = None
    acw_settings: WrapupSettings | None = None
    bullseye: Bullseye | None = None
    scoring_method: Literal["TimestampAndPriority", "PriorityOnly"] | None = None
    skill_evaluation_method: Literal["ALL", "BEST", "NONE"] | None = None
    last_agent_routing_mode: Literal["Disabled", "QueueMembersOnly", "AnyAgent"] | None = None
    canned_response_libraries: Libraries | None = None
    enable_manual_assignment: bool | None = None
    assignment_method: (
        Literal["longest_idle", "free_capacity", "round_robin", "best_skills"] | None
    ) = None
    overflow: Overflow | None = None
    version: int | None = None
    source_queue_id: str | None = None

    def changes(self) -> dict[str, Any]:
        """What is named, by the names of the settings."""
        named = {
            "name": self.name,
            "description": self.description,
            "division_id": self.division and parse_id(self.division.id, "division.id"),
            "scoring_method": self.scoring_method,
            "skill_evaluation": self.skill_evaluation_method,
            "last_agent_mode": self.last_agent_routing_mode,
            "manual_assignment": self.enable_manual_assignment,
            "assignment_method": self.assignment_method,
            **self._message_changes(),
            **self._other_changes(),
        }
        changes = {key: value for key, value in named.items() if value is not None}
        if self.overflow is not None:
            changes["overflow"] = self.overflow.stored()
        return changes

    def _message_changes(self) -> dict[str, Any]:
        message = (self.media_settings and self.media_settings.message) or MessageSettings()
        level = message.service_level or ServiceLevel()
        return {
            "auto_answer": message.enable_auto_answer,
            "alerting_seconds": message.alerting_timeout_seconds,
            "service_level_percent": level.percentage,
            "service_level_seconds": _seconds(level.duration_ms),
        }

    def _other_changes(self) -> dict[str, Any]:
        wrapup = self.acw_settings or WrapupSettings()
        libraries = self.canned_response_libraries or Libraries()
        field = "cannedResponseLibraries.libraryIds"
        ids = libraries.library_ids
        rings = None if self.bullseye is None else self.bullseye.rings
        return {
            "acw_mode": wrapup.wrapup_prompt,
            "acw_seconds": _seconds(wrapup.timeout_ms),
            "library_mode": libraries.mode,
            "library_ids": None if ids is None else [parse_id(each, field) for each in ids],
            "rings": None if rings is None else [ring.stored() for ring in rings],
        }


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


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else milliseconds // 1000


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
