"""`tidings doctor`: looks at everything an installation stands on, and names what to mend."""

import asyncio
import sys

import click

from tidings.cli.checkup import FAIL, OK, WARN, Finding, check_everything
from tidings.cli.lookups import as_json
from tidings.cli.root import print_json, read_settings

MARKS = {OK: ("ok  ", "green"), WARN: ("warn", "yellow"), FAIL: ("FAIL", "red")}


@click.command()
@as_json
def doctor(json_: bool) -> None:
    """Look whether this installation is well; each trouble comes with its mend.

    Exit code 0 when nothing failed (warnings are no failure), else 1.
    """
    findings = asyncio.run(check_everything(read_settings()))
    if json_:
        print_json({"ok": not _failed(findings), "findings": findings})
    else:
        for finding in findings:
            click.echo(_line(finding))
    sys.exit(1 if _failed(findings) else 0)


def _failed(findings: list[Finding]) -> bool:
    return any(finding.state == FAIL for finding in findings)


def _line(finding: Finding) -> str:
    word, colour = MARKS[finding.state]
    text = f"{click.style(word, fg=colour)}  {finding.check:<14} {finding.message}"
    return f"{text}\n{'':22}-> {finding.mend}" if finding.mend else text
