"""Who won: everybody is sorted by score, the plain way, and compared with what was published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from infra.verify_draw.published import HASH, Fault, Listed, Published, want

BYTES = [bytes((j,)) for j in range(256)]
SHARE, ENTRY = HASH, HASH + 1
"""Where a line has them."""


@dataclass
class Ranked:
    """Everybody, the lowest score first: score, share and entry in 65 bytes. And the cohort of each, 0 for none."""

    lines: list[bytes]
    cohorts: bytearray

    def rank_of(self, entry: bytes) -> int:
        """1 is the lowest score; 0 if the entry is not in the list."""
        return next((rank for rank, line in enumerate(self.lines, start=1) if line[ENTRY:] == entry), 0)


def ranked(records: Iterable[bytes], seed: bytes) -> Ranked:
    """All entries by the lowest of as many hashes as each weighs."""
    lines = []
    for record in records:
        start = seed + record[:HASH]
        if record[32] == 1:
            score = sha256(start + b"\0").digest()
        else:
            score = min(sha256(start + j).digest() for j in BYTES[: record[32]])
        lines.append(score + record[33:] + record[:HASH])
    lines.sort()
    return Ranked(lines, bytearray(len(lines)))


@dataclass
class Admitted:
    """The highest score that each share's quota and the rest admitted, and how many."""

    cutoffs: list[str | None]
    counts: list[int]
    rest: str | None
    count: int


def admit(everybody: Ranked, cohort: int, places: int, quotas: Sequence[int]) -> Admitted:
    """The quota of each share first, then the lowest of everybody else, until all places are taken."""
    cohorts, left = everybody.cohorts, [0, *quotas]
    cutoffs: list[str | None] = [None for _ in left]
    for at, line in enumerate(everybody.lines) if quotas else ():
        if left[line[SHARE]] > 0:
            left[line[SHARE]] -= 1
            cohorts[at] = cohort
            cutoffs[line[SHARE]] = line[:HASH].hex()
    counts = [quota - unused for quota, unused in zip([0, *quotas], left, strict=True)]
    rest = places - sum(counts)
    for at, line in enumerate(everybody.lines):
        if rest == 0:
            break
        if cohorts[at] == 0:
            rest -= 1
            cohorts[at] = cohort
            cutoffs[0] = line[:HASH].hex()
    return Admitted(cutoffs[1:], counts[1:], cutoffs[0], places - rest)


def refuse_winners(files: Published, listed: Listed, everybody: Ranked) -> list[int]:
    """How many each cohort has. Raises Fault if the published cutoffs are not those of the lowest scores."""
    cohorts, rounds = files.draw["cohorts"], listed.draw_rules["rounds"]
    want(1 <= len(cohorts) <= rounds, f"{len(cohorts)} cohorts; the rules have 1 to {rounds}")
    counts: list[int] = []
    rest = None
    for number, cohort in enumerate(cohorts, start=1):
        claimed = cohort["claims"] if number > 1 else 0
        want(0 <= claimed <= sum(counts), f"before cohort {number}, {claimed} of {sum(counts)} winners claimed")
        found = admit(everybody, number, listed.rules["quantity"] - claimed, listed.quotas if number == 1 else [])
        rest = found.rest or rest
        want(cohort["cohort"] == number, "the cohorts are not numbered from 1")
        if number == 1:
            own = [(share, *pair) for share, pair in enumerate(zip(found.cutoffs, found.counts, strict=True), start=1)]
            published = [(one["share"], one["cutoff"], one["winners"]) for one in cohort["cutoffs"]]
            want(published == own, "the cutoffs of the shares are not those of their lowest scores")
        want(cohort["cutoff_rest"] == rest, f"cohort {number}: the cutoff is {rest}, not {cohort['cutoff_rest']}")
        want(cohort["admitted"] == found.count, f"cohort {number} has {found.count} winners, not {cohort['admitted']}")
        counts.append(found.count)
    return counts


def refuse_claims(files: Published, claims: list[tuple[bytes, int]], everybody: Ranked) -> None:
    """Raises Fault if an entry claimed that did not win, or in another cohort, or if other numbers are published."""
    want(all(a[0] < b[0] for a, b in pairwise(claims)), "the claims are not sorted, or one is twice")
    left = dict(claims)
    for line, cohort in zip(everybody.lines, everybody.cohorts, strict=True):
        claimed_in = left.pop(line[ENTRY:], None)
        if claimed_in is not None and (claimed_in != cohort or cohort == 0):
            raise Fault(f"{line[ENTRY:].hex()} claimed in cohort {claimed_in}; it was drawn in {cohort or 'none'}")
    want(not left, f"{next(iter(left), b'').hex()} claimed and is not in the list")
    for number, cohort in enumerate(files.draw["cohorts"][1:], start=2):
        before = sum(claimed_in < number for _, claimed_in in claims)
        want(cohort["claims"] == before, f"before cohort {number}, {before} claimed; {cohort['claims']} is published")
    told = files.draw["end"]["claims"]
    want(told == len(claims), f"{len(claims)} entries claimed; {told} is published")
