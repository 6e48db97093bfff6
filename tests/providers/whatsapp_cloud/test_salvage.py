"""What can be read of a body that is no proper JSON."""

import json

import pytest

from tidings.providers.whatsapp_cloud.salvage import DEEPEST, prune, salvage


@pytest.mark.parametrize(
    "bomb", [b"[" * 50_000 + b"]" * 50_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000]
)
def test_a_bomb_is_cut_off_and_its_neighbours_stay(bomb: bytes) -> None:
    body = b'{"before":[1],"bomb":[%s,2],"after":"[[[{\\"]"}' % bomb

    read = json.loads(salvage(body))

    assert (read["before"], read["after"]) == ([1], '[[[{"]')
    assert read["bomb"][1] == 2
    assert b"nested too deeply" in salvage(body)


def test_what_is_as_deep_as_allowed_is_not_touched() -> None:
    body = b"[" * DEEPEST + b'"]"' + b"]" * DEEPEST

    assert prune(body) == body


@pytest.mark.parametrize("body", [b"[" * 50_000, b"{" + b'"a":[' * 50_000, b"]" * 50_000, b'"' * 9])
def test_what_is_no_json_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        salvage(body)
