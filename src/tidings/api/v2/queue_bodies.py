"""What may be asked for of a queue, as the API spells it."""

from typing import Any, Literal

from tidings.api.views import Body, Ref, parse_id
from tidings.domain.errors import invalid

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


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else milliseconds // 1000
