"""Trying campaigns out over the API: dry run, test send, forecast (C8, C14). Beside the reference.

They show contacts and their messages, so they ask for the permission to see contacts as well.
"""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, Router, post

from tidings.actions.campaign_control import START
from tidings.actions.campaign_forecast import Forecast, forecast_cost
from tidings.actions.campaign_test_send import Tested, send_tests
from tidings.actions.campaign_trial import DryRun, Example, dry_run
from tidings.actions.campaigns import VIEW, access_campaign
from tidings.api.auth import needs
from tidings.api.replay import Once
from tidings.api.v2.campaign_views import PATH as CAMPAIGNS
from tidings.api.v2.interaction_views import PATH as INTERACTIONS
from tidings.api.views import Body, View
from tidings.domain.errors import FieldError, Rejection
from tidings.domain.permissions import Caller
from tidings.domain.templates import Preview
from tidings.store.campaigns import CampaignRow
from tidings.store.database import Database
from tidings.store.query import Connection

SEE_CONTACTS = "outbound:contact:view"


class RefusalView(View):
    """Why something would not be done."""

    code: str
    message: str
    field: str | None = None
    count: int | None = None


class RenderedView(View):
    """A message as the contact would see it; what nothing fills stays as {{1}}."""

    body: str
    header: str | None = None
    header_kind: str | None = None
    footer: str | None = None
    buttons: list[dict[str, str]] = msgspec.field(default_factory=list)


class ExampleView(View):
    """One contact with the message, and what speaks against it."""

    contact_id: str
    address: str
    refusals: list[RefusalView]
    rendered: RenderedView | None = None


class DryRunView(View):
    """What a run would come to now. excluded: of all contacts; estimated: scaled from a sample."""

    contacts: int
    filtered_out: int
    would_send: int
    excluded: dict[str, int]
    estimated: dict[str, int]
    sampled: int
    asked: int
    can_start: bool
    blocking: list[RefusalView]
    warnings: list[RefusalView]
    first: list[ExampleView]
    random: list[ExampleView]

    @classmethod
    def of(cls, done: DryRun) -> "DryRunView":
        """The dry run as the API shows it."""
        return cls(
            contacts=done.contacts,
            filtered_out=done.filtered_out,
            would_send=done.would_send,
            excluded=done.excluded,
            estimated=done.estimated,
            sampled=done.sampled,
            asked=done.asked,
            can_start=not done.blocking,
            blocking=[_field(each) for each in done.blocking],
            warnings=[
                RefusalView(code=each.code, message=each.message, count=each.count)
                for each in done.warnings
            ],
            first=[_example(each) for each in done.first],
            random=[_example(each) for each in done.random],
        )


class TestBody(Body):
    """Which numbers get the message, with the values of which contact (else the first)."""

    addresses: list[str]
    contact_id: str | None = None


class TestedView(View):
    """What became of one number."""

    address: str
    contact_id: str
    sent: bool
    message_id: str | None = None
    interaction_uri: str | None = None
    refusals: list[RefusalView] = msgspec.field(default_factory=list)

    @classmethod
    def of(cls, tested: Tested) -> "TestedView":
        """The number with its message, or why there is none."""
        queued = tested.queued
        return cls(
            address=tested.address,
            contact_id=tested.contact_id,
            sent=queued is not None,
            message_id=None if queued is None else str(queued.message_id),
            interaction_uri=None if queued is None else f"{INTERACTIONS}/{queued.conversation_id}",
            refusals=[] if tested.refusal is None else _refusals(tested.refusal),
        )


class CostView(View):
    """What the messages to one country cost; country * stands for numbers of none."""

    country: str
    contacts: int
    price: float | None = None
    cost: float | None = None


class ForecastView(View):
    """What a run would cost by the organization's price list; `unpriced` contacts have no price."""

    currency: str
    category: str
    contacts: int
    cost: float
    unpriced: int
    countries: list[CostView]

    @classmethod
    def of(cls, done: Forecast) -> "ForecastView":
        """The forecast as the API shows it."""
        return cls(
            currency=done.currency,
            category=done.category,
            contacts=done.contacts,
            cost=float(done.cost),
            unpriced=done.unpriced,
            countries=[
                CostView(
                    country=each.country,
                    contacts=each.contacts,
                    price=None if each.price is None else float(each.price),
                    cost=None if each.cost is None else float(each.cost),
                )
                for each in done.countries
            ],
        )


def _field(error: FieldError) -> RefusalView:
    return RefusalView(code=error.code, message=error.message, field=error.field)


def _refusals(refusal: Rejection) -> list[RefusalView]:
    if refusal.fields:
        return [_field(each) for each in refusal.fields]
    return [RefusalView(code=refusal.code, message=refusal.message)]


def _example(example: Example) -> ExampleView:
    return ExampleView(
        contact_id=example.contact_id,
        address=example.address,
        refusals=[each for refusal in example.refusals for each in _refusals(refusal)],
        rendered=None if example.rendered is None else _rendered(example.rendered),
    )


def _rendered(shown: Preview) -> RenderedView:
    return RenderedView(
        body=shown.body,
        header=shown.header,
        header_kind=shown.header_kind,
        footer=shown.footer,
        buttons=[
            {"type": each.type, "text": each.text} | ({"url": each.target} if each.target else {})
            for each in shown.buttons
        ],
    )


async def _access(connection: Connection, caller: Caller, campaign_id: UUID) -> CampaignRow:
    row = await access_campaign(connection, caller, campaign_id)
    caller.require(SEE_CONTACTS, row.division_id)
    return row


@post("/{campaign_id:uuid}/dryrun", guards=[needs(VIEW)], status_code=200)
async def run_dry(campaign_id: UUID, caller: Caller, database: Database) -> DryRunView:
    """Who would get what now, who would not and why; what keeps the campaign from starting."""
    async with database.transaction(caller.organization_id) as connection:
        row = await _access(connection, caller, campaign_id)
        return DryRunView.of(await dry_run(connection, row))


@post("/{campaign_id:uuid}/forecast", guards=[needs(VIEW)], status_code=200)
async def forecast(campaign_id: UUID, caller: Caller, database: Database) -> ForecastView:
    """What a run would cost, by the countries of its contacts and the organization's prices."""
    async with database.transaction(caller.organization_id) as connection:
        row = await access_campaign(connection, caller, campaign_id)
        return ForecastView.of(await forecast_cost(connection, caller, row))


@post("/{campaign_id:uuid}/testsend", guards=[needs(START)], status_code=200)
async def send_test(
    campaign_id: UUID, data: TestBody, caller: Caller, once: Once
) -> Response[list[TestedView]]:
    """Send the campaign's message to chosen numbers, with one contact's values. They are not
    counted as contacts of the campaign; consent is needed as for every message."""

    async def act(connection: Connection) -> list[Tested]:
        return await send_tests(
            connection, caller, campaign_id, numbers=data.addresses, contact_id=data.contact_id
        )

    def view(tested: list[Tested]) -> Any:
        return [TestedView.of(each) for each in tested]

    return await once(act, view)


campaign_trials_router = Router(
    CAMPAIGNS, route_handlers=[run_dry, forecast, send_test], tags=["Campaigns"]
)
