"""The published OpenAPI document is valid, and the tools that `make contract` runs on it are locked."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing.exceptions import PointerToNowhere

ROOT = Path(__file__).parents[2]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "functions" / "coupons" / "openapi.json").read_text("utf-8"))
TOOLS = ROOT / "tests" / "openapi"
Json = dict[str, Any]


def faults(document: Json) -> list[str]:
    try:
        return [str(error.message) for error in OpenAPIV31SpecValidator(document).iter_errors()]
    except PointerToNowhere as nowhere:
        return [f"{nowhere.ref} leads nowhere"]


def test_the_document_is_valid() -> None:
    """OpenAPI 3.1, as its validator reads it."""
    assert faults(DOCUMENT) == []


CLAIM = "/batches/{batch_id}/claim"
OFFENDERS: dict[str, Callable[[Json], object]] = {
    "one operationId twice": lambda document: document["paths"][CLAIM]["put"].update(operationId="get_claim"),
    "a reference to nowhere": lambda document: document["components"]["schemas"].pop("ClaimView"),
    "an undeclared parameter of the path": lambda document: document["paths"].update({"/{x}": {"get": GET}}),
    "an unknown type": lambda document: document["components"]["schemas"]["ClaimView"].update(type="thing"),
    "no title": lambda document: document["info"].pop("title"),
}
GET = {"responses": {"200": {"description": "Done."}}}


@pytest.mark.parametrize("offend", OFFENDERS.values(), ids=OFFENDERS)
def test_an_invalid_document_is_seen(offend: Callable[[Json], object]) -> None:
    """The validator names what is planted in a document of one path."""
    document = copy.deepcopy({**DOCUMENT, "paths": {CLAIM: DOCUMENT["paths"][CLAIM]}})
    assert faults(document) == []
    offend(document)
    assert len(faults(document)) == 1


def loose(package: Json, lock: Json) -> Iterator[str]:
    """What would let `npm ci` install something else tomorrow, or only on one machine."""
    exact = re.compile(r"\d+\.\d+\.\d+")
    wanted = package.get("dependencies", {}) | package["devDependencies"]
    for name, version in wanted.items():
        if not exact.fullmatch(version):
            yield f"{name} {version} is a range"
    of = lock["packages"][""]
    if of.get("dependencies", {}) | of["devDependencies"] != wanted:
        yield "the lock is of another package.json"
    for place, locked in lock["packages"].items():
        if "resolved" in locked:
            yield f"{place} names a place"
        if place and not locked.get("integrity", "").startswith("sha512-"):
            yield f"{place} has no hash"


def tools() -> tuple[Json, Json]:
    package, lock = (json.loads((TOOLS / name).read_text("utf-8")) for name in ("package.json", "package-lock.json"))
    return package, lock


def test_the_tools_are_locked() -> None:
    """Each by one version and its hash, from wherever npm is told to fetch it; no package runs a script."""
    package, lock = tools()
    assert list(loose(package, lock)) == []
    assert {"ignore-scripts=true", "omit-lockfile-registry-resolved=true"} <= set(
        (TOOLS / ".npmrc").read_text("utf-8").split()
    )


LOOSE: dict[str, Callable[[Json, Json], object]] = {
    "a range": lambda package, _: package["devDependencies"].update(typescript="^5.9.3"),
    "another version": lambda package, _: package["devDependencies"].update(typescript="5.9.2"),
    "a place": lambda _, lock: lock["packages"]["node_modules/typescript"].update(resolved="https://example.org/"),
    "no hash": lambda _, lock: lock["packages"]["node_modules/typescript"].pop("integrity"),
}


@pytest.mark.parametrize("offend", LOOSE.values(), ids=LOOSE)
def test_a_loose_lock_is_seen(offend: Callable[[Json, Json], object]) -> None:
    """Each planted looseness is named."""
    package, lock = tools()
    offend(package, lock)
    assert list(loose(package, lock)) != []


def test_ci_wants_the_end_of_make_contract() -> None:
    """The line that CI looks for is the one that the target prints last."""
    ends = re.search(
        r"^contract:.*\n(?:\t.*\n)*\techo \"(.+)\"\n\n", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE
    )
    assert ends is not None
    assert f"grep -qx '{ends[1]}'" in (ROOT / ".ci" / "run").read_text("utf-8")
