"""A campaign file that does not fit is refused with the line of everything that is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from infra.couponctl.campaign_files import load_campaign
from infra.couponctl.core_yaml import DEPTH_MAX, DocumentFileError, parse

if TYPE_CHECKING:
    from pathlib import Path

GOOD = """\
campaign_id: tiny
title: {en: Tiny, zh: 小}
timezone: Asia/Shanghai
currency: CNY
starts_at: 2020-06-06T00:00:00+08:00
ends_at: "2020-07-01T00:00:00+08:00"
funders:
  - funder_id: city
    title: City
    kind: government
    budget_minor: 1000000
merchants:
  - merchant_id: diner
    title: Diner
    category: catering
    channels: [offline]
    stores:
      - {store_id: diner, region: beijing}
terms:
  - terms_id: ten-percent
    title: Ten percent
    discount:
      kind: percent_off
      threshold_minor: 200
      basis_points: 1000
      cap_minor: 400
    validity: {kind: days_after_claim, days: 14}
    funding:
      - {funder_id: city, basis_points: 10000}
    refund: {policy: full_only}
batches:
  - batch_id: first
    title: First
    mode: first_come
    quantity: 100
    opens_at: "2020-06-06T10:00:00+08:00"
    closes_at: "2020-06-13T00:00:00+08:00"
    terms: [ten-percent]
