"""CORS of the local stack: who may call, and what the template allows them."""

from __future__ import annotations

import h11
import pytest

from infra.local.answers import Answer
from infra.local.cors import Cors
from infra.local.tables import load_template

TEMPLATE = load_template()


def cors(*origins: str) -> Cors:
    return Cors.declared(TEMPLATE, origins)


def request(method: str = "GET", **headers: str) -> h11.Request:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return h11.Request(method=method, target="/wallet", headers=[("host", "h"), *names.items()])


def preflight(origin: str) -> h11.Request:
    return request("OPTIONS", origin=origin, access_control_request_method="PUT")


def sent(found: Answer) -> dict[str, str]:
    assert len({name for name, _ in found.headers}) == len(found.headers)
    return {name.decode(): value.decode() for name, value in found.headers}


A, B = "https://a.test", "http://localhost:5173"
ALLOWED = [
    (("*",), A, "*"),
    (("*",), "null", "*"),
    ((A,), A, A),
    ((A, B), B, B),
    (("https://*",), A, A),
    (("http://*",), B, B),
    ((A,), B, None),
    ((A,), f"{A}.evil.test", None),
    ((A,), "null", None),
    ((A,), A.upper(), None),
    (("https://*",), B, None),
    ((), A, None),
    (("*",), "", None),
]


@pytest.mark.parametrize(("origins", "origin", "allowed"), ALLOWED)
def test_whose_page_may_read_an_answer(origins: tuple[str, ...], origin: str, allowed: str | None) -> None:
    """The origin is repeated, or a star if all are allowed; nothing is said to others. Caches are told what decides."""
    headers = sent(cors(*origins).added(request(origin=origin), Answer(404, b"", [(b"date", b"d")])))
    assert headers.pop("date") == "d"
    assert headers.pop("vary", None) == (None if origins in ((), ("*",)) else "origin")
    exposed = "Age, Content-Disposition, Date, Idempotent-Replay, Link, Retry-After"
    told = {"access-control-allow-origin": allowed, "access-control-expose-headers": exposed}
    assert headers == (told if allowed else {})


@pytest.mark.parametrize(("origins", "origin", "allowed"), [case for case in ALLOWED if case[0] and case[1]])
def test_a_preflight_says_what_the_template_allows(origins: tuple[str, ...], origin: str, allowed: str | None) -> None:
    """Methods, headers and for how long, to an allowed origin."""
    found = cors(*origins).preflight(preflight(origin))
    assert found is not None
    assert (found.status, found.body) == (204, b"")
    told = {
        "access-control-allow-methods": "DELETE, GET, POST, PUT",
        "access-control-allow-headers": "accept, authorization, content-type",
        "access-control-max-age": "7200",
    }
    assert sent(found) == (told if allowed else {})


def test_what_is_no_preflight() -> None:
    """Without an origin, without a method that is asked for, with another method, or if nobody is allowed."""
    allowing = cors("*")
    assert allowing.preflight(request("OPTIONS", origin=A)) is None
    assert allowing.preflight(request("OPTIONS", access_control_request_method="PUT")) is None
    assert allowing.preflight(request("GET", origin=A, access_control_request_method="PUT")) is None
    assert cors().preflight(preflight(A)) is None
