"""Currencies are those of ISO 4217 that are legal tender, and amounts have their decimals."""

from __future__ import annotations

from datetime import date

import pytest
from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies
from hypothesis import given
from hypothesis import strategies as st

from coupons.currencies import EXPONENTS, money

ON = date(2026, 2, 1)
ROUNDED = "AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK SOS SYP YER"
"""babel (CLDR) says what shops print: of these, no minor units. ISO 4217 defines them, and amounts are in them."""


def test_every_currency_that_is_legal_tender_somewhere() -> None:
    """As babel lists them, without historic currencies, metals and test codes."""
    tender = {
        currency
        for territory in get_global("territory_currencies")
        for currency in get_territory_currencies(territory, start_date=ON)
    }
    assert set(EXPONENTS) == tender


def test_decimals_are_those_of_iso_4217() -> None:
    """babel's, except where it rounds to what shops print; those have two in the standard, Iraq three."""
    differing = {code for code, exponent in EXPONENTS.items() if exponent != get_currency_precision(code)}
    assert differing == set(ROUNDED.split())
    assert {EXPONENTS[code] for code in differing - {"IQD"}} == {2}
    assert EXPONENTS["IQD"] == 3


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (0, "CNY", "0.00 CNY"),
        (1, "CNY", "0.01 CNY"),
        (-1, "CNY", "-0.01 CNY"),
        (1234, "CNY", "12.34 CNY"),
        (10**15, "CNY", "10,000,000,000,000.00 CNY"),
        (1500, "JPY", "1,500 JPY"),
        (-1500, "JPY", "-1,500 JPY"),
        (1500, "KWD", "1.500 KWD"),
        (5, "KWD", "0.005 KWD"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(minor: int, currency: str, said: str) -> None:
    """And its code, and no rounding."""
    assert money(minor, currency) == said


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_an_amount_can_be_read_back(minor: int, currency: str) -> None:
    """Without separators its digits are those of the minor units."""
    number, code = money(minor, currency).split()
    assert (int(number.replace(",", "").replace(".", "")), code) == (minor, currency)
