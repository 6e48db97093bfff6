"""Counting the statements that this process sends: what a step costs, whatever the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import AsyncCursor


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent meanwhile, in their order."""
    sent: list[str] = []
    execute = AsyncCursor.execute

    async def heard(cursor: AsyncCursor[Any], query: Any, *rest: Any, **more: Any) -> Any:
        sent.append(str(query))
        return await execute(cursor, query, *rest, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AsyncCursor, "execute", heard)
        yield sent
