"""Keys of persons, and sealed coupon ids and codes, which nobody else can read or link.

A person's key is a keyed hash of the normal form of the real-name identity (`identities.py`): two accounts of a person
are the same person, in any spelling. A subject that is used instead of an identity is hashed by another key.

Coupon ids and codes are sealed with AES-SIV (RFC 5297, `cryptography`): deterministic, authenticated, and unrelated for
two coupons of one person. A sealed coupon id is 51 characters, the id of a slot's booking 128 at most.

The first character of a code tells its kind: `c` a coupon's (59 characters in all), `p` a printed one (55), `s` a
slot's, for checking in (136 at most). So whoever scans the wrong one is told so.

A printed code, for people without a phone, is valid as long as its coupon, together with its PIN, which another key
derives from it. A new print has another number, so another PIN.

A lottery has keys of its own for its draw, its receipts and its notary, of the version that is current when it is
published: who gets one of them opens nothing else.

Each version has one master secret, from which all keys are derived. Ids name the version that sealed them, and a claim
keeps its version, so that rotation (a higher version) changes no id. The hash of a person always uses version 1: it is
the person's key in the tables. Keys that meet an unknown version ask for newer keys: so a running process learns them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from coupons.identities import SUBJECT, normal_form
from coupons.refusals import Busy

PERSON_BYTES = 16
_TRACE_BYTES = 8
CODE_LIFE_S = 60
_COUPON = struct.Struct(f">I{PERSON_BYTES}sB")
_NUMBER_BYTES = {"code": 5, "print": 2, "slot": 5}
"""Of the second at which a code was issued (until the year 36812), and of the number of a print."""
_KINDS = {"code": "c", "print": "p", "slot": "s"}
"""The first character of codes; ids have none."""
_SLOT_ID_BYTES = range(17, 64)
PIN_DIGITS = 6
NONCE_BYTES = 16
_DRAW_KEY_BYTES = 32
_TAG_BYTES = 16
_KEY_BYTES = 64  # AES-SIV with two AES-256 keys


@dataclass(frozen=True, slots=True)
class CouponRef:
    """Where a coupon is stored: the batch's number, the person's key and its place in the pack."""

    batch_number: int
    person: bytes
    index: int


class BookingRef(NamedTuple):
    """Whose place in which slot."""

    slot_id: str
    person: bytes


@dataclass(frozen=True)
class Keys:
    """Master secrets by version, from 1; the highest seals what is new.

    `newer(version)` returns keys with a version that these do not have; None if there is none.
    """

    masters: Mapping[int, bytes] = field(repr=False)
    newer: Callable[[int], Keys | None] = field(default=lambda _version: None, repr=False, compare=False)

    @cached_property
    def current(self) -> int:
        return max(self.masters)

    def person(self, name: str) -> bytes:
        """The key of a person whom `identities.person_name` names: 16 bytes of HMAC-SHA256.

        Subjects are hashed by another key, so that no subject equals an identity.
        """
        if name.startswith(SUBJECT):
            # JSON can have half a surrogate pair, which UTF-8 cannot: accept it as a subject.
            return _hashed(self._key("subject"), name.removeprefix(SUBJECT).encode("utf-8", "surrogatepass"))
        return _hashed(self._key("person"), normal_form(name).encode())

    def household(self, household_id: str) -> bytes:
        """A household's key, hashed by another key than persons: no household equals a person."""
        return _hashed(self._key("household"), normal_form(household_id).encode())

    def trace(self, field: str, name: str) -> str:
        """16 hex digits for logs, by a key of its own: they tell persons apart and do not lead to their items."""
        # BLAKE2's keyed mode, because each request asks twice and an HMAC takes five times as long.
        text = name.encode("utf-8", "surrogatepass")
        return blake2b(text, digest_size=_TRACE_BYTES, key=self._key("trace"), person=field.encode()).hexdigest()

    def seal_coupon(self, ref: CouponRef, version: int) -> str:
        plain = _COUPON.pack(ref.batch_number, ref.person, ref.index)
        return self._seal("coupon", version, plain)

    def open_coupon(self, coupon_id: str) -> tuple[CouponRef, int] | None:
        """The coupon and the key version that sealed it; None if it was not sealed here."""
        opened = self._open("coupon", coupon_id, range(_COUPON.size, _COUPON.size + 1))
        if opened is None:
            return None
        plain, version = opened
        return CouponRef(*_COUPON.unpack(plain)), version

    def seal_code(self, ref: CouponRef, issued_at_s: int) -> str:
        return self._seal_numbered("code", ref, issued_at_s)

    def open_code(self, code: str) -> tuple[CouponRef, int] | None:
        """The coupon and the second at which the code was issued; None if it was not sealed here."""
        return self._open_numbered("code", code)

    def seal_print(self, ref: CouponRef, number: int) -> str:
        """The code of a coupon's print of this number."""
        return self._seal_numbered("print", ref, number)

    def open_print(self, code: str) -> tuple[CouponRef, int] | None:
        """The coupon and the number of the print; None if it was not sealed here."""
        return self._open_numbered("print", code)

    def seal_booking(self, slot_id: str, person: bytes, version: int) -> str:
        """The id of a person's booking of a slot."""
        return self._seal("booking", version, person + slot_id.encode())

    def open_booking(self, booking_id: str) -> tuple[BookingRef, int] | None:
        """Whose place in which slot, and the key version that sealed it; None if it was not sealed here."""
        opened = self._open("booking", booking_id, _after(PERSON_BYTES))
        if opened is None:
            return None
        plain, version = opened
        return BookingRef(plain[PERSON_BYTES:].decode(), plain[:PERSON_BYTES]), version

    def seal_slot_code(self, ref: BookingRef, issued_at_s: int) -> str:
        """What a venue scans to check the person in."""
        number = issued_at_s.to_bytes(_NUMBER_BYTES["slot"], "big")
        return self._seal("slot", self.current, number + ref.person + ref.slot_id.encode())

    def open_slot_code(self, code: str) -> tuple[BookingRef, int] | None:
        """Whose place in which slot, and the second at which the code was issued; None if it was not sealed here."""
        number_bytes = _NUMBER_BYTES["slot"]
        opened = self._open("slot", code, _after(number_bytes + PERSON_BYTES))
        if opened is None:
            return None
        number, person = opened[0][:number_bytes], opened[0][number_bytes : number_bytes + PERSON_BYTES]
        slot_id = opened[0][number_bytes + PERSON_BYTES :].decode()
        return BookingRef(slot_id, person), int.from_bytes(number, "big")

    def pin(self, printed_code: str) -> str:
        """The six digits that belong to a printed code, which must be genuine."""
        version = base64.urlsafe_b64decode(printed_code[1:5])[0]
        master = self.master(version)
        assert master is not None, "the code was opened, so its version is there"
        digest = hmac.digest(_derive(master, "pin"), printed_code.encode(), "sha256")
        return f"{int.from_bytes(digest[:8], 'big') % 10**PIN_DIGITS:0{PIN_DIGITS}}"

    def draw_key(self, version: int, batch_id: str) -> bytes:
        """32 bytes from which the nonces of a lottery's entries come; its notary gets it later. Raises Busy."""
        return _derive(self._known(version), f"draw/{batch_id}")[:_DRAW_KEY_BYTES]

    def receipt_seed(self, version: int, batch_id: str) -> bytes:
        """The private Ed25519 key, 32 bytes, that signs a lottery's receipts and its commitment. Raises Busy."""
        return _derive(self._known(version), f"receipt/{batch_id}")[:_DRAW_KEY_BYTES]

    def nonce(self, version: int, batch_id: str, person: bytes) -> bytes:
        """What hides the person in their entry of a lottery: 16 bytes, known to them and to who has the draw key."""
        # Both parts can be told apart, because the person's key always has the same length.
        return hmac.digest(self.draw_key(version, batch_id), batch_id.encode() + person, "sha256")[:NONCE_BYTES]

    def seal_notary(self, version: int, batch_id: str, person_id: str) -> bytes:
        """Who booked a lottery, for its notary: the identity in normal form, by a key of its own. Raises Busy."""
        return _cipher(self._known(version), f"notary/{batch_id}").encrypt(normal_form(person_id).encode(), None)

    def open_notary(self, version: int, batch_id: str, sealed: bytes) -> str | None:
        """The identity in normal form; None if it was not sealed here, for this batch. Raises Busy."""
        try:
            return _cipher(self._known(version), f"notary/{batch_id}").decrypt(sealed, None).decode()
        except (InvalidTag, ValueError):  # ValueError: shorter than its tag
            return None

    def master(self, version: int) -> bytes | None:
        """None if there is no such version."""
        if version in self.masters:
            return self.masters[version]
        newer = self.newer(version)
        return None if newer is None else newer.masters[version]

    def _known(self, version: int) -> bytes:
        master = self.master(version)
        if master is None:  # another process already seals by this version
            raise Busy(detail="A new key has not come here yet; try again.")
        return master

    def _key(self, use: str) -> bytes:
        """Of version 1 for ever, because hashes of persons are keys in the tables."""
        return _derive(self.masters[1], use)

    def _seal_numbered(self, use: str, ref: CouponRef, number: int) -> str:
        plain = _COUPON.pack(ref.batch_number, ref.person, ref.index) + number.to_bytes(_NUMBER_BYTES[use], "big")
        return self._seal(use, self.current, plain)

    def _open_numbered(self, use: str, text: str) -> tuple[CouponRef, int] | None:
        size = _COUPON.size + _NUMBER_BYTES[use]
        opened = self._open(use, text, range(size, size + 1))
        if opened is None:
            return None
        coupon, number = opened[0][: _COUPON.size], opened[0][_COUPON.size :]
        return CouponRef(*_COUPON.unpack(coupon)), int.from_bytes(number, "big")

    def _seal(self, use: str, version: int, plain: bytes) -> str:
        sealed = bytes([version]) + _cipher(self._known(version), use).encrypt(plain, None)
        return _KINDS.get(use, "") + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def _open(self, use: str, text: str, sizes: range) -> tuple[bytes, int] | None:
        """`sizes`: how many bytes may be sealed in it."""
        kind = _KINDS.get(use, "")
        if not text.startswith(kind):
            return None
        text = text.removeprefix(kind)
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        # base64 ignores the spare bits of the last character: only the canonical spelling is genuine.
        if len(raw) - 1 - _TAG_BYTES not in sizes or base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
            return None
        master = self.master(raw[0])
        if master is None:
            return None
        try:
            return _cipher(master, use).decrypt(raw[1:], None), raw[0]
        except InvalidTag:
            return None


def _after(first_bytes: int) -> range:
    """The sizes of a slot's id behind so many bytes."""
    return range(first_bytes + _SLOT_ID_BYTES.start, first_bytes + _SLOT_ID_BYTES.stop)


def _hashed(key: bytes, name: bytes) -> bytes:
    return hmac.digest(key, name, "sha256")[:PERSON_BYTES]


@lru_cache
def _cipher(master: bytes, use: str) -> AESSIV:
    return AESSIV(_derive(master, use))


@lru_cache
def _derive(master: bytes, use: str) -> bytes:
    # HMAC-SHA512 as a one-block KDF (RFC 5869's expand step): the master is already uniformly random.
    return hmac.digest(master, b"coupon-season/" + use.encode(), "sha512")[:_KEY_BYTES]


def bucket_of(person: bytes, buckets: int) -> int:
    """The bucket of a person among `buckets` (a power of two). Buckets spread writes and let passes read all claims."""
    return int.from_bytes(person[:8], "big") % buckets
