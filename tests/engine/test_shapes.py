"""Our engine answers every request of the functions as engines do that we did not write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import moto.dynamodb.parsing
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.local.engine import dynamodb_engine
from infra.local.tables import create_tables
from infra.virtual.expressions import compiled
from infra.virtual.parser import RESERVED, InvalidError
from infra.virtual.store import Store
from infra.virtual.writes import Place
from tests.engine.shapes import Sample, load

SAMPLES = load()
_TOLD = {"ConsumedCapacity", "ResponseMetadata", "Count", "ScannedCount"}
"""What engines say beside an answer."""


@pytest.fixture(scope="module")
def by_moto() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb")
        create_tables(client)
        yield client


@pytest.fixture(scope="module")
def by_ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with dynamodb_engine(tmp_path_factory.mktemp("engine")) as cloud:
        client = cloud.client("dynamodb")
        create_tables(client)
        yield client


@pytest.fixture(scope="module")
def ours() -> Store:
    store = Store()
    create_tables(store)
    return store


def played(client: Any, sample: Sample) -> list[Any]:
    """What the sample is answered and leaves: on its items, once more on what it left, and on no items."""
    told = []
    for items, times in ((sample.items, 2), ({}, 1)):
        for place, item in items.items():
            client.put_item(TableName=place.table, Item=item)
        for _ in range(times):
            told += [answer(client, sample), left(client, sample)]
        for place in sample.places:
            client.delete_item(TableName=place.table, Key=key(place))
    return told


def key(place: Place) -> dict[str, Any]:
    return {"pk": {"S": place.pk}, "sk": {"S": place.sk}}


def left(client: Any, sample: Sample) -> dict[Place, Any]:
    return {place: client.get_item(TableName=place.table, Key=key(place)).get("Item") for place in sample.places}


def answer(client: Any, sample: Sample) -> Any:
    try:
        answered = getattr(client, sample.operation)(**sample.parameters)
    except ClientError as refused:
        return error(refused.response)
    found = {name: value for name, value in answered.items() if name not in _TOLD and value}
    if "Responses" in found:
        found["Responses"] = {table: in_order(items) for table, items in found["Responses"].items()}
    return found


def error(response: Any) -> Any:
    """Codes and items; every engine has words of its own."""
    reasons = [(one["Code"], one.get("Item")) for one in response.get("CancellationReasons", [])]
    return response["Error"]["Code"], response.get("Item"), reasons


def in_order(items: list[Any]) -> list[Any]:
    return sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.operation}-{SAMPLES.index(sample)}")
def test_all_engines_answer_alike(sample: Sample, ours: Store, by_moto: Any, by_ministack: Any) -> None:
    """The same answers, and the same items afterwards."""
    wanted = played(ours, sample)
    assert played(by_moto, sample) == wanted
    assert played(by_ministack, sample) == wanted


def test_reserved_words_are_those_of_the_service() -> None:
    """Our engine refuses each of them in an expression; the others do not refuse all."""
    words = (Path(moto.dynamodb.parsing.__path__[0]) / "reserved_keywords.txt").read_text("utf-8").split()
    assert {word.upper() for word in words} == RESERVED
    with pytest.raises(InvalidError, match="reserved keyword: state"):
        compiled((("ConditionExpression", "attribute_exists(state)"),), (), ())
