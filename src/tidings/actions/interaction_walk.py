"""The walk over conversations that fit a filter: a bounded window of candidates at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Final
from uuid import UUID

import msgspec

from tidings.store.interaction_filters import (
    InteractionFilter,
    Source,
    Span,
    before,
    choose_source,
    following,
    span_of,
)
from tidings.store.interactions import (
    WINDOW,
    Found,
    InteractionRow,
    select_found,
    select_interactions,
    select_window_end,
)
from tidings.store.query import Connection, fetch, fetch_optional
from tidings.store.segment_conditions import SegmentCondition

# A page looks at so many windows of candidates at most; the next page goes on behind them.
MOST_WINDOWS: Final = 5
Connect = Callable[[], AbstractAsyncContextManager[Connection]]


class Search(msgspec.Struct):
    """A walk over candidates, a window at a time; `is_done` when there are no more of them."""

    organization_id: UUID
    wanted: InteractionFilter
    source: Source
    span: Span
    segments: tuple[SegmentCondition, ...] = ()
    is_done: bool = False

    @classmethod
    def newest_first(
        cls, organization_id: UUID, wanted: InteractionFilter, *, after: UUID | None
    ) -> "Search":
        """The walk for a list, behind the last key of the page before."""
        source = choose_source(wanted)
        span = span_of(wanted, source, after)
        return cls(organization_id, wanted, source, span, is_done=wanted.is_empty)

    @classmethod
    def by_start(
        cls,
        organization_id: UUID,
        wanted: InteractionFilter,
        *,
        segments: tuple[SegmentCondition, ...] = (),
        ascending: bool = True,
        after: UUID | None = None,
    ) -> "Search":
        """The walk for analytics, in either direction, behind the last key that was looked at.

        The order is that of conversations.
        """
        source = choose_source(wanted)
        source = Source.ALL if source is Source.OUTBOX else source
        span = span_of(wanted, source, None)
        span = Span(span.low, span.high, ascending=ascending)
        search = cls(organization_id, wanted, source, span, segments, wanted.is_empty)
        if after is not None:
            search._go_behind(after)
        return search

    @property
    def next_key(self) -> UUID:
        """The key behind which another search goes on."""
        return before(self.span.low) if self.span.ascending else following(self.span.high)

    async def find(self, connection: Connection, *, limit: int, windows: int) -> list[Found]:
        """The next conversations that fit: up to `limit`, from up to so many windows."""
        found: list[Found] = []
        for _ in range(windows):
            if self.is_done or len(found) >= limit:
                break
            found += await self._find_in_window(connection, limit - len(found))
        return found

    async def _find_in_window(self, connection: Connection, limit: int) -> list[Found]:
        end = await fetch_optional(
            connection,
            select_window_end(self.organization_id, self.wanted, self.source, span=self.span),
        )
        if end is None:
            self.is_done = True
            return []
        found = await fetch(
            connection,
            select_found(
                self.organization_id,
                self.wanted,
                self.source,
                span=self._up_to(end.key),
                limit=limit,
                segments=self.segments,
            ),
        )
        page_is_full = len(found) == limit
        self._go_behind(found[-1].key if page_is_full else end.key)
        self.is_done = end.count < WINDOW and (not page_is_full or found[-1].key == end.key)
        return found

    def _up_to(self, key: UUID) -> Span:
        """The window itself. New conversations may join it meanwhile; none is left out."""
        if self.span.ascending:
            return Span(self.span.low, key, ascending=True)
        return Span(key, self.span.high)

    def _go_behind(self, key: UUID) -> None:
        if self.span.ascending:
            self.span = Span(following(key), self.span.high, ascending=True)
        else:
            self.span = Span(self.span.low, before(key))


async def find_page(
    connection: Connection, search: Search, *, page_size: int, windows: int = MOST_WINDOWS,
    **options: Any,
) -> list[InteractionRow]:  # fmt: skip
    """A page of interactions; options as select_interactions() has them."""
    found = await search.find(connection, limit=page_size, windows=windows)
    if not found:
        return []
    ids = [each.conversation_id for each in found]
    return await fetch(connection, select_interactions(search.organization_id, ids, **options))


async def find_pages(
    search: Search, connect: Connect, *, page_size: int, **options: Any
) -> AsyncIterator[list[InteractionRow]]:
    """All pages, each read in a transaction of its own, so that no one is held for long."""
    while not search.is_done:
        async with connect() as connection:
            rows = await find_page(connection, search, page_size=page_size, windows=1, **options)
        if rows:
            yield rows
