"""Looks after an account at Meta: its number, its templates, its webhook subscription.

Every function makes the calls it names and nothing else; they raise GraphRefused when Meta says
no, NeverLeft or MayHaveLeft when Meta was not reached. Reading and subscribing may be repeated.
"""

from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from tidings.domain.outcomes import Fault, Refused
from tidings.domain.templates import Component, Template
from tidings.providers.http import Http
from tidings.providers.meta_graph import GraphRefused, parse_answer
from tidings.providers.whatsapp_cloud.wire import Account, Identifier

NUMBER_FIELDS: Final = (
    "id,display_phone_number,verified_name,status,quality_rating,name_status,"
    "code_verification_status,platform_type,throughput,account_mode,"
    "is_official_business_account,whatsapp_business_manager_messaging_limit"
)
TEMPLATE_FIELDS: Final = (
    "id,name,language,status,category,components,parameter_format,rejected_reason,"
    "quality_score,previous_category"
)
PAGE_SIZE: Final = 100
MOST_PAGES: Final = 200


class Throughput(msgspec.Struct, frozen=True):
    """How fast a number may send: STANDARD (80 a second) or HIGH (1,000)."""

    level: str = "STANDARD"


class NumberInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A number as Meta describes it. `status` must be CONNECTED for sending; an open set."""

    id: Identifier
    display_phone_number: str = ""
    verified_name: str = ""
    status: str = ""
    quality_rating: str = "UNKNOWN"
    name_status: str | None = None
    code_verification_status: str | None = None
    platform_type: str | None = None
    account_mode: str | None = None
    is_official_business_account: bool = False
    throughput: Throughput = Throughput()
    whatsapp_business_manager_messaging_limit: str | None = None

    @property
    def limit_tier(self) -> str | None:
        """The messaging limit, to be read by limits.tier_limit."""
        return self.whatsapp_business_manager_messaging_limit

    @property
    def messages_per_second(self) -> int:
        """What Meta lets through, in and out together (Meta, "Throughput")."""
        return 1000 if self.throughput.level.upper() == "HIGH" else 80


class FetchedTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A template with what only the provider knows of it.

    `components` is as Meta gave it, nothing left out. `problem` is set when we could not read
    the components: the template then is shown, and cannot be sent.
    """

    template_id: str
    template: Template
    components: list[dict[str, Any]]
    quality: str | None = None
    rejected_reason: str | None = None
    previous_category: str | None = None
    problem: str | None = None


class _Score(msgspec.Struct, frozen=True):
    score: str | None = None


class _TemplateRow(msgspec.Struct, frozen=True, kw_only=True):
    id: Identifier
    name: str
    language: str
    status: str = ""
    category: str = ""
    parameter_format: str | None = None
    components: list[dict[str, Any]] = []
    rejected_reason: str | None = None
    quality_score: _Score | None = None
    previous_category: str | None = None


class _Cursors(msgspec.Struct, frozen=True):
    after: str | None = None


class _Paging(msgspec.Struct, frozen=True):
    cursors: _Cursors = _Cursors()
    next: str | None = None


class _TemplatePage(msgspec.Struct, frozen=True):
    data: list[_TemplateRow] = []
    paging: _Paging = _Paging()


class _NumberPage(msgspec.Struct, frozen=True):
    data: list[NumberInfo] = []
    paging: _Paging = _Paging()


class _Success(msgspec.Struct, frozen=True):
    success: bool = False


class _SubscribedApp(msgspec.Struct, frozen=True):
    id: Identifier = ""
    name: str = ""


class _Subscription(msgspec.Struct, frozen=True):
    whatsapp_business_api_data: _SubscribedApp = _SubscribedApp()


class _Subscriptions(msgspec.Struct, frozen=True):
    data: list[_Subscription] = []


async def fetch_number(http: Http, account: Account) -> NumberInfo:
    """Read the number of an account: state, quality, throughput and messaging limit."""
    query = urlencode({"fields": NUMBER_FIELDS})
    url = f"{account.graph_base}/{account.phone_number_id}?{query}"
    return parse_answer(await http.get(url, token=account.access_token), NumberInfo)


