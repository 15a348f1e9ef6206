"""Coupon ids, codes and persons: only sealed texts open, and nobody can link them."""

from __future__ import annotations

import base64
import hmac
import string
from collections.abc import Callable
from hashlib import blake2b

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coupons.refusals import Busy
from coupons.sealing import BookingRef, CouponRef, Keys, bucket_of

OLD = {1: b"the first master secret of a test"}
KEYS = Keys(OLD)
ROTATED = Keys({**OLD, 2: b"the second master secret of a test"})
PERSON = KEYS.person("110101199003070000")
REF = CouponRef(4_000_000_000, PERSON, 7)
ALPHABET = string.ascii_letters + string.digits + "-_"

refs = st.builds(CouponRef, st.integers(0, 2**32 - 1), st.binary(min_size=16, max_size=16), st.integers(0, 255))


@given(refs, st.integers(0, 2**40 - 1))
def test_what_we_sealed_opens(ref: CouponRef, issued_at_s: int) -> None:
    """Any coupon and second are read back unchanged; an id has 51 characters, a code 59, first its kind."""
    coupon_id, code = KEYS.seal_coupon(ref, 1), KEYS.seal_code(ref, issued_at_s)
    assert (len(coupon_id), len(code), code[0]) == (51, 59, "c")
    assert set(coupon_id + code) <= set(ALPHABET)
    assert KEYS.open_coupon(coupon_id) == (ref, 1)
    assert KEYS.open_code(code) == (ref, issued_at_s)


@given(refs, st.integers(0, 2**16 - 1))
def test_a_print_opens_as_a_print_only(ref: CouponRef, number: int) -> None:
    """It is read back unchanged, has 55 characters, and opens neither as an id nor as a code."""
    printed = KEYS.seal_print(ref, number)
    assert (len(printed), printed[0], KEYS.open_print(printed)) == (55, "p", (ref, number))
    assert (KEYS.open_code(printed), KEYS.open_coupon(printed)) == (None, None)
    assert KEYS.open_print(KEYS.seal_code(ref, number)) is None
    assert KEYS.open_print(printed[:-1]) is None


@given(st.sampled_from(["a", "court", "x" * 47]), st.binary(min_size=16, max_size=16), st.integers(0, 2**40 - 1))
def test_a_slots_code_opens_as_a_slots_only(facility_id: str, person: bytes, issued_at_s: int) -> None:
    """Slot, person and second are read back unchanged, and the booking's id opens as the same place."""
    ref = BookingRef(f"{facility_id}.2022-08-08.0900", person)
    code, booking_id = KEYS.seal_slot_code(ref, issued_at_s), KEYS.seal_booking(ref.slot_id, person, 1)
    assert (code[0], len(code) <= 136, len(booking_id) <= 128) == ("s", True, True)
    assert set(code + booking_id) <= set(ALPHABET)
    assert (KEYS.open_slot_code(code), KEYS.open_booking(booking_id)) == ((ref, issued_at_s), (ref, 1))
    assert (KEYS.open_code(code), KEYS.open_print(code), KEYS.open_coupon(code), KEYS.open_booking(code)) == (None,) * 4
    assert (KEYS.open_slot_code(booking_id), KEYS.open_coupon(booking_id)) == (None, None)
    assert KEYS.open_slot_code("c" + code[1:]) is None


def test_each_print_has_a_pin_of_its_own() -> None:
    """Six digits that are not in the code: another print, coupon or secret has others; rotation changes none."""
    pins = [KEYS.pin(KEYS.seal_print(REF, number)) for number in range(1, 2_001)]
    assert all(len(pin) == 6 and pin.isdecimal() for pin in pins)
    assert len(set(pins)) > 1_990
    assert {pin[0] for pin in pins} == set(string.digits), "zeros in front are kept"
    printed = KEYS.seal_print(REF, 1)
    assert ROTATED.pin(printed) == KEYS.pin(printed)
    assert Keys({1: b"another master secret of this test"}).pin(printed) != KEYS.pin(printed)
    assert ROTATED.open_print(ROTATED.seal_print(REF, 1)) == (REF, 1)
    assert KEYS.open_print(ROTATED.seal_print(REF, 1)) is None


@pytest.mark.parametrize("use", ["coupon", "code", "slot"])
def test_one_changed_character_opens_nothing(use: str) -> None:
    """At every place, every other character; the last one's spare bits included."""
    place = BookingRef("court.2022-08-08.0900", PERSON)
    made: dict[str, tuple[str, Callable[[str], object]]] = {
        "coupon": (KEYS.seal_coupon(REF, 1), KEYS.open_coupon),
        "code": (KEYS.seal_code(REF, 9), KEYS.open_code),
        "slot": (KEYS.seal_slot_code(place, 9), KEYS.open_slot_code),
    }
    sealed, opens = made[use]
    for at, character in enumerate(sealed):
        for other in ALPHABET:
            if other != character:
                assert opens(sealed[:at] + other + sealed[at + 1 :]) is None


