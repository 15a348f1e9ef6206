"""What a function loads at its cold start: nothing that a plain claim or redemption does not need."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from tests.unit.source_tree import ROOT

NOT_NEEDED = {
    "audit",
    "count",
    "faults",
    "operate",
    "points",
    "schedule",
    "model.activities",
    "model.announcements",
    "model.campaigns",
    "model.facilities",
    "model.incentives",
    "model.programmes",
    "model.statistics",
    "stores.bus",
    "stores.documents",
    "stores.failed_records",
    "stores.statistics",
    "web.bodies.operators",
    "web.responses.slots",
}
"""Rooms and modules: what is declared, counted, shown to operators or booked by the hour."""
MODULES_MAX = {"claim": 78, "verify": 80}
"""Of our own. A plain claim and a plain redemption use nearly all of them."""


SDK = ("boto3", "botocore", "s3transfer", "urllib3", "aws_lambda_powertools")
"""Powertools' logger comes with the first log line beside that of metrics."""


def _loaded(program: str) -> set[str]:
    """The modules that a new process has loaded at the end of this program."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "functions")}
    told = f"{program}\nimport sys; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, check=True).stdout.split()
    )


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_the_functions_of_a_rush_load_no_sdk(function: str) -> None:
    """Neither at their start, nor with both clients made, nor when nothing answers: it is half of a cold start."""
    program = f"""
import {function}
from coupons.process.services import Services
from coupons.refusals import Busy
from coupons.stores import dynamodb, secrets
services = Services({{"CATALOG_TABLE": "t", "KEYS_SECRET_ARN": "a"}})
for ask in (lambda: services.registry.merchant("m"), lambda: services.keys):
    try:
        ask()
    except Busy:
        continue
    raise AssertionError
"""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{nobody.getsockname()[1]}")
            assert {name.partition(".")[0] for name in _loaded(program)}.isdisjoint(SDK)


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_the_functions_of_a_rush_load_nothing_that_plain_requests_do_not_use(function: str) -> None:
    """A slot, a price in points, a check-in or a settlement loads what it needs when it comes."""
    loaded = _loaded(f"import {function}")
    own = {name.removeprefix("coupons.") for name in loaded if name.startswith("coupons.")}
    assert "web.api" in own
    assert {name for name in own if name in NOT_NEEDED or name.partition(".")[0] in NOT_NEEDED} == set()
    assert len(own) <= MODULES_MAX[function], sorted(own)


def test_a_claim_loads_nothing_of_merchants() -> None:
    """Their documents are the till's."""
    first = "import claim, coupons.process.cache, coupons.process.leases"
    assert _loaded(first).isdisjoint({"coupons.model.merchants", "coupons.stores.registry"})


def test_a_redemption_loads_nothing_of_programmes() -> None:
    """Not with the services that it asks for either."""
    first = "import verify, coupons.process.cache, coupons.process.day_marks, coupons.process.merchants"
    assert _loaded(first).isdisjoint({"coupons.model.facilities", "coupons.model.programmes"})


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_the_first_validator_loads_no_search(function: str) -> None:
    """pydantic looks for no plugins, when a model is built and when it reads what is stored."""
    program = f"""
import {function}
from coupons.model.terms import Scope
assert Scope.model_validate_json('{{}}') == Scope()
"""
    assert _loaded(program).isdisjoint({"importlib.metadata", "email", "zipfile"} - _loaded("pass"))


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_a_cold_start_hardly_searches_for_garbage(function: str) -> None:
    """Each search goes through what was just loaded, and finds nothing."""
    program = f"import gc; had = gc.get_stats()[0]['collections']; import {function}"
    told = f"{program}; assert gc.get_stats()[0]['collections'] - had < 10, gc.get_stats()"
    assert "coupons" in _loaded(told)


@pytest.mark.parametrize("function", ["claim", "verify"])
def test_annotations_of_models_are_no_texts(function: str) -> None:
    """pydantic would compile each of them at every cold start."""
    program = f"""
import sys, {function}
from coupons.deferred import DeferredModel
def every(kind):
    return {{kind}}.union(*(every(one) for one in kind.__subclasses__()))
texts = {{kind.__module__ for kind in every(DeferredModel) if hasattr(sys.modules[kind.__module__], "annotations")}}
assert texts == {{DeferredModel.__module__}}, texts
"""
    assert "coupons" in _loaded(program)
