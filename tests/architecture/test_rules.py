"""The rules of the house that no linter knows: who imports whom, sizes, addresses, settings."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from tidings.cli.root import COMMANDS, tidings
from tidings.cli.settings_page import render_page
from tidings.settings import DESCRIPTIONS, Settings

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
# In two parts, so that this file does not break its own rule.
FORBIDDEN = [
    "pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com",
    "--index" + "-url", "--find" + "-links", "/opt" + "/wheels",
    "/work" + "/main", "/work" + "/shared",
]  # fmt: skip
# Where a link in a page leads: [text](target).
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def committed(*suffixes: str) -> list[Path]:
    """The files under version control, of these suffixes if any are named."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [each for each in paths if each.is_file() and (not suffixes or each.suffix in suffixes)]


def test_the_layers_import_only_downwards() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", committed(".py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_readable(path: Path) -> None:
    text = path.read_text()

    assert text.count("\n") <= LONGEST_FILE
    for name, lines in functions_of(text):
        assert lines <= LONGEST_FUNCTION, name


def functions_of(text: str) -> Iterator[tuple[str, int]]:
    """Name and length of every function."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.end_lineno - node.lineno + 1


def test_nothing_committed_names_a_registry_or_a_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in committed()
        for word in FORBIDDEN
        if word in path.read_text(errors="ignore")
    ]

    assert found == []


def test_the_lock_file_of_the_console_names_no_address() -> None:
    lock = json.loads((ROOT / "console" / "package-lock.json").read_text())

    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []


def test_what_is_installed_is_locked_by_hash() -> None:
    for name in ("constraints.txt", "constraints-dev.txt"):
        text = (ROOT / name).read_text()
        pinned = re.findall(r"^[a-z0-9].*==", text, re.MULTILINE | re.IGNORECASE)
        assert len(pinned) > 20
        assert len(pinned) == len(re.findall(r"^[a-z0-9].*==.*\\$", text, re.MULTILINE | re.I))


def test_every_setting_is_described_and_its_page_is_current() -> None:
    assert set(DESCRIPTIONS) == {field.name for field in msgspec.structs.fields(Settings)}
    assert (ROOT / "docs" / "settings.md").read_text() == render_page(), (
        "run: tidings settings --markdown > docs/settings.md"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name: str) -> None:
    command = tidings.get_command(click.Context(tidings), name)

    assert command is not None
    assert command.help
    for parameter in command.params:
        assert not isinstance(parameter, click.Option) or parameter.help, parameter.name


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in committed(".md")
        for target in LINK.findall(page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert broken == []
