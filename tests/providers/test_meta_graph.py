"""Graph's errors: the code decides whose fault it is, whatever the HTTP status says."""

import json
from datetime import timedelta

import msgspec
import pytest

from tests.providers.samples import sample
from tidings.domain.outcomes import Fault, Refused, Unknown
from tidings.providers.http import Answer
from tidings.providers.meta_graph import (
    RULES,
    GraphRefused,
    Retry,
    describe,
    find_rule,
    graph_base,
    parse_answer,
    parse_failure,
    parse_refusal,
)


def answer_of(name: str) -> Answer:
    given = sample(name)
    return Answer(given["http_status"], json.dumps(given["body"]).encode())


@pytest.mark.parametrize(
    ("name", "code", "fault"),
    [
        ("refusal_window", "meta.131047", Fault.WINDOW),
        ("refusal_token_expired", "meta.190.463", Fault.AUTH),
        ("refusal_template_missing", "meta.132001", Fault.TEMPLATE),
        ("refusal_pair_rate", "meta.131056", Fault.RATE),
        ("refusal_template_limit", "meta.2388019", Fault.ACCOUNT),
        ("refusal_not_registered_500", "meta.131045", Fault.ACCOUNT),
        ("refusal_permission_range", "meta.294", Fault.AUTH),
        ("refusal_not_listed", "meta.987654", Fault.REQUEST),
    ],
)
def test_a_refusal_is_judged_by_its_code(name: str, code: str, fault: Fault) -> None:
    refusal = parse_refusal(answer_of(name))
    assert (refusal.code, refusal.fault) == (code, fault)
    assert refusal.detail
    assert describe(refusal.code).endswith(".")


def test_only_the_pair_limit_leaves_other_recipients_alone() -> None:
    refusal = parse_refusal(answer_of("refusal_pair_rate"))
    assert refusal.only_this_recipient
    assert refusal.retry_after == timedelta(seconds=6)
    assert not parse_refusal(answer_of("refusal_window")).only_this_recipient


@pytest.mark.parametrize(
    ("status", "fault"),
    [(429, Fault.RATE), (500, Fault.SERVER), (503, Fault.SERVER), (403, Fault.AUTH),
     (400, Fault.REQUEST)],
)  # fmt: skip
def test_without_an_error_object_the_status_decides(status: int, fault: Fault) -> None:
    for body in (b"", b"<html>", b"[1]", b'{"error":"text"}', b"\xff\xfe"):
        assert parse_refusal(Answer(status, body)).fault is fault


@pytest.mark.parametrize(
    ("status", "fault"), [(400, Fault.REQUEST), (429, Fault.RATE), (500, Fault.SERVER)]
)
def test_the_status_helps_where_a_code_is_not_in_the_table(status: int, fault: Fault) -> None:
    body = b'{"error":{"code":987654,"message":"new"}}'
    assert parse_refusal(Answer(status, body)).fault is fault


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_gave_up_leaves_the_outcome_unknown(status: int) -> None:
    assert isinstance(parse_failure(Answer(status, b"<html>bad gateway")), Unknown)
    graph = b'{"error":{"code":131016,"message":"Service unavailable"}}'
    assert isinstance(parse_failure(Answer(status, graph)), Refused)


def test_graph_admits_that_a_message_may_have_gone_out() -> None:
    body = b'{"error":{"code":1,"error_subcode":1357046,"message":"invalid JSON"}}'
    assert isinstance(parse_failure(Answer(500, body)), Unknown)


@pytest.mark.parametrize(
    ("header", "wait"),
    [("7", 7), ("999999", 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), ("", None)],
)
def test_retry_after_is_honoured_within_reason(header: str, wait: int | None) -> None:
    refusal = parse_refusal(Answer(429, b"", {"retry-after": header}))
    assert refusal.retry_after == (None if wait is None else timedelta(seconds=wait))


def test_the_table_is_sound() -> None:
    keys = [(rule.code, rule.subcode) for rule in RULES]
    assert len(keys) == len(set(keys))
    for rule in RULES:
        assert rule.says.endswith(".")
        if rule.fault is Fault.RATE:
            assert rule.retry is Retry.BACKOFF
        if rule.fault is Fault.AUTH:
            assert rule.retry is Retry.AFTER_FIX


@pytest.mark.parametrize(
    "code", ["meta.rate", "provider.unreachable", "nonsense", "meta.1.2.3", ""]
)
def test_any_code_can_be_put_into_words(code: str) -> None:
    assert describe(code).endswith(".")


def test_a_subcode_that_means_nothing_falls_back_to_the_code() -> None:
    assert find_rule(190, 999) is find_rule(190)
    assert find_rule(200).fault is Fault.AUTH
    assert find_rule(200005).fault is Fault.REQUEST


def test_a_management_answer_is_read_or_refused() -> None:
    class Shape(msgspec.Struct):
        id: int

    assert parse_answer(Answer(200, b'{"id":"7"}'), Shape).id == 7
    for answer in (
        Answer(200, b"nonsense"),
        Answer(200, b'{"error":{"code":190}}'),
        Answer(500, b""),
    ):
        with pytest.raises(GraphRefused):
            parse_answer(answer, Shape)


def test_the_version_is_a_setting() -> None:
    assert graph_base("v25.0") == "https://graph.facebook.com/v25.0"
    assert graph_base(host="http://127.0.0.1:9000/").startswith("http://127.0.0.1:9000/v")