def test_only_the_canonical_spelling_is_ours() -> None:
    """base64 reads several spellings of the same bytes; an id is one string, or it could be counted twice."""
    coupon_id = KEYS.seal_coupon(REF, 1)
    raw = base64.urlsafe_b64decode(coupon_id + "=")
    same = [c for c in ALPHABET if base64.urlsafe_b64decode(coupon_id[:-1] + c + "=") == raw]
    assert len(same) == 4
    assert [c for c in same if KEYS.open_coupon(coupon_id[:-1] + c)] == [coupon_id[-1]]
    for text in (coupon_id + "=", coupon_id + "\n", " " + coupon_id, coupon_id[:-1], coupon_id + "A", coupon_id * 2):
        assert KEYS.open_coupon(text) is None


def test_the_other_alphabet_is_not_ours() -> None:
    """`+` and `/` for `-` and `_` would be a second spelling."""
    sealed = next(s for n in range(99) if {"-", "_"} <= set(s := KEYS.seal_coupon(CouponRef(n, PERSON, 0), 1)))
    assert KEYS.open_coupon(sealed.replace("-", "+")) is None
    assert KEYS.open_coupon(sealed.replace("_", "/")) is None


@given(st.text(max_size=170))
@example("")
@example("é" * 51)
@example("\ud800" * 51)
@example("A" * 51)
@example("c" + "A" * 58)
@example("s" + "A" * 120)
@example("=" * 51)
@example("AQ" + "\0" * 49)
def test_any_other_string_opens_nothing(text: str) -> None:
    """None, never an exception."""
    assert KEYS.open_coupon(text) is None
    assert KEYS.open_code(text) is None
    assert (KEYS.open_slot_code(text), KEYS.open_booking(text)) == (None, None)


@given(st.sampled_from([38, 43, 60, 80]).flatmap(lambda size: st.binary(min_size=size, max_size=size)))
def test_forged_bytes_of_the_right_length_open_nothing(raw: bytes) -> None:
    """The tag decides, also behind a version that exists."""
    text = base64.urlsafe_b64encode(b"\x01" + raw[1:]).rstrip(b"=").decode()
    assert (KEYS.open_coupon(text), KEYS.open_booking(text)) == (None, None)
    assert (KEYS.open_code("c" + text), KEYS.open_slot_code("s" + text)) == (None, None)


def test_an_id_is_not_a_code_and_a_code_no_id() -> None:
    """Each use has its own key and length."""
    assert KEYS.open_code(KEYS.seal_coupon(REF, 1)) is None
    assert KEYS.open_coupon(KEYS.seal_code(REF, 1)) is None


def test_two_coupons_of_one_person_have_nothing_in_common() -> None:
    """After the version's byte, no two coupons of a hundred people share their first three bytes."""
    sealed = [
        base64.urlsafe_b64decode(KEYS.seal_coupon(CouponRef(1, KEYS.person(f"p{n}"), index), 1) + "=")
        for n in range(100)
        for index in range(8)
    ]
    assert {raw[0] for raw in sealed} == {1}
    assert len({raw[1:4] for raw in sealed}) == len(sealed)
    assert not any(PERSON[:3] in raw for raw in sealed)


def test_each_second_has_its_own_code() -> None:
    """A code seen by a shop tells nothing about the next."""
    first, second = (base64.urlsafe_b64decode(KEYS.seal_code(REF, at_s)[1:] + "==") for at_s in (1, 2))
    assert first[1:3] != second[1:3]


def test_rotation_changes_no_coupon_id() -> None:
    """A claim keeps its version, so its ids stay; what is new is sealed by the highest version."""
    coupon_id = KEYS.seal_coupon(REF, 1)
    assert ROTATED.current == 2
    assert ROTATED.seal_coupon(REF, 1) == coupon_id
    assert ROTATED.open_coupon(coupon_id) == (REF, 1)
    assert ROTATED.open_coupon(ROTATED.seal_coupon(REF, 2)) == (REF, 2)
    assert ROTATED.open_code(KEYS.seal_code(REF, 5)) == (REF, 5)
    assert KEYS.open_code(ROTATED.seal_code(REF, 5)) is None, "a version that is not known yet"


