"""Campaigns as the API writes and reads them: MessagingCampaign of the reference, and ours beside.

What that model lacks stands beside it: parameterMappings, quietHours, statusReason.
"""

from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from tidings.actions.campaigns import CampaignDraft
from tidings.api.views import Body, Moment, Ref, View, moment, optional_moment, parse_id
from tidings.domain.campaigns import Status
from tidings.domain.errors import invalid
from tidings.store.campaigns import CampaignRow

PATH = "/api/v2/outbound/messagingcampaigns"
DIVISIONS = "/api/v2/authorization/divisions"
LISTS = "/api/v2/outbound/contactlists"
FILTERS = "/api/v2/outbound/contactlistfilters"
DNC_LISTS = "/api/v2/outbound/dnclists"
RESPONSES = "/api/v2/responsemanagement/responses"
INTEGRATIONS = "/api/v2/conversations/messaging/integrations/whatsapp"


class SortBody(Body):
    """One column that contacts are sorted by; the first has priority."""

    field_name: str
    direction: Literal["ASC", "DESC"] = "ASC"
    numeric: bool = False


class ConfigBody(Body):
    """From which number, which template, to which column of the list."""

    whats_app_columns: list[str] = msgspec.field(default_factory=list)
    whats_app_integration: Ref | None = None
    content_template: Ref | None = None


class MappingBody(Body, omit_defaults=True):
    """Where the value of one template parameter comes from: a column, or always this text."""

    component: Literal["header", "body", "button"]
    id: str
    column: str | None = None
    constant: str | None = None


class CampaignBody(Body):
    """A campaign to create or replace. parameterMappings and quietHours stay when left out."""

    name: str | None = None
    version: int | None = None
    division: Ref | None = None
    campaign_status: str | None = None
    contact_list: Ref | None = None
    dnc_lists: list[Ref] | None = None
    always_running: bool | None = None
    contact_sorts: list[SortBody] | None = None
    messages_per_minute: int | None = None
    contact_list_filters: list[Ref] | None = None
    whats_app_config: ConfigBody | None = None
    callable_time_set: Ref | None = None
    rule_sets: list[Ref] | None = None
    sms_config: dict[str, Any] | None = None
    email_config: dict[str, Any] | None = None
    parameter_mappings: list[MappingBody] | UnsetType = UNSET
    quiet_hours: dict[str, Any] | UnsetType | None = UNSET

    def draft(self) -> CampaignDraft:
        """The campaign as the action takes it; 400 names what is missing or not for WhatsApp."""
        self._check_kind()
        config = self.whats_app_config or ConfigBody()
        columns = config.whats_app_columns
        if len(columns) != 1:
            raise invalid(
                "whatsAppConfig.whatsAppColumns",
                "Name one column of phone IDs of the contact list in whatsAppColumns.",
            )
        filters = self.contact_list_filters or []
        if len(filters) > 1:
            raise invalid("contactListFilters", "A campaign has at most one contact list filter.")
        if self.messages_per_minute is None:
            raise invalid("messagesPerMinute", "Say how many messages a minute to send.")
        mappings = self.parameter_mappings
        return CampaignDraft(
            name=self.name,
            version=self.version,
            division_id=None if self.division is None else _id(self.division, "division"),
            list_id=_id(self.contact_list, "contactList"),
            whatsapp_column=columns[0],
            integration_id=_id(config.whats_app_integration, "whatsAppConfig.whatsAppIntegration"),
            response_id=_id(config.content_template, "whatsAppConfig.contentTemplate"),
            filter_id=_id(filters[0], "contactListFilters") if filters else None,
            dnc_list_ids=list(dict.fromkeys(_id(x, "dncLists") for x in self.dnc_lists or ())),
            sorts=[msgspec.to_builtins(each) for each in self.contact_sorts or ()],
            messages_per_minute=self.messages_per_minute,
            always_running=bool(self.always_running),
            parameters=UNSET
            if isinstance(mappings, UnsetType)
            else [msgspec.to_builtins(each) for each in mappings],
            quiet_hours=self.quiet_hours,
        )

    def wish(self) -> Status | None:
        """Whether the campaign shall run (on) or not (off); other states are nobody's to set."""
        if self.campaign_status is None:
            return None
        try:
            status = Status(self.campaign_status.lower())
        except ValueError:
            raise invalid("campaignStatus", "campaignStatus is on or off.") from None
        return status if status in (Status.ON, Status.OFF) else None

    def _check_kind(self) -> None:
        """What the contract knows and WhatsApp campaigns here do not do, rather than drop it."""
        if self.sms_config is not None or self.email_config is not None:
            raise invalid(
                "smsConfig" if self.sms_config is not None else "emailConfig",
                "Campaigns are sent on WhatsApp: give whatsAppConfig only.",
            )
        if self.callable_time_set is not None:
            raise invalid(
                "callableTimeSet", "There are no callable time sets here: give quietHours."
            )
        if self.rule_sets:
            raise invalid("ruleSets", "There are no rule sets here: leave ruleSets out.")


