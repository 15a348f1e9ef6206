"""The upload of the web pages: their order, their headers, and which files of earlier ones stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.pages.applications import applications, built_files, is_page, page_patterns
from infra.pages.upload import FOR_A_YEAR, NO_CACHE, content_type, upload

BUCKET = "pages"
CONFIG = {"issuer": "https://issuer.example", "client_id": {"citizen": "c"}, "hotline": "12345"}
NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=3)


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        client.create_bucket(Bucket=BUCKET)
        yield client


def keys(s3: Any) -> set[str]:
    return {found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])}


def test_every_file_has_its_headers(s3: Any) -> None:
    """Assets are kept for a year, everything else is asked for again; each type is the one that a browser demands."""
    assert upload(s3, BUCKET, CONFIG, now=NOW) == []
    assert keys(s3) == {*built_files(), "config.json", "manifest.json"}
    for key in keys(s3):
        found = s3.get_object(Bucket=BUCKET, Key=key)
        assert found["CacheControl"] == (FOR_A_YEAR if key.startswith("assets/") else NO_CACHE), key
        assert found["ContentType"] == content_type(key)
    assert b"issuer.example" in s3.get_object(Bucket=BUCKET, Key="config.json")["Body"].read()


@pytest.mark.parametrize(
    ("key", "type_"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("shop", "text/html; charset=utf-8"),
        ("assets/a-1.js", "text/javascript; charset=utf-8"),
        ("assets/a-1.css", "text/css; charset=utf-8"),
        ("assets/a-1.wasm", "application/wasm"),
        ("config.json", "application/json"),
        ("favicon.svg", "image/svg+xml"),
        ("manifest.webmanifest", "application/manifest+json"),
        ("apple-touch-icon.png", "image/png"),
    ],
)
def test_the_type_of_a_file(key: str, type_: str) -> None:
    """With `nosniff` a browser runs nothing of another type."""
    assert content_type(key) == type_


def test_assets_come_before_the_pages_that_name_them(s3: Any) -> None:
    """Whoever opens a page in the middle of an upload finds its script."""
    order: list[str] = []
    s3.meta.events.register("provide-client-params.s3.PutObject", lambda params, **_: order.append(params["Key"]))
    upload(s3, BUCKET, CONFIG, now=NOW)
    assets = [order.index(key) for key in order if key.startswith("assets/")]
    assert max(assets) < order.index("config.json") < order.index("index.html")
    assert order[-1] == "manifest.json"


def test_the_upload_before_keeps_its_assets(s3: Any) -> None:
    """An open page still loads its own; what is older goes, unless it is younger than a day."""
    upload(s3, BUCKET, CONFIG, now=NOW)
    for key in ("assets/old-1.js", "assets/before-1.js", "gone.html"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    s3.put_object(Bucket=BUCKET, Key="manifest.json", Body=b'{"built": {"assets/before-1.js": "", "gone.html": ""}}')
    assert upload(s3, BUCKET, CONFIG, now=NOW) == ["gone.html"]
    s3.put_object(Bucket=BUCKET, Key="manifest.json", Body=b'{"built": {"assets/before-1.js": ""}}')
    assert upload(s3, BUCKET, CONFIG, now=LATER) == ["assets/old-1.js"]
    assert upload(s3, BUCKET, CONFIG, now=LATER) == ["assets/before-1.js"]


def test_each_file_is_at_a_path_of_a_page() -> None:
    """What is uploaded can be asked for, and each application is at all its paths."""
    assert all(is_page(f"/{key}", page_patterns()) for key in built_files())
    for one in applications():
        assert {path[1:] for path in one.paths if path != "/"} <= built_files().keys()
        assert one.scope in {"citizen", "merchant", "operator", None}


@pytest.mark.parametrize("path", ["/wallet", "/assets", "/index.htm", "/campaigns", "//", "/_local/clock", ""])
def test_all_else_is_no_page(path: str) -> None:
    """It is the API's."""
    assert not is_page(path, page_patterns())
