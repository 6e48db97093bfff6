"""Utilization over the API: how many messages an agent works on at once.

Of the media that the contract knows, `message` is the one there is; others are read over.
"""

from uuid import UUID

from litestar import Router, delete, get, put

from tidings.actions import utilization as actions
from tidings.api.auth import needs
from tidings.api.views import Body, View
from tidings.domain.errors import invalid
from tidings.domain.permissions import Caller
from tidings.store.database import Database

MEDIUM = "message"


class MediumBody(Body):
    """What is asked for of one medium."""

    maximum_capacity: int | None = None


class UtilizationBody(Body):
    """What is asked for, by medium."""

    utilization: dict[str, MediumBody] | None = None

    @property
    def units(self) -> int:
        """The capacity for messages; 400 when it is not told."""
        medium = (self.utilization or {}).get(MEDIUM)
        if medium is None or medium.maximum_capacity is None:
            raise invalid(
                "utilization", "Give utilization.message.maximumCapacity, a whole number."
            )
        return medium.maximum_capacity


class MediumView(View):
    """The capacity of one medium."""

    maximum_capacity: int
    interruptable_media_types: list[str]
    include_non_acd: bool


class UtilizationView(View):
    """The capacity by medium; `level` says whose number it is."""

    utilization: dict[str, MediumView]
    level: str | None = None

    @classmethod
    def of(cls, units: int, level: str | None = None) -> "UtilizationView":
        """The capacity as the API shows it."""
        medium = MediumView(
            maximum_capacity=units, interruptable_media_types=[], include_non_acd=False
        )
        return cls(utilization={MEDIUM: medium}, level=level)

    @classmethod
    def of_agent(cls, capacity: actions.Capacity) -> "UtilizationView":
        """The capacity of a person."""
        return cls.of(capacity.units, "Agent" if capacity.own else "Organization")


@get("/utilization", guards=[needs(actions.VIEW, actions.MANAGE)])
async def read_utilization(caller: Caller, database: Database) -> UtilizationView:
    """The capacity of agents for whom none is set."""
    async with database.transaction(caller.organization_id) as connection:
        return UtilizationView.of(await actions.read_default(connection, caller))


@put("/utilization", guards=[needs(actions.MANAGE)])
async def change_utilization(
    data: UtilizationBody, caller: Caller, database: Database
) -> UtilizationView:
    """Set the capacity of agents for whom none is set."""
    units = data.units
    async with database.transaction(caller.organization_id) as connection:
        return UtilizationView.of(await actions.set_default(connection, caller, units))


@delete("/utilization", guards=[needs(actions.MANAGE)], status_code=204)
async def reset_utilization(caller: Caller, database: Database) -> None:
    """Go back to the capacity of the beginning."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.set_default(connection, caller, None)


@get("/users/{user_id:uuid}/utilization", guards=[needs(actions.VIEW, actions.MANAGE)])
async def read_user_utilization(
    user_id: UUID, caller: Caller, database: Database
) -> UtilizationView:
    """The capacity of a person."""
    async with database.transaction(caller.organization_id) as connection:
        return UtilizationView.of_agent(await actions.read_capacity(connection, caller, user_id))


@put("/users/{user_id:uuid}/utilization", guards=[needs(actions.MANAGE)])
async def change_user_utilization(
    user_id: UUID, data: UtilizationBody, caller: Caller, database: Database
) -> UtilizationView:
    """Set a person's own capacity."""
    units = data.units
    async with database.transaction(caller.organization_id) as connection:
        return UtilizationView.of_agent(
            await actions.set_capacity(connection, caller, user_id, units)
        )


@delete("/users/{user_id:uuid}/utilization", guards=[needs(actions.MANAGE)], status_code=204)
async def reset_user_utilization(user_id: UUID, caller: Caller, database: Database) -> None:
    """Let a person have the organization's capacity again."""
    async with database.transaction(caller.organization_id) as connection:
        await actions.set_capacity(connection, caller, user_id, None)


utilization_router = Router(
    "/api/v2/routing",
    route_handlers=[
        read_utilization,
        change_utilization,
        reset_utilization,
        read_user_utilization,
        change_user_utilization,
        reset_user_utilization,
    ],
    tags=["Routing"],
)
