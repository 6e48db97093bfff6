"""What arrives in one moment is written together, and fails alone."""

import asyncio

import psycopg
import pytest

from tidings.store.group_commit import GroupCommit


class Journal:
    """Writes numbers down as their squares; refuses some; each batch waits to be let through."""

    def __init__(self, *, bad: frozenset[int] = frozenset()) -> None:
        self.batches: list[list[int]] = []
        self.let_through = asyncio.Event()
        self.let_through.set()
        self.bad = bad
        self.down = False
        self.at_work = self.most_at_work = 0

    async def write(self, batch: list[int]) -> list[int]:
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        try:
            await self.let_through.wait()
            if self.down:
                raise psycopg.OperationalError("the server is away")
            if self.bad & set(batch):
                raise ValueError("no")
            self.batches.append(batch)
            return [n * n for n in batch]
        finally:
            self.at_work -= 1


async def test_each_gets_its_own_result() -> None:
    group = GroupCommit(Journal().write)

    results = await asyncio.gather(*(group.submit(n) for n in range(50)))

    assert results == [n * n for n in range(50)]


async def test_what_comes_while_one_batch_is_written_shares_the_next() -> None:
    journal = Journal()
    group = GroupCommit(journal.write, at_once=1)
    journal.let_through.clear()
    futures = [group.submit(0)]
    await asyncio.wait([futures[0]], timeout=0.01)
    futures += [group.submit(n) for n in range(1, 100)]
    assert group.waiting == 99

    journal.let_through.set()
    await asyncio.gather(*futures)

    assert [len(batch) for batch in journal.batches] == [1, 99]


async def test_a_batch_is_never_larger_than_allowed_and_order_is_kept() -> None:
    journal = Journal()
    group = GroupCommit(journal.write, most=7, at_once=1)

    await asyncio.gather(*(group.submit(n) for n in range(50)))

    assert max(map(len, journal.batches)) == 7
    assert [n for batch in journal.batches for n in batch] == list(range(50))


async def test_no_more_batches_are_written_at_once_than_allowed() -> None:
    journal = Journal()
    group = GroupCommit(journal.write, most=1, at_once=3)

    await asyncio.gather(*(group.submit(n) for n in range(30)))

    assert journal.most_at_work <= 3


async def test_a_bad_one_fails_alone() -> None:
    journal = Journal(bad=frozenset({13}))
    group = GroupCommit(journal.write)

    results = await asyncio.gather(*(group.submit(n) for n in range(20)), return_exceptions=True)

    assert isinstance(results[13], ValueError)
    assert [r for n, r in enumerate(results) if n != 13] == [n * n for n in range(20) if n != 13]
    assert sorted(n for batch in journal.batches for n in batch) == [
        n for n in range(20) if n != 13
    ]


async def test_an_unreachable_database_is_told_at_once_and_not_tried_one_by_one() -> None:
    journal = Journal()
    journal.down = True
    group = GroupCommit(journal.write)

    results = await asyncio.gather(*(group.submit(n) for n in range(20)), return_exceptions=True)

    assert all(isinstance(result, psycopg.OperationalError) for result in results)
    journal.down = False
    assert await group.submit(3) == 9


async def test_a_caller_that_went_away_spoils_nothing() -> None:
    journal = Journal()
    group = GroupCommit(journal.write)
    futures = [group.submit(n) for n in range(3)]
    futures[1].cancel()

    assert await futures[0] == 0
    assert await futures[2] == 4
    with pytest.raises(asyncio.CancelledError):
        await futures[1]


async def test_draining_waits_for_what_was_handed_in() -> None:
    journal = Journal()
    group = GroupCommit(journal.write, most=2)
    futures = [group.submit(n) for n in range(9)]

    await group.drain()

    assert all(future.done() for future in futures)


async def test_an_item_handed_in_as_the_last_batch_ends_is_written_too() -> None:
    async def write(items: list[int]) -> list[int]:
        return items

    group = GroupCommit(write, at_once=1)

    for item in range(20):
        assert await asyncio.wait_for(group.submit(item), 30) == item
