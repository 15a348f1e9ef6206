"""Programmes are stored whole or not at all: killed at every write, overtaken, in one chunk and in many."""

from __future__ import annotations

import random
from typing import Any

import pytest

from coupons.model.programmes import Programme
from coupons.operate import campaigns
from coupons.operate.programme import apply, read
from coupons.process.services import Services
from coupons.refusals import Busy, Malformed, NotFound, RevisionConflict, TermsFrozen
from coupons.schedule.relay import announce
from coupons.stores import programmes
from tests.bus import Stream
from tests.programmes import alert, course, court, parsed_programme
from tests.store.faults import Counting, Faulty, KilledError, Mortal, Overtaken, answer_lost
from tests.world import World, a_batch, campaign, parsed


@pytest.fixture
def chunks_of_a_few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the small programme is many chunks."""
    monkeypatch.setattr(programmes, "CHUNK_BYTES", 200)


def put(services: Services, world: World, **changes: Any) -> str:
    return apply(services, "season", parsed_programme(**changes), world.now_s)[1]


def shown(world: World) -> Programme | None:
    """What a process that remembers nothing reads."""
    found = world.new_services().programmes.current("season")
    return found.document if found else None


FIRST = parsed_programme(revision=1)
SECOND = parsed_programme(announcements=[alert(title="Storm")], revision=1)
STORED = SECOND.model_copy(update={"revision": 2})


@pytest.mark.usefixtures("chunks_of_a_few_bytes")
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_killed_edit_shows_the_old_or_the_new(season: World, applied: bool) -> None:
    """At each write; a repeat makes it whole, as if nobody had been killed."""
    put(season.services, season)
    before = season.client.snapshot()
    seen = set[int | None]()
    for nth_write in range(1, 20):
        season.client.restore(before)
        mortal = season.new_services(client=Mortal(season.client, nth_write, applied=applied))
        try:
            apply(mortal, "season", SECOND, season.now_s)
        except KilledError:
            found = shown(season)
            assert found in (FIRST, STORED)
            seen.add(found and found.revision)
            outcome = apply(season.new_services(), "season", SECOND, season.now_s)
            assert outcome == (STORED, "unchanged" if found == STORED else "updated")
            assert shown(season) == STORED
        else:
            assert nth_write > 4, "the programme must be several chunks"
            break
    else:
        pytest.fail("more writes than were tried")
    assert seen == ({1, 2} if applied else {1})


@pytest.mark.usefixtures("chunks_of_a_few_bytes")
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_a_killed_first_programme_is_there_or_not(season: World, applied: bool) -> None:
    """Before its last write there is none, and no name is taken."""
    mortal = season.new_services(client=Mortal(season.client, 1, applied=applied, word="HEAD"))
    with pytest.raises(KilledError):
        put(mortal, season)
    assert (shown(season) == FIRST) is applied
    assert season.new_services().programme_store.owners(["court", "course"]) == (
        {"court": "season", "course": "season"} if applied else {}
    )
    assert put(season.new_services(), season) == ("unchanged" if applied else "created")


@pytest.mark.usefixtures("chunks_of_a_few_bytes")
def test_the_later_of_two_edits_is_refused(season: World) -> None:
    """Its chunks stay and are never read; it learns the revision that won."""
    put(season.services, season)
    mine = parsed_programme(announcements=[], revision=1)

    def other() -> None:
        apply(season.new_services(), "season", SECOND, season.now_s)

    late = season.new_services(client=Overtaken(season.client, "transact_write_items", "HEAD", other))
    with pytest.raises(RevisionConflict) as refused:
        apply(late, "season", mine, season.now_s)
    assert refused.value.revision == 2
    assert shown(season) == read(season.new_services(), "season") == STORED


def test_an_attempt_whose_answer_was_lost_is_no_conflict(season: World) -> None:
    """The transaction is sent again with its token, and a repeat of the request changes nothing."""
    lossy = season.new_services(client=Faulty(season.client, "transact_write_items", answer_lost))
    assert put(lossy, season) == "created"
    assert put(season.new_services(), season) == "unchanged"


def test_the_same_edit_beside_itself_is_one(season: World) -> None:
    """Two attempts of one request: the second finds the first."""
    put(season.services, season)

    def twin() -> None:
        apply(season.new_services(), "season", SECOND, season.now_s)

    late = season.new_services(client=Overtaken(season.client, "transact_write_items", "HEAD", twin))
    assert apply(late, "season", SECOND, season.now_s) == (STORED, "unchanged")


def test_a_name_goes_to_one_campaign(season: World) -> None:
    """Also if both apply at the same moment; the other programme is not stored."""
    other = campaign(campaign_id="other")
    other["batches"][0]["batch_id"] = "other-pack"
    campaigns.apply(season.services, "other", parsed(other), season.now_s)

    def first() -> None:
        apply(season.new_services(), "other", parsed_programme(), season.now_s)

    late = season.new_services(client=Overtaken(season.client, "transact_write_items", "HEAD", first))
    with pytest.raises(TermsFrozen, match="'court' belongs to campaign 'other'"):
        put(late, season)
    assert shown(season) is None
    with pytest.raises(TermsFrozen, match="'court' belongs to campaign 'other'"):
        put(season.new_services(), season)


def test_the_campaign_that_it_was_checked_against_stays(season: World) -> None:
    """An edit of the campaign meanwhile refuses the programme, and the other way round."""
    document = campaigns.read(season.services, "season")
    edited = document.model_copy(update={"title": "Another"})

    def edit() -> None:
        campaigns.apply(season.new_services(), "season", edited, season.now_s)

    late = season.new_services(client=Overtaken(season.client, "transact_write_items", "HEAD", edit))
    with pytest.raises(Busy):
        put(late, season)
    assert shown(season) is None

    def declare() -> None:
        put(season.new_services(), season)

    again = edited.model_copy(update={"title": "A third", "revision": 2})
    late = season.new_services(client=Overtaken(season.client, "transact_write_items", "DOCUMENT", declare))
    with pytest.raises(Busy):
        campaigns.apply(late, "season", again, season.now_s)
    assert campaigns.read(season.new_services(), "season").revision == 2
    assert shown(season) == FIRST


def test_only_so_many_names_join_at_once(season: World) -> None:
    """Eighty with one revision, and as many with the next."""
    many = [court(facility_id=f"court-{number}") for number in range(161)]

    def edit(number: int, revision: int | None = None) -> None:
        document = parsed_programme(facilities=many[:number], activities=[], revision=revision)
        apply(season.new_services(), "season", document, season.now_s)

    with pytest.raises(Malformed) as refused:
        edit(81)
    (error,) = refused.value.errors
    assert error["place"] == "body.facilities"
    assert error["message"].startswith("81 new facilities are too many for one revision")
    edit(80)
    edit(160, revision=1)
    found = shown(season)
    assert found is not None
    assert len(found.facilities) == 160


def test_a_process_reads_the_head_once_a_second(season: World) -> None:
    """Half a unit; the chunks only when the head names others. A name's campaign is read once."""
    put(season.services, season)
    counting = Counting(season.client)
    services = season.new_services(client=counting)
    for _ in range(3):
        found = services.programmes.of_facility("court")
        assert (found.document, found.timezone) == (FIRST, "Asia/Shanghai")
    assert counting.requests == {"get_item": 2, "batch_get_item": 1}
    season.clock.advance(1)
    assert services.programmes.current("season") is found
    assert counting.requests == {"get_item": 3, "batch_get_item": 1}
    apply(season.new_services(), "season", SECOND, season.now_s)
    assert services.programmes.current("season") is found
    season.clock.advance(1)
    newer = services.programmes.current("season")
    assert newer is not None
    assert newer.document == STORED
    with pytest.raises(NotFound):
        services.programmes.of_facility("pool")


