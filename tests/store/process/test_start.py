"""What an environment does before its first request, and when it is restored from a snapshot."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from coupons.claim import packs
from coupons.claim.eligibility import Citizen
from coupons.process import start
from coupons.process.services import REMEMBERING, Services, replace_services, running_services
from coupons.process.start import prepare, restored
from coupons.process.variables import EACH
from coupons.stores import secrets
from coupons.web.api import Api, Response
from coupons.web.responses.base import ResponseBody
from tests.store.faults import fault as failure
from tests.world import KEYS, World, a_batch, campaign, event

COPIES = 100
SILENT = failure("RequestTimeout", 500)
SECRET = {"SecretString": json.dumps({"1": "a secret of more than thirty-two characters"})}


class Named(ResponseBody):
    person: str


@pytest.fixture
def lambdas(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Api]]:
    """Makes a function of one route that needs the keys; `answers` are those of the secrets manager, in turn."""
    before = running_services()
    replace_services(None)
    for name in (*EACH, "KEYS_SECRET_ARN"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr("coupons.stores.dynamodb.client", SimpleNamespace)

    def made(*answers: Any) -> Api:
        turns = iter(answers)

        def get_secret_value(**_: Any) -> Any:
            answer = next(turns)
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(secrets, "client", lambda: SimpleNamespace(get_secret_value=get_secret_value))
        api = Api("KEYS_SECRET_ARN")

        @api.route("GET /me", scope="citizen", responses={200: Named})
        def get_me(request: Any) -> Response:
            """Who asks."""
            return Response(Named(person=request.person.hex()))

        return api

    yield made
    replace_services(before[0] if before else None)


def asked(api: Api) -> int:
    status: int = api.handler(event("GET /me", claims={"sub": "ann", "scope": "citizen"}), None)["statusCode"]
    return status


def test_what_an_environment_needs_is_there_before_its_first_request(lambdas: Callable[..., Api]) -> None:
    """The first request reads no secret: the manager would have no second answer."""
    api = lambdas(SECRET)
    (services,) = running_services()
    assert "client" in vars(services)
    assert "leases" not in vars(services)
    assert asked(api) == 200


@pytest.mark.parametrize(
    "fault", [SILENT, failure("ThrottlingException"), ValueError("no version 1")], ids=["silent", "throttled", "wrong"]
)
def test_what_fails_at_the_start_is_made_by_the_first_request(lambdas: Callable[..., Api], fault: Exception) -> None:
    """At once, although a secret that was silent is otherwise left alone for a second."""
    api = lambdas(fault, SECRET)
    assert running_services() == []
    assert asked(api) == 200


def test_a_request_that_cannot_have_the_keys_either_is_told_to_repeat(lambdas: Callable[..., Api]) -> None:
    """503 and a problem document, and the next one tries anew."""
    api = lambdas(SILENT, SILENT, SILENT)
    assert asked(api) == 503


def test_without_its_variables_a_function_makes_nothing(
    lambdas: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Importing it is no error: a test, or a tool, may only want its routes."""
    monkeypatch.delenv("STAGE")
    api = lambdas(SECRET)
    assert running_services() == []
    monkeypatch.setenv("STAGE", "test")
    assert asked(api) == 200


def test_the_hook_of_a_snapshot_is_known_to_the_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where its library is; elsewhere nothing is missing."""
    hooks: list[Callable[[], None]] = []
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", SimpleNamespace(register_after_restore=hooks.append))
    prepare(["ABSENT"])
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    prepare(["ABSENT"])
    assert hooks == [start.restored]


def copy_claims(world: World, person: int) -> tuple[int, str]:
    """The shard and the token of a claim by a copy of this process, which is gone afterwards."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        restored()
        services = world.services
        pack, _ = packs.claim(services, "pack", Citizen(KEYS.person(f"person-{person}"), None), world.now_s)
        (lease,) = services.leases._leases.values()
        os.write(writing, json.dumps([lease.shard, pack.claim.token]).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as told:
        shard, token = json.loads(told.read())
    return shard, token


def test_copies_of_one_snapshot_go_to_all_shards_and_draw_different_names(world: World) -> None:
    """A hundred environments of one initialization; without new chance they would all lease from one shard."""
    world.settings["EXPECTED_ENVIRONMENTS"] = "1000"
    world.publish(campaign(a_batch(quantity=20_000)))
    claims = [copy_claims(world, number) for number in range(COPIES)]
    shards = world.services.cache.batch("pack").shards
    assert shards > 8
    assert len({shard for shard, _ in claims}) > shards * 0.9
    assert len({token for _, token in claims}) == COPIES


def test_what_was_remembered_is_not_restored(world: World) -> None:
    """Leases, control items, statistics: all that is kept by a class of `coupons.process` is made anew."""
    world.publish(campaign())
    world.citizen("ann").put_claim("pack")
    services = world.services
    for name in (name for name in dir(Services) if name not in ("client", "secret", "bus", "failed_records")):
        getattr(services, name)
    keeping = {name for name, value in vars(services).items() if type(value).__module__.startswith("coupons.process.")}
    assert keeping == REMEMBERING
    before = services.leases
    restored()
    assert vars(services).keys() & REMEMBERING == set()
    assert services.leases is not before
    assert services.leases.take(services.cache.batch("pack"), world.now_s).lease.packs == 1


def test_a_restored_process_opens_new_connections(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the snapshot lead nowhere: to DynamoDB's client and to the secret's."""
    reopened: list[Any] = []
    monkeypatch.setattr("coupons.stores.remote.reopen", reopened.append)
    manager = SimpleNamespace(get_secret_value=lambda **_: SECRET)
    world.services.secret = secrets.KeysSecret(manager, "arn", world.clock)
    assert world.services.client is not None
    restored()
    assert reopened == [world.services.client, manager]
