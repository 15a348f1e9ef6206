"""The local stack's front: bytes pass as they came, its own routes are strict, and `Date` is the test clock's."""

from __future__ import annotations

import errno
import json
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import h11
import pytest

from infra.couponctl.tokens import claims_of
from infra.local.clock import OPENING_S, LocalClock
from tests.unit.infra.fronts import Local, local_front, request

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return local_front(tmp_path)


@pytest.mark.parametrize(
    "target",
    [
        b"/shops",
        b"//",
        b"//x",
        b"/a/../b",
        b"/assets",
        b"/index.html/",
        b"/a%2Fb?x=%ff&&x=;",
        b"/%5Flocal/clock",
        b"/_localx",
        b"/_ministack/reset",
        b"/a#b",
    ],
)
def test_a_path_passes_as_it_came(local: Local, target: bytes) -> None:
    """Nothing is decoded, collapsed or dropped, and ministack's own paths are the API's below the prefix."""
    local.send(request(b"GET", target))
    assert local.upstream.seen[0][1] == b"/api" + target


def test_bodies_and_headers_pass_as_they_came(local: Local) -> None:
    """Broken encodings too, both ways; headers of the connection do not, and `Date` is replaced."""
    [(status, headers, body)] = local.send(request(b"PUT", b"/x", b"\xff\x00{", b"X-B: \xfe", b"Keep-Alive: 5"))
    method, _, sent, sent_body = local.upstream.seen[0]
    assert (method, sent_body) == (b"PUT", b"\xff\x00{")
    assert (b"X-B", b"\xfe") in sent
    assert (status, body, headers["x-a"]) == (418, b"\xff\x00", "\xfe")
    assert parsedate_to_datetime(headers["date"]).timestamp() == pytest.approx(OPENING_S, abs=5)


def test_a_connection_takes_several_requests(local: Local) -> None:
    """Kept alive, pipelined too, each answered in its order."""
    raw = request(b"GET", b"/1") + request(b"PUT", b"/2", b"x") + request(b"GET", b"/_local/clock")
    assert [status for status, _, _ in local.send(raw)] == [418, 418, 200]


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        request(b"GET", b"*"),
        request(b"GET", b"/" + b"a" * 10_300),
        request(b"GET", b"/", b"", b"X: " + b"a" * 60_000),
        request(b"PUT", b"/", b"x" * (6 * 1024 * 1024 + 1)),
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["tls", "not ascii", "no host", "no path", "long path", "long header", "over 6 MB", "bad chunk"],
)
def test_what_is_not_a_request_is_malformed(local: Local, raw: bytes) -> None:
    """A problem document, and nothing reaches the API."""
    [(status, headers, body)] = local.send(raw)
    assert (status, json.loads(body)["type"]) == (400, "/problems/malformed")
    assert headers["content-type"] == "application/problem+json"
    assert local.upstream.seen == []


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError(), h11.RemoteProtocolError("x")])
def test_a_silent_cloud_is_said_to_be_silent(local: Local, error: Exception) -> None:
    """502 with a problem document; the connection goes on."""
    local.upstream.error = error
    assert [status for status, _, _ in local.send(request(b"GET", b"/x") * 2)] == [502, 502]


def test_a_token_carries_what_was_asked_for(local: Local) -> None:
    """Claims as given, issuer and audience of the gateway, valid a day."""
    asked = {"sub": "a", "scope": "citizen operator", "person_id": "p", "region": "beijing"}
    status, answer = local.ask("POST", "/_local/token", json.dumps(asked).encode())
    claims = claims_of(answer["access_token"])
    assert claims is not None
    assert (status, answer["token_type"], answer["expires_in"]) == (200, "Bearer", 86_400)
    assert claims == asked | {
        "iss": "http://issuer",
        "aud": "coupon-season",
        "iat": claims["iat"],
        "exp": claims["iat"] + 86_400,
    }


def test_the_clock_is_set_forth_and_back(local: Local) -> None:
    """And every reader of the file sees it at once."""
    for now in ("2020-06-21T10:00:00+08:00", "2020-06-06T02:00:00Z"):
        assert local.ask("POST", "/_local/clock", json.dumps({"now": now}).encode())[0] == 200
    status, answer = local.ask("POST", "/_local/clock", b'{"advance_s": 86400}')
    assert status == 200
    assert answer["now"].startswith("2020-06-07T10:00:0")
    assert local.clock.now_s() == pytest.approx(OPENING_S + 30 + 86_400, abs=5)


