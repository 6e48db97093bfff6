"""Consent keywords over the API: the words with which a customer opts in or out."""

from collections.abc import Sequence
from typing import Literal

from litestar import Router, get, put

from tidings.actions.consent_keywords import read_keywords, replace_keywords
from tidings.api.auth import needs
from tidings.api.views import Body, View
from tidings.domain.permissions import Caller
from tidings.store.consents import KeywordRow
from tidings.store.database import Database

Action = Literal["optOut", "optIn"]
STORED: dict[Action, str] = {"optOut": "opt_out", "optIn": "opt_in"}
SPELLED: dict[str, Action] = {"opt_out": "optOut", "opt_in": "optIn"}


class KeywordSetBody(Body):
    """Words of one language that mean the same."""

    language: str
    action: Action
    category: Literal["all", "marketing"]
    words: list[str]


class KeywordsBody(Body):
    """All keyword sets; an empty list goes back to the defaults."""

    entities: list[KeywordSetBody]

    def to_rows(self) -> list[KeywordRow]:
        """The sets as the action takes them."""
        return [
            KeywordRow(each.language, STORED[each.action], each.category, each.words)
            for each in self.entities
        ]


class KeywordSetView(View):
    """Words of one language that mean the same."""

    language: str
    action: Action
    category: str
    words: list[str]


class KeywordsView(View):
    """All keyword sets in force."""

    entities: list[KeywordSetView]

    @classmethod
    def of(cls, rows: Sequence[KeywordRow]) -> "KeywordsView":
        """The sets as the API shows them."""
        return cls(
            entities=[
                KeywordSetView(
                    language=row.language,
                    action=SPELLED[row.action],
                    category=row.category,
                    words=row.words,
                )
                for row in rows
            ]
        )


@get("/", guards=[needs("messaging:consent:view")])
async def list_keywords(caller: Caller, database: Database) -> KeywordsView:
    """The keyword sets in force: the organization's own, or the defaults."""
    async with database.transaction(caller.organization_id) as connection:
        return KeywordsView.of(await read_keywords(connection, caller))


@put("/", guards=[needs("messaging:consent:edit")])
async def change_keywords(data: KeywordsBody, caller: Caller, database: Database) -> KeywordsView:
    """Write all keyword sets anew. They act on messages that come in from now on."""
    async with database.transaction(caller.organization_id) as connection:
        return KeywordsView.of(await replace_keywords(connection, caller, data.to_rows()))


consent_keywords_router = Router(
    "/api/v2/consents/keywords", route_handlers=[list_keywords, change_keywords], tags=["Consent"]
)
