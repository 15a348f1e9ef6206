"""积分: what a program's points come to, and a recount of its accounts, which can be resumed.

    1 begin      record what the stream has counted so far
    2 accounts   256 spans of 16 partitions: each account against its entries, months and events
    3 claims     count the claims of batches that cost points, and what went back of them
    4 equations  compare the numbers, and the accounts with what the stream has counted by now

People may earn and spend meanwhile: then numbers read at different moments may differ by what was moved since step 1.

Read units: 1 each 4 KB of accounts, months and entries, 1 a visit, half a unit a claim. A program of a million accounts
with 50 entries each takes 53 million, 7 dollars at list price.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from coupons.damage import Damaged
from coupons.model.batches import PublishedBatch
from coupons.model.findings import AuditReport, Equation, damage_equation
from coupons.model.pieces import Piece
from coupons.model.points_audit import AccountItems, PointsTally, balance_faults, points_faults
from coupons.model.points_entries import event_of
from coupons.model.points_rules import PointsRules
from coupons.model.points_sums import PointsSums, ProgramPoints, SumEquation
from coupons.model.tallies import Faults
from coupons.process.claim_passes import own_claims
from coupons.process.documents import document_now
from coupons.process.passes import SPAN, Pass, run
from coupons.process.programmes import CurrentProgramme
from coupons.process.services import Services
from coupons.stores.points_keys import ACCOUNT_BUCKETS

READS_MAX = 3
"""Of a person whose items were written while they were read."""


def program_points(services: Services, program_id: str, now_s: int) -> ProgramPoints:
    """What was counted of the program up to a moment ago, by when points end. Raises NotFound.

    Its equations hold after each quiet minute. Reads 1 unit each 4 KB of 8 rows, and 1 a partner.
    """
    of = services.programmes.of_program(program_id)
    assert of.document.incentives, "it has this program"
    sums = services.liabilities.sums(program_id, consistent=True)
    allotted = _allotted(services, of, program_id)
    live = sums.liability(now_s)
    expired = sums.expired + sums.passed(now_s)
    equations = [
        SumEquation.equal(
            "earned - spent - expired = points that count - debt",
            sums.earned - sums.spent - expired,
            sum(live.values()) - sums.debt,
        ),
        SumEquation.at_most("earned <= counted for partners", sums.earned, sum(allotted.values())),
        SumEquation.at_most(
            "counted for partners <= budget", sum(allotted.values()), of.document.incentives.budget_points
        ),
    ]
    currency = document_now(services, of.campaign_id).currency
    unit_value_minor = of.document.incentives.unit_value_minor
    return ProgramPoints(
        program_id, of.timezone, currency, unit_value_minor, sums.as_of_s, live, sums, expired, equations
    )


def audit_program(services: Services, program_id: str, sweep: str, deadline_s: float) -> AuditReport:
    """Count the accounts with strong reads. `sweep` names the audit to resume; empty begins one.

    Incomplete if time ran out (`deadline_s`, monotonic): call again with the answer's `sweep`. A damaged item ends the
    audit and is its only finding. Raises NotFound, Busy.
    """
    sweep = sweep or secrets.token_hex(8)
    try:
        return _audit(services, program_id, sweep, deadline_s)
    except Damaged as found:
        services.damages.note(found)
        return AuditReport(program_id, sweep, True, (damage_equation(Faults(1, [str(found)])),))


def _audit(services: Services, program_id: str, sweep: str, deadline_s: float) -> AuditReport:
    of = services.programmes.of_program(program_id)
    rules = PointsRules.of(of.document, of.timezone)
    assert rules, "it has this program"
    name = f"audit#points#{program_id}#{sweep}"
    before = services.points_folds.begin(name, services.liabilities.sums(program_id, consistent=True))

    def read_on(place: int, _: Piece[PointsTally] | None) -> Piece[PointsTally]:
        buckets = range(place * SPAN, (place + 1) * SPAN)
        return Piece(_tally(services, rules, program_id, buckets), to_the_end=True)

    priced = list(_priced(services, of.campaign_id))
    passes = [Pass(f"{name}#accounts", ACCOUNT_BUCKETS // SPAN, read_on)]
    passes += [_claims_of(services, batch, f"{name}#{batch.batch_id}") for batch in priced]
    found = run(services, services.points_folds, passes, deadline_s=deadline_s)
    if found is None:
        return AuditReport(program_id, sweep)
    tally = PointsTally()
    for one in (one for places in found for one in places):
        tally.add(one)
    after = services.liabilities.sums(program_id, consistent=True)
    over = {one.batch_id for one in priced if _is_over(services, one)}
    told = [
        *_of_accounts(tally),
        *_of_claims(tally, over, after.entries - before.entries, after.volume - before.volume),
    ]
    told += _of_counted(tally, after, after.volume - before.volume)
    told += _of_allotments(tally, _allotted(services, of, program_id), after.volume - before.volume)
    return AuditReport(program_id, sweep, True, tuple(told))


def _tally(services: Services, rules: PointsRules, program_id: str, buckets: range) -> PointsTally:
    tally = PointsTally()
    for bucket in buckets:
        people = [
            _settled(services, rules, program_id, one) for one in services.points_reads.in_bucket(program_id, bucket)
        ]
        events = services.points_reads.events(event_of(entry) for one in people for entry in one.visits)
        for one in people:
            tally.take(rules, one, events)
    return tally


def _settled(services: Services, rules: PointsRules, program_id: str, one: AccountItems) -> AccountItems:
    """Read once more while its items do not fit each other: they may have been written between two pages."""
    for _ in range(READS_MAX):
        if not any(balance_faults(one)) and not any(points_faults(rules, one)):
            break
        one = services.points_reads.of_person(program_id, one.person)
    return one


def _allotted(services: Services, of: CurrentProgramme, program_id: str) -> dict[str, int]:
    """What was counted for each partner, corrections not taken off."""
    partners = of.document.incentives.partners if of.document.incentives else []
    return {one.partner_id: services.points.allotment(one.partner_id, program_id).total for one in partners}


def _claims_of(services: Services, batch: PublishedBatch, name: str) -> Pass[PointsTally]:
    """Counts the claims of a batch that costs points."""

    def read_on(place: int, _: Piece[PointsTally] | None) -> Piece[PointsTally]:
        tally, broken = PointsTally(), list[Damaged]()
        for bucket in range(place * SPAN, min((place + 1) * SPAN, batch.buckets)):
            for claim in services.damages.sound(own_claims(services, batch, bucket), broken):
                tally.take_claim(batch, claim)
        if broken:
            raise broken[0]
        return Piece(tally, to_the_end=True)

    return Pass(name, (batch.buckets + SPAN - 1) // SPAN, read_on)


def _is_over(services: Services, batch: PublishedBatch) -> bool:
    """Whether the batch was voided, and what its claims had cost has gone back."""
    control = services.cache.control_now(batch.batch_id)
    return control.voided and bool(control.expired_at_s)


def _priced(services: Services, campaign_id: str) -> Iterator[PublishedBatch]:
    for line in services.cache.published():
        if line.campaign_id == campaign_id:
            batch = services.cache.batch(line.batch_id)
            if batch.document.price_points:
                yield batch


def _of_accounts(tally: PointsTally) -> Iterator[Equation]:
    sums = tally.sums
    points, stored = sums.earned - sums.spent - sums.expired, sum(sums.lots.values())
    many = f"{tally.accounts} accounts"
    text = f"{many}: entries earned {sums.earned} - spent {sums.spent} - expired {sums.expired}"
    text = f"{text} = lots {stored} - debt {sums.debt}{_named(tally.wrong_balances)}"
    yield Equation(text, points == stored - sums.debt and not tally.wrong_balances.number)
    text = f"{many}: earned by entries {sums.earned} = recomputed from raw points{_named(tally.wrong_points)}"
    yield Equation(text, not tally.wrong_points.number)
    text = f"{many}: entries of visits = reported events{_named(tally.wrong_events)}"
    yield Equation(text, not tally.wrong_events.number)


def _of_claims(tally: PointsTally, over: set[str], entries: int, points: int) -> Iterator[Equation]:
    """`over`: batches that were voided, and whose points have gone back."""
    for batch_id in sorted(tally.claims.keys() | tally.exchanges.keys()):
        exchanged, claimed = tally.exchanges[batch_id], tally.claims[batch_id]
        text = f"batch {batch_id}: exchanges {exchanged} = claims {claimed}{_moved(entries, 'entries')}"
        yield Equation(text, abs(exchanged - claimed) <= entries)
        back, refunded = tally.returned[batch_id], tally.refunded[batch_id]
        text = f"batch {batch_id}: points given back by entries {back} = by claims {refunded}{_moved(points, 'points')}"
        yield Equation(text, abs(back - refunded) <= points)
        if batch_id in over:
            owed = tally.owed[batch_id]
            yield Equation(f"batch {batch_id} is voided: {owed} points of unused coupons not given back", not owed)


def _of_counted(tally: PointsTally, counted: PointsSums, meanwhile: int) -> Iterator[Equation]:
    """The accounts and what the stream has counted; a counted sum differs by no more than was moved meanwhile."""
    own = tally.sums
    moved = _moved(meanwhile, "points")
    ends = {at_s for at_s in own.lots.keys() | counted.lots.keys() if own.lots[at_s] or counted.lots[at_s]}
    wrong = [at_s for at_s in ends if abs(own.lots[at_s] - counted.lots[at_s]) > meanwhile]
    text = (
        f"accounts by expiry {sum(own.lots.values())} = counted {sum(counted.lots.values())}, {len(ends)} dates{moved}"
    )
    yield Equation(text, not wrong)
    for name in ("earned", "spent", "expired", "debt"):
        mine, other = getattr(own, name), getattr(counted, name)
        # A lot that has passed is an entry only after its account's next change.
        whose = "by entries" if name == "expired" else "of accounts"
        yield Equation(f"{name} {whose} {mine} = counted {other}{moved}", abs(mine - other) <= meanwhile)


def _of_allotments(tally: PointsTally, allotted: dict[str, int], meanwhile: int) -> Iterator[Equation]:
    for partner_id in sorted(allotted.keys() | tally.earned.keys()):
        earned, counted = tally.earned[partner_id], allotted.get(partner_id, 0)
        text = f"partner {partner_id}: earned before corrections {earned} = counted {counted}"
        yield Equation(f"{text}{_moved(meanwhile, 'points')}", abs(earned - counted) <= meanwhile)


def _named(faults: Faults) -> str:
    return f"; {faults.number} not: {'; '.join(faults.named)}" if faults.number else ""


def _moved(meanwhile: int, what: str) -> str:
    return f", {meanwhile} {what} moved meanwhile" if meanwhile else ""
