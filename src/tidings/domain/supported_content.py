"""Content profiles: which types of media may come in and go out, by type and family (I4)."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import msgspec

from tidings.domain.content import MediaKind
from tidings.domain.errors import FieldError, Kind, Rejection

EVERYTHING: Final = "*/*"
MOST_TYPES: Final = 100
LONGEST_TYPE: Final = 127
REFUSED: Final = "content.not.allowed"
# A type, a family or everything; no parameters, since those say nothing of the kind of file.
_TYPE: Final = re.compile(r"\*/\*|[a-z0-9][a-z0-9!#$&^_.+-]*/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*)")
# In which families the header of a template can be, by its kind.
_FAMILIES: Final = {
    MediaKind.IMAGE: ("image",),
    MediaKind.VIDEO: ("video",),
    MediaKind.DOCUMENT: ("application", "text"),
}


class ContentProfile(msgspec.Struct, frozen=True):
    """What a number's messages may hold: the types allowed each way, none allowing no files."""

    id: UUID | None
    name: str
    inbound: Sequence[str]
    outbound: Sequence[str]

    def why_not_in(self, mime_type: str) -> str | None:
        """Why a customer's file of this type is not taken; None when it is."""
        if allows(self.inbound, mime_type):
            return None
        return (
            f"The content profile {self.name} takes no files of the type {mime_type} from customers"
        )

    def why_not_out(self, mime_type: str) -> str | None:
        """Why a file of this type does not go out, and what would; None when it may."""
        if allows(self.outbound, mime_type):
            return None
        return (
            f"The content profile {self.name} lets no files of the type {mime_type} go out. "
            f"{self._mend()}"
        )

    def why_no_kind(self, kind: MediaKind) -> str | None:
        """Why no file at all goes out as a header of this kind; None when some may."""
        if any(_meets(each, family) for each in self.outbound for family in _FAMILIES[kind]):
            return None
        return f"The content profile {self.name} lets no {kind.value} go out. {self._mend()}"

    def _mend(self) -> str:
        most = ", ".join(self.outbound[:10]) + (", and more" if len(self.outbound) > 10 else "")
        return (
            f"It allows {most or 'no files'}; choose such a one, or have an administrator change "
            "the profile or choose another for the number."
        )


def allows(allowed: Sequence[str], mime_type: str) -> bool:
    """Whether a full type is among what is allowed, by itself, by its family or with everything."""
    return (
        EVERYTHING in allowed
        or mime_type in allowed
        or f"{mime_type.partition('/')[0]}/*" in allowed
    )


def check_types(types: Iterable[str], field: str) -> list[str]:
    """The types of a profile, in small letters and each once.

    Raises a 400 that names the place of every one that is no type.
    """
    given = [each.strip().lower() for each in types]
    fields = [
        FieldError(
            "invalid.value",
            f"{field}[{at}].type",
            f'"{each[:50]}" is no media type: write one such as image/jpeg, a family such as '
            "image/*, or */* for all.",
        )
        for at, each in enumerate(given)
        if len(each) > LONGEST_TYPE or not _TYPE.fullmatch(each)
    ]
    if len(given) > MOST_TYPES:
        message = f"A profile names at most {MOST_TYPES} types each way; use families."
        fields.insert(0, FieldError("invalid.value", field, message))
    if fields:
        raise Rejection(Kind.INVALID, fields[0].code, fields[0].message, fields=tuple(fields))
    return list(dict.fromkeys(given))


def _meets(allowed: str, family: str) -> bool:
    return allowed == EVERYTHING or allowed.partition("/")[0] == family
