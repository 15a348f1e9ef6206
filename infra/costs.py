"""What the stack costs: DynamoDB units of each operation as consumed, and dollars by the list prices.

    make costs

Plays each operation once against the template's tables in memory (infra/virtual/), which counts units by bytes as
DynamoDB does, and reads the meter of which the functions' metrics are made (coupons/metering.py).
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import chain

from coupons.claim import catalog, codes, listings, merchants, packs, wallet
from coupons.claim.eligibility import Citizen
from coupons.clock import FENCE_S
from coupons.metering import (
    ALARM_MONTH,
    API_REQUEST,
    DASHBOARD_MONTH,
    EVENT,
    KEY_MONTH,
    LAMBDA_GB_SECOND,
    LAMBDA_REQUEST,
    LOG_GB,
    METRIC_MONTH,
    SECRET_MONTH,
    Consumed,
    Meter,
    UnitPrices,
)
from coupons.model.campaigns import Campaign
from coupons.model.listings import ActivityFilter
from coupons.model.orders import Order
from coupons.model.programmes import Programme
from coupons.operate import campaigns, members, programme, publication
from coupons.process.day_marks import DayMarks
from coupons.process.services import Services
from coupons.refusals import Refusal
from coupons.schedule.minute import run_schedule
from coupons.schedule.reclaim import reclaim
from coupons.sealing import Keys
from coupons.settle import give_back
from coupons.settle.day_close import close_days, known_zones
from coupons.settle.statements import settlement_page
from coupons.till import quotes, redemptions, reversals
from coupons.till.own_record import own_record
from coupons.times import day_of, day_start_s, epoch_s
from coupons.web.metrics import CONSUMPTION, METRICS_A_CAMPAIGN, METRICS_MAX
from infra import count_costs, draw_costs, ration_costs, slot_costs, sports_costs, venue_costs
from infra.couponctl.campaign_files import load_campaign
from infra.local.settings import checkout
from infra.local.tables import create_tables
from infra.pages.openings import openings
from infra.set_clock import SetClock
from infra.virtual.store import Store

# Assumed until measured on AWS: a warm claim's billed time, the functions' memory, log bytes a request.
CLAIM_S, MEMORY_GB, LOG_BYTES = 0.020, 1.0, 1_130
DRAW_GB = 1_769 / 1_024
# Also assumed: a busy stream's hundred events take ten PutEvents of 25 ms, one after the other.
EVENTS_A_CALL, EVENTS_CALL_S = 100, 0.25
# CloudFront beyond what it gives each month, 10 million requests and a terabyte.
PAGE_REQUEST, PAGE_GB = 1.00 / 1e6, 0.085
ALARMS = 34
HOURS_A_MONTH = 730
FIRST_CLAIM = "claim, first of an environment"
"""The most expensive claim: it leases one pack. In a spike leases grow; `make bench` prints what a claim costs then."""


def stocked() -> tuple[Services, SetClock]:
    """Services over a fresh engine with two seasons published."""
    client = Store()
    names = create_tables(client)
    settings = {f"{name.removesuffix('Table').upper()}_TABLE": table for name, table in names.items()}
    seasons = checkout() / "infra" / "seasons"
    documents = [
        Campaign.model_validate(load_campaign(seasons / f"{name}.yaml"), strict=False)
        for name in ("beijing-2020", "night-2020")
    ]
    clock = SetClock(epoch_s(documents[0].starts_at))
    services = Services(
        settings,
        clock=clock,
        keys=Keys({1: b"for an engine of one minute"}),
        boto_client=client,
        rng=random.Random(1),
    )
    for document in documents:
        campaigns.apply(services, document.campaign_id, document, int(clock.now_s))
        for batch in document.batches:
            publication.publish(services, batch.batch_id, int(clock.now_s))
    return services, clock


def _order(store_id: str) -> Order:
    item = {"sku": "noodles", "category": "catering", "price_minor": 6000, "quantity": 1}
    order = {"total_minor": 6000, "store_id": store_id, "channel": "offline", "region": "beijing", "items": [item]}
    return Order.model_validate(order)


def played(services: Services, clock: SetClock) -> Iterator[tuple[str, Consumed]]:
    """Each operation of a citizen once, in a warm process."""
    now_s = services.cache.batch("special-0606").opens_at_s
    person = services.keys.person("li-hua")
    citizen = Citizen(person, None)
    row = partial(_row, services.meter)

    def claim(batch_id: str, at_s: int) -> object:
        return packs.claim(services, batch_id, citizen, at_s)

    minute = partial(run_schedule, services, int(clock.now_s), float("inf"))
    for name in ("the first minute, and its due list", "a minute with nothing due"):
        yield row(name, minute)
    clock.now_s = now_s
    yield row("claim before opening", lambda: claim("special-0606", now_s - 1))
    services.cache.control("special-0606")
    yield row(FIRST_CLAIM, lambda: claim("special-0606", now_s))
    yield row("claim, repeated", lambda: claim("special-0606", now_s))
    held = wallet.my_claim(services, "special-0606", person)
    coupon_id = held.coupon_ids(services.keys)[0]
    codes.issue_code(services, coupon_id, person, now_s)
    services.cache.live(now_s)
    yield row("wallet", lambda: wallet.wallet(services, person, now_s))
    yield row("code", lambda: codes.issue_code(services, coupon_id, person, now_s))


def played_at_the_till(services: Services, clock: SetClock) -> Iterator[tuple[str, Consumed]]:
    """Each operation of a merchant once, and the close of the day."""
    batch = services.cache.batch("special-0606")
    person, now_s = services.keys.person("li-hua"), batch.opens_at_s
    coupon_id = wallet.my_claim(services, "special-0606", person).coupon_ids(services.keys)[0]
    code, _, _ = codes.issue_code(services, coupon_id, person, now_s)
    order = _order("qianmen-diner")
    row = partial(_row, services.meter)
    services.cache.published()
    listed = partial(merchants.merchants, services, "beijing-2020")
    yield row("merchants of a campaign", lambda: listed(merchants.MerchantFilter(terms_id="meal-50-10"), ""))
    yield row("a merchant's own record", lambda: own_record(services, "qianmen-diner", now_s))
    yield row("quote", lambda: quotes.quote(services, "qianmen-diner", code, order, now_s))

    def redeem() -> object:
        return redemptions.redeem(services, "qianmen-diner", "o-1", order, code=code, scanned_at_s=None, now_s=now_s)

    day = day_of(now_s, batch.timezone)

    def mark(by: DayMarks) -> None:
        by.mark("qianmen-diner", day, batch.timezone)

    yield row("mark of a merchant's day", partial(mark, services.day_marks))
    yield row("the same, in another environment", partial(mark, DayMarks(services.days, clock, services.damages)))
    yield row("redemption, its day marked", redeem)
    yield row("redemption, repeated", redeem)
    yield row("full reversal", lambda: reversals.reverse(services, "qianmen-diner", "o-1", "r-1", 4000, now_s))
    page = partial(settlement_page, services, "qianmen-diner", str(day), "", now_s)
    yield row("settlement, a page of an open day", page)
    clock.now_s = day_start_s(day + timedelta(days=1), batch.timezone) + FENCE_S
    close = partial(close_days, services, known_zones(services, services.due_list.read()), deadline_s=float("inf"))
    yield row("close of a day with one merchant", lambda: close(now_s=int(clock.now_s)))
    yield row("a minute with nothing to close", lambda: close(now_s=int(clock.now_s)))
    clock.now_s = now_s
    yield row("batch, read within a second", lambda: catalog.batch(services, "special-0606", now_s))


def played_at_night(services: Services, clock: SetClock) -> Iterator[tuple[str, Consumed]]:
    """What rules add: limits, a group that is no larger than its batch, codes on paper with a PIN."""
    row = partial(_row, services.meter)
    limited, granted = services.cache.batch("night-0612"), services.cache.batch("night-shift")
    now_s = limited.opens_at_s
    clock.now_s = now_s
    person = services.keys.person("owl")
    citizen = Citizen(person, "beijing")
    for _ in range(2):  # what was refused before is not this claim's write, neither its total nor its seconds
        services.refusal_counter.flush()
    services.cache.control("night-0612")
    yield row("claim under two limits, first", lambda: packs.claim(services, "night-0612", citizen, now_s))
    admit = partial(members.change_members, services, "night-shift", ["owl", *map(str, range(98))], [], now_s)
    yield row("99 new members of a group", admit)
    services.cache.control("night-shift")
    yield row("claim as a member, everyone fits", lambda: packs.claim(services, "night-shift", citizen, now_s))
    held = wallet.my_claim(services, granted.batch_id, person)
    coupon_id = held.coupon_ids(services.keys)[0]
    yield row("code on paper", lambda: codes.print_code(services, coupon_id, person))
    code, pin, _, _ = codes.print_code(services, coupon_id, person)
    order = _order("guijie-hotpot")
    redeem = partial(redemptions.redeem, services, "guijie-hotpot", "o-2", order, code=code, pin=pin, scanned_at_s=None)
    yield row("redemption by paper", lambda: redeem(now_s=now_s))
    coupon_id = wallet.my_claim(services, "night-0612", person).coupon_ids(services.keys)[0]
    code, _, _ = codes.issue_code(services, coupon_id, person, now_s)
    redeem = partial(redemptions.redeem, services, "guijie-hotpot", "o-3", order, code=code, scanned_at_s=None)
    yield row("redemption under a limit of uses", lambda: redeem(now_s=now_s))
    reverse = partial(reversals.reverse, services, "guijie-hotpot", "o-3", "r-1", 4000)
    yield row("its full reversal", lambda: reverse(now_s))


def played_elsewhere(services: Services, clock: SetClock) -> Iterator[tuple[str, Consumed]]:
    """What has a module of its own: slots, statistics, rations, sports, venues, lotteries."""
    for part in (slot_costs, count_costs, ration_costs, sports_costs, venue_costs, draw_costs):
        yield from (_row(services.meter, *one) for one in part.plays(services, clock))


def played_of_money(services: Services, clock: SetClock) -> Iterator[tuple[str, Consumed]]:
    """Money: a raise that reserves it, a reclaim, and a rollover."""
    row = partial(_row, services.meter)
    batch = services.cache.batch("night-0612")
    raised = partial(
        publication.raise_quantity, services, batch.batch_id, batch.document.quantity + 1, int(clock.now_s)
    )
    yield row(f"raise, {len(services.reserves.get(batch.batch_id).reserved)} funders", raised)
    clock.now_s = batch.closes_at_s
    counted = partial(reclaim, services, batch, deadline_s=float("inf"))
    yield row("seal a batch that closed", lambda: counted(now_s=int(clock.now_s)))
    clock.now_s += FENCE_S
    yield row(f"count it, {batch.buckets} buckets", lambda: counted(now_s=int(clock.now_s)))
    yield row("roll its packs over", lambda: give_back.give_back(services, batch, int(clock.now_s)))


def played_of_programmes(services: Services, clock: SetClock) -> Iterator[tuple[str, Consumed]]:
    """A programme of 400 activities: stored, edited and read by a process that has an older one."""
    row, campaign_id, now_s = partial(_row, services.meter), "beijing-2020", int(clock.now_s)
    session = {"session_id": "a", "starts_at": "2020-06-07T10:00:00+08:00", "ends_at": "2020-06-07T12:00:00+08:00"}
    activity = {"kind": "event", "title": {"en": "A reading of poems", "zh": "诗歌朗诵"}, "sessions": [session]}
    activities = [{**activity, "activity_id": f"reading-{number}"} for number in range(400)]
    first = Programme.model_validate({"activities": activities})
    edited = Programme.model_validate({"activities": activities[1:], "revision": 1})
    yield row("programme, 400 activities", lambda: programme.apply(services, campaign_id, first, now_s))
    yield row("programme, edited", lambda: programme.apply(services, campaign_id, edited, now_s))
    yield row("programme, read after an edit", lambda: services.programmes.current(campaign_id))
    yield row("programme, read within a second", lambda: services.programmes.current(campaign_id))
    clock.now_s += 1
    wanted = ActivityFilter(day="2020-06-07")
    for name in ("activities of a day, once a second", "activities of a day, within it"):
        yield row(name, lambda: listings.activities(services, campaign_id, wanted, "", now_s))


def _row(meter: Meter, name: str, play: Callable[[], object]) -> tuple[str, Consumed]:
    meter.take()
    try:
        play()
    except Refusal as refusal:
        name += f" ({type(refusal).__name__})"
    return name, meter.take()


PLAYS = (
    *(played, played_at_the_till, played_at_night, played_of_money),
    *(played_of_programmes, played_elsewhere),
)


def main() -> int:
    print(f"{'operation':38}{'requests':>9}{'write units':>12}{'read units':>11}{'dollars a million':>19}")
    a_claim = 0.0
    services, clock = stocked()
    for name, units in chain.from_iterable(play(services, clock) for play in PLAYS):
        dollars = units.micro_dollars(UnitPrices())
        print(f"{name:38}{units.requests:9}{units.write_units:12.1f}{units.read_units:11.1f}{dollars:19.2f}")
        if name == FIRST_CLAIM:
            a_claim = dollars / 1e6
    parts = {
        "DynamoDB": a_claim,
        "HTTP API": API_REQUEST,
        "Lambda": LAMBDA_REQUEST + CLAIM_S * MEMORY_GB * LAMBDA_GB_SECOND,
        "logs": LOG_BYTES * LOG_GB / 1e9,
    }
    print(
        "\na million claims at most: " + " + ".join(f"{name} {dollar * 1e6:.2f}" for name, dollar in parts.items()),
        end="",
    )
    print(f" = {sum(parts.values()) * 1e6:.2f} dollars")
    told = (LAMBDA_REQUEST + EVENTS_CALL_S * MEMORY_GB * LAMBDA_GB_SECOND) / EVENTS_A_CALL
    print(f"a million events: EventBridge {EVENT * 1e6:.2f} + Lambda {told * 1e6:.2f}", end="")
    print(f" = {(EVENT + told) * 1e6:.2f} dollars; the streams cost the claim nothing")
    for one in openings():
        asked, sent = one.requests * PAGE_REQUEST, one.size_bytes * PAGE_GB / 1e9
        print(f"a million first openings of {one.application}: {one.requests} requests", end="")
        print(
            f" {asked * 1e6:.2f} + {one.size_bytes / 1024:.1f} KB {sent * 1e6:.2f} = {(asked + sent) * 1e6:.2f} dollars"
        )
    # Both schedules: `expire`, and `draw` with its whole processor and nothing to do.
    schedule = 60 * (2 * LAMBDA_REQUEST + (0.2 * MEMORY_GB + 0.05 * DRAW_GB) * LAMBDA_GB_SECOND)
    fixed = (SECRET_MONTH + KEY_MONTH + ALARMS * ALARM_MONTH + DASHBOARD_MONTH) / HOURS_A_MONTH
    # A metric is billed in the hours in which it is sent; in an idle hour those are the metrics of the schedules.
    idle = 2 * len(CONSUMPTION)
    metrics = idle * METRIC_MONTH / HOURS_A_MONTH
    print(f"an idle hour: schedules {schedule:.5f} + their {idle} metrics {metrics:.5f}", end="")
    print(f" + secret, key, {ALARMS} alarms and dashboard {fixed:.5f}", end="")
    print(f" = {schedule + metrics + fixed:.4f} dollars, and storage")
    busy = METRICS_MAX * METRIC_MONTH
    print(f"metrics of a month in which everything is used every hour: {METRICS_MAX} + outcomes = {busy:.2f} dollars")
    print(f"and {METRICS_A_CAMPAIGN} of each campaign = {METRICS_A_CAMPAIGN * METRIC_MONTH:.2f} dollars")
    return 0


if __name__ == "__main__":
    sys.exit(main())
