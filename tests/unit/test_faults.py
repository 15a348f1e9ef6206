"""Errors of bodies, queries and files are told in our words: every kind that a model can give, each at its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from coupons.faults import _OWN_WORDS, _WORDS, explained, faults
from coupons.fields import PATH_PARAMETERS
from coupons.model.campaigns import Campaign
from coupons.model.merchants import MerchantEdit, MerchantRecord
from coupons.model.programmes import Programme
from coupons.web.bodies.base import Empty, Query
from infra.openapi.document import routes
from tests.programmes import alert, course, court, programme, rule
from tests.world import a_batch, campaign, terms

KINDS: dict[str, set[str]] = {
    "str": {"string_type", "string_unicode", "string_too_short", "string_too_long", "string_pattern_mismatch"},
    "int": {"int_type", "int_parsing", "int_from_float", "int_parsing_size", "greater_than_equal", "less_than_equal"},
    "bool": {"bool_type", "bool_parsing"},
    "list": {"list_type", "too_short", "too_long"},
    "literal": {"literal_error"},
    "datetime": {
        *("datetime_type", "datetime_parsing", "datetime_object_invalid", "datetime_from_date_parsing"),
        "timezone_aware",
    },
    "model": {"model_type", "model_attributes_type", "json_invalid"},
    "model-fields": {"missing", "extra_forbidden"},
    "tagged-union": {"union_tag_not_found", "union_tag_invalid", "dict_type"},
    "function-after": {"value_error"},
    "function-before": {"value_error"},
    **{wrapper: set() for wrapper in ("default", "nullable", "union", "definitions", "definition-ref")},
}
"""The kinds of errors that each node of pydantic's schemas can give."""
TOLD = {*_WORDS, *_OWN_WORDS, "extra_forbidden", "union_tag_not_found"}
WRONG: list[Any] = [
    *(None, True, 0, -1, 10**30, 1.5, float("nan"), "", "x", "no", "5", "x" * 600, "\x00", "\ud800"),
    *("2020-06-06", "2020-06-06T10:00:00", "2020-99-06T10:00:00Z", [], ["x"], [{}], {}, {"kind": "x"}, {"en": "x"}),
    [1] * 300,
]
BOOKED = {"opens_at": "2020-06-05T00:00:00+08:00", "closes_at": "2020-06-06T00:00:00+08:00", "required": True}
HOURS = [{"weekdays": ["mon"], "starts": "09:30", "ends": "24:00"}]
LIMITS = [
    {"kind": "count", "limit_id": "few", "per": "person", "period": "week", "packs_max": 1},
    {"kind": "one_at_a_time", "limit_id": "next"},
]
MERCHANT = {"revision": 1, "late_scans_per_day": 2, "withheld": [{"day": "2020-06-06", "reason": "x", "order_no": "o"}]}
GOOD: list[tuple[type[BaseModel], dict[str, Any]]] = [
    (
        Programme,
        programme(
            facilities=[court(closed=[{"from": "2020-06-13", "to": "2020-06-14", "reason": "Holiday"}])],
            booking_rules=[rule(no_show={"strikes": 3, "window_days": 30, "ban_days": 14})],
            activities=[
                course(
                    live={"url": "/live/", "starts_at": BOOKED["opens_at"], "ends_at": BOOKED["closes_at"]},
                    banner={"image": "court", "alt": "A court"},
                )
            ],
            announcements=[alert(audience={"regions": ["beijing"], "districts": ["east"], "groups": ["nurses"]})],
        ),
    ),
    (
        Campaign,
        campaign(
            a_batch(booking=BOOKED, limits=["few", "next"], eligibility={"regions": ["beijing"]}, remind_days=2),
            terms=[terms(usable=HOURS, blackout_dates=["2020-06-07"], scope={"channels": ["online"]})],
            limits=LIMITS,
        ),
    ),
    (MerchantEdit, {**MERCHANT, **{k: v for k, v in campaign()["merchants"][0].items() if k != "merchant_id"}}),
]


def models() -> list[type[BaseModel]]:
    """What routes and files are read as."""
    declared = [model for found in routes().values() for route in found for model in (route.body, route.query) if model]
    return list(dict.fromkeys([*declared, Campaign, MerchantRecord, Query, Empty]))


def nodes(schema: Any) -> Iterator[str]:
    """The kind of each node of a core schema."""
    if isinstance(schema, dict):
        if isinstance(kind := schema.get("type"), str) and kind not in ("model-field", "no-info", "with-info"):
            yield kind
        for name, inside in schema.items():
            if name not in ("serialization", "metadata"):
                yield from nodes(inside)
    elif isinstance(schema, list | tuple):
        for inside in schema:
            yield from nodes(inside)


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Each place in a document, the whole first."""
    yield at
    for step, inside in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inside, (*at, step))


def spoilt(document: dict[str, Any], at: tuple[Any, ...]) -> Iterator[Any]:
    """The document with each wrong value at that place, without it, and with a name more."""
    if not at:
        yield from WRONG
        return
    for wrong in [*WRONG, "gone", "more"]:
        changed: Any = deepcopy(document)
        inside = changed
        for step in at[:-1]:
            inside = inside[step]
        if wrong == "gone":
            del inside[at[-1]]
        elif wrong == "more" and isinstance(inside, dict):
            inside[f"{at[-1]}s"] = 1
        else:
            inside[at[-1]] = wrong
        yield changed


def test_every_kind_of_error_has_words() -> None:
    """Each that a node of the models' schemas can give; a node of a new kind fails here."""
    schemas = [model.__pydantic_core_schema__ for model in models()]
    found = {
        kind for schema in [*schemas, *(a.core_schema for a in PATH_PARAMETERS.values())] for kind in nodes(schema)
    }
    assert found - KINDS.keys() == set()
    assert {kind for node in found for kind in KINDS[node]} - TOLD == set()