async def fetch_numbers(http: Http, account: Account, *, waba_id: str) -> list[NumberInfo]:
    """List all numbers of a WhatsApp account that the token may see."""
    numbers: list[NumberInfo] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        url = _page_url(account, f"{waba_id}/phone_numbers", NUMBER_FIELDS, after=after)
        page = parse_answer(await http.get(url, token=account.access_token), _NumberPage)
        numbers += page.data
        after = page.paging.cursors.after
        if page.paging.next is None or after is None:
            break
    return numbers


async def fetch_templates(http: Http, account: Account, *, waba_id: str) -> list[FetchedTemplate]:
    """Fetch every template of a WhatsApp account, all pages.

    Pages are asked for by cursor on our own address: Meta's `next` link holds the token.
    """
    templates: list[FetchedTemplate] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        url = _page_url(account, f"{waba_id}/message_templates", TEMPLATE_FIELDS, after=after)
        page = parse_answer(await http.get(url, token=account.access_token), _TemplatePage)
        templates += map(_fetched_template, page.data)
        after = page.paging.cursors.after
        if page.paging.next is None or after is None:
            break
    return templates


def _page_url(account: Account, path: str, fields: str, *, after: str | None) -> str:
    query = {"fields": fields, "limit": str(PAGE_SIZE)}
    if after is not None:
        query["after"] = after
    return f"{account.graph_base}/{path}?{urlencode(query)}"


def _fetched_template(row: _TemplateRow) -> FetchedTemplate:
    problem: str | None = None
    components: list[Component] = []
    try:
        components = msgspec.convert(row.components, list[Component], strict=False)
    except msgspec.ValidationError as error:
        problem = str(error)
    template = Template(
        name=row.name,
        language=row.language,
        category=row.category.upper(),
        status=row.status.upper(),
        parameter_format=row.parameter_format,
        components=components,
    )
    reason = row.rejected_reason
    return FetchedTemplate(
        template_id=str(row.id),
        template=template,
        components=row.components,
        quality=row.quality_score.score if row.quality_score else None,
        rejected_reason=None if reason in (None, "", "NONE") else reason,
        previous_category=row.previous_category,
        problem=problem,
    )


async def subscribed_app_ids(http: Http, account: Account, *, waba_id: str) -> list[str]:
    """List the apps that receive the webhooks of a WhatsApp account."""
    url = f"{account.graph_base}/{waba_id}/subscribed_apps"
    found = parse_answer(await http.get(url, token=account.access_token), _Subscriptions)
    return [str(one.whatsapp_business_api_data.id) for one in found.data]


async def subscribe(
    http: Http,
    account: Account,
    *,
    waba_id: str,
    callback_url: str | None = None,
    verify_token: str | None = None,
) -> None:
    """Have this app receive the webhooks of a WhatsApp account.

    With a callback address they go there instead of the app's own; without one, an earlier
    override is removed. Meta calls the address at once to verify it, so it must be up.
    """
    override = {"override_callback_uri": callback_url, "verify_token": verify_token}
    body = msgspec.json.encode(override) if callback_url is not None else b""
    url = f"{account.graph_base}/{waba_id}/subscribed_apps"
    answer = await http.post(url, body, token=account.access_token)
    if not parse_answer(answer, _Success).success:
        detail = "Meta answered without making the subscription"
        raise GraphRefused(Refused("meta.unreadable", Fault.SERVER, detail))


async def mark_read(
    http: Http, account: Account, *, provider_message_id: str, shows_typing: bool = False
) -> None:
    """Show the customer that a message was read, and the earlier ones with it.

    With `shows_typing` they see somebody writing, for 25 seconds or until the reply.
    """
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": provider_message_id,
    }
    if shows_typing:
        body["typing_indicator"] = {"type": "text"}
    url = f"{account.graph_base}/{account.phone_number_id}/messages"
    answer = await http.post(url, msgspec.json.encode(body), token=account.access_token)
    parse_answer(answer, _Success)
