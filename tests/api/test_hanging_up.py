"""Whoever hangs up in the middle of a request is no defect of ours."""

from typing import Any

from structlog.testing import capture_logs

from tests.world import World
from tidings.api.application import Application


async def test_a_client_that_hangs_up_is_told_apart_from_a_defect(
    application: Application, world: World
) -> None:
    frames = iter([{"type": "http.request", "body": b'{"na', "more_body": True}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(frames, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/api/v2/authorization/divisions",
        "raw_path": b"/api/v2/authorization/divisions", "query_string": b"", "root_path": "",
        "headers": [
            (b"authorization", f"Bearer {world.ada.token}".encode()),
            (b"content-type", b"application/json"),
        ],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    with capture_logs() as logs:
        await application(scope, receive, send)

    assert [each["event"] for each in logs] == ["request.hung_up"]
    assert [each["status"] for each in sent if "status" in each] == [400]