@pytest.mark.parametrize(("model", "good"), GOOD, ids=["programme", "campaign", "merchant"])
def test_no_error_of_any_model_is_told_in_pydantics_words(model: type[BaseModel], good: dict[str, Any]) -> None:
    """A document is spoilt at each place in each way, as JSON and as a file is read."""
    model.model_validate_json(json.dumps(good))
    told: set[str] = set()
    for at in places(good):
        for document in spoilt(good, at):
            for validate in (model.model_validate, lambda text: model.model_validate_json(json.dumps(text))):
                try:
                    validate(document)
                except ValidationError as error:
                    theirs = {one["msg"] for one in error.errors() if one["type"] not in _OWN_WORDS}
                    found = explained(error, model)
                    assert found, document
                    assert not theirs & {message for _, message in found}
                    told |= {message for _, message in found}
                    steps = {step for place, _ in found for step in place}
                    assert not steps & {"constrained-str", "Text", "amount_off", "days_after_claim", "count", "str"}
    assert "does not fit" not in told
    assert not [one for one in told if "nput" in one or "Field required" in one or "String should" in one]


def found(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        Campaign.model_validate_json(json.dumps(campaign(**changes)))
    return [(one["place"], one["message"]) for one in faults(refused.value, "body", Campaign)]


def batch(**changes: Any) -> dict[str, Any]:
    return {"batches": [a_batch(**changes)]}


def term(**changes: Any) -> dict[str, Any]:
    return {"terms": [terms(**changes)]}


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        (batch(quantitiy=10), "batches.0.quantitiy", "unknown field; did you mean quantity?"),
        (batch(colour="red"), "batches.0.colour", "unknown field"),
        (batch(booking={**BOOKED, "color": 1}), "batches.0.booking.color", "unknown field; known are opens_at, "),
        ({"title": {"en": "A", "zh": "一", "fr": "Un"}}, "title.fr", "unknown field; known are en, zh"),
        ({"title": {"en": "A"}}, "title.zh", "is missing"),
        ({"title": 5}, "title", "must be a string, or an object"),
        ({"title": ""}, "title", "must have at least 1 character"),
        (batch(quantity="10"), "batches.0.quantity", "must be a whole number, without quotes"),
        (batch(quantity=10.5), "batches.0.quantity", "must be a whole number"),
        (batch(quantity=0), "batches.0.quantity", "must be at least 1"),
        (batch(batch_id="Pack"), "batches.0.batch_id", "must be 1 to 64 of the characters a-z, 0-9 and -"),
        (batch(mode="first-come"), "batches.0.mode", "did you mean first_come?"),
        (
            batch(booking={**BOOKED, "required": "yes"}),
            "batches.0.booking.required",
            "must be true or false, and yes is",
        ),
        (batch(opens_at="2020-06-06T10:00:00"), "batches.0.opens_at", "lacks its offset"),
        (batch(opens_at="2020-06-06"), "batches.0.opens_at", "lacks its time of day and its offset"),
        (batch(opens_at="2020-6-6 10:00"), "batches.0.opens_at", "must be a time with its offset"),
        (batch(terms=[]), "batches.0.terms", "must have at least 1 entry"),
        (batch(terms=["ten-off"] * 9), "batches.0.terms", "must have at most 8 entries"),
        ({"currency": "yuan"}, "currency", "must be three capital letters, like CNY"),
        (term(discount={"kind": "amount_of"}), "terms.0.discount", "exchange; did you mean amount_off?"),
        (term(discount={}), "terms.0.discount", "needs 'kind': amount_off, percent_off or exchange"),
        (
            term(discount={"kind": "amount_off", "threshold_minor": 1, "amount": 1, "amount_minor": 1}),
            "terms.0.discount.amount",
            "unknown field; known are kind, threshold_minor, amount_minor",
        ),
        (term(usable=[{**HOURS[0], "starts": "9:30"}]), "terms.0.usable.0.starts", "must be a time of day like 09:30"),
    ],
)
def test_each_error_has_one_sentence_at_its_place(changes: dict[str, Any], place: str, message: str) -> None:
    """One mistake is one error, without the steps of unions, and says what to write instead."""
    [(where, said)] = found(**changes)
    assert (where, message in said) == (f"body.{place}", True), said


def test_a_parameter_is_no_field() -> None:
    """An unknown query parameter is called so."""
    with pytest.raises(ValidationError) as refused:
        Query.model_validate({"status": "x"})
    assert faults(refused.value, "query", Query) == [{"place": "query.status", "message": "unknown parameter"}]


def test_every_rule_that_is_broken_is_named() -> None:
    """Two misspelt names in one list, and a window that ends before it starts."""
    said = found(starts_at="2099-01-01T00:00:00+08:00", batches=[a_batch(terms=["ten-of", "elevn-off"])])
    assert [place for place, _ in said] == ["body"] * 3
    assert said[0][1] == "the window ends before it starts"
    assert ["'ten-of'" in said[1][1], "'elevn-off'" in said[2][1]] == [True, True]
