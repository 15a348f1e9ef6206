"""Read a campaign's live statistics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast, get_args

from coupons.model.batches import PublishedBatch
from coupons.model.season_statistics import By, Packs, Row, SeasonStatistics, SecondOfBatch
from coupons.model.statistics import HOUR_S, Counts, Dimension, Flow, hour_start_s, total
from coupons.process.season_counts import hours_from
from coupons.process.services import Services
from coupons.refusals import Fault, Malformed, NotFound
from coupons.times import DAY_S, MINUTE_S, day_of, rfc3339

_OF_PACKS: tuple[Flow, ...] = ("bookings", "claims")
SPAN_MAX_S: dict[By, int] = {"second": 180, "minute": DAY_S, "hour": 62 * DAY_S}
"""The longest span of time that is read by so short ones."""
DEFAULT_SPAN_S: dict[By, int] = {"second": 180, "minute": HOUR_S, "hour": DAY_S}


def season_statistics(
    services: Services, campaign_id: str, by: By, from_s: int | None, to_s: int | None, now_s: int
) -> SeasonStatistics:
    """What was counted of the campaign from `from_s` to before `to_s`, in rows by `by`.

    A minute belongs to the span in which it begins. Absent, `to_s` is now, and `from_s` the beginning of the season, or
    of the last three minutes, hour or day for rows by second, minute or hour. Nothing is read for folds read less than
    5 seconds ago and minutes read less than one second ago; otherwise half a unit each 4 KB.

    Raises NotFound, Malformed.
    """
    batches = published_batches(services, campaign_id)
    timezone = batches[0].timezone
    first_s = min(batch.begins_at_s for batch in batches)
    end_s = to_s if to_s is not None else now_s + 1
    hours = services.season_counts.hours(campaign_id, timezone, first_s, now_s)
    start_s = from_s if from_s is not None else _default_from_s(by, first_s, hours, end_s)
    if start_s >= end_s:
        raise _malformed("from", "is not before to")
    if end_s - start_s > SPAN_MAX_S.get(by, end_s):
        raise _malformed("from", f"is more than {SPAN_MAX_S[by]} seconds before to")
    season = total(hours.values())
    spans = dict(_spans(services, campaign_id, timezone, by, hours, start_s, end_s))
    chosen = total(spans.values())
    seconds, claims_as_of_s, refusals_as_of_s = list[SecondOfBatch](), season.as_of_s, 0
    if by == "second":
        seconds, claims_as_of_s, refusals_as_of_s = _seconds(services, batches, start_s, end_s)
    return SeasonStatistics(
        campaign_id,
        timezone,
        batches[0].currency,
        by,
        start_s,
        end_s,
        chosen.flows().get("", {}),
        _rows(by, timezone, spans, chosen, batches),
        seconds,
        _packs(services, batches, season),
        max(claims_as_of_s, season.as_of_s),
        refusals_as_of_s,
    )


def published_batches(services: Services, campaign_id: str) -> list[PublishedBatch]:
    """The published batches in the order of their opening, without damaged ones. Raises NotFound."""
    found: list[PublishedBatch] = []
    for line in services.cache.published():
        if line.campaign_id == campaign_id:
            with services.damages.left_out():
                found.append(services.cache.listed(line.batch_id))
    if not found:
        raise NotFound(detail=f"No published campaign {campaign_id!r}.")
    return sorted(found, key=lambda batch: (batch.opens_at_s, batch.batch_id))


def _default_from_s(by: By, first_s: int, hours: dict[int, Counts], end_s: int) -> int:
    """People may book slots before the first batch begins."""
    if by in DEFAULT_SPAN_S:
        return end_s - DEFAULT_SPAN_S[by]
    return min([first_s, end_s - 1, *(hour_s for hour_s, counts in hours.items() if counts.as_of_s)])


def _malformed(name: str, message: str) -> Malformed:
    fault: Fault = {"place": f"query.{name}", "message": message}
    return Malformed(errors=[fault], detail="The request does not fit the schema; see errors.")


def _spans(
    services: Services,
    campaign_id: str,
    timezone: str,
    by: By,
    hours: dict[int, Counts],
    start_s: int,
    end_s: int,
) -> Iterator[tuple[int, Counts]]:
    """Hours of the span, or minutes where an hour is asked for in parts."""
    first_s = hour_start_s(start_s, timezone)
    known = set(hours) if by != "minute" else set(hours) | set(hours_from(first_s, end_s, timezone))
    for hour_s in sorted(known):
        if hour_s + HOUR_S <= start_s or hour_s >= end_s:
            continue
        if by != "minute" and start_s <= hour_s and hour_s + HOUR_S <= end_s:
            yield hour_s, hours[hour_s]
            continue
        minutes = services.season_counts.minutes(campaign_id, hour_s)
        yield from ((minute_s, minutes[minute_s]) for minute_s in sorted(minutes) if start_s <= minute_s < end_s)


def _rows(
    by: By, timezone: str, spans: dict[int, Counts], chosen: Counts, batches: Sequence[PublishedBatch]
) -> list[Row]:
    if by == "second":
        return []
    if by not in ("minute", "hour", "day"):
        assert by in get_args(Dimension)
        found = chosen.flows(cast("Dimension", by))
        if by == "funder":
            _add_packs_of_funders(found, chosen, batches)
        return [Row(name, found[name]) for name in sorted(found)]
    grouped: dict[str, Counts] = {}
    for span_s, counts in spans.items():
        grouped.setdefault(_span_name(by, span_s, timezone), Counts()).take(counts)
    return [Row(name, flows) for name, counts in grouped.items() if (flows := counts.flows().get("", {}))]


def _add_packs_of_funders(found: dict[str, dict[Flow, int]], chosen: Counts, batches: Sequence[PublishedBatch]) -> None:
    """Each funder has the bookings and claims of the batches that it pays a part of: a batch's terms never change."""
    of_batches = chosen.flows("batch")
    for batch in batches:
        packs: dict[Flow, int] = of_batches.get(batch.batch_id, {})
        for funder_id in {share.funder_id for terms in batch.terms for share in terms.funding}:
            for flow in _OF_PACKS:
                if flow in packs:
                    row = found.setdefault(funder_id, {})
                    row[flow] = row.get(flow, 0) + packs[flow]


