"""The season files as tests read them, and how a table of facts is compared with its season.

A table (`facts/<season>.yaml`) has sentences of the announcement. Below each are the places of the season document that
say it, with their values as people write them:

    Special packs open at 10:00 on two Saturdays of June, first come, first served:
      batches.special-*: {mode: first_come, opens_at: [6 June 2020 10:00, 13 June 2020 10:00]}

A place is a path of fields. An item of a list is named by its id, in which `*` stands for any letters. One value holds
for all items that are found; a list has one value for each. A list in the document is written `catering, shopping`, or
as the ids of its items; an empty list or field is `none`. `total of PLACE` adds up, `number of PLACE` counts the
entries of a list, `words of PLACE` has phrases that the text contains.
"""

from __future__ import annotations

import re
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coupons.fields import Document
from coupons.model.campaigns import Campaign
from infra.couponctl.campaign_files import load_campaign

SEASONS = Path(__file__).parents[3] / "infra" / "seasons"
_PLACE = re.compile(r"(?:(total|number|words) of )?(\S+)")


@cache
def season(name: str) -> Campaign:
    return Campaign.model_validate(load_campaign(SEASONS / f"{name}.yaml"))


def faults(campaign: Campaign, place: str, expected: Any) -> list[str]:
    """What is wrong with a row, or with each row below a place."""
    if isinstance(expected, dict) and expected:
        rows = [(f"{place}.{below}".lstrip("."), value) for below, value in expected.items()]
        return [wrong for row, value in rows for wrong in faults(campaign, row, value)]
    if not (row := _PLACE.fullmatch(place)) or expected in (None, "", [], {}):
        return [f"{place}: this is not a row"]
    kind, path = row.groups()
    values: list[Any] = [campaign]
    try:
        for step in path.split("."):
            values = [inner for value in values for inner in _inside(value, step)]
    except LookupError as error:
        return [f"{place}: {error}"]
    if kind == "total":
        values = [sum(values)]
    if kind == "number":
        values = [len(value) if len(set(value)) == len(value) else "an entry is there twice" for value in values]
    said = [_written(value, path, ZoneInfo(campaign.timezone)) for value in values]
    wanted = [str(value) for value in expected] if isinstance(expected, list) else [str(expected)] * len(said)
    contained = kind == "words" and all(phrase and phrase in " ".join(said) for phrase in wanted)
    return [] if contained or said == wanted else [f"{place}: the table says {wanted}, the season {said}"]


def _inside(value: Any, step: str) -> list[Any]:
    """The items of a list, or the field of an object, that a step of a path names."""
    if isinstance(value, list) and (items := [item for item in value if fnmatchcase(_id(item), step)]):
        return items
    if isinstance(value, Document) and hasattr(value, step):
        return [getattr(value, step)]
    raise LookupError(f"there is no {step}")


def _id(item: Any) -> str:
    """The first field that ends in `_id`; nothing, if there is none."""
    return next((str(value) for field, value in item if field.endswith("_id")), "")


def _written(value: Any, path: str, zone: ZoneInfo) -> str:
    """A value as people write it; the end of the field's name says the unit."""
    match value:
        case None | []:
            return "none"
        case list():
            return ", ".join(_id(item) if isinstance(item, Document) else str(item) for item in value)
        case bool():
            return "yes" if value else "no"
        case datetime():
            local = value.astimezone(zone)
            return f"{local.day} {local:%B %Y %H:%M:%S}".removesuffix(":00")
        case int() if path.endswith("_minor"):
            return f"{value / 100:,.2f}".removesuffix(".00") + " yuan"
        case int() if path.endswith("basis_points"):
            return f"{value / 100:g} %"
        case int():
            return f"{value:,}"
    return str(value)
