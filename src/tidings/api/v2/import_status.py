"""How the last import of a list goes, as the contract writes it."""

from tidings.api.views import View

IN_PROGRESS = "IN_PROGRESS"
FAILED = "FAILED"
STATES = {
    "uploading": IN_PROGRESS,
    "queued": IN_PROGRESS,
    "running": IN_PROGRESS,
    "failed": FAILED,
    "cancelled": FAILED,
}


class ImportStatusView(View):
    """The state of a list's last import; without `state` it is done.

    `totalRecords` is estimated from what was read as long as the import runs.
    """

    total_records: int
    completed_records: int
    percent_complete: int
    state: str | None = None
    failure_reason: str | None = None
    rejected_records: int | None = None


def import_status(
    *,
    state: str | None,
    total_bytes: int,
    done_bytes: int,
    accepted: int,
    rejected: int,
    failure: str | None,
) -> ImportStatusView:
    """The status of an import; a list that never had one counts as done."""
    read = accepted + rejected
    running = STATES.get(state or "") == IN_PROGRESS
    share = done_bytes / total_bytes if total_bytes else 0.0
    return ImportStatusView(
        state=STATES.get(state or ""),
        total_records=int(read / share) if running and share else read,
        completed_records=accepted,
        percent_complete=100 if state in (None, "done") else int(100 * share),
        failure_reason=failure,
        rejected_records=rejected or None,
    )
