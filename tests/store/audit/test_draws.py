"""Audits of a lottery: each claim was drawn, the list is all bookings, and the final file is all claims."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coupons.audit.audits import audit_batch
from coupons.model.claimed_packs import fresh_claim
from coupons.model.claims import BookingRecord, Entered
from coupons.model.draw_state import DrawEnd
from coupons.model.entries import claim_record
from coupons.process.receipts import entry_of
from tests.store.audited import ask, texts, wrong
from tests.store.books import PACK, of, opened, reserved, tick
from tests.store.lots import PEOPLE, Lots, drawn, losers, lots, winners
from tests.world import KEYS

FOREVER = float("inf")


@pytest.fixture
def made(tmp_path: Path) -> Lots:
    """Six people, two packs, of which one is claimed."""
    made = drawn(tmp_path, claim_for_s=15 * 3_600)
    assert made.world.citizen(winners(made)[0]).put_claim("pack").status == 201
    return made


def forge_claim(made: Lots, name: str, later_s: int = 0) -> None:
    """A claim item that no request wrote."""
    forged = fresh_claim(made.batch, KEYS.person(name), "forged:0", made.world.now_s + later_s, 1)
    assert made.services.claims.put(made.batch, forged, lambda: True) is None


def forge_booking(made: Lots, name: str, **fields: Any) -> None:
    """A booking that nobody made; a genuine entry unless `fields` say otherwise."""
    sealed = KEYS.seal_notary(1, "pack", name)
    entered = Entered(entry_of(made.services, made.batch, KEYS.person(name), name), 32, 0, sealed)
    forged = BookingRecord(made.batch.number, made.world.now_s, entered._replace(**fields))
    made.services.bookings.delete(made.batch, KEYS.person(name))
    assert made.services.bookings.enter(made.batch, KEYS.person(name), forged, lambda: True) is None


def test_a_lottery_in_order_is_good(made: Lots) -> None:
    """Its claims, its list, and the campaign's audit; also when another was drawn since, and when asked again."""
    for name in ("pack", "campaign"):
        found = ask(made.world, name)
        assert (wrong(found), found["complete"]) == ([], True)
        assert ask(made.world, name, found["sweep"]) == found
    said = texts(ask(made.world, "pack"))
    assert "claims 1 are of entries that were drawn" in said
    assert "bookings 6 = entries 6 of all parts, 6 committed" in said


def test_before_the_draw_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """No list and no claims."""
    made = lots(tmp_path)
    made.book(*PEOPLE)
    found = ask(made.world, "pack")
    assert (wrong(found), found["complete"]) == ([], True)


def loser(made: Lots) -> None:
    forge_claim(made, losers(made)[0])


def inserted(made: Lots) -> None:
    forge_booking(made, "late")
    forge_claim(made, "late")


def unbooked(made: Lots) -> None:
    forge_claim(made, "stranger")


def borrowed(made: Lots) -> None:
    name = losers(made)[0]
    forge_booking(made, name, entry=made.entry(winners(made)[1]))
    forge_claim(made, name)


def borrowed_unsealed(made: Lots) -> None:
    """The identity is removed, so that nothing tells whose the entry is."""
    name, other = losers(made)[:2]
    forge_booking(made, name, entry=made.entry(other), sealed=None)
    forge_claim(made, name)


def renamed(made: Lots) -> None:
    name = losers(made)[0]
    forge_booking(made, name, sealed=KEYS.seal_notary(1, "pack", "other"))
    forge_claim(made, name)


def late(made: Lots) -> None:
    until_s = made.services.draws.state("pack").cohorts[0].claim_until_s
    forge_claim(made, winners(made)[1], until_s - made.world.now_s)


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (loser, "its entry was not drawn"),
        (inserted, "its entry is not in the committed list"),
        (unbooked, "it has no booking"),
        (borrowed, "its booking has another entry"),
        (borrowed_unsealed, "its entry was not drawn"),
        (renamed, "its booking names another person"),
        (late, "its entry was drawn, and it is later than that allows"),
    ],
)
def test_each_forgery_is_named(made: Lots, forge: Callable[[Lots], None], why: str) -> None:
    """The claim, by its key, and why; in the batch's audit and in the campaign's."""
    forge(made)
    for name in ("pack", "campaign"):
        said = [text for text in wrong(ask(made.world, name)) if "were drawn" in text]
        assert len(said) == 1
        assert "claims 2 are of entries that were drawn; 1 not: ClaimsTable B#pack#" in said[0]
        assert said[0].endswith(why)


def test_a_booking_that_was_inserted_is_seen_without_a_claim(made: Lots) -> None:
    """There is one more than the list has."""
    forge_booking(made, "late")
    assert wrong(ask(made.world, "pack")) == ["bookings 7 = entries 6 of all parts, 6 committed"]


@pytest.mark.parametrize(("filed", "recorded", "is_good"), [(1, 1, True), (2, 1, False), (1, 2, False), (0, 0, False)])
def test_the_final_file_has_each_claim(made: Lots, filed: int, recorded: int, *, is_good: bool) -> None:
    """As many as there are, and as many as were counted for it."""
    name = made.services.draw_files.put(b"".join(claim_record(bytes([n] * 32), 1) for n in range(filed)))
    made.services.draws.put_end("pack", DrawEnd("final", made.world.now_s, "", recorded, name))
    found = wrong(ask(made.world, "pack"))
    assert found == ([] if is_good else [f"claims 1 = final file {filed}, {recorded} on record"])


def test_an_audit_that_is_cut_short_goes_on(made: Lots) -> None:
    """By its name: what was compared is recorded."""
    first = audit_batch(made.services, "pack", "sweep", made.world.now_s, 0.0)
    assert (first.complete, first.of_draw) == (False, ())
    assert audit_batch(made.services, "pack", "sweep", made.world.now_s, FOREVER).complete


def test_the_books_of_a_lottery_add_up(made: Lots) -> None:
    """Packs that nobody claimed go back after closing, and unused coupons after their end, as of any batch."""
    assert (opened(made.world, "pack"), reserved(made.world)) == (of(2), of(2))
    made.world.clock.set("2020-06-07T10:00:00+08:00")
    tick(made.world, times=6)
    assert (opened(made.world, "pack"), reserved(made.world)) == (of(1), of(1))
    control = made.services.cache.control_now("pack")
    assert (control.final, control.claims) == (True, 1)
    for name in ("pack", "campaign"):
        assert wrong(ask(made.world, name)) == []
    made.world.clock.set("2020-06-21T10:01:00+08:00")
    tick(made.world, times=6)
    assert not any((opened(made.world, "pack")[funder], reserved(made.world)[funder]) != (0, 0) for funder in PACK)
    for name in ("pack", "campaign"):
        assert wrong(ask(made.world, name)) == []
