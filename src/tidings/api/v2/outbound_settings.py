"""Settings of all campaigns over the API: /outbound/settings."""

from typing import Any

import msgspec
from litestar import Router, get, patch
from msgspec import UNSET, UnsetType

from tidings.actions import outbound_settings as actions
from tidings.api.auth import needs
from tidings.api.views import Body, Moment, View, optional_moment
from tidings.domain.permissions import Caller
from tidings.store.database import Database
from tidings.store.outbound_settings import OutboundSettingsRow

PATH = "/api/v2/outbound/settings"


class PriceBody(Body):
    """What one message costs in a country (two letters, or * for all others) and category."""

    country: str
    category: str
    price: float


class SettingsBody(Body):
    """Settings to change; those left out stay. What is for voice only is read over."""

    max_messages_per_minute: int | UnsetType = UNSET
    price_currency: str | UnsetType = UNSET
    prices: list[PriceBody] | UnsetType = UNSET
    quiet_hours: dict[str, Any] | UnsetType | None = UNSET
    time_zone: str | UnsetType = UNSET
    version: int | None = None

    def draft(self) -> actions.SettingsDraft:
        """The change as the action takes it."""
        given = {
            "max_messages_per_minute": self.max_messages_per_minute,
            "price_currency": self.price_currency,
            "prices": msgspec.to_builtins(self.prices) if self.prices is not UNSET else UNSET,
            "quiet_hours": self.quiet_hours,
            "time_zone": self.time_zone,
        }
        changes = {name: value for name, value in given.items() if value is not UNSET}
        return actions.SettingsDraft(changes, self.version)


class PriceView(View):
    """What one message costs in a country and category."""

    country: str
    category: str
    price: float


class SettingsView(View):
    """The settings of all campaigns of the organization."""

    id: str
    version: int
    max_messages_per_minute: int
    price_currency: str
    prices: list[PriceView]
    time_zone: str
    self_uri: str
    quiet_hours: dict[str, Any] | None = None
    date_modified: Moment | None = None

    @classmethod
    def of(cls, caller: Caller, row: OutboundSettingsRow) -> "SettingsView":
        """The settings as the API shows them."""
        return cls(
            id=str(caller.organization_id),
            version=row.version,
            max_messages_per_minute=row.max_messages_per_minute,
            price_currency=row.price_currency,
            prices=[PriceView(**each) for each in row.prices],
            time_zone=row.time_zone,
            self_uri=PATH,
            quiet_hours=row.quiet_hours,
            date_modified=optional_moment(row.modified_at),
        )


@get("/", guards=[needs("outbound:settings:view")])
async def read_settings(caller: Caller, database: Database) -> SettingsView:
    """The settings of all campaigns."""
    async with database.transaction(caller.organization_id) as connection:
        return SettingsView.of(caller, await actions.read_settings(connection, caller))


@patch("/", guards=[needs("outbound:settings:edit")], status_code=200)
async def change_settings(data: SettingsBody, caller: Caller, database: Database) -> SettingsView:
    """Change settings of all campaigns; campaigns that run follow within a second."""
    async with database.transaction(caller.organization_id) as connection:
        changed = await actions.change_settings(connection, caller, data.draft())
        return SettingsView.of(caller, changed)


outbound_settings_router = Router(
    PATH, route_handlers=[read_settings, change_settings], tags=["Outbound"]
)
