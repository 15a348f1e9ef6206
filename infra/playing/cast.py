"""A season file made small enough for so many people, and those people: their homes, households and groups."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from coupons.model.campaigns import Campaign
from coupons.model.programmes import Programme
from infra.playing.gateway import Person
from infra.playing.modes import mode_of
from infra.playing.oracle import Document

MEMBERS = 12
"""Per cent of the people in each group."""
LARGEST = 60
"""Per cent of the people for whom the largest batch has packs; other batches keep their share of it."""
AT_LEAST = 3
"""Packs of the smallest batch."""
STRANGERS = 8
"""Per cent of the people who live elsewhere."""


@dataclass
class Resident:
    person: Person
    groups: frozenset[str]
    booked: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        return self.person.claims["person_id"]


@dataclass(frozen=True)
class Cast:
    """`document` is what is applied; `declared` has the packs of the file."""

    document: Document
    programme: Document | None
    declared: dict[str, int]
    residents: list[Resident]

    @property
    def campaign(self) -> Campaign:
        return Campaign.model_validate(self.document, strict=False)

    @property
    def timezone(self) -> str:
        return str(self.document["timezone"])

    @property
    def whole(self) -> Document:
        """The document with every field that the file leaves out, for the books."""
        return dict(self.campaign.model_dump(mode="json", by_alias=True))

    @property
    def model(self) -> Programme | None:
        return Programme.model_validate(self.programme, strict=False) if self.programme else None

    def members(self, group_id: str) -> list[str]:
        return [one.name for one in self.residents if group_id in one.groups]

    @property
    def groups(self) -> list[str]:
        return sorted(set(_groups(self.document)))


def cast(declared: Document, programme: Document | None, people: int, rng: Random) -> Cast:
    """Stock and demand have the same ratio for any number of people; `venue` batches keep theirs, for they have to
    cover their slots.
    """
    document = copy.deepcopy(declared)
    groups, home = sorted(set(_groups(document))), _home(document)
    residents = [_resident(place, groups, home, rng) for place in range(people)]
    packs = {one["batch_id"]: one["quantity"] for one in document["batches"]}
    largest = max(
        (one["quantity"] for one in document["batches"] if one["mode"] != "granted" and mode_of(one).is_shrunk),
        default=1,
    )
    for one in document["batches"]:
        if one["mode"] == "granted":
            group_id = one["eligibility"]["group_id"]
            one["quantity"] = max(sum(group_id in resident.groups for resident in residents), 1)
        elif mode_of(one).is_shrunk:
            share = people * LARGEST * one["quantity"] // largest // 100
            one["quantity"] = min(one["quantity"], max(share, AT_LEAST))
    return Cast(document, programme, packs, residents)


def _resident(place: int, groups: list[str], home: str, rng: Random) -> Resident:
    claims = {"region": home if rng.random() * 100 >= STRANGERS else "elsewhere"}
    if rng.random() < 0.9:
        claims["household_id"] = f"h{place // 3}"
    mine = frozenset(group for group in groups if rng.random() * 100 < MEMBERS)
    name = f"p{place:06}"
    return Resident(Person({"sub": name, "scope": "citizen", "person_id": name, **claims}), mine)


def _groups(document: dict[str, Any]) -> Iterator[str]:
    for one in document["batches"]:
        if group_id := one.get("eligibility", {}).get("group_id"):
            yield group_id


def _home(document: dict[str, Any]) -> str:
    """The region of most stores."""
    regions = [store["region"] for one in document.get("merchants", []) for store in one["stores"]]
    return max(sorted(set(regions)), key=regions.count, default="home")
