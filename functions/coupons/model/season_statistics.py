"""A campaign's live statistics, as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from coupons.model.statistics import Flow

By = Literal[
    "second", "minute", "hour", "day", "section", "district", "category", "channel", "funder", "batch", "tag", "kind"
]
"""What the rows are: spans of time, or what was counted by."""


class Row(NamedTuple):
    """`name`: of a span its beginning, otherwise the section, district and so on."""

    name: str
    flows: dict[Flow, int]


class SecondOfBatch(NamedTuple):
    batch_id: str
    at_s: int
    claims: int
    refused: dict[str, int]


class Packs(NamedTuple):
    """Packs of a batch, as far as claims are counted."""

    batch_id: str
    quantity: int
    claims: int


@dataclass(frozen=True, slots=True)
class SeasonStatistics:
    """`claims_as_of_s`, `refusals_as_of_s`: the newest second that was counted; 0: none, or not asked for."""

    campaign_id: str
    timezone: str
    currency: str
    by: By
    starts_at_s: int
    ends_at_s: int
    total: dict[Flow, int]
    rows: list[Row]
    seconds: list[SecondOfBatch]
    packs: list[Packs]
    claims_as_of_s: int
    refusals_as_of_s: int
