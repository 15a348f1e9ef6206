"""A web page of another origin, over real HTTP: by default the local stack lets every page call and count down."""

from __future__ import annotations

import pytest

from tests.e2e.local_stack import LocalStack

PAGE = "http://localhost:5173"
BEFORE = "2019-01-01T10:00:00+08:00"
CLAIM = "/batches/special-0606/claim"


@pytest.mark.parametrize(("method", "path"), [("PUT", CLAIM), ("DELETE", "/orders/o/hold"), ("POST", "/_local/token")])
def test_a_page_may_ask(stack: LocalStack, method: str, path: str) -> None:
    """The preflight needs no token, and allows the method, the token and JSON."""
    asked = {"Origin": PAGE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization"}
    with stack.caller() as browser:
        answer = browser.send("OPTIONS", path, headers=asked)
    assert (answer.status, answer.text, answer.headers["access-control-allow-origin"]) == (204, "", "*")
    assert method in answer.headers["access-control-allow-methods"].split(", ")
    assert {"authorization", "content-type"} <= set(answer.headers["access-control-allow-headers"].split(", "))


def test_a_page_reads_what_it_counts_down_by(stack: LocalStack) -> None:
    """A refusal of the function, one of the gateway, and an answer of `/_local` can be read, with their time."""
    stack.set_clock(BEFORE)
    with stack.citizen("ann") as citizen, stack.caller() as anybody:
        answers = [
            citizen.send("PUT", CLAIM, headers={"Origin": PAGE}),
            anybody.send("PUT", CLAIM, headers={"Origin": "null"}),
            anybody.send("GET", "/_local/clock", headers={"Origin": PAGE}),
        ]
        unasked = citizen.send("GET", "/wallet")
    assert [answer.status for answer in answers] == [409, 401, 200]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == "*"
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"Date", "Age", "Retry-After", "Idempotent-Replay"} <= set(exposed)
    assert not any(name.startswith("access-control-") for name in unasked.headers)


def test_every_answer_says_that_its_type_is_not_to_be_guessed(stack: LocalStack) -> None:
    """Good answers, a document, refusals and the front's own."""
    paths = ["/wallet", "/campaigns", "/openapi.json", "/_local/clock", "/_local/nothing", "/nothing", "/wallet?odd=1"]
    with stack.citizen("ann") as citizen:
        said = {path: citizen.send("GET", path).headers.get("x-content-type-options") for path in paths}
    assert said == dict.fromkeys(paths, "nosniff")


def test_a_repeated_query_parameter_is_one_odd_value(stack: LocalStack) -> None:
    """The gateway joins its values by commas, and no parameter takes a comma."""
    with stack.citizen("ann") as citizen:
        refused = citizen.send("GET", "/wallet?status=held&status=held")
    assert (refused.slug, refused.json["errors"][0]["place"]) == ("malformed", "query.status")
