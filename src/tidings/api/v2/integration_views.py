"""How integrations look in the API; what is done with them is in integrations."""

import msgspec

from tidings.actions.templates import SyncCounts
from tidings.api.v2.supported_content_views import SupportedContentRef
from tidings.api.views import Moment, Ref, View, moment, optional_moment
from tidings.providers.meta_graph import describe
from tidings.providers.whatsapp_cloud.checks import CheckResult
from tidings.store.integrations import WHATSAPP_CLOUD, IntegrationRow

PATH = "/api/v2/conversations/messaging/integrations"
STATUSES = {"active": "Active", "inactive": "Inactive", "error": "Error"}
MESSENGERS = {WHATSAPP_CLOUD: "whatsapp"}


class StatusReason(View):
    """Why an integration is not in service; `mend` says what to do where that is known."""

    code: str
    message: str
    since: Moment | None = None
    mend: str | None = None

    @classmethod
    def of(cls, row: IntegrationRow) -> "StatusReason | None":
        """The reason, if there is one."""
        if row.reason_code is None:
            return None
        known = row.reason_code.startswith(("meta.", "provider."))
        mend = describe(row.reason_code) if known else None
        return cls(
            code=row.reason_code,
            message=row.reason or mend or row.reason_code,
            since=optional_moment(row.reason_at),
            mend=mend,
        )


class WhatsAppIntegrationView(View):
    """A WhatsApp number. Secrets are written and never shown.

    `supported_content` decides for it; with `follows_default_content` it names none itself.
    """

    id: str
    name: str
    phone_number: str
    status: str
    whats_app_business_account_id: str
    phone_number_id: str
    throughput: int
    recipients_last_day: int = msgspec.field(name="recipientsLast24h")
    division: Ref
    webhook_url: str
    follows_default_content: bool
    graph_base_url: str
    create_status: str
    date_created: Moment
    date_modified: Moment
    version: int
    self_uri: str
    supported_content: SupportedContentRef | None = None
    status_reason: StatusReason | None = None
    verified_name: str | None = None
    quality_rating: str | None = None
    messaging_limit: str | None = None
    templates_synced_at: Moment | None = None
    checked_at: Moment | None = None
    created_by: Ref | None = None
    modified_by: Ref | None = None

    @classmethod
    def of(
        cls, row: IntegrationRow, *, webhook_url: str, recipients: int
    ) -> "WhatsAppIntegrationView":
        """The integration as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            phone_number=row.phone_number,
            status=STATUSES[row.status],
            whats_app_business_account_id=row.account_id,
            phone_number_id=row.number_id,
            throughput=row.throughput,
            recipients_last_day=recipients,
            division=_division(row),
            webhook_url=webhook_url,
            follows_default_content=row.supported_content_id is None,
            supported_content=SupportedContentRef.of(row.content),
            graph_base_url=row.base_address,
            create_status="Completed",
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            version=row.version,
            self_uri=f"{PATH}/whatsapp/{row.id}",
            status_reason=StatusReason.of(row),
            verified_name=row.verified_name,
            quality_rating=row.quality,
            messaging_limit=row.messaging_limit,
            templates_synced_at=optional_moment(row.templates_synced_at),
            checked_at=optional_moment(row.checked_at),
            created_by=None if row.created_by is None else Ref(id=str(row.created_by)),
            modified_by=None if row.modified_by is None else Ref(id=str(row.modified_by)),
        )


class MessagingIntegrationView(View):
    """An integration of whichever kind."""

    id: str
    name: str
    status: str
    messenger_type: str
    division: Ref
    date_created: Moment
    date_modified: Moment
    version: int
    self_uri: str
    supported_content: SupportedContentRef | None = None
    phone_number: str | None = None

    @classmethod
    def of(cls, row: IntegrationRow) -> "MessagingIntegrationView":
        """The integration as the API shows it among all kinds."""
        messenger = MESSENGERS[row.provider]
        return cls(
            id=str(row.id),
            name=row.name,
            status=STATUSES[row.status],
            messenger_type=messenger,
            division=_division(row),
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            version=row.version,
            self_uri=f"{PATH}/{messenger}/{row.id}",
            supported_content=SupportedContentRef.of(row.content),
            phone_number=row.phone_number or None,
        )


class CheckView(View):
    """One thing that was looked at; `mend` says what to do when it is not ok."""

    code: str
    ok: bool
    message: str
    mend: str | None = None

    @classmethod
    def of(cls, result: CheckResult) -> "CheckView":
        """The result as the API shows it."""
        return cls(code=result.code, ok=result.ok, message=result.message, mend=result.mend or None)


class ChecksView(View):
    """What a check found."""

    results: list[CheckView]


class SyncView(View):
    """What a sync of templates changed."""

    added: int
    changed: int
    removed: int
    total: int

    @classmethod
    def of(cls, counts: SyncCounts) -> "SyncView":
        """The counts as the API shows them."""
        return cls(
            added=counts.added,
            changed=counts.changed,
            removed=counts.removed,
            total=counts.total,
        )


def _division(row: IntegrationRow) -> Ref:
    return Ref(
        id=str(row.division_id),
        name=row.division_name,
        self_uri=f"/api/v2/authorization/divisions/{row.division_id}",
    )
