"""`tidings bench`: how fast each way through the house is, against its bare limit."""

import gc
from importlib import import_module

import click
import uvloop

from tidings.cli.benches.result import BenchResult
from tidings.cli.root import print_json

BENCHES = {
    "ingest": "signed webhook -> durable -> 200",
    "agentless": "POST -> durable -> 202, 64 connections",
    "intake": "stored webhooks -> applied",
    "dispatch": "queued -> provider accepted -> recorded",
    "loop": "notifications through one number with all callbacks coming back",
    "memory": "web and worker over ten minutes of notifications with all callbacks",
    "pace": "a campaign's pace over a minute, and how soon its stop takes effect",
    "start": "start of a campaign over a million contacts -> laid out",
    "import": "a CSV of a million contacts, uploaded -> in the list",
    "route": "10,000 waiting conversations -> offered to 1,000 agents by their skills",
    "desk": "customer's webhook -> frame on the agent's socket: 500 open conversations",
    "interactions": "first page of ten million conversations, by every filter",
}

# What `all` runs: every bench, and the loop in each of its ways.
EVERYTHING: list[tuple[str, dict[str, object]]] = [
    *((name, {}) for name in BENCHES),
    ("loop", {"batch": 10}),
    ("loop", {"campaign": True}),
]

# Where a bench cannot lend its name to its module.
MODULES = {"import": "imports"}


@click.command()
@click.argument("name", type=click.Choice([*BENCHES, "all"]))
@click.option("--json", "as_json", is_flag=True, help="One JSON object on the last line.")
@click.option("--seconds", type=float, help="Length of the measured part, where it has one.")
@click.option("--batch", type=int, default=1, help="loop: callbacks in one request.")
@click.option("--campaign", is_flag=True, help="loop: sent by a campaign, not queued before.")
@click.option("--conversations", type=int, help="interactions: how many to write before.")
@click.option("--agents", type=int, help="desk: how many, each with a socket of their own.")
def bench(
    name: str,
    as_json: bool,
    seconds: float | None,
    batch: int,
    campaign: bool,
    conversations: int | None,
    agents: int | None,
) -> None:
    """Measure one way through the house, or all of them one after the other.

    Each bench runs on a fresh database with processes of its own, on loopback, and removes
    everything afterwards.
    """
    asked: dict[str, object] = {}
    if name == "loop":
        asked = {"batch": batch, "campaign": campaign}
    elif name == "interactions" and conversations is not None:
        asked = {"conversations": conversations}
    elif name == "desk" and agents is not None:
        asked = {"agents": agents}
    runs = EVERYTHING if name == "all" else [(name, asked)]
    for each, options in runs:
        module = import_module(f"tidings.cli.benches.{MODULES.get(each, each)}")
        if seconds is not None:
            options = {**options, "seconds": seconds}
        gc.freeze()
        result: BenchResult = uvloop.run(module.run(**options)).rounded()
        if as_json or name == "all":
            print_json(result)
        else:
            show(result)


def show(result: BenchResult) -> None:
    """The figures for people."""
    click.echo(f"{result.bench}: {result.rate:,.0f} {result.unit} in {result.seconds:.1f} s")
    for label, value in (
        ("p50", result.p50_ms and f"{result.p50_ms} ms"),
        ("p99", result.p99_ms and f"{result.p99_ms} ms"),
        ("memory", result.rss_mb and f"{result.rss_mb:.0f} MB"),
        ("bare limit", result.limit_rate and f"{result.limit_rate:,.0f} {result.unit}"),
        ("ratio", result.ratio),
        ("lost", result.lost),
        ("doubled", result.doubled),
    ):
        if value is not None:
            click.echo(f"  {label}: {value}")
    for label, figure in (result.detail or {}).items():
        click.echo(f"  {label}: {figure:,.1f}".removesuffix(".0"))
