"""Signs of a Chinese keyboard, and commas in numbers, are named where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.couponctl.campaign_files import load_campaign
from tests.unit.couponctl.test_campaign_files import edited, problems


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("quantity: 100", "quantity：100", "35: ： is a full-width sign: write :"),
        ("currency: CNY", "currency： CNY", "4: ： is a full-width sign: write :"),
        ("title: First", "title: {en: Meals， zh: 餐}", "33: ， is a full-width sign: write ,"),
        (
            "title: First",
            "title: {en：Meals, zh: 餐}",
            "33: batches[0].title.en：Meals: ： is a full-width sign: write :",
        ),
        ("[ten-percent]", "［ten-percent］", "38: batches[0].terms: ［ is a full-width sign: write ["),
        ('"2020-07-01T00:00:00+08:00"', "“2020-07-01”", '6: ends_at: “ is a full-width sign: write "'),
    ],
)
def test_a_full_width_sign_is_named(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """In the line where it is, though YAML notices it later or not at all."""
    assert f"tiny.yaml:{problem}" in problems(tmp_path, edited(old, new))


def test_a_text_may_hold_full_width_signs(tmp_path: Path) -> None:
    """They explain no mistake beside them: a Chinese title has them by right."""
    found = problems(tmp_path, edited("title: First", "title: “餐”，体育：一\n    colour: red"))
    assert [line for line in found if "full-width" in line] == []
    found = problems(tmp_path, edited("title: First", "title: {en: Meals, zh: 餐：一，二, 三}"))
    assert [line for line in found if "the comma before it ends the text" not in line] == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("quantity: 100", "quantity: 1,000", "35: batches[0].quantity: must be a whole number, without commas"),
        (
            "{funder_id: city, basis_points: 10000}",
            "{funder_id: city, basis_points: 10,000}",
            "29: terms[0].funding[0].000: the comma before it ends the number: write the number without commas",
        ),
    ],
)
def test_a_number_has_no_commas(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """Quotes would not help."""
    assert f"tiny.yaml:{problem}" in problems(tmp_path, edited(old, new))


def test_an_unquoted_comma_is_one_problem(tmp_path: Path) -> None:
    """The text is quoted, and all is well."""
    assert len(problems(tmp_path, edited("title: First", "title: {en: Meals, and sports, zh: 餐}"))) == 1
    path = tmp_path / "quoted.yaml"
    path.write_text(edited("title: First", 'title: {en: "Meals, and sports", zh: 餐}'), encoding="utf-8")
    assert load_campaign(path)["batches"][0]["title"]["en"] == "Meals, and sports"


def test_a_quote_that_stays_open_is_looked_for_above(tmp_path: Path) -> None:
    """YAML notices it at the next quote, and would speak of indentation."""
    (found,) = problems(tmp_path, edited("title: First", 'title: "First'))
    assert found.endswith("look for a quote above that is not closed, or that ends inside a text")


def test_every_misspelt_name_is_told_at_once(tmp_path: Path) -> None:
    """Each with its own line, and the known name."""
    text = edited("[ten-percent]", "[ten-precent]").replace("{funder_id: city, basis", "{funder_id: citty, basis")
    assert problems(tmp_path, text) == [
        "tiny.yaml:29: terms ten-percent: funder 'citty' is not declared in this document; did you mean 'city'?",
        "tiny.yaml:38: batch first: terms 'ten-precent' is not declared in this document; did you mean 'ten-percent'?",
    ]
