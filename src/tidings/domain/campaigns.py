"""What a campaign may do in which state, and what may be changed of it when."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from tidings.domain.errors import Kind, Rejection, conflict

MOST_CAMPAIGNS: Final = 1_000
MOST_SORTS: Final = 4


class Status(StrEnum):
    """A campaign's status in the words of the public API."""

    ON = "on"
    STOPPING = "stopping"
    OFF = "off"
    COMPLETE = "complete"
    INVALID = "invalid"
    FORCED_OFF = "forced_off"
    FORCED_STOPPING = "forced_stopping"


class Phase(StrEnum):
    """How far a run is: its contacts are still to be laid out, or are."""

    PREPARING = "preparing"
    READY = "ready"


AT_REST: Final = frozenset({Status.OFF, Status.COMPLETE, Status.INVALID})
CAN_EDIT: Final = AT_REST | {Status.FORCED_OFF}

# The dispatcher and the pump read these of a campaign that runs; the rest they read at its start.
CHANGE_ANY_TIME: Final = frozenset(
    {"division_id", "name", "messages_per_minute", "dnc_list_ids", "always_running", "quiet_hours"}
)
# Whoever is to be messaged, and in what order, was decided when the run was laid out.
CHANGE_BEFORE_LAYOUT: Final = frozenset({"list_id", "whatsapp_column", "filter_id", "sorts"})
SPELLED: Final = {
    "list_id": "contactList",
    "whatsapp_column": "whatsAppConfig.whatsAppColumns",
    "integration_id": "whatsAppConfig.whatsAppIntegration",
    "response_id": "whatsAppConfig.contentTemplate",
    "parameters": "parameterMappings",
    "filter_id": "contactListFilters",
    "sorts": "contactSorts",
}


def starts(status: Status) -> bool:
    """Whether a start changes anything: every campaign that is not on can be started."""
    return status is not Status.ON


def after_stop(status: Status) -> Status | None:
    """What a stop makes of a campaign; None when it changes nothing (C11).

    Calls under way are waited for. A complete campaign has nothing to stop: a 400.
    """
    match status:
        case Status.ON | Status.FORCED_STOPPING:
            return Status.STOPPING
        case Status.FORCED_OFF | Status.INVALID:
            return Status.OFF
        case Status.COMPLETE:
            raise Rejection(
                Kind.INVALID,
                "campaign.complete",
                "The campaign is complete: there is nothing to stop. Recycle it to run it again.",
            )
        case _:
            return None


def check_at_rest(status: Status, verb: str) -> None:
    """Raise a 409 while a campaign runs, or goes on by itself: it cannot be deleted or recycled."""
    if status not in AT_REST:
        raise conflict(
            "campaign.running",
            f"The campaign is {status.value}; stop it first, then {verb} it.",
            campaignStatus=status.value,
        )


def check_changes(changed: Iterable[str], *, status: Status, is_laid_out: bool) -> None:
    """Raise a 409 for changes that do not fit the state: fields of the campaign's content (C11).

    `is_laid_out`: the contacts of the run were chosen and put in order.
    """
    late = sorted(set(changed) - CHANGE_ANY_TIME)
    if late and status not in CAN_EDIT:
        raise conflict(
            "campaign.running",
            f"While the campaign is {status.value}, {_listed(late)} cannot be changed; stop it "
            "first.",
            fields=_listed(late),
        )
    chosen = [each for each in late if each in CHANGE_BEFORE_LAYOUT]
    if chosen and is_laid_out:
        raise conflict(
            "campaign.laid.out",
            f"The contacts of this run were chosen and put in order already, so {_listed(chosen)} "
            "cannot be changed; recycle the campaign first (DELETE its progress).",
            fields=_listed(chosen),
        )


def _listed(fields: Iterable[str]) -> str:
    return ", ".join(SPELLED[each] for each in fields)
