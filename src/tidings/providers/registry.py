"""Which providers there are: one line each. A new provider adds its folder and its line."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol
from uuid import UUID

import msgspec

from tidings.domain.content import Outbound
from tidings.domain.inbound import InboundEvent, MediaRef
from tidings.domain.outcomes import Outcome
from tidings.domain.windows import Channel
from tidings.providers.http import Download, FileStream, Http
from tidings.providers.meta_graph import describe as describe_meta
from tidings.providers.whatsapp_cloud import checks, division, manage, media, send, webhook
from tidings.providers.whatsapp_cloud.checks import CheckResult
from tidings.providers.whatsapp_cloud.wire import Account


class CheckAccount(Protocol):
    """Finds out why an account does not work; see checks.check_account."""

    def __call__(
        self, http: Http, account: Account, *, waba_id: str
    ) -> Awaitable[list[CheckResult]]: ...


class Divide(Protocol):
    """Divides a webhook among the owners of what it speaks of; see division.divide."""

    def __call__(self, body: bytes, owner_of: Callable[[str, str], UUID]) -> dict[UUID, bytes]: ...


class OpenMedia(Protocol):
    """Opens a received file as a stream; see media.open_media."""

    def __call__(
        self, http: Http, account: Account, media: MediaRef
    ) -> AbstractAsyncContextManager[Download]: ...


class UploadMedia(Protocol):
    """Hands a file to the provider and gives its id of it; see media.upload_media."""

    def __call__(
        self, http: Http, account: Account, file: FileStream, *, mime_type: str, filename: str
    ) -> Awaitable[str]: ...


class MarkRead(Protocol):
    """Tells a customer that their message was read; see manage.mark_read."""

    def __call__(
        self, http: Http, account: Account, *, provider_message_id: str, shows_typing: bool
    ) -> Awaitable[None]: ...


class Provider(msgspec.Struct, frozen=True):
    """What the engine needs of a provider, and what it can do.

    `verify` takes secret, raw body and signature header. `parse` takes a verified body and never
    raises. `account_ids` reads the ids a body claims, before it is verified. `describe` puts an
    error code into words.
    """

    channel: Channel
    send: Callable[[Http, Account, Outbound], Awaitable[Outcome]]
    verify: Callable[[bytes, bytes, str | None], bool]
    account_ids: Callable[[bytes], list[str]]
    parse: Callable[[bytes], list[InboundEvent]]
    divide: Divide
    check: CheckAccount
    describe: Callable[[str], str]
    open_media: OpenMedia
    upload_media: UploadMedia
    mark_read: MarkRead | None = None
    templates: bool = True


WHATSAPP_CLOUD: Final = Provider(
    channel=Channel.WHATSAPP,
    send=send.send,
    verify=webhook.verify_signature,
    account_ids=webhook.waba_ids,
    parse=webhook.parse,
    divide=division.divide,
    check=checks.check_account,
    describe=describe_meta,
    open_media=media.open_media,
    upload_media=media.upload_media,
    mark_read=manage.mark_read,
)

PROVIDERS: Final = {
    "whatsapp_cloud": WHATSAPP_CLOUD,
}