def test_a_first_programme_is_known_at_once(season: World) -> None:
    """Its slots, by a process that read a moment before that there is no programme."""
    services = season.new_services()
    assert services.programmes.current("season") is None
    put(season.services, season)
    assert services.programmes.of_facility("court").document == FIRST


def test_an_answer_names_twenty_places(season: World) -> None:
    """Of a programme that does not fit its campaign, and of a campaign that does not fit its programme."""
    batches = [a_batch(f"b-{number}") for number in range(21)]
    campaigns.apply(season.services, "other", parsed(campaign(*batches, campaign_id="other")), season.now_s)
    told = [alert(announcement_id=one["batch_id"], placement=f"batch:{one['batch_id']}") for one in batches]
    document = parsed_programme(announcements=told, facilities=[], activities=[])
    with pytest.raises(Malformed) as refused:
        apply(season.services, "season", document, season.now_s)
    assert len(refused.value.errors) == 20
    apply(season.services, "other", document, season.now_s)
    with pytest.raises(Malformed) as refused:
        campaigns.apply(
            season.services, "other", parsed(campaign(a_batch("b"), campaign_id="other", revision=1)), season.now_s
        )
    assert len(refused.value.errors) == 20


def test_a_programme_of_many_chunks_is_read_whole(season: World) -> None:
    """A megabyte of words at random, which hardly compress, in any order of the engine's answers."""
    rng = random.Random(1)
    titles = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=490)) for _ in range(2_000)]
    activities = [course(activity_id=f"a-{number}", seats=None, title=title) for number, title in enumerate(titles)]
    put(season.services, season, activities=activities)
    head = season.services.programme_store.head("season")
    assert head is not None
    assert head.chunks >= 3
    found = shown(season)
    assert found is not None
    assert [one.title for one in found.activities] == titles


def test_what_is_announced_is_told_once_a_revision(season: World) -> None:
    """What is new or changed and not over; a replayed record makes the same event."""
    over = alert(announcement_id="over", ends_at="2020-06-06T10:00:00+08:00")
    stream = Stream(season)
    put(season.services, season, announcements=[alert(), over])
    first = stream.records()
    put(
        season.new_services(),
        season,
        announcements=[alert(title="Storm"), over, alert(announcement_id="b")],
        revision=1,
    )
    second = stream.records()
    told = [announce(season.new_services(), records)[0] for records in (first, second, first)]
    ids = [[(event.subject, event.id) for event in events] for events in told]
    assert [[subject for subject, _ in events] for events in ids] == [["rain"], ["rain", "b"], ["rain"]]
    assert ids[0] == ids[2]
    assert ids[0][0] != ids[1][0]
