"""What is announced in a season: its window, its audience, its order."""

from __future__ import annotations

from typing import Any

from tests.api.cases import case, opened
from tests.api.listing_cases import ANNOUNCEMENTS, asked, names, with_programme
from tests.api.stage import Stage
from tests.listed import NOON, ONE, announcement
from tests.world import Answered

OPEN: dict[str, Any] = {
    "announcement_id": "open",
    "placement": "home",
    "kind": "announcement",
    "title": {"en": "Open", "zh": "开放"},
    "body": None,
    "image": None,
    "link": None,
    "starts_at": NOON,
    "ends_at": ONE,
    "priority": 0,
}


@case(ANNOUNCEMENTS, 200, body={"announcements": [OPEN]})
def an_announcement_in_its_first_second(s: Stage) -> Answered:
    with_programme(s, announcements=[announcement()]).clock.set(NOON)
    return asked(s, ANNOUNCEMENTS)


@case(ANNOUNCEMENTS, 200, body={"announcements": []})
def an_announcement_that_has_just_ended(s: Stage) -> Answered:
    with_programme(s, announcements=[announcement()]).clock.set(ONE)
    return asked(s, ANNOUNCEMENTS)


@case(ANNOUNCEMENTS, 200, body=names("announcement_id", "storm", "all"))
def announcements_for_a_region_alerts_first(s: Stage) -> Answered:
    told = [
        announcement("all", priority=100),
        announcement("hubei", audience={"regions": ["hubei"]}),
        announcement("storm", kind="alert", audience={"regions": ["beijing"], "districts": ["west"]}),
    ]
    with_programme(s, announcements=told).clock.set(NOON)
    return asked(s, ANNOUNCEMENTS, region="beijing", district="west", placement="home")


@case(
    ANNOUNCEMENTS,
    400,
    "malformed",
    facts={"errors": [{"place": "query.placement", "message": "must be home, ticker, section:<id> or batch:<id>"}]},
)
def a_place_where_nothing_is_shown(s: Stage) -> Answered:
    return asked(opened(s), ANNOUNCEMENTS, placement="roof")
