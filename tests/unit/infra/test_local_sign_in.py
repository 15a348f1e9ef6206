"""Signing in at the local issuer: as strict as RFC 6749 and 7636 ask; its page names people in two languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import yaml

from infra.couponctl.tokens import claims_of
from infra.local.cloud import HOST
from infra.local.issuer import Issuer
from infra.local.people import PEOPLE
from infra.local.sign_in import CLIENT_ID, CODE_LIFETIME_S, SignIn, challenge
from infra.local.sign_in_server import Answers, _handler, _Server
from infra.local.stack import redirect_addresses

BACK = "http://127.0.0.1:8080/"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""Of RFC 7636, appendix B."""
ASKED = {
    "client_id": CLIENT_ID,
    "redirect_uri": BACK,
    "response_type": "code",
    "scope": "citizen",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "s&1",
    "ui_locales": "en",
}
SEASONS = Path(__file__).parents[3] / "infra" / "seasons"


class Desk:
    """An issuer with a clock of its own."""

    def __init__(self, directory: Path) -> None:
        self.now_s = 1000.0
        issuer = Issuer("http://issuer", directory / "key.pem")
        self.answers = Answers(issuer, SignIn(issuer, redirect_addresses(8080), monotonic_s=lambda: self.now_s))

    def back(self, **changes: str) -> dict[str, list[str]]:
        """The query with which the application is called again."""
        status, _, _, headers = self.answers.get("/authorize", {**ASKED, **changes})
        assert (status, headers["Location"].partition("?")[0]) == (302, BACK)
        return parse_qs(urlsplit(headers["Location"]).query)

    def token(self, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "authorization_code",
            "client_id": CLIENT_ID,
            "redirect_uri": BACK,
            "code": code,
            "code_verifier": VERIFIER,
        }
        status, _, body, headers = self.answers.post("/token", {**form, **changes})
        assert (headers["Access-Control-Allow-Origin"], headers["Cache-Control"]) == ("*", "no-store")
        return status, json.loads(body)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_person_signs_in_once(desk: Desk) -> None:
    """The state comes back as it was sent, the code is a token of the person, and good once."""
    back = desk.back(person="liu-yang")
    assert back["state"] == ["s&1"]
    status, answer = desk.token(back["code"][0])
    assert (status, answer["token_type"], answer["scope"]) == (200, "Bearer", "citizen")
    assert answer["expires_in"] > 3600
    claims = claims_of(answer["access_token"])
    assert claims is not None
    assert {"sub": "liu-yang", "scope": "citizen", "region": "hubei"}.items() <= claims.items()
    assert desk.token(back["code"][0]) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": VERIFIER[:-1] + "x"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code_verifier": "é" * 43}, "invalid_grant"),
        ({"redirect_uri": "http://localhost:8080/"}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_what_does_not_fit_gets_no_token(desk: Desk, changes: dict[str, str], error: str) -> None:
    """Another verifier, address, client or grant."""
    assert desk.token(desk.back(person="li-hua")["code"][0], **changes) == (400, {"error": error})


def test_a_code_lives_a_minute(desk: Desk) -> None:
    """Until 60 s have passed, and no longer; a guessed code is never good."""
    early, late = (desk.back(person="li-hua")["code"][0] for _ in range(2))
    desk.now_s += CODE_LIFETIME_S - 0.1
    assert desk.token(early)[0] == 200
    desk.now_s += 0.1
    assert desk.token(late) == (400, {"error": "invalid_grant"})
    assert desk.token("guessed") == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "citizen operator"}, "invalid_scope"),
        ({"person": "city-desk"}, "access_denied"),
        ({"person": "nobody"}, "access_denied"),
    ],
)
def test_a_wrong_request_is_told_to_the_application(desk: Desk, changes: dict[str, str], error: str) -> None:
    """By the error of RFC 6749, with its state; a person has one scope only."""
    assert desk.back(**changes) == {"error": [error], "state": ["s&1"]}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"redirect_uri": "http://127.0.0.1:8080"},
        {"redirect_uri": "http://127.0.0.1:8080/?x"},
        {"redirect_uri": "http://127.0.0.1:8080/#x"},
        {"redirect_uri": "http://127.0.0.1:8080.evil.test/"},
        {"redirect_uri": "https://evil.test/"},
        {"redirect_uri": ""},
    ],
)
def test_nobody_is_sent_to_an_unknown_address(desk: Desk, changes: dict[str, str]) -> None:
    """Addresses are compared exactly; the refusal is a page."""
    status, kind, body, headers = desk.answers.get("/authorize", {**ASKED, "person": "li-hua", **changes})
    assert (status, kind, "Location" in headers) == (400, "text/html; charset=utf-8", False)
    assert b"evil" not in body


