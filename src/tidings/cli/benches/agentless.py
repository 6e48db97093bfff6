"""POST of a notification -> decided, durable -> 202, over 64 connections."""

import itertools
from collections.abc import Iterator

import msgspec

from tidings.cli.benches.cast import Cast, hire_cast, phone
from tidings.cli.benches.load import post_request, run_load
from tidings.cli.benches.result import BenchResult
from tidings.cli.benches.stage import open_database, set_stage

CONNECTIONS = 64
CUSTOMERS = 20_000
PATH = "/api/v2/conversations/messages/agentless"


def notification_requests(cast: Cast) -> Iterator[bytes]:
    """Endless notifications, each with its own order number, over all customers."""
    for number in itertools.count():
        body = {
            "fromAddress": str(cast.integration_id),
            "toAddress": phone(number % cast.customers),
            "toAddressMessengerType": "whatsapp",
            "messagingTemplate": {
                "responseId": str(cast.response_id),
                "bodyParameters": [
                    {"id": "1", "value": "Amina"},
                    {"id": "2", "value": f"A-{number}"},
                ],
            },
        }
        yield post_request(
            PATH,
            msgspec.json.encode(body),
            {"Content-Type": "application/json", "Authorization": f"Bearer {cast.token}"},
        )


async def run(*, seconds: float = 10.0) -> BenchResult:
    """Measure one web process alone; nothing is sent on."""
    async with set_stage(api_requests_per_minute=10_000_000) as stage:
        async with open_database(stage) as database:
            cast = await hire_cast(stage, database, customers=CUSTOMERS)
        web = stage.start("web")
        await stage.wait_until_ready()
        requests = notification_requests(cast)
        port = stage.settings.port
        await run_load(port, requests, connections=CONNECTIONS, seconds=1.5)
        load = await run_load(port, requests, connections=CONNECTIONS, seconds=seconds)
        assert set(load.statuses) <= {202}, f"{load.statuses} {stage.log_of('web')}"
        return BenchResult(
            bench="agentless",
            rate=load.rate,
            unit="requests/s",
            p50_ms=load.percentile_ms(0.5),
            p99_ms=load.percentile_ms(0.99),
            seconds=load.seconds,
            rss_mb=web.memory_mb(),
        )
