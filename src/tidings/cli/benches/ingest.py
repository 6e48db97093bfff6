"""Signed webhook -> durable -> 200, over HTTP, against a bare handler that only writes it down."""

import hashlib
import hmac
import itertools
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from tidings.cli.benches.cast import (
    ACCOUNT_ID,
    APP_SECRET,
    BUSINESS_NUMBER,
    NUMBER_ID,
    hire_cast,
    phone,
)
from tidings.cli.benches.load import Load, post_request, run_load
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import free_port, open_database, set_stage, wait_for_http

CONNECTIONS = 64
REQUESTS = 2_000


def status_body(number: int, status: str = "delivered", *, message_id: str = "") -> bytes:
    """A webhook with one status, as Meta sends it."""
    update: dict[str, Any] = {
        "id": f"wamid.{number:032d}",
        "status": status,
        "timestamp": "1790000000",
        "recipient_id": phone(number),
        "pricing": {"billable": True, "pricing_model": "PMP", "category": "utility"},
    }
    if message_id:
        update["biz_opaque_callback_data"] = message_id
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": BUSINESS_NUMBER, "phone_number_id": NUMBER_ID},
        "statuses": [update],
    }
    change = {"field": "messages", "value": value}
    return msgspec.json.encode(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": ACCOUNT_ID, "changes": [change]}],
        }
    )


def signature_of(body: bytes) -> str:
    """The header with which Meta signs a webhook."""
    return "sha256=" + hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()


def signed_request(body: bytes) -> bytes:
    """The POST of a webhook, signed as Meta signs."""
    return post_request(
        "/webhooks/meta",
        body,
        {"Content-Type": "application/json", "X-Hub-Signature-256": signature_of(body)},
    )


async def run(*, seconds: float = 8.0) -> BenchResult:
    """Measure the product's door and the bare one in turn, in one run."""
    requests = [signed_request(status_body(number)) for number in range(REQUESTS)]
    async with set_stage() as stage, open_database(stage) as database:
        await hire_cast(stage, database, customers=1)
        web = stage.start("web")
        await stage.wait_until_ready()
        bare_port = free_port()
        bare = start_bare(bare_port, stage.url)
        try:
            await wait_for_http(f"http://127.0.0.1:{bare_port}/")
            await _measure(stage.settings.port, requests, 1.0)
            await _measure(bare_port, requests, 1.0)
            loads, limits = [], []
            for _ in range(2):
                limits.append(await _measure(bare_port, requests, seconds / 4))
                loads.append(await _measure(stage.settings.port, requests, seconds / 4))
        finally:
            bare.terminate()
            bare.wait()
        best = max(loads, key=lambda load: load.rate)
        return BenchResult(
            bench="ingest",
            rate=sum(load.rate for load in loads) / len(loads),
            unit="webhooks/s",
            p50_ms=best.percentile_ms(0.5),
            p99_ms=best.percentile_ms(0.99),
            seconds=sum(load.seconds for load in loads),
            rss_mb=web.memory_mb(),
            limit_rate=sum(load.rate for load in limits) / len(limits),
        )


def start_bare(port: int, url: str) -> subprocess.Popen[bytes]:
    """Start the bare handler as a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tidings.cli.benches.bare", str(port), url])


async def _measure(port: int, requests: list[bytes], seconds: float) -> Load:
    endless: Iterator[bytes] = itertools.cycle(requests)
    return await run_load(port, endless, connections=CONNECTIONS, seconds=seconds)
