"""Amounts by funder behave like numbers; splits always add up, and no line goes below zero."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.money import NOTHING, Amounts, split, split_over_left

amounts = st.integers(0, 10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=10).filter(any)
by_funder = st.dictionaries(st.sampled_from(["city", "platform", "shop"]), st.integers(-1000, 1000)).map(Amounts)


@given(by_funder, by_funder, st.integers(0, 9))
def test_amounts_add_by_funder(one: Amounts, other: Amounts, number: int) -> None:
    """A sum has each funder's sum; what was added can be taken away again; a product is a repeated sum."""
    assert dict(one + other) == {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}
    assert one + other - other == one
    assert one - one == NOTHING == -NOTHING
    assert Amounts.total([one] * number) == one * number


@given(by_funder)
def test_amounts_that_differ_by_zeros_are_equal(one: Amounts) -> None:
    """They have the same hash and text, and equal a mapping with the same amounts; one unit more makes them unequal."""
    padded = one + Amounts(dict.fromkeys(["city", "platform", "shop", "third"], 0))
    assert padded == one == dict(one)
    assert (hash(padded), f"{padded:CNY}") == (hash(one), f"{one:CNY}")
    assert one + Amounts({"third": 1}) != one
    assert one != str(one)


def test_amounts_say_who_has_how_much() -> None:
    """In the order of funder ids, zeros left out; several parts of one funder add up."""
    one = Amounts([("shop", 5), ("city", 500), ("platform", 0), ("shop", -7)])
    assert list(one.items()) == [("city", 500), ("platform", 0), ("shop", -2)]
    assert (f"{one:CNY}", f"{one:JPY}") == ("city 5.00 CNY, shop -0.02 CNY", "city 500 JPY, shop -2 JPY")
    assert f"{NOTHING:KWD}" == f"{Amounts({'city': 0}):KWD}" == "0.000 KWD"
    assert (one.below_zero, one.of(["city"]), one.without(["city", "shop"])) == ({"shop": -2}, {"city": 500}, {})
    assert [each.is_zero for each in (one, NOTHING, Amounts({"city": 0}))] == [False, True, True]


@pytest.mark.parametrize("parts", [{"city": 1.0}, {"city": True}, {"city": None}, {"city": "1"}, {1: 1}])
def test_amounts_are_integers_by_funder(parts: Any) -> None:
    """Nothing else is taken for money."""
    with pytest.raises(TypeError, match="integers of minor units by funder"):
        Amounts(parts)
    with pytest.raises(TypeError, match="integers of minor units by funder"):
        Amounts({"city": 1}) * 0.5  # type: ignore[operator]


def test_amounts_do_not_change() -> None:
    """A sum is a new value; `asdict` takes the value as it is."""
    one = Amounts({"city": 1})
    same = one
    same += Amounts({"city": 1})
    assert (one, same) == ({"city": 1}, {"city": 2})
    assert copy.deepcopy(one) is one
    with pytest.raises(TypeError):
        one["city"] = 2  # type: ignore[index]


@pytest.mark.parametrize(
    ("amount_minor", "shares", "expected"),
    [
        (0, [5000, 5000], [0, 0]),
        (1, [5000, 5000], [1, 0]),
        (3, [5000, 5000], [2, 1]),
        (1000, [5000, 3000, 2000], [500, 300, 200]),
        (5, [4500, 4500, 1000], [2, 2, 1]),
        (6, [4500, 4500, 1000], [3, 3, 0]),
        (7, [10_000], [7]),
        (2, [0, 1, 0], [0, 2, 0]),
    ],
)
def test_split(amount_minor: int, shares: list[int], expected: list[int]) -> None:
    """By largest remainder; ties go to the earlier share."""
    assert split(amount_minor, shares) == expected


@given(amounts, weights)
def test_shares_add_up_and_are_within_one_unit_of_exact(amount_minor: int, shares: list[int]) -> None:
    """No unit is lost, made, or taken from the wrong funder."""
    parts = split(amount_minor, shares)
    assert sum(parts) == amount_minor
    whole = sum(shares)
    assert all(abs(part * whole - amount_minor * share) < whole for part, share in zip(parts, shares, strict=True))


def test_a_smaller_amount_may_give_a_funder_more() -> None:
    """At 45/45/10 % the third pays 0 of 6 fen and 1 of 5: a reversal by shares would take it below zero."""
    paid = split(6, [4500, 4500, 1000])
    by_shares = split(5, [4500, 4500, 1000])
    assert min(line - back for line, back in zip(paid, by_shares, strict=True)) == -1
    back = split_over_left(5, paid)
    assert back == [3, 2, 0]
    assert split_over_left(1, [line - part for line, part in zip(paid, back, strict=True)]) == [0, 1, 0]


@given(st.lists(amounts, min_size=1, max_size=10), st.lists(st.integers(0, 100), max_size=5))
def test_a_reversal_stays_within_what_the_lines_have_left(left: list[int], percentages: list[int]) -> None:
    """In each step the parts add up, and none is below zero or above its line."""
    for percent in [*percentages, 100]:
        amount_minor = sum(left) * percent // 100
        parts = split_over_left(amount_minor, left)
        assert sum(parts) == amount_minor
        assert all(0 <= part <= line for part, line in zip(parts, left, strict=True))
        left = [line - part for line, part in zip(left, parts, strict=True)]
    assert not any(left)


@given(amounts, weights, st.lists(st.integers(0, 10**12), max_size=6))
@example(11, [4500, 4500, 1000], [5, 6])
@example(6, [4500, 4500, 1000], [5, 1])  # by shares the third would get back a fen that it never paid
@example(5, [4500, 4500, 1000], [1, 1, 1, 1, 1])
def test_what_was_split_goes_back_in_any_parts(amount_minor: int, shares: list[int], asked: list[int]) -> None:
    """Each funder gets back what it paid, no more on the way, and all of it in the end."""
    paid = split(amount_minor, shares)
    left, back = paid, [0] * len(paid)
    for want in [*asked, amount_minor]:
        parts = split_over_left(min(want, sum(left)), left)
        left = [line - part for line, part in zip(left, parts, strict=True)]
        back = [one + part for one, part in zip(back, parts, strict=True)]
        assert min([*left, *parts]) >= 0
        assert sum(back) + sum(left) == amount_minor
    assert back == paid


def test_nothing_reversed_of_nothing_left() -> None:
    """Zero weights are not divided by."""
    assert split_over_left(0, [0, 0]) == [0, 0]


@pytest.mark.parametrize(("amount_minor", "left"), [(11, [5, 5]), (1, [0]), (-1, [5])])
def test_a_reversal_above_what_is_left_is_a_defect_of_the_caller(amount_minor: int, left: list[int]) -> None:
    """The operation refuses it earlier; the function raises."""
    with pytest.raises(ValueError, match="above what the lines have left"):
        split_over_left(amount_minor, left)
