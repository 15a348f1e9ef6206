"""The types of fields: what each accepts, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from coupons import fields
from coupons.fields import DeclaredTime
from coupons.web.bodies.audits import AuditQuery
from coupons.web.bodies.citizens import WalletQuery
from coupons.web.bodies.operators import ExtendBody, MembersBody, QuantityBody
from coupons.web.bodies.till import HoldBody, RedemptionBody, ReversalBody, SettlementQuery
from tests.world import order

LONG = "a" * 64


def is_taken(kind: Any, value: object) -> bool:
    """As a strict document takes it."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    try:
        adapter.validate_python(value, strict=None if kind in (DeclaredTime, fields.Instant, fields.Told) else True)
    except ValidationError:
        return False
    return True


TAKEN: list[tuple[Any, object]] = [
    (fields.Id, "a"),
    (fields.Id, "special-0606"),
    (fields.Id, LONG),
    (fields.Label, "餐饮"),
    (fields.Label, "a b"),
    (fields.Label, LONG),
    (fields.SealedId, "A" * 160),
    (fields.SealedId, "_-9"),
    (fields.CallersNumber, "A.b_c-9"),
    (fields.CallersNumber, "9" * 64),
    (fields.PersonName, "11010119900307 0000"),
    (fields.PersonName, "p" * 128),
    (fields.PersonName, "sub:Li-Hua"),
    (fields.Minor, 0),
    (fields.Minor, 10**11),
    (fields.Quantity, 1),
    (fields.Quantity, 100_000_000),
    (fields.BasisPoints, 0),
    (fields.BasisPoints, 10_000),
    (fields.TimeZone, "Asia/Shanghai"),
    (fields.TimeZone, "UTC"),
    (fields.TimeZone, "Etc/GMT-8"),
    *[(fields.Currency, good) for good in ("CNY", "JPY", "KWD", "XOF")],
    (fields.Day, "2020-02-29"),
    (DeclaredTime, "2020-06-06T10:00:00+08:00"),
    (DeclaredTime, "2020-06-06T10:00:00Z"),
    (DeclaredTime, "2000-01-02T00:00:00Z"),
    (DeclaredTime, "2000-01-01T12:00:00-12:00"),
    (DeclaredTime, "2099-12-31T23:59:59Z"),
    (DeclaredTime, "2100-01-01T07:59:59+08:00"),
    (fields.Told, "2201-01-01T07:59:59+08:00"),
    (fields.DeclaredDay, "2000-01-02"),
    (fields.DeclaredDay, "2099-12-31"),
    (fields.Instant, "2020-06-06T10:00:00.123456+08:00"),
    (fields.Title, "满减"),
    (fields.Title, {"en": "a", "zh": "甲"}),
]
REFUSED: list[tuple[Any, object]] = [
    *[(fields.Id, bad) for bad in ("", "A", "a_b", "a b", "a\n", "é", "a" * 65, "a/b", "a#b", 5, None, b"a")],
    *[(fields.Label, bad) for bad in ("", "a" * 65, "a\n", "\x00", "a\x7f", 1)],
    *[(fields.SealedId, bad) for bad in ("", "A" * 161, "a=", "a.b", "a+", "a\n")],
    *[(fields.CallersNumber, bad) for bad in ("", "-a", ".a", "_a", "a" * 65, "a#b", "a~b", "a b", "é", "a\n")],
    *[(fields.PersonName, bad) for bad in ("", " ", "p" * 129, "p\n", "\x1f", "p\u200b", "null", "sub:", 5)],
    *[(fields.Minor, bad) for bad in (-1, 10**11 + 1, 1.0, "1", True, None, float("nan"))],
    *[(fields.Quantity, bad) for bad in (0, -1, 100_000_001, True)],
    *[(fields.BasisPoints, bad) for bad in (-1, 10_001)],
    *[(fields.TimeZone, bad) for bad in ("", "Mars/Base", "../etc/passwd", "/etc/passwd", "a" * 65, "\x00", 8)],
    *[(fields.TimeZone, bad) for bad in ("localtime", "Factory", "posixrules", "posix/Asia/Shanghai", "right/UTC")],
    *[
        (fields.Currency, bad)
        for bad in ("ZZZ", "XXX", "XTS", "XAU", "DEM", "BGN", "cny", "CN", "CNYY", "CNY\n", "", 156)
    ],
    *[(fields.Day, bad) for bad in ("2020-02-30", "2020-13-01", "20200606", "2020-06-6", "0000-01-01", "２０２０-1-1")],
    *[(DeclaredTime, bad) for bad in ("2020-06-06T10:00:00", "2020-06-06", "1591408800", 1591408800, 1.5, "now", "")],
    *[(DeclaredTime, bad) for bad in ("2020-06-06T10:00:00.5Z", "2000-01-01T23:59:59Z", "2100-01-01T00:00:00Z", None)],
    *[(DeclaredTime, bad) for bad in ("2000-01-02T13:59:59+14:00", "2099-12-31T12:00:00-12:00")],
    *[(fields.DeclaredDay, bad) for bad in ("2000-01-01", "2100-01-01", "2099-12-32")],
    *[(fields.Instant, bad) for bad in ("2020-06-06T10:00:00", 0, "0", "20200606T100000Z", True)],
    *[(fields.Instant, bad) for bad in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")],
    *[(fields.Title, bad) for bad in ("", "a" * 501, {"en": "a"}, {"en": "a", "zh": ""})],
]


@pytest.mark.parametrize(("kind", "value"), TAKEN)
def test_a_word_takes(kind: Any, value: object) -> None:
    """Values just inside the borders of each type."""
    assert is_taken(kind, value)


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_a_word_refuses(kind: Any, value: object) -> None:
    """Values just outside the borders of each type."""
    assert not is_taken(kind, value)


@given(st.text(max_size=80))
def test_a_callers_number_never_breaks_a_key(text: str) -> None:
    """An accepted number has neither the `#` of keys nor the `~` of cursors."""
    if is_taken(fields.CallersNumber, text):
        assert not {"#", "~"} & set(text)
        assert text.isascii()
        assert text.isprintable()


CODE = "A" * 58
BODIES: list[tuple[type[BaseModel], dict[str, Any], str]] = [
    (HoldBody, {"code": CODE, "order": order(), "ttl_s": 1}, ""),
    (HoldBody, {"code": CODE, "order": order(), "ttl_s": 604_800}, ""),
    (HoldBody, {"code": CODE, "order": order(), "ttl_s": 0}, "ttl_s"),
    (HoldBody, {"code": CODE, "order": order(), "ttl_s": 604_801}, "ttl_s"),
    (HoldBody, {"order": order(), "ttl_s": 60}, "code"),
    (RedemptionBody, {"order": order()}, ""),
    (RedemptionBody, {"order": order(), "scanned_at": "2020-06-06T10:00:00.25+08:00"}, ""),
    (RedemptionBody, {"order": order(), "scanned_at": "0001-01-01T00:00:00+14:00"}, "scanned_at"),
    (RedemptionBody, {"order": order(), "note": ""}, "note"),
    (RedemptionBody, {"order": order(items=[])}, "order.items"),
    (RedemptionBody, {"order": order(items=order()["items"] * 100)}, ""),
    (RedemptionBody, {"order": order(items=order()["items"] * 101)}, "order.items"),
    (RedemptionBody, {"order": order(channel="phone")}, "order.channel"),
    (RedemptionBody, {"order": order(total_minor=10**11)}, ""),
    (RedemptionBody, {"order": order(10**11) | {"total_minor": 10**11 + 1}}, "order.total_minor"),
    (RedemptionBody, {"order": {**order(), "tip_minor": 1}}, "order.tip_minor"),
    (ReversalBody, {"amount_minor": 0}, ""),
    (ReversalBody, {"amount_minor": -1}, "amount_minor"),
    (QuantityBody, {"quantity": 0}, "quantity"),
    (ExtendBody, {"days": 366}, ""),
    (ExtendBody, {"days": 367}, "days"),
    (ExtendBody, {"days": 0}, "days"),
    (MembersBody, {}, ""),
    (MembersBody, {"add": ["p"] * 1000}, ""),
    (MembersBody, {"add": ["p"] * 1001}, "add"),
    (MembersBody, {"add": ["p"], "remove": ["p"] * 1001}, "remove"),
    (WalletQuery, {"status": "held"}, ""),
    (WalletQuery, {"status": "held", "utm_source": "x"}, "utm_source"),
    (WalletQuery, {"status": "HELD"}, "status"),
    (AuditQuery, {"sweep": "0123456789abcdef"}, ""),
    (AuditQuery, {"sweep": "0123456789abcde"}, "sweep"),
    (AuditQuery, {"sweep": "../../../../etc/"}, "sweep"),
    (SettlementQuery, {}, ""),
    (SettlementQuery, {"cursor": "15~order.1~r-1"}, ""),
    (SettlementQuery, {"cursor": "3~"}, ""),
    (SettlementQuery, {"cursor": "-1~a"}, "cursor"),
    (SettlementQuery, {"cursor": "1~a#b"}, "cursor"),
    (SettlementQuery, {"cursor": "a"}, "cursor"),
]


@pytest.mark.parametrize(("model", "content", "place"), BODIES)
def test_bodies_and_queries(model: type[BaseModel], content: dict[str, Any], place: str) -> None:
    """Each limit at its border; the error names the place."""
    if not place:
        model.model_validate_json(TypeAdapter(Any).dump_json(content))
        return
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(TypeAdapter(Any).dump_json(content))
    assert [".".join(map(str, error["loc"])) for error in refused.value.errors()] == [place]


def test_the_members_limit_is_for_both_lists_together() -> None:
    """1,000 changes are what one request may carry (contract: add or remove up to 1,000)."""
    with pytest.raises(ValidationError):
        MembersBody(add=["p"] * 501, remove=["q"] * 500)
    assert MembersBody(add=["p"] * 500, remove=["q"] * 500)


def test_a_document_is_frozen() -> None:
    """A checked document cannot be changed."""
    body = ReversalBody(amount_minor=1)
    with pytest.raises(ValidationError, match="frozen"):
        body.amount_minor = 2  # type: ignore[misc]