@pytest.mark.parametrize(("language", "heading"), [("en", "Who are you?"), ("zh-CN", "请选择您是谁")])
@pytest.mark.parametrize("scope", ["citizen", "merchant", "operator"])
def test_the_page_offers_the_people_of_the_scope(desk: Desk, scope: str, language: str, heading: str) -> None:
    """As links with all that was asked, and one to the other language; nothing inline."""
    status, _, body, headers = desk.answers.get("/authorize", {**ASKED, "scope": scope, "ui_locales": language})
    page = body.decode()
    assert (status, page.count("<h1>"), f"<h1>{heading}</h1>" in page) == (200, 1, True)
    assert f'<html lang="{language}">' in page
    for person in PEOPLE:
        address = "/authorize?" + urlencode(
            {**ASKED, "scope": scope, "ui_locales": language, "person": person.sub}
        ).replace("&", "&amp;")
        assert (f'href="{address}"' in page) == (person.scope == scope)
    assert "default-src 'none'; style-src 'self'" in headers["Content-Security-Policy"]
    assert not re.search(r"<style|<script| style=| on\w+=", page)


def test_what_was_asked_is_text_on_the_page(desk: Desk) -> None:
    """No request puts markup into it."""
    _, _, body, _ = desk.answers.get("/authorize", {**ASKED, "state": '"><script>'})
    assert b"<script>" not in body


def test_discovery_says_what_there_is(desk: Desk) -> None:
    """For a client that asks from another origin, as pages do."""
    _, _, body, headers = desk.answers.get("/.well-known/openid-configuration", {})
    found = json.loads(body)
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert (found["authorization_endpoint"], found["token_endpoint"]) == (
        "http://issuer/authorize",
        "http://issuer/token",
    )
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert json.loads(desk.answers.get("/.well-known/jwks.json", {})[2])["keys"][0]["alg"] == "RS256"
    assert b"--ground" in desk.answers.get("/sign-in.css", {})[2]
    assert desk.answers.get("/other", {})[0] == desk.answers.post("/authorize", {})[0] == 404


@pytest.fixture
def issuer(desk: Desk) -> Iterator[HTTPConnection]:
    """A connection to its answers over HTTP."""
    with _Server((HOST, 0), _handler(desk.answers)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with closing(HTTPConnection(HOST, server.server_port, timeout=10)) as connection:
            yield connection
        server.shutdown()


def test_a_form_of_16_kb_is_read(issuer: HTTPConnection) -> None:
    """Pages of any origin may read the answer, and no browser guesses its type."""
    issuer.request("POST", "/token", b"x" * 16_384)
    answer = issuer.getresponse()
    assert (answer.status, json.load(answer)) == (400, {"error": "unsupported_grant_type"})
    assert (answer.headers["Access-Control-Allow-Origin"], answer.headers["X-Content-Type-Options"]) == ("*", "nosniff")


@pytest.mark.parametrize("length", ["16385", "-1", "x", ""])
def test_a_longer_form_is_not_waited_for(issuer: HTTPConnection, length: str) -> None:
    """Nor one whose length is no number: it would be read until the connection ends."""
    issuer.putrequest("POST", "/token")
    issuer.putheader("Content-Length", length)
    issuer.endheaders()
    answer = issuer.getresponse()
    assert (answer.status, json.load(answer)) == (400, {"error": "invalid_request"})


def test_a_page_of_another_origin_may_ask(issuer: HTTPConnection) -> None:
    """The preflight is answered, without a body."""
    issuer.request("OPTIONS", "/token")
    answer = issuer.getresponse()
    assert (answer.status, answer.read()) == (204, b"")
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"


def test_the_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 7636."""
    assert challenge(VERIFIER) == CHALLENGE


def test_the_shops_are_of_the_sample_seasons() -> None:
    """Each has a till, so that a visitor can sell with it; names are those of the season."""
    merchants = {}
    for path in SEASONS.glob("*.yaml"):
        document = yaml.safe_load(path.read_text("utf-8"))
        merchants |= {one["merchant_id"]: one["title"] for one in document["merchants"]}
    shops = [person for person in PEOPLE if person.scope == "merchant"]
    assert {(one.zh, one.en) for one in shops} == {
        (merchants[m]["zh"], merchants[m]["en"]) for m in (dict(one.claims)["merchant_id"] for one in shops)
    }
    assert len({one.sub for one in PEOPLE}) == len(PEOPLE)