def _span_name(by: By, span_s: int, timezone: str) -> str:
    if by == "day":
        return day_of(span_s, timezone).isoformat()
    return rfc3339(hour_start_s(span_s, timezone) if by == "hour" else span_s, timezone)


def _packs(services: Services, batches: list[PublishedBatch], season: Counts) -> list[Packs]:
    """Of batches that people claim; those whose control item is damaged are left out."""
    claimed = season.flows("batch")
    controls = services.cache.controls([batch.batch_id for batch in batches])
    return [
        Packs(batch.batch_id, controls[batch.batch_id].quantity, claimed.get(batch.batch_id, {}).get("claims", 0))
        for batch in batches
        if batch.batch_id in controls and not batch.pays_venues
    ]


def _seconds(
    services: Services, batches: list[PublishedBatch], start_s: int, end_s: int
) -> tuple[list[SecondOfBatch], int, int]:
    """Each second with a claim or a refusal; when the newest of either was."""
    minutes = range(start_s - start_s % MINUTE_S, end_s, MINUTE_S)
    claimed = [batch for batch in batches if not batch.pays_venues]
    open_ones = [batch.batch_id for batch in claimed if batch.opens_at_s < end_s + DAY_S]
    found = services.statistics.seconds((batch_id, minute_s) for batch_id in open_ones for minute_s in minutes)
    rows = [
        SecondOfBatch(batch_id, minute_s + second, one.claims.get(second, 0), one.refused.get(second, {}))
        for (batch_id, minute_s), one in found.items()
        for second in one.claims.keys() | one.refused.keys()
        if start_s <= minute_s + second < end_s
    ]
    claims_as_of_s = max((one.claims_as_of_s for one in found.values()), default=0)
    refusals_as_of_s = max((one.refused_as_of_s for one in found.values()), default=0)
    return sorted(rows, key=lambda row: (row.at_s, row.batch_id)), claims_as_of_s, refusals_as_of_s
