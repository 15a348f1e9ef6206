"""Preflights: the gateway hands them to the catalogue, and adds to its answer what the template allows."""

from __future__ import annotations

import pytest

import catalog
from tests.world import Answered, event


def answered(key: str, method: str, path: str, **headers: str) -> Answered:
    made = event(key, headers={name.replace("_", "-"): value for name, value in headers.items()})
    made["rawPath"] = path
    made["requestContext"]["http"] = {"method": method, "path": path}
    sent = catalog.handler(made, None)
    return Answered(sent["statusCode"], sent["headers"], sent["body"])


@pytest.mark.parametrize("key", ["OPTIONS /{proxy+}", "$default"])
@pytest.mark.parametrize("path", ["/batches/pack/claim", "/wallet", "/no/route"])
@pytest.mark.usefixtures("shared")
def test_a_preflight_succeeds(key: str, path: str) -> None:
    """Also for a path that is no route: the request itself is then refused, and the page can read why."""
    found = answered(key, "OPTIONS", path, origin="https://app.test", access_control_request_method="PUT")
    assert (found.status, found.text) == (204, "")
    assert not any(name.startswith("access-control") for name in found.headers)


@pytest.mark.parametrize(("path", "slug"), [("/wallet", "method-not-allowed"), ("/no/route", "not-found")])
@pytest.mark.usefixtures("shared")
def test_other_requests_are_refused_as_before(path: str, slug: str) -> None:
    """OPTIONS without the header of a preflight, and that header with another method."""
    assert answered("OPTIONS /{proxy+}", "OPTIONS", path, origin="https://app.test").slug == slug
    assert answered("$default", "PATCH", path, access_control_request_method="PUT").slug == slug
