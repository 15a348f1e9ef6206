"""What a partner can report at most: an edit of the programme lowers it to what was earned, and not below."""

from __future__ import annotations

from typing import Any

import pytest

from coupons.model.programmes import Programme
from coupons.model.visit_reports import VisitReport
from coupons.operate.programme import apply
from coupons.points.reports import report
from coupons.process.services import Services
from coupons.refusals import Busy, Malformed, TermsFrozen
from tests.court import facility
from tests.points import incentives, partner
from tests.store.points.conftest import Club, points_programme
from tests.world import KEYS

OWN = {"activity_ids": ["course", "walk"]}


def revise(club: Club, *partners: dict[str, Any], **changes: Any) -> None:
    """The programme has these partners."""
    stored = club.services.programme_store.read("season")
    assert stored
    body = points_programme(incentives=incentives(partners=list(partners)), revision=stored.head.revision, **changes)
    apply(club.services, "season", Programme.model_validate(body), club.world.now_s)


def told(club: Club, services: Services, event_id: str, session_id: str) -> str | None:
    """Why a report earned nothing."""
    visit = {"activity_id": "walk", "session_id": session_id, "kind": "attendance", "occurred_at": club.now}
    found, _ = report(
        services, "diner", event_id, KEYS.person("ann"), VisitReport.model_validate(visit), club.world.now_s
    )
    return found.reason


def test_a_maximum_falls_at_most_to_what_was_earned(club: Club) -> None:
    """Also for a partner who is dropped."""
    club.earn("e1")
    for partners in ([partner(**OWN, points_max=54)], []):
        with pytest.raises(TermsFrozen, match="Partner 'diner' has earned 55 points: points_max cannot be less"):
            revise(club, *partners)
    revise(club, partner(**OWN, points_max=55))
    club.world.clock.advance(2)
    assert club.earn("e2", session_id="w1").json["reason"] == "allotment"


def test_who_believes_in_the_maximum_before_counts_nothing(club: Club) -> None:
    """Until it has read the programme again: the budget's rest may be another partner's by now."""
    club.earn("e1")
    other = club.world.new_services()
    assert told(club, other, "e2", "w1") is None
    revise(club, partner(**OWN, points_max=60))
    with pytest.raises(Busy):
        told(club, other, "e3", "w2")
    club.world.clock.advance(2)
    assert told(club, other, "e3", "w2") == "allotment"


def test_a_partner_that_left_comes_back_with_a_new_maximum(club: Club) -> None:
    """What it may report is what the newest revision says, at once."""
    revise(club)
    assert club.earn("e1").status == 403
    revise(club, partner(**OWN))
    club.world.clock.advance(2)
    assert club.earn("e2").json["points"] == 55


def test_too_many_changes_for_one_transaction_are_refused(club: Club) -> None:
    """New facilities and changed partners together; each alone has a limit of its own."""
    many = [facility(facility_id=f"c{number}") for number in range(80)]
    with pytest.raises(Malformed) as refusal:
        revise(club, *(partner(partner_id=f"p{number}", points_max=1) for number in range(11)), facilities=many)
    places = [one["place"] for one in refusal.value.errors]
    assert places