def _id(ref: Ref | None, field: str) -> UUID:
    if ref is None:
        raise invalid(field, f"{field} is required.", code="constraint.validation")
    return parse_id(ref.id, f"{field}.id")


class ConfigView(View):
    """From which number, which template, to which column of the list."""

    whats_app_columns: list[str]
    whats_app_integration: Ref
    content_template: Ref


class ReasonView(View):
    """Why the campaign is as it is, in words, since when."""

    code: str
    message: str
    since: Moment | None = None


class ProblemView(View):
    """What keeps an invalid campaign from running."""

    error: str
    details: str | None = None


class CampaignView(View):
    """A campaign."""

    id: str
    name: str
    version: int
    division: Ref
    campaign_status: str
    contact_list: Ref
    dnc_lists: list[Ref]
    always_running: bool
    contact_sorts: list[dict[str, Any]]
    messages_per_minute: int
    contact_list_filters: list[Ref]
    whats_app_config: ConfigView
    parameter_mappings: list[dict[str, Any]]
    errors: list[ProblemView]
    date_created: Moment
    date_modified: Moment
    self_uri: str
    quiet_hours: dict[str, Any] | None = None
    effective_quiet_hours: dict[str, Any] | None = None
    status_reason: ReasonView | None = None
    date_started: Moment | None = None
    date_stopped: Moment | None = None
    date_completed: Moment | None = None

    @classmethod
    def of(cls, row: CampaignRow) -> "CampaignView":
        """The campaign as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            version=row.version,
            division=division_of(row),
            campaign_status=row.status,
            contact_list=list_of(row),
            dnc_lists=[
                ref(DNC_LISTS, each, name)
                for each, name in zip(row.dnc_list_ids, row.dnc_list_names, strict=True)
            ],
            always_running=row.always_running,
            contact_sorts=row.sorts,
            messages_per_minute=row.messages_per_minute,
            contact_list_filters=[
                ref(FILTERS, each, row.filter_name) for each in (row.filter_id,) if each
            ],
            whats_app_config=config_of(row),
            parameter_mappings=row.parameters,
            errors=problems_of(row),
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
            quiet_hours=row.quiet_hours,
            effective_quiet_hours=row.effective_quiet_hours,
            status_reason=reason_of(row),
            date_started=optional_moment(row.started_at),
            date_stopped=optional_moment(row.stopped_at),
            date_completed=optional_moment(row.completed_at),
        )


def ref(path: str, identifier: UUID, name: str | None) -> Ref:
    """Another entity, with the path where it is found."""
    return Ref(id=str(identifier), name=name, self_uri=f"{path}/{identifier}")


def division_of(row: CampaignRow) -> Ref:
    """The campaign's division."""
    return ref(DIVISIONS, row.division_id, row.division_name)


def list_of(row: CampaignRow) -> Ref:
    """The campaign's contact list."""
    return ref(LISTS, row.list_id, row.list_name)


def config_of(row: CampaignRow) -> ConfigView:
    """The campaign's number, template and column."""
    return ConfigView(
        whats_app_columns=[row.whatsapp_column],
        whats_app_integration=ref(INTEGRATIONS, row.integration_id, row.integration_name),
        content_template=ref(RESPONSES, row.response_id, row.response_name),
    )


def reason_of(row: CampaignRow) -> ReasonView | None:
    """Why the campaign is as it is, where there is something to say."""
    if row.reason_code is None:
        return None
    return ReasonView(
        code=row.reason_code, message=row.reason or "", since=optional_moment(row.reason_at)
    )


def problems_of(row: CampaignRow) -> list[ProblemView]:
    """The reference's errors: of an invalid campaign only."""
    if row.status != Status.INVALID or row.reason_code is None:
        return []
    return [ProblemView(error=row.reason_code, details=row.reason)]


class CampaignDivisionView(View):
    """A campaign as pickers show it."""

    id: str
    name: str
    division: Ref
    self_uri: str

    @classmethod
    def of(cls, row: CampaignRow) -> "CampaignDivisionView":
        """The campaign in short."""
        return cls(
            id=str(row.id),
            name=row.name,
            division=division_of(row),
            self_uri=f"{PATH}/divisionviews/{row.id}",
        )


class CommonCampaignView(View):
    """A campaign among those of all media."""

    id: str
    name: str
    division: Ref
    media_type: str
    self_uri: str

    @classmethod
    def of(cls, row: CampaignRow) -> "CommonCampaignView":
        """The campaign in short."""
        return cls(
            id=str(row.id),
            name=row.name,
            division=division_of(row),
            media_type="whatsapp",
            self_uri=f"{PATH}/{row.id}",
        )