def test_a_clock_that_cannot_be_written_is_said(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """500 with the reason; the clock goes on as it was."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LocalClock, "set_now", full)
    status, answer = local.ask("POST", "/_local/clock", b'{"advance_s": 86400}')
    assert (status, answer["type"]) == (500, "/problems/not-written")
    assert "No space left on device" in answer["detail"]
    assert local.clock.now_s() == pytest.approx(OPENING_S, abs=5)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *[("/_local/token", body) for body in (b"", b"null", b"[" * 60_000, b"\xff", b'{"sub": "a"}')],
        ("/_local/token", b'{"sub": 1, "scope": "citizen"}'),
        ("/_local/token", b'{"sub": "a", "scope": "root"}'),
        ("/_local/token", b'{"sub": "a", "scope": "citizen "}'),
        ("/_local/token", b'{"sub": "\\u0000", "scope": "citizen"}'),
        ("/_local/token", b'{"sub": "a", "scope": "citizen", "admin": true}'),
        ("/_local/token", b'{"sub": "a", "scope": "merchant", "merchant_id": "A B"}'),
        ("/_local/token", b'{"sub": "%s", "scope": "citizen"}' % (b"a" * 70_000)),
        ("/_local/clock", b"{}"),
        ("/_local/clock", b'{"now": "2020-06-06T10:00:00Z", "advance_s": 1}'),
        *[
            ("/_local/clock", b'{"now": "%s"}' % now)
            for now in (
                b"2020-06-06T10:00:00",
                b"2020-13-06T10:00:00Z",
                b"0000-01-01T00:00:00Z",
                b"9999-12-31T23:59:59Z",
            )
        ],
        *[
            ("/_local/clock", b'{"advance_s": %s}' % seconds)
            for seconds in (b"NaN", b"1e400", b"9" * 5_000, b"-1", b'"1"', b"true")
        ],
        ("/_local/tick", b"x"),
        ("/_local/tick", b'{"x": 1}'),
    ],
)
def test_bad_input_is_malformed(local: Local, path: str, body: bytes) -> None:
    """400 with a problem document, and neither clock nor schedule moved."""
    status, answer = local.ask("POST", path, body)
    assert (status, answer["type"]) == (400, "/problems/malformed")
    assert local.clock.now_s() == pytest.approx(OPENING_S, abs=5)
    assert len(local.ticks) == 1


@pytest.mark.parametrize(
    ("body", "place", "message"),
    [
        (b'{"advance_s": -5}', "body.advance_s", "must be at least 0.0"),
        (b'{"nwo": "2020-06-06T10:00:00Z"}', "body.nwo", "unknown field; known are now, advance_s"),
        (b'{"now": "2100-01-01T00:00:00Z"}', "body.now", "the clock goes from 2000 to 2099"),
    ],
)
def test_bad_input_is_told_in_the_words_of_the_api(local: Local, body: bytes, place: str, message: str) -> None:
    """Its place, and a plain sentence."""
    _, answer = local.ask("POST", "/_local/clock", body)
    assert {"place": place, "message": message} in answer["errors"]


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/_local", 404, "not-found"),
        ("GET", "/_local/x", 404, "not-found"),
        ("GET", "/_local/token", 405, "method-not-allowed"),
        ("DELETE", "/_local/clock", 405, "method-not-allowed"),
    ],
)
def test_an_unknown_local_route_is_a_problem(local: Local, method: str, path: str, status: int, slug: str) -> None:
    """404, or 405 with the methods that the path knows; none of them reaches the API."""
    [(answered, headers, body)] = local.send(request(method.encode(), path.encode()))
    assert (answered, json.loads(body)["type"]) == (status, f"/problems/{slug}")
    assert ("allow" in headers) == (status == 405)
    assert local.upstream.seen == []


def test_a_tick_goes_on_until_nothing_is_due(local: Local) -> None:
    """It tells all that was done, in order."""
    local.ticks[:] = [{"did": [1], "more": True}, {"did": [], "more": True}, {"did": [2, 3], "more": False}, {}]
    status, answer = local.ask("POST", "/_local/tick")
    assert (status, answer["did"], answer["more"]) == (200, [1, 2, 3], False)


def test_a_tick_ends_where_the_work_does_not(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a bounded number of rounds it answers that more is due."""
    monkeypatch.setattr("infra.local.routes._ROUNDS_MAX", 3)
    local.ticks[:] = [{"did": [1], "more": True}] * 9
    assert local.ask("POST", "/_local/tick")[1]["more"] is True
    assert len(local.ticks) == 6


def test_a_page_of_an_allowed_origin_reads_every_answer(local: Local) -> None:
    """Of the API, of `/_local`, and the front's refusals, also of what it does not read to its end."""
    origin = b"Origin: https://app.test"
    for target in (b"/wallet", b"/_local/clock", b"/_local/nothing", b"nowhere"):
        [(_, headers, _)] = local.send(request(b"GET", target, b"", origin))
        assert headers["access-control-allow-origin"] == "https://app.test", target
        assert (headers["access-control-expose-headers"], headers["vary"]) == ("Date", "origin")
    [(status, headers, _)] = local.send(request(b"PUT", b"/wallet", b"x" * (6 * 2**20 + 1), origin))
    assert (status, headers["access-control-allow-origin"]) == (400, "https://app.test")
    local.upstream.error = OSError()
    [(status, headers, _)] = local.send(request(b"GET", b"/wallet", b"", origin))
    assert (status, headers["access-control-allow-origin"]) == (502, "https://app.test")


@pytest.mark.parametrize("target", [b"/_local/clock", b"/_local/nothing", b"nowhere"])
def test_no_browser_guesses_the_type_of_its_own_answers(local: Local, target: bytes) -> None:
    """Answers and refusals; what the API sends passes as it came."""
    [(_, headers, _)] = local.send(request(b"GET", target))
    assert headers["x-content-type-options"] == "nosniff"


def test_a_preflight_does_not_reach_the_cloud(local: Local) -> None:
    """Another request with the method OPTIONS does."""
    asks = (b"Origin: https://app.test", b"Access-Control-Request-Method: PUT")
    for target in (b"/wallet", b"/_local/token", b"/no/route"):
        [(status, headers, body)] = local.send(request(b"OPTIONS", target, b"", *asks))
        assert (status, body, headers["access-control-allow-methods"]) == (204, b"", "GET")
    assert local.upstream.seen == []
    local.send(request(b"OPTIONS", b"/wallet", b"", asks[0]))
    assert len(local.upstream.seen) == 1
