"""`tidings settings`: every setting with its value and where that comes from, or as a page."""

import os
import types
import typing
from typing import Any, Literal, get_args, get_origin

import click
import msgspec

from tidings.cli.lookups import as_json
from tidings.cli.root import print_json, read_settings
from tidings.settings import DESCRIPTIONS, PREFIX, Settings

SECRET = {"secret_key", "database_url"}
HIDDEN = "(hidden)"
PAGE = """\
# Settings

Made by `tidings settings --markdown`; a test keeps it current.

Settings come from the environment (`TIDINGS_PORT=8080`) and from one TOML file (`port = 8080`):
the one that `TIDINGS_CONFIG` names, else `tidings.toml` in the home. The environment wins. A name
that is not a setting and a value that does not fit are refused at start. `tidings settings` shows
what holds, and where each value comes from.

| setting | in the file | value | default | what it does |
|---|---|---|---|---|
"""


class Shown(msgspec.Struct, frozen=True):
    """One setting as it holds; `source` is environment, file or default."""

    name: str
    value: Any
    source: str
    description: str


@click.command()
@click.option("--markdown", is_flag=True, help="Print docs/settings.md instead.")
@as_json
def settings(markdown: bool, json_: bool) -> None:
    """Show every setting, its value, and where it comes from; secrets are hidden."""
    if markdown:
        click.echo(render_page(), nl=False)
        return
    rows = read_shown()
    if json_:
        print_json(rows)
        return
    for row in rows:
        value = click.style(str(row.value), bold=row.source != "default")
        click.echo(f"{row.name:<34} {value}  ({row.source})\n    {row.description}")


def read_shown() -> list[Shown]:
    """All settings of this process."""
    holding = read_settings()
    return [
        Shown(
            PREFIX + field.name.upper(),
            _hide(field.name, getattr(holding, field.name)),
            _source(field.name, changed=getattr(holding, field.name) != field.default),
            DESCRIPTIONS[field.name],
        )
        for field in msgspec.structs.fields(Settings)
    ]


def _source(name: str, *, changed: bool) -> str:
    if PREFIX + name.upper() in os.environ:
        return "environment"
    return "file" if changed else "default"


def render_page() -> str:
    """docs/settings.md."""
    rows = []
    for field in msgspec.structs.fields(Settings):
        default = "" if field.default == "" else f"`{_plain(field.default)}`"
        about = DESCRIPTIONS[field.name].replace("|", "\\|").replace("<", "&lt;")
        rows.append(
            f"| `{PREFIX}{field.name.upper()}` | `{field.name}` | {describe_type(field.type)} "
            f"| {default} | {about} |\n"
        )
    return PAGE + "".join(rows)


def describe_type(kind: Any) -> str:
    """What a value must be, in words: text, yes or no, one of some words, a number in a range."""
    limits = ""
    if get_origin(kind) is typing.Annotated:
        kind, meta = get_args(kind)[:2]
        limits = _range(meta.ge, meta.le)
    if get_origin(kind) is Literal:
        return ", ".join(f"`{each}`" for each in get_args(kind))
    if isinstance(kind, types.UnionType):
        return " or ".join(describe_type(each) for each in get_args(kind))
    names = {bool: "`true` or `false`", int: "number", float: "number", str: "text"}
    return names.get(kind, str(kind)) + limits


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f", {least} to {most:,}"
    return f", at least {least}" if least is not None else ""


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _hide(name: str, value: object) -> object:
    return HIDDEN if name in SECRET and value else value
