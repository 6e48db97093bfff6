"""The brake on guessing passwords and secrets: a block that doubles with each further failure."""

from tidings.domain.errors import Kind, Rejection
from tidings.settings import Settings
from tidings.store import logins as store
from tidings.store.database import Database
from tidings.store.query import execute, fetch_optional

PEOPLE_BEHIND_AN_ADDRESS = 10


class Throttle:
    """Failures by key (an account, a client, an address); shared by all processes.

    A failure is committed by itself, because the request that failed writes nothing else.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def check(self, *keys: str) -> None:
        """Raise a 429 with Retry-After while one of the keys is blocked."""
        async with self._database.connection() as connection:
            blocked = await fetch_optional(connection, store.select_blocked(list(keys)))
        if blocked is not None:
            raise Rejection(
                Kind.BUSY,
                "too.many.requests",
                f"Too many failed log-ins. Try again in {blocked.seconds} seconds.",
                params={"seconds": str(blocked.seconds)},
                retry_after_s=max(1, blocked.seconds),
            )

    async def failed(self, *keys: str) -> None:
        """Count a failure, or raise the 429 when a block began meanwhile.

        An address may stand for a whole office, so it gets ten times the tries.
        """
        blocked = False
        async with self._database.transaction() as connection:
            for key in sorted(keys):
                people = PEOPLE_BEHIND_AN_ADDRESS if key.startswith("address:") else 1
                counted = await fetch_optional(
                    connection,
                    store.record_failure(
                        key,
                        attempts=self._settings.login_attempts * people,
                        block_seconds=self._settings.login_block_seconds,
                    ),
                )
                blocked = blocked or counted is None
        if blocked:
            await self.check(*keys)

    async def succeeded(self, key: str) -> None:
        """The key starts anew."""
        async with self._database.connection() as connection:
            await execute(connection, store.forget_failures(key))
