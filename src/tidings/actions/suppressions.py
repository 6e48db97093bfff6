"""Suppressions as people see them: a number that is on the channel after all is let go (A7)."""

from tidings.actions.consents import check_address
from tidings.domain.errors import absent
from tidings.domain.permissions import Caller
from tidings.store import suppressions as store
from tidings.store.audit import insert_audit
from tidings.store.query import Connection, execute, fetch


async def lift_suppression(connection: Connection, caller: Caller, address: str) -> None:
    """Let a number be tried again, in all its forms; 404 when it is not suppressed."""
    phone = check_address(address)
    lifted = await fetch(connection, store.delete_suppressions(caller.organization_id, phone))
    if not lifted:
        raise absent("suppression", phone)
    await execute(
        connection,
        insert_audit(
            caller,
            "delete",
            entity_type="suppression",
            entity_id=None,
            entity_name=phone,
            before={"code": lifted[0].code, "until": lifted[0].until_at.isoformat()},
        ),
    )
