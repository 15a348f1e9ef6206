"""The sums of a program's accounts again, from the items; what differs can be replaced."""

from __future__ import annotations

from coupons.count.points_recount import recount_points, replace_points
from coupons.count.recount import recount
from coupons.model.points_sums import PointsSums
from tests.store.points.conftest import PROGRAM, Club
from tests.store.points.test_liability import Counted


def counted(club: Club) -> Counted:
    """Two visits, an exchange and a correction, all counted."""
    found = Counted(club)
    club.earn("e1")
    club.earn("e2", name="bob", session_id="w1")
    found.exchange(20)
    club.correct("e2")
    return found.count()


def test_accounts_come_to_what_was_counted(club: Club) -> None:
    """No sum differs, and nothing is written; so does the recount of the season's statistics."""
    found = counted(club)
    told = recount_points(club.services, PROGRAM)
    assert (told.differences, told.stored.as_of_s) == ({}, told.recounted.as_of_s)
    before = club.world.items()["CatalogTable"]
    assert replace_points(club.services, told)
    assert club.world.items()["CatalogTable"] == before
    assert recount(found.club.world.new_services(), "season", club.world.now_s + 3600).differences == []


def test_what_the_stream_forgot_is_put_right(club: Club) -> None:
    """Each difference is named, and gone afterwards; the audit agrees then."""
    found = counted(club)
    club.earn("e3", name="cem", session_id="w2")
    told = recount_points(club.services, PROGRAM)
    assert told.differences["earned"] == (55, 110)
    assert {name[0] for name in told.differences} == {"e", "v"}
    assert replace_points(club.services, told)
    assert recount_points(club.services, PROGRAM).differences == {}
    assert [one for one in found.failing() if "exchanges" not in one] == []
    assert found.shown()["earned"] == 110


def test_rows_that_changed_are_not_replaced(club: Club) -> None:
    """The stream counted something since they were read, in any row."""
    counted(club)
    club.earn("e3", name="cem", session_id="w2")
    for row in range(8):
        told = recount_points(club.services, PROGRAM)
        club.services.transact([club.services.liabilities.add(PROGRAM, row, PointsSums(earned=1))])
        assert not replace_points(club.services, told)
