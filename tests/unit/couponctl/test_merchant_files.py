"""A file of merchants: a store a line, every bad line named, and what is left out is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.couponctl.merchant_files import read_merchants
from infra.couponctl.output import BadFileError

HEADER = "merchant_id,title,category,channels,store_id,region"
DINER = "diner,Diner,catering,offline;online,diner,beijing"


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "shops.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_lines_of_one_merchant_are_its_stores(tmp_path: Path) -> None:
    """In any column; what is the merchant's own is said once, or the same each time."""
    path = written(
        tmp_path,
        "\ufeffMerchant_ID ,title_en,title_zh,category,tags,channels,store_id,store_title,region,district,address,"
        "campaigns",
        "diner,Diner,餐厅,catering,noodles; spicy,offline,one,Old,beijing,east,1 Gate,season",
        "",
        '"bakery",Bakery,面包店,catering,,offline,bakery,,beijing,,,',
        "diner,,,,,,two,,beijing,,,",
    )
    diner, bakery = read_merchants(path)
    assert diner.facts == {
        "title": {"en": "Diner", "zh": "餐厅"},
        "category": "catering",
        "tags": ["noodles", "spicy"],
        "channels": ["offline"],
        "campaigns": ["season"],
    }
    assert diner.stores == [
        {"store_id": "one", "title": "Old", "region": "beijing", "district": "east", "address": "1 Gate"},
        {"store_id": "two", "region": "beijing"},
    ]
    assert (bakery.line, bakery.facts["title"]) == (4, {"en": "Bakery", "zh": "面包店"})
    assert "tags" not in bakery.facts


def test_a_file_may_be_about_one_column(tmp_path: Path) -> None:
    """Of merchants that are there already."""
    [diner] = read_merchants(written(tmp_path, "merchant_id,late_scans_per_day", "diner,200"))
    assert (diner.facts, diner.stores) == ({"late_scans_per_day": 200}, [])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], ["1: the header names no column merchant_id"]),
        (["shop,title", DINER], ["1: the header names no column merchant_id"]),
        (["merchant_id,name"], ["1: unknown column 'name'; the columns are "]),
        (["merchant_id,title,title"], ["1: title appears twice; the columns are "]),
        ([HEADER, DINER + ",more"], ["2: more cells than columns"]),
        ([HEADER, ",Diner,catering,offline,diner,beijing"], ["2: no merchant_id"]),
        ([HEADER, "Diner,Diner,catering,offline,diner,beijing"], ["2: 'Diner' is no merchant_id: "]),
        ([HEADER, DINER, DINER], ["3: store diner is on line 2 already"]),
        ([HEADER, DINER, "diner,Dinner,,,two,beijing"], ["3: title differs from line 2"]),
        ([HEADER, DINER, "diner,,,,two,"], ["3: stores.1.region: is missing"]),
        ([HEADER, "diner,Diner,catering,offline;phone,diner,beijing"], ["2: channels.1: must be "]),
        (["merchant_id,late_scans_per_day", "diner,1001"], ["2: late_scans_per_day: must be at most "]),
        (["merchant_id,late_scans_per_day", "diner,many"], ["2: late_scans_per_day: must be a whole number"]),
        ([HEADER, "diner,Din\ufffder,catering,offline,diner,beijing"], ["2: holds U+FFFD"]),
        ([HEADER, 'diner,"Diner,catering,offline,diner,beijing'], ["2: not a line of a CSV file"]),
        ([HEADER, ",x", DINER, "diner,,,,two,"], ["2: no merchant_id", "4: stores.1.region: "]),
    ],
)
def test_each_bad_line_is_named(tmp_path: Path, lines: list[str], said: list[str]) -> None:
    """With its file, its number, and what is wrong with it; all of them at once."""
    with pytest.raises(BadFileError) as refused:
        read_merchants(written(tmp_path, *lines))
    assert len(refused.value.problems) == len(said)
    for problem, beginning in zip(refused.value.problems, said, strict=True):
        assert problem.startswith(f"shops.csv:{beginning}")