"""


def problems(tmp_path: Path, text: str | bytes, name: str = "tiny.yaml") -> list[str]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DocumentFileError) as caught:
        load_campaign(path)
    return caught.value.problems


def edited(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def test_a_good_file_is_the_document_as_it_is_sent(tmp_path: Path) -> None:
    """Times stay the strings that they are, quoted or not, and numbers are numbers."""
    path = tmp_path / "tiny.yaml"
    path.write_text(GOOD, encoding="utf-8")
    document = load_campaign(path)
    assert document["starts_at"] == "2020-06-06T00:00:00+08:00"
    assert document["title"] == {"en": "Tiny", "zh": "小"}
    assert document["batches"][0]["quantity"] == 100
    assert json.loads(json.dumps(document)) == document


def test_json_is_read_as_well_tabs_and_escapes_included(tmp_path: Path) -> None:
    """JSON indented with tabs, and letters beyond U+FFFF as two escapes, give the same document."""
    yaml_path, json_path = tmp_path / "tiny.yaml", tmp_path / "tiny.json"
    yaml_path.write_text(edited("title: Ten percent", "title: Ten percent 🎫"), encoding="utf-8")
    document = load_campaign(yaml_path)
    json_path.write_text(json.dumps(document, indent="\t", ensure_ascii=True), encoding="utf-8")
    assert load_campaign(json_path) == document


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("cap_minor: 400", "cap_minor: lots", "26: terms[0].discount.cap_minor: must be a whole number"),
        ("cap_minor: 400", 'cap_minor: "400"', "26: terms[0].discount.cap_minor: must be a whole number"),
        ("cap_minor: 400", "cap_minor: 4_00", "26: terms[0].discount.cap_minor: must be a whole number"),
        ("cap_minor: 400", "cap_minor: 400.0", "26: terms[0].discount.cap_minor: must be a whole number"),
        (
            "cap_minor: 400",
            "cap_minor: " + "9" * 5000,
            "26: terms[0].discount.cap_minor: must be a whole number",
        ),
        ("      cap_minor: 400\n", "", "22: terms[0].discount.cap_minor: is missing"),
        ("quantity: 100", "quantity: 0", "35: batches[0].quantity: must be at least 1"),
        ("quantity: 100", "quantity: yes", "35: batches[0].quantity: must be a whole number"),
        ("    quantity: 100\n", "", "32: batches[0].quantity: is missing"),
        ("quantity: 100", "quantity: 100\n    colour: red", "36: batches[0].colour: unknown field"),
        ("title: First", "title: {en: First, fr: Premier}", "33: batches[0].title.zh: is missing"),
        (
            "title: First",
            "title: {en: First, zh: 一, fr: Premier}",
            "33: batches[0].title.fr: unknown field; known are en, zh",
        ),
        ("title: First", "title: 5", "33: batches[0].title: must be a string, or an object"),
        (
            '"2020-07-01T00:00:00+08:00"',
            "2020-07-01",
            "6: ends_at: lacks its time of day and its offset: write it like 2020-06-06T10:00:00+08:00",
        ),
        (
            '"2020-07-01T00:00:00+08:00"',
            '"2020-07-01T00:00:00"',
            "6: ends_at: lacks its offset: write it at the end, like +08:00 or Z",
        ),
        ('"2020-07-01T00:00:00+08:00"', "1593532800", "6: ends_at: a time is an RFC 3339 string with offset"),
        ("Asia/Shanghai", "Asia/Peking", "3: timezone: 'Asia/Peking' is not an IANA time zone"),
        ("region: beijing", "region: 7", "18: merchants[0].stores[0].region: must be a string: put 7 in quotes"),
        (
            "city, basis_points: 10000",
            "city, basis_points: 9999",
            "20: terms[0]: funding shares must add up to 10000 basis points",
        ),
        (
            "kind: percent_off",
            "kind: half_off",
            "22: terms[0].discount: kind must be amount_off, percent_off or exchange",
        ),
        ("mode: first_come", "mode: granted", "32: batches[0]: a granted batch needs eligibility.group_id"),
    ],
)
def test_a_place_that_does_not_fit_is_named_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    """Types, limits, unknown and missing fields, unions, and rules over one object."""
    found = problems(tmp_path, edited(old, new))
    assert any(line.startswith(f"tiny.yaml:{problem}") for line in found), found


def test_rules_over_one_object_are_named_at_the_line_where_it_starts(tmp_path: Path) -> None:
    """Exactly one problem for one mistake: the branch of a union that was not meant stays silent."""
    assert problems(tmp_path, edited("title: First", 'title: ""')) == [
        "tiny.yaml:33: batches[0].title: must have at least 1 character"
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "terms: [ten-percent]",
            "terms:\n      - ten-percent\n      - ten-present",
            "40: batch first: terms 'ten-present' is not declared in this document; did you mean 'ten-percent'?",
        ),
        (
            "{funder_id: city, basis",
            "{funder_id: country, basis",
            "29: terms ten-percent: funder 'country' is not declared in this document",
        ),
        (
            "    kind: government\n",
            "    kind: government\n    budget_minor: 5\n  - funder_id: city\n    title: Again\n    kind: platform\n",
            "12: funders: 'city' appears twice",
        ),
        (
            "    terms: [ten-percent]",
            "    rollover_to: second\n    terms: [ten-percent]",
            "32: batch first: rollover_to 'second' is no batch that closes later",
        ),
    ],
)
def test_a_name_that_stands_twice_or_nowhere_is_named_with_its_own_line(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    """Rules over the whole document point at the name, or whose it is, not at the document's first line."""
    assert problems(tmp_path, edited(old, new)) == [f"tiny.yaml:{problem}"]


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        (
            "title: {en: Meals, and sports, zh: 餐}",
            "33: batches[0].title.and sports: the comma before it ends",
        ),
        ("title: {en: Meals, zh: 餐, 体育}", "33: batches[0].title.体育: the comma before it ends the text"),
        ("title: {en: Meals, zh: 餐, fr: }", "33: batches[0].title.fr: unknown field"),
        (
            "title: {en: Meals: sports, zh: 餐}",
            "33: expected ',' or '}', but got ':', while parsing a flow mapping: check",
        ),
        ("title: Meals: sports", "33: mapping values are not allowed here: put a text with a colon in quotes"),
        ("title: @home", "33: found character '@' that cannot start any token, while scanning for the next token: put"),
        ("booking: {opens_at: 2020-06-05, closes_at: 2020-06-06}", "33: batches[0].booking.opens_at: lacks its time"),
        ("tilte: First", "33: batches[0].tilte: unknown field; did you mean title?"),
    ],
)
def test_what_yaml_reads_otherwise_than_it_looks(tmp_path: Path, new: str, problem: str) -> None:
    """Commas, colons and signs without quotes, times without an offset, a misspelt key: each says what to write."""
    found = problems(tmp_path, edited("title: First", new))
    assert any(line.startswith(f"tiny.yaml:{problem}") for line in found), found


