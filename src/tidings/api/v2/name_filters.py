"""How listings of outbound things are narrowed by name: `name` with `filterType`."""

from typing import Final

from tidings.api.v2.libraries import escape_like
from tidings.domain.errors import invalid

LIKES: Final = {
    "equals": "{}",
    "contains": "%{}%",
    "prefix": "{}%",
    "beginswith": "{}%",
    "endswith": "%{}",
}


def name_like(filter_type: str | None, name: str | None) -> str | None:
    """The LIKE pattern of a name, by its beginning unless filterType says otherwise.

    None when no name is asked for. 400 for a filterType that names cannot be compared by.
    """
    pattern = LIKES.get((filter_type or "prefix").lower())
    if pattern is None:
        raise invalid(
            "filterType",
            f'Names are not searched by "{filter_type}": '
            "use Equals, Contains, Prefix, BeginsWith or EndsWith.",
            code="invalid.query.param.value",
        )
    return pattern.format(escape_like(name)) if name else None
