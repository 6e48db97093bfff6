"""How content profiles look in the API, by themselves and in an integration."""

from collections.abc import Sequence

from tidings.actions.supported_content import ContentDraft
from tidings.api.views import Body, Moment, Ref, View, moment
from tidings.domain.supported_content import ContentProfile
from tidings.store.supported_content import SupportedContentRow

PATH = "/api/v2/conversations/messaging/supportedcontent"


class MediaTypeBody(Body):
    """A media type such as image/jpeg, a family such as image/*, or */* for all."""

    type: str


class MediaTypeAccessBody(Body):
    """What comes in and what goes out; a way that is not given stays as it is."""

    inbound: list[MediaTypeBody] | None = None
    outbound: list[MediaTypeBody] | None = None


class MediaTypesBody(Body):
    """The types of a profile."""

    allow: MediaTypeAccessBody | None = None


class SupportedContentBody(Body):
    """A content profile to create or change."""

    name: str | None = None
    media_types: MediaTypesBody | None = None
    version: int | None = None

    @property
    def draft(self) -> ContentDraft:
        """What is asked for, as the action takes it."""
        allow = self.media_types.allow if self.media_types else None
        return ContentDraft(
            name=self.name,
            inbound=_types(allow.inbound) if allow else None,
            outbound=_types(allow.outbound) if allow else None,
            version=self.version,
        )


class ContentReferenceBody(Body):
    """Which profile."""

    id: str


class MediaTypeView(View):
    """A media type, a family, or all."""

    type: str


class MediaTypeAccessView(View):
    """What comes in and what goes out; nothing where a list is empty."""

    inbound: list[MediaTypeView]
    outbound: list[MediaTypeView]


class MediaTypesView(View):
    """The types of a profile."""

    allow: MediaTypeAccessView

    @classmethod
    def of(cls, inbound: Sequence[str], outbound: Sequence[str]) -> "MediaTypesView":
        """The types as the API shows them."""
        return cls(
            allow=MediaTypeAccessView(
                inbound=[MediaTypeView(type=each) for each in inbound],
                outbound=[MediaTypeView(type=each) for each in outbound],
            )
        )


class SupportedContentView(View):
    """A content profile; `is_default` is the one of all numbers that name none."""

    id: str
    name: str
    version: int
    is_default: bool
    media_types: MediaTypesView
    date_created: Moment
    date_modified: Moment
    self_uri: str
    created_by: Ref | None = None
    modified_by: Ref | None = None

    @classmethod
    def of(cls, row: SupportedContentRow) -> "SupportedContentView":
        """The profile as the API shows it."""
        return cls(
            id=str(row.id),
            name=row.name,
            version=row.version,
            is_default=row.is_default,
            media_types=MediaTypesView.of(row.inbound, row.outbound),
            date_created=moment(row.created_at),
            date_modified=moment(row.modified_at),
            self_uri=f"{PATH}/{row.id}",
            created_by=None if row.created_by is None else Ref(id=str(row.created_by)),
            modified_by=None if row.modified_by is None else Ref(id=str(row.modified_by)),
        )


class SupportedContentRef(View):
    """The profile that decides for an integration, with what it allows."""

    id: str
    name: str
    media_types: MediaTypesView
    self_uri: str

    @classmethod
    def of(cls, content: ContentProfile) -> "SupportedContentRef | None":
        """The profile as an integration shows it."""
        if content.id is None:
            return None
        return cls(
            id=str(content.id),
            name=content.name,
            media_types=MediaTypesView.of(content.inbound, content.outbound),
            self_uri=f"{PATH}/{content.id}",
        )


def _types(given: list[MediaTypeBody] | None) -> list[str] | None:
    return None if given is None else [each.type for each in given]
