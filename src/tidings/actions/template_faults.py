"""A refusal that speaks of the template stops the template, before any webhook says so."""

from typing import Final
from uuid import UUID

from tidings.actions.integrations import system
from tidings.store.audit import insert_audit
from tidings.store.events import insert_event
from tidings.store.query import Connection, execute_all, fetch
from tidings.store.template_faults import FaultyTemplate, stop_templates

STATUSES: Final = {"meta.132015": "PAUSED", "meta.132016": "DISABLED"}


async def stop_refused_templates(
    connection: Connection, organization_id: UUID, codes: dict[UUID, str | None]
) -> None:
    """Mark the templates of these failed messages as the error code of each message says.

    Most codes speak of no template and do nothing, and so does one that is known already. What
    changes is audited as the engine's doing and announced as `template.changed`.
    """
    told = {message: STATUSES[code] for message, code in codes.items() if code in STATUSES}
    if not told:
        return
    stopped = await fetch(
        connection, stop_templates(organization_id, list(told), list(told.values()))
    )
    for each in stopped:
        await _write_down(connection, organization_id, each)


async def _write_down(connection: Connection, organization_id: UUID, each: FaultyTemplate) -> None:
    body = {
        "accountId": each.account_id,
        "changed": [str(each.id)],
        "name": each.name,
        "language": each.language,
        "status": each.after,
        "category": each.category,
        "quality": each.quality,
    }
    audit = insert_audit(
        system(organization_id),
        "status",
        entity_type="template",
        entity_id=each.id,
        entity_name=f"{each.name} ({each.language})",
        before={"status": each.before},
        after={"status": each.after},
    )
    event = insert_event(organization_id, "template.changed", body=body, entity_id=each.id)
    await execute_all(connection, [audit, event])
