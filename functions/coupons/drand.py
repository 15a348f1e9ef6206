"""The public randomness that a lottery is drawn with: drand's rounds, and the proof that a signature is drand's.

A chain signs the number of each round when the round is due, by a key that no single party holds. Nobody can sign
earlier, and there is one signature only: the seed of a draw is in nobody's hand. So everything that would let a second
text pass for a signature is refused before the pairing: infinity, points outside the group, a second spelling.
The chains are constants: a key that came with the files would prove nothing. `coupons/bls.py` has the curve.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from hashlib import sha256
from types import ModuleType
from typing import Literal

ChainName = Literal["quicknet", "local"]
SIGNATURE_PATTERN = "^[0-9a-f]{96}$"


class BadBeacon(ValueError):
    """Why a text is not the signature of a round."""


@dataclass(frozen=True)
class Chain:
    """A drand network that signs with bls-unchained-g1-rfc9380."""

    name: ChainName
    chain_hash: bytes
    public_key: bytes
    """A point of G2, compressed."""
    genesis_s: int
    period_s: int


CHAINS: dict[ChainName, Chain] = {
    "quicknet": Chain(
        name="quicknet",
        chain_hash=bytes.fromhex("52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"),
        public_key=bytes.fromhex(
            "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
            "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
        ),
        genesis_s=1_692_803_367,
        period_s=3,
    ),
    "local": Chain(
        name="local",
        chain_hash=sha256(b"coupon-season local chain").digest(),
        public_key=bytes.fromhex(
            "80afb25ab7afe42140a41ad08f1725ec891c4a9a903dab3517fbafc3f1de13ccac7857cae956e99995995d6566248e52"
            "0b7c51c1003d7efb31cb9c9e9daf7d1df66337adb396054659477a50e559313488765aa2771c51cfb869d379c659dcdb"
        ),
        genesis_s=946_684_800,
        period_s=3,
    ),
}
LOCAL_SECRET = int.from_bytes(sha256(b"coupon-season local chain: this key is public").digest()[1:], "big")
"""Signs the local chain. Anybody can draw with it, so verifiers call the local chain a test."""


def round_at(chain: ChainName, at_s: int) -> int:
    """The first round that is due at or after a moment."""
    of = CHAINS[chain]
    return max(1, 1 - (of.genesis_s - at_s) // of.period_s)


def due_s(chain: ChainName, round_: int) -> int:
    """When a round is signed. Before it nobody knows its signature."""
    return CHAINS[chain].genesis_s + (round_ - 1) * CHAINS[chain].period_s


def verified(chain: ChainName, round_: int, signature_hex: str) -> bytes:
    """The signature of a round. Raises BadBeacon with the reason if it is another text."""
    bls = _bls()
    if not re.fullmatch(SIGNATURE_PATTERN, signature_hex):
        raise BadBeacon("has to be 96 lower-case hexadecimal digits")
    signature = bytes.fromhex(signature_hex)
    try:
        point = bls.signature_point(signature)
    except bls.NoPoint as why:
        raise BadBeacon(f"is no signature: {why}") from why
    if not bls.signed(CHAINS[chain].public_key, _message(round_), point):
        raise BadBeacon(f"is not the signature of round {round_} of drand {chain}")
    return signature


def sign_local(round_: int) -> str:
    """The signature of a round of the local chain."""
    signature: bytes = _bls().sign(LOCAL_SECRET, _message(round_))
    return signature.hex()


def _bls() -> ModuleType:
    """Loaded when first used, because nothing else needs py_ecc.

    py_ecc raises the interpreter's limit of nested calls to 100,000. At that depth the stack itself ends, so a deeply
    nested body, which is refused elsewhere, would end the process: the limit stays as it was.

    Guarded by tests/unit/test_drand.py::test_a_nested_body_is_refused_after_a_beacon_too.
    """
    depth = sys.getrecursionlimit()
    from coupons import bls  # noqa: PLC0415

    sys.setrecursionlimit(depth)
    return bls


def _message(round_: int) -> bytes:
    return sha256(round_.to_bytes(8, "big")).digest()
