"""Whatever our own OpenAPI document allows, and worse: no 5xx, and errors in the one shape.

The document is fuzzed by schemathesis, as an administrator. The examples are the same each run.
"""

import itertools
import json
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.core.result import Ok

from tests.api_client import Answer, Api
from tests.sending import AGENTLESS, Line, Sending, notification
from tests.serving import Server
from tests.world import World

# Its parameters are whatever the schema names.
Operation = schemathesis.APIOperation[Any, Any, Any, Any]
EXAMPLES = 5
# Operations that would end the fuzzing client's own rights.
OWN = ("/api/v2/tokens/me", "/api/v2/sessions")


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{server.address}/api/v2/docs/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> list[Operation]:
    schema = schemathesis.openapi.from_dict(document)
    found: list[Operation] = []
    for each in schema.get_all_operations():
        assert isinstance(each, Ok), each
        found.append(each.ok())
    return [each for each in found if not each.path.startswith(OWN)]


def check(what: str, response: httpx.Response) -> None:
    """No defect of ours shows, and an error has the contract's body."""
    assert response.status_code < 500, (what, response.status_code, response.text[:500])
    if response.status_code >= 400 and not what.startswith("HEAD "):  # which has no body
        assert response.headers["content-type"].startswith("application/json"), what
        body = response.json()
        if what.endswith("/oauth/token") and "error" in body:
            return  # OAuth 2 has a shape of its own (RFC 6749, 5.2)
        assert body["status"] == response.status_code, what
        assert body["message"], what
        assert body["code"], what
        assert body["contextId"], what
        assert "null" not in json.dumps(body), (what, body)


def test_nothing_that_the_document_allows_makes_us_fail(
    document: dict[str, Any], server: Server, world: World, line: Line
) -> None:
    tried: set[str] = set()
    failures: dict[str, str] = {}
    with httpx.Client(base_url=server.address, timeout=20) as client:
        client.headers["Authorization"] = f"Bearer {world.robot.token}"
        for operation in operations(document):
            try_operation(operation, client, tried, failures)

    assert len(tried) > 60
    assert failures == {}


def try_operation(
    operation: Operation, client: httpx.Client, tried: set[str], failures: dict[str, str]
) -> None:
    """A few generated requests of one operation; the first failure of it is kept."""
    name = f"{operation.method.upper()} {operation.path}"

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def fuzz(case: schemathesis.Case[Operation]) -> None:
        sent = case.as_transport_kwargs(base_url=str(client.base_url))
        sent = {k: v for k, v in sent.items() if k in ("method", "url", "params", "json", "data")}
        headers = {k: str(v) for k, v in (case.headers or {}).items() if str(v).isascii()}
        content = sent.pop("data", None)
        try:
            request = client.build_request(
                **sent, headers=headers, content=content if isinstance(content, bytes) else None
            )
        except (httpx.InvalidURL, ValueError, TypeError):
            return  # what no client can put on the wire
        tried.add(name)
        check(name, client.send(request))

    try:
        fuzz()
    except Unsatisfiable:
        pass
    except Exception as error:
        failures[name] = str(error)[:800]


NASTY: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"   ",
    "no_json": b"{",
    "two_values": b"{} {}",
    "number": b"1",
    "list": b"[]",
    "text": b'"x"',
    "overflow": b'{"toAddress": 1e400}',
    "not_a_number": b'{"toAddress": NaN}',
    "deep_list": b"[" * 50_000 + b"]" * 50_000,
    "deep_object": b'{"messagingTemplate":' * 20_000 + b"1" + b"}" * 20_000,
    "long_number": b'{"toAddress": ' + b"9" * 200_000 + b"}",
    "invalid_utf8": b'{"toAddress": "\xff\xfe"}',
    "utf16": '{"toAddress": "4915112345678"}'.encode("utf-16"),
    "bom": b"\xef\xbb\xbf{}",
    "lone_surrogate": b'{"toAddress": "\\ud800"}',
    "many_keys": json.dumps({str(n): n for n in range(50_000)}).encode(),
    "duplicate_keys": b'{"toAddress": "1", "toAddress": []}',
}
CREATING = (
    AGENTLESS,
    "/api/v2/users",
    "/api/v2/authorization/roles",
    "/api/v2/oauth/clients",
    "/api/v2/consents",
    "/api/v2/responsemanagement/libraries",
    "/api/v2/conversations/messaging/integrations/whatsapp",
    "/api/v2/analytics/conversations/details/query",
)


