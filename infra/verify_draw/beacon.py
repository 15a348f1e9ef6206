"""drand's signature of a round, and the seed that it makes. The keys stand here: one that came with the files proves
nothing.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, decompress_G1, decompress_G2
from py_ecc.bls.typing import G1Compressed, G2Compressed
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381 import (
    G2,
    curve_order,
    field_modulus,
    final_exponentiate,
    is_inf,
    multiply,
    neg,
    pairing,
)

from infra.verify_draw.published import Fault, Listed, Published, want

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
LOCAL = "2568c02f8531ed15ea37160e4cff4dbd64a97c49de8543d03b7b9699918489d4"
KEYS = {
    QUICKNET: "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    LOCAL: "80afb25ab7afe42140a41ad08f1725ec891c4a9a903dab3517fbafc3f1de13ccac7857cae956e99995995d6566248e52"
    "0b7c51c1003d7efb31cb9c9e9daf7d1df66337adb396054659477a50e559313488765aa2771c51cfb869d379c659dcdb",
}
FIRST_DUE_S = {QUICKNET: 1_692_803_367, LOCAL: 946_684_800}
PERIOD_S = 3
DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def seed_of(files: Published, listed: Listed) -> bytes:
    """The seed, once the beacon is proved to be that of the committed round. Raises Fault."""
    chain = listed.chain_hash
    want(chain in KEYS, f"the rules name the chain {chain}, which is not drand quicknet")
    late_s = datetime.fromisoformat(listed.draw_rules["at"]).timestamp() - FIRST_DUE_S[chain]
    first = max(1, 1 - int(-late_s // PERIOD_S))
    want(listed.round == first, f"committed is round {listed.round}; the first from draw.at on is {first}")
    beacon = files.draw["beacon"]
    want(beacon["round"] == listed.round, f"committed is round {listed.round}; the beacon is of {beacon['round']}")
    refuse_signature(KEYS[chain], listed.round, beacon["signature"])
    return sha256(b"cs-draw-1" + listed.hash + sha256(bytes.fromhex(beacon["signature"])).digest()).digest()


def refuse_signature(key: str, round_: int, text: str) -> None:
    """Raises Fault if the text is not the only spelling of the round's only signature."""
    want(len(text) == 96 and set(text) <= set("0123456789abcdef"), "the signature is not 96 lower-case hex digits")
    number = int(text, 16)
    # 4 and 5: compressed, not infinity, the lesser or the greater y. py_ecc would take infinity, and x ≥ p for x - p.
    want(number >> 381 in (4, 5) and number % (1 << 381) < field_modulus, "the signature is infinity or no point")
    try:
        point = decompress_G1(G1Compressed(number))
    except ValueError as error:
        raise Fault("the signature is not on the curve") from error
    want(compress_G1(point) == number, "the signature has a second spelling")
    want(is_inf(multiply(point, curve_order)), "the signature is outside the group")
    public_key = decompress_G2(G2Compressed((int(key[:96], 16), int(key[96:], 16))))
    message = hash_to_G1(sha256(round_.to_bytes(8, "big")).digest(), DST, sha256)  # type: ignore[arg-type] # the constructor, not a hash
    # e(G2, signature) = e(key, message), as one product: its exponentiation is most of the work.
    product = pairing(neg(G2), point, final_exponentiate=False) * pairing(public_key, message, final_exponentiate=False)
    want(final_exponentiate(product) == FQ12.one(), f"the signature is not that of round {round_}")