def test_a_person_is_a_keyed_hash_of_the_identity() -> None:
    """16 bytes, the same for two accounts and after a rotation, other for other people and other masters."""
    assert len(PERSON) == 16
    assert KEYS.person("110101199003070000") == PERSON == ROTATED.person("110101199003070000")
    assert KEYS.person("110101199003070001") != PERSON
    assert Keys({1: b"another master secret of a test.."}).person("110101199003070000") != PERSON


def test_person_household_and_subject_are_of_three_derivations() -> None:
    """By their normal forms, a subject byte for byte; rotation changes none."""
    for keys in (KEYS, ROTATED):
        assert keys.person(" 1002\uff38") == KEYS.person("1002x")
        assert keys.household(" 1002\uff38") == KEYS.household("1002x")
        names = [keys.person("1002x"), keys.household("1002x")]
        names += [keys.person(f"sub:{name}") for name in ("1002x", "1002X", " 1002x", "sub:1002x", "\ud800", "")]
        assert len(set(names)) == len(names)
        assert {len(name) for name in names} == {16}


@given(st.binary(min_size=16, max_size=16), st.integers(4, 16))
def test_a_bucket_is_one_of_them_and_halves_when_they_double(person: bytes, exponent: int) -> None:
    """With twice the buckets a person is in the same one or in the one that many further."""
    buckets = 2**exponent
    bucket = bucket_of(person, buckets)
    assert 0 <= bucket < buckets
    assert bucket_of(person, 2 * buckets) in (bucket, bucket + buckets)


def test_people_spread_over_buckets() -> None:
    """Sixteen buckets hold between 100 and 150 of 2,000 people."""
    counts = [0] * 16
    for n in range(2_000):
        counts[bucket_of(KEYS.person(f"p{n}"), 16)] += 1
    assert 95 < min(counts) <= max(counts) < 160


def test_a_trace_is_short_and_leads_nowhere() -> None:
    """16 hex digits for each field and name, the same after a rotation; without the secret nobody finds them again."""
    trace = KEYS.trace("caller", "ann")
    assert len(trace) == 16
    assert trace == ROTATED.trace("caller", "ann")
    assert int(trace, 16).to_bytes(8, "big") not in KEYS.person("ann")
    others = {KEYS.trace("source", "ann"), KEYS.trace("caller", "bob"), KEYS.trace("caller", "\ud800")}
    others.add(Keys({1: b"another master secret of this test"}).trace("caller", "ann"))
    others.add(blake2b(b"ann", digest_size=8, key=KEYS._key("person"), person=b"caller").hexdigest())
    assert len(others - {trace}) == 5


def test_a_lottery_has_keys_of_its_own() -> None:
    """Draw key and receipt seed differ by batch, version and use; rotation changes none of an older version."""
    made = [
        use(version, batch_id)
        for use in (ROTATED.draw_key, ROTATED.receipt_seed)
        for version in (1, 2)
        for batch_id in ("night-draw", "night-draw-2")
    ]
    assert (len(set(made)), {len(key) for key in made}) == (8, {32})
    assert KEYS.draw_key(1, "night-draw") == made[0]
    assert KEYS.receipt_seed(1, "night-draw") == made[4]
    with pytest.raises(Busy):
        KEYS.draw_key(2, "night-draw")


def test_a_nonce_follows_from_the_draw_key_alone() -> None:
    """A notary with the draw key recomputes it; another person, batch or version has another."""
    key = ROTATED.draw_key(2, "night-draw")
    nonce = ROTATED.nonce(2, "night-draw", PERSON)
    assert nonce == hmac.digest(key, b"night-draw" + PERSON, "sha256")[:16]
    others = {
        ROTATED.nonce(1, "night-draw", PERSON),
        ROTATED.nonce(2, "night-draw-2", PERSON),
        ROTATED.nonce(2, "night-draw", KEYS.person("110101199003070001")),
    }
    assert len({nonce, *others}) == 4


def test_only_the_notary_of_a_lottery_learns_who_booked() -> None:
    """The identity comes back in normal form; another batch, version or changed byte opens nothing."""
    sealed = ROTATED.seal_notary(2, "night-draw", " １１０１０１19900307002X ")
    assert b"1990" not in sealed
    assert ROTATED.open_notary(2, "night-draw", sealed) == "11010119900307002x"
    assert sealed == ROTATED.seal_notary(2, "night-draw", "11010119900307002x")
    others = [(1, "night-draw", sealed), (2, "other", sealed), (2, "night-draw", sealed[:-1] + b"!")]
    assert [ROTATED.open_notary(*one) for one in [*others, (2, "night-draw", b"short")]] == [None] * 4