def assert_refused(answer: Answer) -> None:
    assert 400 <= answer.status < 500, answer
    body = answer.json()
    assert body["status"] == answer.status
    assert body["code"]
    assert body["message"]
    assert body["contextId"]


@pytest.mark.parametrize("name", NASTY)
async def test_a_nasty_body_is_refused_everywhere(api: Api, name: str) -> None:
    for path in CREATING:
        headers = {"Content-Type": "application/json"}
        answer = await api.post(path, content=NASTY[name], headers=headers)
        assert_refused(answer)


@pytest.mark.parametrize("path", CREATING)
async def test_a_body_over_the_limit_is_refused(api: Api, path: str) -> None:
    body = b'{"name": "' + b"x" * 2_000_000 + b'"}'

    answer = await api.post(path, content=body, headers={"Content-Type": "application/json"})

    assert_refused(answer)
    assert answer.status == 413


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded",
     "application/msgpack", "nonsense", ""],
)  # fmt: skip
async def test_another_content_type_does_not_make_us_fail(
    api: Api, sending: Sending, line: Line, kind: str
) -> None:
    body = json.dumps(notification(line, await sending.invite())).encode()

    answer = await api.post(AGENTLESS, content=body, headers={"Content-Type": kind})

    assert answer.status in (202, 400, 415), answer
    assert answer.headers["content-type"].startswith("application/json")


TEXTS = ("a\0b", "\ud800", "x" * 100_000, "\u202e", "'; DROP TABLE message; --", "%00", "{{1}}")


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_a_nasty_text_in_any_field_of_a_send_does_not_make_us_fail(
    api: Api, sending: Sending, line: Line, text: str
) -> None:
    phone = await sending.invite()
    for at in range(5):
        body = notification(line, phone, note=at)
        values = body["messagingTemplate"]["bodyParameters"]
        places: list[tuple[dict[str, Any], str]] = [
            (body, "fromAddress"),
            (body, "toAddress"),
            (body["messagingTemplate"], "responseId"),
            (values[0], "value"),
            (values[0], "id"),
        ]
        place, key = places[at]
        place[key] = text
        content = json.dumps(body).encode()
        for path in (AGENTLESS, f"{AGENTLESS}/preview"):
            answer = await api.post(
                path, content=content, headers={"Content-Type": "application/json"}
            )
            assert answer.status < 500, (key, answer)


PATHS = ("%00", "%ff", "..%2f..", "a" * 5_000, "-", "%E2%80%AE", "0" * 32, "null")


@pytest.mark.parametrize("query", ["pageSize=", "pageSize=9999999999999999999999", "pageSize=-1",
                                   "pageNumber=1e3", "after=%00", "after=%ff", "name=%00",
                                   "sortBy=%27", "pageSize=1&pageSize=2"])  # fmt: skip
async def test_a_nasty_query_does_not_make_us_fail(
    api: Api, document: dict[str, Any], query: str
) -> None:
    for path, methods in document["paths"].items():
        if "get" in methods and "{" not in path and not path.startswith(OWN):
            answer = await api.get(f"{path}?{query}")
            assert answer.status < 500, (path, query, answer)


@pytest.mark.parametrize("part", PATHS, ids=range(len(PATHS)))
async def test_a_nasty_path_does_not_make_us_fail(
    api: Api, document: dict[str, Any], part: str
) -> None:
    for path, methods in document["paths"].items():
        if "{" in path and "get" in methods:
            pieces = itertools.chain.from_iterable(
                (piece.split("}")[-1] if "}" in piece else piece, part) for piece in path.split("{")
            )
            answer = await api.get("".join(list(pieces)[:-1]))
            assert answer.status < 500, (path, part, answer)


@pytest.mark.parametrize("token", ["", "\x7f", "ü", "a" * 20_000, "a b", "%00", "null"])
async def test_a_nasty_token_is_no_token(api: Api, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}

    answer = await api.as_(None).request("GET", "/api/v2/users/me", headers=headers)

    assert answer.status == 401, answer


@given(key=st.binary(min_size=1, max_size=30).filter(lambda k: not set(k) & {0, 10, 13}))
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
async def test_any_idempotency_key_is_taken_or_refused(
    api: Api, sending: Sending, line: Line, key: bytes
) -> None:
    answer = await api.post(
        AGENTLESS, notification(line, "4915119999998"), headers={"Idempotency-Key": key}
    )

    assert answer.status in (400, 409), answer