def test_every_problem_is_named_in_the_order_of_the_lines(tmp_path: Path) -> None:
    """Three mistakes, three lines."""
    text = GOOD.replace("currency: CNY", "currency: yuan").replace("kind: government", "kind: king")
    found = problems(tmp_path, text.replace("quantity: 100", "quantity: -1"))
    assert [line.split(":")[1] for line in found] == ["4", "10", "35"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            edited("currency: CNY", "currency: CNY\ncurrency: USD"),
            "5: the key 'currency' appears twice",
        ),
        (edited("kind: government", "kind: government\n    kind: platform"), "11: the key 'kind' appears twice"),
        (
            edited("currency: CNY", "currency: [CNY"),
            "5: expected ',' or ']', but got ':', while parsing a flow sequence (from line 4)",
        ),
        (
            edited("currency: CNY", "currency: 'CNY"),
            "39: found unexpected end of stream, while scanning a quoted scalar (from line 4)",
        ),
        (edited("currency: CNY", "\tcurrency: CNY"), "4: found character '\\t' that cannot start any token"),
        (edited("currency: CNY", "currency: !!python/name:os.system CNY"), "4: the tag"),
        (edited("currency: CNY", "<<: {currency: CNY}"), "4: a key must be a plain word; merge keys"),
        (edited("currency: CNY", "[a, b]: CNY"), "4: a key must be a plain word"),
        (edited("currency: CNY", "currency: *nowhere"), "4: found undefined alias 'nowhere'"),
        (edited("currency: CNY", "currency: C\x07Y"), "4: a control character"),
        (
            GOOD + "---\nanother: document\n",
            "39: but found another document, expected a single document in the stream (from line 1)",
        ),
        (edited("currency: CNY", "currency: &loop [*loop]"), "4: nested too deeply, or too large"),
        (GOOD.encode().replace(b"CNY", b"\xff\xfe"), "4: not UTF-8"),
        ("", "1: the file is empty"),
        ("# nothing\n", "1: the file is empty"),
        ("[" * 100_000, "1: nested too deeply"),
        ("- a list\n", "1: must be an object"),
        (b" " * 1_000_001, "1: larger than 1000000 bytes"),
    ],
)
def test_what_is_no_yaml_is_named_with_its_line(tmp_path: Path, text: str | bytes, problem: str) -> None:
    """Syntax, keys that appear twice, tags, merge keys, endless aliases, depth, size and encoding."""
    found = problems(tmp_path, text)
    assert found[0].startswith(f"tiny.yaml:{problem}"), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{\n"a": 1,\n}', "3: Expecting property name"),
        ('{\n"a": 1,\n"a": 2}', "3: the key 'a' appears twice, first in line 2"),
        ("[" * 100_000, "1: nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "1: "),
        ('{"campaign_id":\n"Tiny"}', "2: campaign_id: must be 1 to 64 of the characters a-z, 0-9 and -"),
    ],
)
def test_what_is_no_json_is_named_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    """JSON is held to its own rules before its lines are looked up."""
    found = problems(tmp_path, text, name="tiny.json")
    assert any(line.startswith(f"tiny.json:{problem}") for line in found), found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        *((text, text) for text in ("no", "on", "10:00", "2020-06-06", "0x10", "010", "1_000", ".5", "=")),
        *(("true", True), ("false", False), ("null", None), ("~", None), ("-5", -5), ("1.5", 1.5), ("1e3", 1000.0)),
    ],
)
def test_only_the_core_of_yaml_is_understood(tmp_path: Path, written: str, read: object) -> None:
    """None of YAML 1.1's surprises: what is no plain number, truth value or null is text."""
    path = tmp_path / "core.yaml"
    path.write_text(f"value: {written}\n", encoding="utf-8")
    value = parse(path)[1]["value"]
    assert (value, type(value)) == (read, type(read))


def test_an_anchor_repeats_a_part_but_cannot_grow_without_end(tmp_path: Path) -> None:
    """Aliases count as often as they are used: a few lines of them are refused, not expanded."""
    path = tmp_path / "anchors.yaml"
    path.write_text("a: &a [1, 2]\nb: *a\n", encoding="utf-8")
    assert parse(path)[1] == {"a": [1, 2], "b": [1, 2]}
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10))
    assert problems(tmp_path, f"l0: &l0 [x]\n{levels}\n")[-1].endswith("nested too deeply, or too large")
    assert DEPTH_MAX > 10
