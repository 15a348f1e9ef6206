"""Put the built pages into the bucket of a stack; the local stack and `couponctl pages` both do it here."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.pages.applications import ASSETS, BUILT, CONFIG, MANIFEST, built_files

FOR_A_YEAR = "public, max-age=31536000, immutable"
NO_CACHE = "no-cache"
"""Kept, and asked for again before each use."""
_KEPT = timedelta(days=1)
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}
"""What `mimetypes` does not know alike on every machine."""


def upload(
    s3: Any, bucket: str, config: Mapping[str, Any], *, now: datetime, progress: Callable[[], None] = lambda: None
) -> list[str]:
    """The bucket holds the built pages and `config`; returns the keys that were removed.

    Assets come before the pages that name them. Those of the upload before stay, and those younger than a day: a page
    that is open still loads parts of its own.
    """
    files = {key: path.read_bytes() for key, path in built_files().items()}
    files[CONFIG[1:]] = json.dumps(config, ensure_ascii=False).encode()
    files[MANIFEST] = (BUILT / MANIFEST).read_bytes()
    before = _manifest(s3, bucket)
    stay = {key for key in before.get("built", {}) if _is_asset(key)} | files.keys()
    for key in sorted(files, key=_turn):
        s3.put_object(
            Bucket=bucket,
            Key=key,
            Body=files[key],
            ContentType=content_type(key),
            CacheControl=FOR_A_YEAR if _is_asset(key) else NO_CACHE,
        )
        progress()
    old = [
        found["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for found in page.get("Contents", [])
        if found["Key"] not in stay and not (_is_asset(found["Key"]) and found["LastModified"] > now - _KEPT)
    ]
    for key in old:
        s3.delete_object(Bucket=bucket, Key=key)
    return old


def content_type(key: str) -> str:
    """Of a key without a suffix: a page's."""
    name = key.rpartition("/")[2]
    suffix = "." + name.rpartition(".")[2] if "." in name else ".html"
    found = _TYPES.get(suffix) or mimetypes.types_map.get(suffix) or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") and ";" not in found else found


def _is_asset(key: str) -> bool:
    return f"/{key}".startswith(ASSETS)


def _turn(key: str) -> tuple[int, str]:
    """Assets, then the configuration and what stands alone, then pages, then the manifest that says all is there."""
    last = 3 if key == MANIFEST else 2 if content_type(key).startswith("text/html") else 1
    return (0 if _is_asset(key) else last, key)


def _manifest(s3: Any, bucket: str) -> dict[str, Any]:
    """Of the upload before; empty if there was none."""
    try:
        document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=MANIFEST)["Body"].read())
    except s3.exceptions.NoSuchKey:
        return {}
    return document
