"""Signatures on BLS12-381 as drand's quicknet makes them: signatures in G1, keys in G2.

py_ecc does the arithmetic. It takes infinity and points outside the group for signatures, and reads one point from
several texts, so points are read here: each has one spelling, and nothing else is one. Of py_ecc the curve alone is
loaded: its `bls` needs packages of Ethereum, which infra/trim.py leaves out.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.fields import optimized_bls12_381_FQ2 as FQ2
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381 import (
    G2,
    add,
    b,
    b2,
    curve_order,
    final_exponentiate,
    is_inf,
    is_on_curve,
    iso_map_G1,
    multiply,
    multiply_clear_cofactor_G1,
    neg,
    normalize,
    optimized_swu_G1,
    pairing,
)
from py_ecc.optimized_bls12_381 import field_modulus as p
from py_ecc.typing import Optimized_Point3D

SIGNATURE_BYTES = 48
DST = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
_COMPRESSED, _INFINITY, _GREATER = 1 << 383, 1 << 382, 1 << 381
"""The first three bits of a point that is written as its x: the last says which of both y it has."""

G1Point = Optimized_Point3D[FQ]
G2Point = Optimized_Point3D[FQ2]


class NoPoint(ValueError):
    """Why bytes are no point of G1."""


def signed(public_key: bytes, message: bytes, signature: G1Point) -> bool:
    """Whether the holder of a key signed the message."""
    of_signature = pairing(neg(G2), signature, final_exponentiate=False)
    of_message = pairing(_key(public_key), _hashed(message), final_exponentiate=False)
    return bool(final_exponentiate(of_signature * of_message) == FQ12.one())


def sign(secret: int, message: bytes) -> bytes:
    """The only signature of a message under a key."""
    return compressed(multiply(_hashed(message), secret))


def signature_point(signature: bytes) -> G1Point:
    """The point that these bytes alone stand for: not infinity, on the curve, in the group. Raises NoPoint."""
    number = int.from_bytes(signature, "big")
    x = number % _GREATER
    if not number & _COMPRESSED:
        raise NoPoint("not compressed")
    if number & _INFINITY:
        raise NoPoint("the point at infinity")
    if x >= p:
        raise NoPoint("no element of the field")
    y = pow(x**3 + 4, (p + 1) // 4, p)
    point = (FQ(x), FQ(y if _is_greater(y) == bool(number & _GREATER) else p - y), FQ(1))
    if not is_on_curve(point, b):
        raise NoPoint("not on the curve")
    if not is_inf(multiply(point, curve_order)):
        raise NoPoint("outside the group")
    if compressed(point) != signature:
        raise NoPoint("written in another way than it is")
    return point


def compressed(point: G1Point) -> bytes:
    """The bytes that stand for a point."""
    x, y = normalize(point)
    flags = _COMPRESSED | (_GREATER if _is_greater(int(y)) else 0)
    return (flags | int(x)).to_bytes(SIGNATURE_BYTES, "big")


def _is_greater(y: int) -> bool:
    """Whether y is the greater of y and p - y."""
    return y > p // 2


@lru_cache
def _key(public_key: bytes) -> G2Point:
    """A key of ours, so nothing is refused: y is a square root of x³ + 4 (1 + i) in the field of pairs."""
    high, low = (int.from_bytes(public_key[at : at + SIGNATURE_BYTES], "big") for at in (0, SIGNATURE_BYTES))
    x = FQ2([low, high % _GREATER])
    square = x**3 + b2
    almost = square ** ((p - 3) // 4)
    root, sign_ = almost * square, almost * almost * square
    y = root * FQ2([0, 1]) if sign_ == FQ2([p - 1, 0]) else root * (sign_ + FQ2.one()) ** ((p - 1) // 2)
    assert y * y == square
    return x, y if _is_greater(int(y.coeffs[1])) == bool(high & _GREATER) else -y, FQ2.one()


def _hashed(message: bytes) -> G1Point:
    """The point that stands for a message: RFC 9380's hash_to_curve."""
    uniform = _expanded(message)
    first, second = (FQ(int.from_bytes(uniform[at : at + 64], "big") % p) for at in (0, 64))
    return multiply_clear_cofactor_G1(add(iso_map_G1(*optimized_swu_G1(first)), iso_map_G1(*optimized_swu_G1(second))))


def _expanded(message: bytes) -> bytes:
    """RFC 9380's expand_message_xmd with SHA-256, to 128 bytes."""
    dst = DST + bytes((len(DST),))
    first = sha256(bytes(64) + message + (128).to_bytes(2, "big") + b"\0" + dst).digest()
    blocks, block = b"", bytes(32)
    for i in range(1, 5):
        mixed = bytes(x ^ y for x, y in zip(first, block, strict=True))
        block = sha256(mixed + bytes((i,)) + dst).digest()
        blocks += block
    return blocks
