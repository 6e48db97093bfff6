"""`tidings openapi`: the API's OpenAPI document, for whoever makes a client of it."""

import base64
import secrets

import click
import msgspec

from tidings.api.application import Application
from tidings.api.document import describe
from tidings.cli.root import read_settings


@click.command()
def openapi() -> None:
    """Print the API's OpenAPI document as JSON; nothing needs to run for it."""
    # A key of the moment: this process opens no secrets, and makes no key file either.
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    application = Application(read_settings(secret_key=key), database_url="")
    text = msgspec.json.encode(describe(application.framework), order="sorted")
    click.echo(msgspec.json.format(text))
