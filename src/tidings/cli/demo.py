"""`tidings demo`: the whole product on this machine, with a simulated WhatsApp and a cast."""

import asyncio
import os
import shutil
from pathlib import Path

import click
import structlog

from tidings.cli import demo_cast as cast
from tidings.cli.demo_notes import Notes, read_notes
from tidings.cli.demo_scene import Scene
from tidings.cli.hold import hold
from tidings.cli.logs import set_up_logs
from tidings.cli.root import read_settings
from tidings.cli.serve import run_everything
from tidings.cli.supervisor import Supervisor
from tidings.domain.errors import Rejection
from tidings.embedded import EmbeddedError, EmbeddedPostgres
from tidings.settings import Settings, load_settings
from tidings.store.database import UNAVAILABLE, Database

log = structlog.get_logger()
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104


@click.command()
@click.option("--port", type=int, help="Port of the console and the API (TIDINGS_PORT).")
@click.option("--host", help="Address they listen on (TIDINGS_HOST).")
@click.option("--simulator-port", type=int, help="Port of the phone (TIDINGS_SIMULATOR_PORT).")
def demo(port: int | None, host: str | None, simulator_port: int | None) -> None:
    """Show everything on this machine until Ctrl-C, with a simulated WhatsApp.

    It has a database and data of its own, in <home>/demo, whatever TIDINGS_DATABASE_URL says.
    Started again it goes on with them; `tidings demo-reset` throws them away.
    """
    settings = demo_settings(port=port, host=host, simulator_port=simulator_port)
    set_up_logs(settings)
    click.echo("Starting Tidings (the first time it makes its database: some seconds) ...")
    run_everything(
        settings,
        simulator=True,
        log=log_file(settings),
        beside=lambda supervisor: _play(settings, supervisor),
    )
    click.echo("\nStopped. The data stays; `make demo` goes on with it.")


@click.command("demo-reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
def demo_reset(yes: bool) -> None:
    """Throw the demo's data away, so that the next one begins anew. Refused while it runs."""
    home = Path(demo_settings().home)
    if not home.exists():
        click.echo("There is no demo here.")
        return
    with hold(home):
        if not yes:
            click.confirm(f"Throw away the demo's data in {home}?", abort=True)
        EmbeddedPostgres(home / "postgres").stop()
        shutil.rmtree(home)
    click.echo("The demo's data is gone.")


def demo_settings(**overrides: object) -> Settings:
    """The settings of this machine, with a folder and a database of the demo's own."""
    settings = read_settings(**overrides)
    wanted = {name: getattr(settings, name) for name in ("host", "port", "simulator_port")}
    public = f"http://127.0.0.1:{settings.port}" if settings.host in EVERYWHERE else ""
    return load_settings(
        {name: value for name, value in os.environ.items() if name != "TIDINGS_CONFIG"},
        home=str(settings.home_path.absolute() / "demo"),
        database_url="",
        public_url=public,
        allow_private_graph=True,
        log_format="text",
        **wanted,
    )


def log_file(settings: Settings) -> Path:
    """Where the demo's processes write their logs."""
    return Path(settings.home) / "log"


def _play(settings: Settings, supervisor: Supervisor) -> None:
    """Set the scene, then tell what there is to see; what goes wrong ends the demo with a word."""
    notes = read_notes(Path(settings.home))
    try:
        asyncio.run(_set_scene(settings, notes))
    except (EmbeddedError, Rejection, OSError, *UNAVAILABLE) as error:
        click.echo(f"tidings: the demo cannot be set up: {error}", err=True)
        click.echo(_end_of(log_file(settings)), err=True)
        supervisor.stop()
    except Exception:
        log.exception("demo.failed")
        supervisor.stop()
    else:
        click.echo(describe(settings, notes))


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return "\n".join([f"The log, {log}, ends with:", *(f"  {each}" for each in lines[-8:])])


async def _set_scene(settings: Settings, notes: Notes) -> None:
    url = EmbeddedPostgres(Path(settings.home) / "postgres").url
    database = Database(url, pool_size=3, timeout_seconds=20)
    await database.open()
    try:
        await Scene(settings, database, notes).set()
    finally:
        await database.close()


def describe(settings: Settings, notes: Notes) -> str:
    """What a newcomer needs to know: addresses, log-ins, and two commands that work as pasted."""
    where = settings.base_url
    people = "\n".join(f"    {each.email:<20} {each.title}" for each in cast.PEOPLE)
    return f"""
Tidings runs. Nothing leaves this machine: WhatsApp is simulated.

  Console    {where}/
{people}
    password             {notes.password}  (all three)

  Phone      http://127.0.0.1:{settings.simulator_port}/   be a customer, for example Amina

  OAuth client of a backend
    id       {notes.client_id}
    secret   {notes.client_secret}

Send a notification as that backend (bash):

{send_command(where, notes)}

See how far it got (queued, sent, delivery-success, read):

{status_command(where)}

Priya (+91 98765 00021) was never asked, Diego (+52 1 55 1234 5678) said no: try to send to them.

  API        {where}/api/v2/docs
  Logs       {log_file(settings)}
  Stop       Ctrl-C; `make demo` goes on with the data, `make demo-reset` begins anew
"""


def send_command(where: str, notes: Notes) -> str:
    """A command for bash that gets a token, sends a reminder to Amina and keeps its id."""
    return f"""TOKEN=$(curl -s {where}/oauth/token -u {notes.client_id}:{notes.client_secret} \\
  -d grant_type=client_credentials | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
MESSAGE=$(curl -s {where}/api/v2/conversations/messages/agentless \\
  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{{
    "fromAddress": "{notes.from_address}",
    "toAddress": "+254 711 000042", "toAddressMessengerType": "whatsapp",
    "messagingTemplate": {{"responseId": "{notes.template}",
      "headerParameters": [{{"id": "1", "value": "Friday"}}],
      "bodyParameters": [{{"id": "1", "value": "Amina"}}, {{"id": "2", "value": "Dr. Vogt"}},
                         {{"id": "3", "value": "10:30"}}]}}}}' \\
  | sed 's/^{{"id":"\\([^"]*\\)".*/\\1/'); echo message $MESSAGE"""


def status_command(where: str) -> str:
    """A command for bash that shows how far that message got."""
    return f"""curl -s -H "Authorization: Bearer $TOKEN" \\
  {where}/api/v2/conversations/messages/$MESSAGE/details | grep -o '"status":"[a-z-]*"'"""
