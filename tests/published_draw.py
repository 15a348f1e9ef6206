"""A lottery's published files, made from a few facts; forgeries change a fact and recompute everything after it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coupons.drand import CHAINS, ChainName, due_s, sign_local
from coupons.model.commitments import Commitment, PartLine
from coupons.model.entries import claim_record, commit_message, receipt_message, record
from coupons.model.scores import Cutoffs, Histogram, cohort_of, cut_bins, cutoffs, score, seed

KEY = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
ROUND_1000 = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
ROUND_1001 = "b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41"
NEGATED = "944679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
"""Of round 1,000."""
TORSION = "accd40884cb1834492efbd0149a414535890f30477f9535103082ff438ca13d7f7e36e2f1d15dd8ca30397f12170831a"
"""On the curve, outside the group."""
MOVED = "94385d48ab9d338824a523ff7d310fbeeac0184598d56b49f27857bcd3ef91f6ead1c7ef99c9beee47784ebba5c635de"
"""The signature of round 1,000 and the torsion point: their sum."""
Entries = tuple[tuple[bytes, int, int], ...]


def people(number: int, rng: random.Random, shares: int = 2) -> Entries:
    """So many entries, of every weight and share."""
    return tuple((rng.randbytes(32), rng.choice((1, 1, 1, 2, 32)), rng.randint(0, shares)) for _ in range(number))


PEOPLE = people(400, random.Random(18))


@dataclass(frozen=True)
class Lottery:
    """What decides all files. The chain `quicknet` is drawn with its real round 1,000."""

    chain: ChainName = "quicknet"
    round: int = 1_000
    entries: Entries = PEOPLE
    quantity: int = 40
    quotas: tuple[int, ...] = (10, 5)
    cohorts: int = 3
    claims_of: float = 0.6
    is_final: bool = True
    signature: str | None = None
    """Another than that of the round."""
    chain_hash: bytes | None = None
    spoil: Callable[[dict[str, Any]], None] = field(default=lambda draw: None)
    """Changes draw.json at the end."""
    overwrite: str = ""
    """The kind of file that gets other bytes under the same name: rules, part or final."""
    rules_also: Callable[[dict[str, Any]], object] = field(default=lambda rules: None)
    """Changes the rules, and with them their hash."""
    lines_also: Callable[[list[PartLine]], object] = field(default=lambda lines: None)
    """Changes what the commitment says of the parts."""
    final_also: Callable[[bytes], bytes] = field(default=lambda content: content)
    """Changes the final file, and with it its name."""
    also_claimed: Entries = ()
    """Entry, anything, and the cohort that the final file says."""
    hidden_claims: int = 0
    """So many fewer are told before a reserve is drawn, which then gets as many more places."""
    batch_id: str = "night-draw"

    @property
    def rules(self) -> bytes:
        at = datetime.fromtimestamp(due_s(self.chain, self.round), UTC)
        draw = {
            "at": at.isoformat(),
            "claim_for_s": 86_400,
            "credit": False,
            "rounds": 3,
            "shares": [{"title": "一", "quantity": quota} for quota in self.quotas],
            "weights": [{"group_id": "two", "weight": 2}, {"group_id": "most", "weight": 32}],
        }
        rules = {
            "batch": {"batch_id": self.batch_id, "draw": draw},
            "chain_hash": self.rules_chain.hex(),
            "draw_key_sha256": "00" * 32,
            "format": "cs-rules-1",
            "quantity": self.quantity,
            "receipt_key": KEY.public_key().public_bytes_raw().hex(),
            "round": self.round,
        }
        self.rules_also(rules)
        return json.dumps(rules, ensure_ascii=False).encode()

    @property
    def rules_chain(self) -> bytes:
        return self.chain_hash or CHAINS[self.chain].chain_hash

    @property
    def beacon(self) -> str:
        return self.signature or (ROUND_1000 if self.chain == "quicknet" else sign_local(self.round))

    def parts(self) -> Iterator[bytes]:
        """256 files."""
        for number in range(256):
            yield b"".join(sorted(record(*one) for one in self.entries if one[0][0] == number))

    def receipt(self, entry: bytes, weight: int, share: int) -> dict[str, Any]:
        """What a person got who booked this entry."""
        rules_hash = sha256(self.rules).digest()
        signature = KEY.sign(receipt_message(self.batch_id, rules_hash, entry, weight, share, 1_592_000_000))
        return {
            "entry": entry.hex(),
            "weight": weight,
            "share": share,
            "rules_hash": rules_hash.hex(),
            "booked_at_s": 1_592_000_000,
            "signature": signature.hex(),
            "receipt_key": KEY.public_key().public_bytes_raw().hex(),
        }

    def publish(self, folder: Path) -> str:
        """Writes all files; the commitment's hash."""
        parts = list(self.parts())
        lines = [PartLine(len(part) // 34, sha256(part).digest()) for part in parts]
        self.lines_also(lines)
        rules_hash = sha256(self.rules).digest()
        commitment = Commitment(self.batch_id, rules_hash, self.rules_chain, self.round, tuple(lines)).to_bytes()
        hash_ = sha256(commitment).digest()
        drawn = Drawn(self, seed(hash_, bytes.fromhex(self.beacon)))
        for content in (self.rules, commitment, drawn.final, *parts):
            (folder / sha256(content).hexdigest()).write_bytes(content)
        final = [{"name": sha256(drawn.final).hexdigest(), "kind": "final", "number": None, "count": None}]
        draw = {
            "batch_id": self.batch_id,
            "state": "final" if self.is_final else "drawn",
            "commitment": {"hash": hash_.hex(), "signature": KEY.sign(commit_message(self.batch_id, hash_)).hex()},
            "beacon": {"round": self.round, "signature": self.beacon},
            "cohorts": drawn.told,
            "end": {"state": "final", "claims": len(drawn.claims)} if self.is_final else None,
            "files": final if self.is_final else [],
        }
        self.spoil(draw)
        if self.overwrite:
            part = next(part for part in parts if part)
            of, changed = {
                "rules": (self.rules, self.rules.replace(b'"quantity": 40', b'"quantity": 41')),
                "part": (part, part[:-1] + bytes(((part[-1] + 1) % 3,))),
                "final": (drawn.final, drawn.final[33:]),
            }[self.overwrite]
            (folder / sha256(of).hexdigest()).write_bytes(changed)
        (folder / "draw.json").write_text(json.dumps(draw))
        return hash_.hex()


class Drawn:
    """Who wins and who claims, by the system's own arithmetic."""

    def __init__(self, lottery: Lottery, seed_: bytes) -> None:
        rng = random.Random(1)
        scored = [(score(seed_, entry, weight), share, entry) for entry, weight, share in lottery.entries]
        histogram = Histogram(len(lottery.quotas))
        for score_, share, _ in scored:
            histogram.add(score_, share)
        cohorts: list[Cutoffs] = []
        self.claims: list[tuple[bytes, int]] = []
        self.told: list[dict[str, Any]] = []
        before = 0
        for number in range(1, lottery.cohorts + 1):
            claims = len(self.claims) - (lottery.hidden_claims if number > 1 else 0)
            bins = cut_bins(histogram, lottery.quotas, before + lottery.quantity - claims)
            cuts = cutoffs(bins, ((s, share) for s, share, _ in scored if bins.wants(s, share)))
            cohorts.append(cuts)
            won = [entry for s, share, entry in scored if cohort_of(s, share, cohorts) == number]
            self.claims += [(entry, number) for entry in won if rng.random() < lottery.claims_of]
            shares = [
                {"share": share, "title": "一", "cutoff": cutoff.hex() or None, "winners": count}
                for share, (cutoff, count) in enumerate(zip(cuts.shares, bins.admitted_by_share, strict=True), start=1)
            ]
            self.told.append(
                {
                    "cohort": number,
                    "cutoffs": shares if number == 1 else [],
                    "cutoff_rest": cuts.rest.hex() or None,
                    "admitted": len(won),
                    "claims": claims if number > 1 else None,
                }
            )
            before += len(won)
        self.claims += [(entry, share) for entry, _, share in lottery.also_claimed]
        self.final = lottery.final_also(b"".join(claim_record(*claim) for claim in sorted(self.claims)))


@dataclass(frozen=True)
class Forgery:
    """A lottery that somebody bent. `fails`: the check that says so; None if only the true commitment tells."""

    name: str
    lottery: Lottery
    fails: str | None


TRUE = Lottery()
_MORE = people(1, random.Random(99))
_LIGHT = next(i for i, one in enumerate(TRUE.entries) if one[1] == 1)


def _with(at: int, entry: tuple[bytes, int, int]) -> Entries:
    return (*TRUE.entries[:at], entry, *TRUE.entries[at + 1 :])


def _cohort(number: int, **changes: object) -> Callable[[dict[str, Any]], None]:
    return lambda draw: draw["cohorts"][number - 1].update(changes)


def _large_quota(rules: dict[str, Any]) -> None:
    rules["batch"]["draw"]["shares"][0]["quantity"] = 400


def _earlier(rules: dict[str, Any]) -> None:
    rules["batch"]["draw"]["at"] = "2023-08-23T15:59:21+00:00"


def _other_nothing(lines: list[PartLine]) -> None:
    at = next(at for at, line in enumerate(lines) if not line.count)
    lines[at] = PartLine(0, b"n" * 32)


def _other_count(lines: list[PartLine]) -> None:
    at = next(at for at, line in enumerate(lines) if line.count)
    lines[at] = PartLine(lines[at].count + 1, lines[at].sha256)


def _own_key(draw: dict[str, Any]) -> None:
    draw["beacon"]["public_key"] = CHAINS["local"].public_key.hex()


_ENTRY, _WEIGHT, _SHARE = TRUE.entries[_LIGHT]
FORGERIES = [
    Forgery("an entry too many", replace(TRUE, entries=TRUE.entries + _MORE), None),
    Forgery("an entry left out", replace(TRUE, entries=TRUE.entries[1:]), None),
    Forgery("an entry exchanged", replace(TRUE, entries=_with(0, _MORE[0])), None),
    Forgery("a weight raised", replace(TRUE, entries=_with(_LIGHT, (_ENTRY, 32, _SHARE))), None),
    Forgery("a share given", replace(TRUE, entries=_with(_LIGHT, (_ENTRY, 1, (_SHARE + 1) % 3))), None),
    Forgery("more packs", replace(TRUE, quantity=41), None),
    Forgery("another quota", replace(TRUE, quotas=(11, 5)), None),
    Forgery("a part overwritten", replace(TRUE, overwrite="part"), "list"),
    Forgery("the rules overwritten", replace(TRUE, overwrite="rules"), "list"),
    Forgery("the claims overwritten", replace(TRUE, overwrite="final"), "claims"),
    Forgery("rules of another format", replace(TRUE, rules_also=lambda r: r.update(format="cs-rules-2")), "list"),
    Forgery("rules of another batch", replace(TRUE, rules_also=lambda r: r["batch"].update(batch_id="other")), "list"),
    Forgery("rules of another chain", replace(TRUE, rules_also=lambda r: r.update(chain_hash="00" * 32)), "list"),
    Forgery("rules of another round", replace(TRUE, rules_also=lambda r: r.update(round=1_001)), "list"),
    Forgery("quotas beyond the packs", replace(TRUE, rules_also=_large_quota), "list"),
    Forgery("an empty part of another hash", replace(TRUE, lines_also=_other_nothing), "list"),
    Forgery("another count of a part", replace(TRUE, lines_also=_other_count), "list"),
    Forgery("an unsigned commitment", replace(TRUE, spoil=lambda d: d["commitment"].pop("signature")), "list"),
    Forgery("signed by another", replace(TRUE, spoil=lambda d: d["commitment"].update(signature="00" * 64)), "list"),
    Forgery("shown for another batch", replace(TRUE, spoil=lambda d: d.update(batch_id="other")), "list"),
    Forgery("cohorts of other numbers", replace(TRUE, spoil=_cohort(1, cohort=2)), "winners"),
    Forgery("fewer claims than none", replace(TRUE, is_final=False, hidden_claims=33), "winners"),
    Forgery("claims in another order", replace(TRUE, final_also=lambda c: c[33:66] + c[:33] + c[66:]), "claims"),
    Forgery("half a claim", replace(TRUE, final_also=lambda c: c + c[:1]), "claims"),
    Forgery("a weight that no rule has", replace(TRUE, entries=_with(_LIGHT, (_ENTRY, 31, _SHARE))), "list"),
    Forgery("an entry twice", replace(TRUE, entries=(*TRUE.entries, TRUE.entries[0])), "list"),
    Forgery("another round", replace(TRUE, signature=ROUND_1001), "beacon"),
    Forgery("another round, and says so", replace(TRUE, round=1_001), "beacon"),
    Forgery("a round that was chosen", replace(TRUE, rules_also=_earlier), "beacon"),
    Forgery("a beacon of another number", replace(TRUE, spoil=lambda d: d["beacon"].update(round=1_001)), "beacon"),
    Forgery("infinity", replace(TRUE, signature="c0" + "00" * 47), "beacon"),
    Forgery("a second spelling", replace(TRUE, signature="00" + ROUND_1000), "beacon"),
    Forgery("upper case", replace(TRUE, signature=ROUND_1000.upper()), "beacon"),
    Forgery("negated", replace(TRUE, signature=NEGATED), "beacon"),
    Forgery("a torsion point", replace(TRUE, signature=TORSION), "beacon"),
    Forgery("the signature and a torsion point", replace(TRUE, signature=MOVED), "beacon"),
    Forgery("no element of the field", replace(TRUE, signature="9f" + "ff" * 47), "beacon"),
    Forgery("not compressed", replace(TRUE, signature="3" + ROUND_1000[1:]), "beacon"),
    Forgery("not on the curve", replace(TRUE, signature="80" + "00" * 46 + "01"), "beacon"),
    Forgery("own key in the files", replace(TRUE, signature=sign_local(1_000), spoil=_own_key), "beacon"),
    Forgery("a chain of one's own", replace(TRUE, chain_hash=b"o" * 32, signature=sign_local(1_000)), "beacon"),
    Forgery("a chain that was replaced", replace(TRUE, chain="local", round=123_456_789), "beacon"),
    Forgery("a higher cutoff", replace(TRUE, spoil=_cohort(1, cutoff_rest="ff" * 32)), "winners"),
    Forgery("a cutoff of a share", replace(TRUE, spoil=lambda d: d["cohorts"][0]["cutoffs"].pop()), "winners"),
    Forgery("more winners told", replace(TRUE, spoil=_cohort(1, admitted=41)), "winners"),
    Forgery("fewer claims told, more reserves", replace(TRUE, spoil=_cohort(2, claims=0)), "winners"),
    Forgery("a fourth round", replace(TRUE, cohorts=4), "winners"),
    Forgery("a loser claimed", replace(TRUE, also_claimed=((max(TRUE.entries)[0], 1, 3),)), "claims"),
    Forgery("a stranger claimed", replace(TRUE, also_claimed=((_MORE[0][0], 1, 3),)), "claims"),
    Forgery("fewer claims told", replace(TRUE, spoil=lambda d: d["end"].update(claims=1)), "claims"),
    Forgery("no final file", replace(TRUE, spoil=lambda d: d["files"].clear()), "claims"),
    Forgery("claims hidden from the reserves", replace(TRUE, hidden_claims=5), "claims"),
    Forgery("more claims told than winners", replace(TRUE, spoil=_cohort(2, claims=41)), "winners"),
    Forgery("a loser claimed, and is named", replace(TRUE, also_claimed=((max(TRUE.entries)[0], 1, 0),)), "claims"),
    Forgery(
        "a winner claimed twice", replace(TRUE, claims_of=1.0, also_claimed=((TRUE.entries[0][0], 1, 1),) * 2), "claims"
    ),
]
