"""The paths of pages in the local stack: from the distribution, all others from the API."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.infra.fronts import Local, local_front, request


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return local_front(tmp_path)


@pytest.mark.parametrize("target", [b"/", b"/?lang=en", b"/index.html", b"/assets/x-1.js", b"/config.json"])
def test_a_page_comes_from_the_distribution(local: Local, target: bytes) -> None:
    """As if it was asked for over TLS, and with the real `Date`; the API does not hear of it."""
    [(status, headers, body)] = local.send(request(b"GET", target, b"", b"X-Forwarded-Proto: http"))
    _, asked, sent, _ = local.files.seen[0]
    assert (status, body, headers["date"]) == (200, b"page", "real")
    assert (asked, local.upstream.seen) == (target, [])
    assert [value for name, value in sent if name.lower() == b"x-forwarded-proto"] == [b"https"]


def test_a_silent_distribution_is_said_to_be_silent(local: Local) -> None:
    """A problem document, as for the API."""
    local.files.error = OSError()
    assert local.ask("GET", "/")[1]["type"] == "/problems/unavailable"
