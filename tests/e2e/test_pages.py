"""Web pages of a running stack: from the bucket through the distribution, with the headers that protect them."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlencode

import pytest

from infra.local.cloud import HOST
from infra.local.sign_in import CLIENT_ID, challenge
from infra.pages.applications import page_patterns
from tests.e2e.caller import Caller
from tests.e2e.local_stack import LocalStack

PATHS = [path for path in page_patterns() if not path.endswith("*")]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_there_with_its_headers(stack: LocalStack, path: str) -> None:
    """It loads nothing from elsewhere, is asked for again each time, and has the real time."""
    with stack.caller() as browser:
        # The caller reads texts; a picture is none.
        answer = browser.send("HEAD" if path.endswith(".png") else "GET", path)
    policy = answer.headers["content-security-policy"]
    reference, shop = path.startswith("/docs"), path.rstrip("/") == "/shop"
    assert answer.status == 200
    scripts = "script-src 'self'" + " 'wasm-unsafe-eval'" * shop
    assert policy.startswith(f"default-src 'none'; {scripts}; style-src 'self';")
    assert f"connect-src 'self'{'' if reference else f' {stack.issuer_url}'};" in policy
    assert ("require-trusted-types-for 'script'" in policy) != reference
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-cache")
    assert answer.headers["permissions-policy"].startswith("camera=(self)" if shop else "camera=()")
    assert parsedate_to_datetime(answer.headers["date"]).timestamp() == pytest.approx(time(), abs=3600)
    assert "access-control-allow-origin" not in answer.headers


def test_what_a_page_names_is_there(stack: LocalStack) -> None:
    """Its script and its style sheet, kept for a year."""
    with stack.caller() as browser:
        page = browser.send("GET", "/").text
        for address in re.findall(r'"(/assets/[^"]+)"', page):
            asset = browser.send("GET", address)
            assert (asset.status, asset.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        assert browser.send("GET", "/assets/nothing.js").status == 403


def test_pages_learn_where_people_sign_in(stack: LocalStack) -> None:
    """The policy lets them ask exactly there."""
    with stack.caller() as browser:
        config = browser.send("GET", "/config.json").json
    assert config == {
        "issuer": stack.issuer_url,
        "client_id": CLIENT_ID,
        "hotline": None,
        "practice": True,
    }


def test_a_person_signs_in_by_a_page(stack: LocalStack) -> None:
    """Discovery, authorization, code, token; the API takes the token."""
    verifier = "v" * 43
    asked = {
        "client_id": CLIENT_ID,
        "redirect_uri": f"{stack.url}/",
        "response_type": "code",
        "scope": "citizen",
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "person": "wang-fang",
    }
    with Caller(HOST, stack.port + 2, None) as issuer:
        documents = issuer.send("GET", "/.well-known/openid-configuration")
        assert documents.json["token_endpoint"] == f"{stack.issuer_url}/token"
        back = issuer.send("GET", f"/authorize?{urlencode(asked)}").headers["location"]
        form = {
            **asked,
            "grant_type": "authorization_code",
            "code": back.partition("code=")[2],
            "code_verifier": verifier,
        }
        granted = issuer.send("POST", "/token", raw=urlencode(form).encode())
    with stack.caller(granted.json["access_token"]) as citizen:
        assert citizen.send("GET", "/wallet").status == 200
