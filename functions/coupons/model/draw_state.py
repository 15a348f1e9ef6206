"""How far the draw of a lottery has come: what was recorded of it, each fact once.

    collecting ──▶ committed ──▶ drawn ──▶ reserve-2 ──▶ reserve-3 ──▶ final
         │              └─ void, abandoned ─┘
         └─ void, broken

A beacon alone does not make a draw `drawn`: its cutoffs do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DrawWord = Literal["collecting", "committed", "drawn", "reserve-2", "reserve-3", "final", "void", "abandoned", "broken"]
"""How far a draw has come: its list is not fixed yet, is fixed, the winners may claim, or the next in line once or
twice; the claims are counted, or there is no draw."""
EndWord = Literal["final", "void", "abandoned", "broken"]
"""How a draw ends: all claims are counted; no list or no beacon came in time; the batch was stopped; the list does not
add up."""
DrawMark = Literal["credited", "forgotten"]
BeaconAuthor = Literal["operator", "partner", "local"]
"""Who brings a beacon: an operator, a partner such as the notary, or the test chain itself."""
_OF_COHORT: tuple[DrawWord, ...] = ("drawn", "reserve-2", "reserve-3")


@dataclass(frozen=True, slots=True)
class Committed:
    """The list of entries is fixed. `hash`: SHA-256 of the commitment file, whose name it is in hexadecimal."""

    hash: bytes
    signature: bytes
    entries: int
    committed_at_s: int
    rules_hash: bytes

    @property
    def file(self) -> str:
        return self.hash.hex()

    @property
    def rules_file(self) -> str:
        return self.rules_hash.hex()


@dataclass(frozen=True, slots=True)
class Beacon:
    """The randomness of the draw's round; `signature` has 48 bytes and was verified."""

    round: int
    signature: bytes
    received_at_s: int
    by: BeaconAuthor


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who may claim from `recorded_at_s` until `claim_until_s`: 1 are the winners of the draw, 2 and 3 reserves.

    `cutoffs`: of share 1, 2, …: the highest score that it admits, empty if it admits nobody; a reserve moves none of
    them. `cutoff_rest`: the same of everybody else, with those whom the cohorts before admit. `winners`: how many of
    this cohort each share's cutoff admits; `admitted`: how many it has in all. `claims_before`: claims that were
    counted before this cohort opened, None for the first. `scores`: the file that lists its score files, empty without
    one; `ranked`: how many scores these have.
    """

    number: int
    cutoffs: tuple[bytes, ...]
    cutoff_rest: bytes
    winners: tuple[int, ...]
    admitted: int
    recorded_at_s: int
    claim_until_s: int
    claims_before: int | None = None
    scores: str = ""
    ranked: int = 0


@dataclass(frozen=True, slots=True)
class DrawEnd:
    """Nothing of the draw changes any more. `claims` and `file`: of the final file; None and empty without one."""

    state: EndWord
    at_s: int
    why: str
    claims: int | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class DrawState:
    commitment: Committed | None = None
    beacon: Beacon | None = None
    cohorts: tuple[Cohort, ...] = ()
    """In the order of their numbers, from 1 without a gap."""
    end: DrawEnd | None = None
    credited_at_s: int = 0
    """When the last winner was credited; 0: not yet."""
    forgotten_at_s: int = 0
    """When the last identity was removed from the bookings; 0: not yet."""

    @property
    def state(self) -> DrawWord:
        if self.end is not None:
            return self.end.state
        if self.cohorts:
            return _OF_COHORT[len(self.cohorts) - 1]
        return "collecting" if self.commitment is None else "committed"

    @property
    def counted_claims(self) -> int:
        """Claims as they were last counted: when a cohort opened, or at the end; 0 before."""
        last = [cohort.claims_before for cohort in self.cohorts] + [self.end.claims if self.end else None]
        return next((claims for claims in reversed(last) if claims is not None), 0)
