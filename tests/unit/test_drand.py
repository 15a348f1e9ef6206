"""A round of drand has one signature, in one spelling: everything else is refused."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256

import pytest
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G2
from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.optimized_bls12_381 import G2, add, b, curve_order, is_inf, is_on_curve, multiply, neg
from py_ecc.optimized_bls12_381 import field_modulus as p

from coupons import bls, drand
from tests.unit.source_tree import ROOT

PUBLISHED = {
    1_000: "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    1_001: "b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41",
    657_413: "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b",
}
"""Rounds of quicknet as drand published them; its clients have them in their tests."""
RANDOMNESS = {
    1_000: "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd",
    657_413: "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
}
REAL = PUBLISHED[1_000]


def hex_of(number: int) -> str:
    """48 bytes."""
    return f"{number:096x}"


def flipped(*bits: int) -> str:
    """The real signature with these bits the other way round."""
    number = int(REAL, 16)
    for bit in bits:
        number ^= 1 << bit
    return hex_of(number)


def outside() -> bls.G1Point:
    """A point of the curve that the group's order kills only in part: what is left is torsion."""
    for x in range(1, 100):
        y = pow(x**3 + 4, (p + 1) // 4, p)
        torsion = multiply((FQ(x), FQ(y), FQ(1)), curve_order)
        if is_on_curve((FQ(x), FQ(y), FQ(1)), b) and not is_inf(torsion):
            return torsion
    raise AssertionError


def own_key() -> str:
    """A signature of the right message under another key."""
    return bls.sign(12_345, sha256((1_000).to_bytes(8, "big")).digest()).hex()


def _moved(by: bls.G1Point) -> str:
    return bls.compressed(add(bls.signature_point(bytes.fromhex(REAL)), by)).hex()


@pytest.mark.parametrize("round_", PUBLISHED)
def test_published_rounds_are_accepted(round_: int) -> None:
    """Three real rounds of quicknet verify against the constants of the code."""
    signature = drand.verified("quicknet", round_, PUBLISHED[round_])
    assert signature.hex() == PUBLISHED[round_]
    assert sha256(signature).hexdigest() == RANDOMNESS.get(round_, sha256(signature).hexdigest())


@pytest.mark.parametrize(
    ("signature", "why"),
    {
        "the prefix 00": ("00" + REAL, "96 lower-case"),
        "upper case": (REAL.upper(), "96 lower-case"),
        "a line's end": (REAL + "\n", "96 lower-case"),
        "other digits": ("４" + REAL[1:], "96 lower-case"),
        "nothing": ("", "96 lower-case"),
        "not compressed": (flipped(383), "not compressed"),
        "infinity": ("c0" + "00" * 47, "infinity"),
        "infinity of the other sign": ("e0" + "00" * 47, "infinity"),
        "the bit of infinity": (flipped(382), "infinity"),
        "x + p": (hex_of(1 << 383 | p), "no element"),
        "the greatest x": (hex_of((1 << 383) | ((1 << 381) - 1)), "no element"),
        "zero": ("80" + "00" * 47, "outside|not the signature"),
        "not on the curve": (hex_of(1 << 383 | 1), "not on the curve"),
        "negated": (flipped(381), "not the signature of round 1000"),
        "another round": (PUBLISHED[1_001], "not the signature of round 1000"),
        "a key of one's own": (own_key(), "not the signature of round 1000"),
        "a torsion point": (bls.compressed(outside()).hex(), "outside the group"),
        "S and a torsion point": (_moved(outside()), "outside the group"),
        "S and minus a torsion point": (_moved(neg(outside())), "outside the group"),
    }.values(),
    ids=lambda value: value[:20],
)
def test_nothing_else_is_a_signature(signature: str, why: str) -> None:
    """Each text that some reader takes for the signature of round 1,000 is refused, with its reason."""
    with pytest.raises(drand.BadBeacon, match=why):
        drand.verified("quicknet", 1_000, signature)


def test_bit_384_is_no_second_spelling() -> None:
    """A longer number with the same low bits, which py_ecc reads as the same point, is refused."""
    with pytest.raises(drand.BadBeacon, match="96 lower-case"):
        drand.verified("quicknet", 1_000, f"{int(REAL, 16) | 1 << 384:x}")
    with pytest.raises(bls.NoPoint, match="another way"):
        bls.signature_point((int(REAL, 16) | 1 << 384).to_bytes(49, "big"))


def test_the_next_round_has_another_signature() -> None:
    """The signature of a round is not that of the next."""
    with pytest.raises(drand.BadBeacon, match="round 1001"):
        drand.verified("quicknet", 1_001, REAL)


def test_the_local_chain_signs_itself_alone() -> None:
    """Its published secret fits its key, and signs for no other chain and no other round."""
    high, low = compress_G2(multiply(G2, drand.LOCAL_SECRET))
    assert drand.CHAINS["local"].public_key == high.to_bytes(48, "big") + low.to_bytes(48, "big")
    signature = drand.sign_local(7)
    assert drand.verified("local", 7, signature).hex() == signature
    for chain, round_ in (("quicknet", 7), ("local", 8)):
        with pytest.raises(drand.BadBeacon):
            drand.verified(chain, round_, signature)
    assert len({chain.chain_hash for chain in drand.CHAINS.values()}) == 2


@pytest.mark.parametrize("message", [b"", b"abc", b"a" * 200])
def test_messages_are_hashed_as_py_ecc_does(message: bytes) -> None:
    """The point of a message is the one of py_ecc's own hash_to_curve."""
    theirs = hash_to_G1(message, bls.DST, sha256)
    assert bls.compressed(bls._hashed(message)) == bls.compressed(theirs)


def test_rounds_are_due_every_three_seconds() -> None:
    """The first round at or after a moment; before the genesis it is round 1."""
    genesis_s = drand.CHAINS["quicknet"].genesis_s
    moments = {-100: 1, 0: 1, 1: 2, 3: 2, 4: 3, 2_997: 1_000, 2_998: 1_001}
    for after_s, round_ in moments.items():
        assert drand.round_at("quicknet", genesis_s + after_s) == round_
        assert drand.due_s("quicknet", round_) >= genesis_s + after_s
    assert drand.due_s("quicknet", 1_000) == 1_692_806_364
    assert drand.due_s("local", 1) == 946_684_800


def test_a_verification_needs_the_curve_alone() -> None:
    """The constants load no py_ecc, and a signature is checked without py_ecc's dependencies, which are left out."""
    program = (
        "import sys; from coupons import drand; assert 'py_ecc' not in sys.modules;"
        f"drand.verified('quicknet', 1000, '{REAL}');"
        "assert not {m.split('.')[0] for m in sys.modules} & {'eth_utils', 'eth_typing', 'toolz', 'cytoolz'}"
    )
    subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": str(ROOT / "functions")}, check=True)


NESTED = """
import json, sys
{load}
try:
    json.loads("[" * 100_000)
except RecursionError:
    sys.exit(7)
"""


@pytest.mark.parametrize(
    "load",
    [
        "from coupons import drand; drand.verified('local', 1, drand.sign_local(1))",
        "import infra.verify_draw.checks",
    ],
)
def test_a_nested_body_is_refused_after_a_beacon_too(load: str) -> None:
    """With the limit that py_ecc sets, the interpreter would end by a fault of the stack."""
    done = subprocess.run(
        [sys.executable, "-c", NESTED.format(load=load)],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}"},
        check=False,
    )
    assert done.returncode == 7
