"""The command `tidings` and what its commands share: settings, the database's address, output."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from tidings import __version__
from tidings.domain.errors import Rejection
from tidings.embedded import EmbeddedError, EmbeddedPostgres
from tidings.settings import SettingError, Settings, load_settings
from tidings.store.database import UNAVAILABLE, Database, SchemaLocked

Result = TypeVar("Result")

COMMANDS = {
    "up": "tidings.cli.serve",
    "web": "tidings.cli.serve",
    "worker": "tidings.cli.serve",
    "simulator": "tidings.cli.serve",
    "migrate": "tidings.cli.serve",
    "demo": "tidings.cli.demo",
    "demo-reset": "tidings.cli.demo",
    "org": "tidings.cli.people",
    "user": "tidings.cli.people",
    "oauth-client": "tidings.cli.people",
    "contacts": "tidings.cli.contacts",
    "doctor": "tidings.cli.doctor",
    "quarantine": "tidings.cli.quarantine",
    "settings": "tidings.cli.settings_page",
    "openapi": "tidings.cli.openapi",
    "bench": "tidings.cli.bench",
    "chaos": "tidings.cli.chaos",
}


class Commands(click.Group):
    """Commands that are imported only when they are used, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of a day with the product."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = getattr(import_module(module), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="tidings")
def tidings() -> None:
    """Tidings: a self-hosted messaging contact center.

    `tidings demo` shows everything on this machine with a simulated WhatsApp; `tidings up` runs
    it for real. Settings come from TIDINGS_* and a TOML file; `tidings settings` lists them.
    """


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 refused or failed, 2 wrong use."""
    try:
        tidings(standalone_mode=False)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (SettingError, EmbeddedError, SchemaLocked) as error:
        fail(str(error))
    except Rejection as error:
        fail(error.message)
    except UNAVAILABLE as error:
        fail(f"the database cannot be reached: {str(error).strip()}")


def fail(message: str) -> NoReturn:
    """End with a message on standard error and exit code 1."""
    click.echo(f"tidings: {message}", err=True)
    sys.exit(1)


def read_settings(**overrides: Any) -> Settings:
    """The settings of this process; a wrong one ends it with its name."""
    return load_settings(**overrides)


def embedded_of(settings: Settings) -> EmbeddedPostgres:
    """The embedded database of the settings' home."""
    return EmbeddedPostgres(settings.home_path / "postgres")


def database_url(settings: Settings, *, start: bool = False) -> str:
    """The database's address: the one that was set, else the embedded one's (started if asked)."""
    if settings.database_url:
        return settings.database_url
    embedded = embedded_of(settings)
    if start:
        embedded.start()
    elif embedded.pid() is None:
        raise EmbeddedError(
            f"the embedded database in {settings.home_path} is not running; start it with "
            "`tidings up`, or set TIDINGS_DATABASE_URL"
        )
    return embedded.url


def with_database(work: Callable[[Database], Awaitable[Result]], settings: Settings) -> Result:
    """Run a coroutine with the database and give its result."""

    async def run() -> Result:
        database = Database(database_url(settings), pool_size=2, timeout_seconds=10)
        await database.open()
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def print_json(value: object) -> None:
    """One JSON value on one line."""
    click.echo(msgspec.json.encode(value, enc_hook=str).decode())
