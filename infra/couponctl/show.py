"""`campaigns` and `show`: what is declared and published, in words."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from coupons.currencies import money
from coupons.spelling import did_you_mean
from infra.client.api import ApiError, ProblemError
from infra.couponctl.cli import OPERATOR, Cli, command
from infra.couponctl.edits import stored_or_empty
from infra.couponctl.output import GOOD, amount, counted, currency_name, table
from infra.couponctl.parameters import NAME
from infra.couponctl.programmes import path_of, shown
from infra.couponctl.reads import SEARCHED_MAX, paying_batch, paying_batches, published_batch, read
from infra.couponctl.words import moment, of_terms, title, window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from infra.client.api import Api

NOT_FOUND = 404


@command("campaigns")
def campaigns(cli: Cli) -> int:
    """List the campaigns with published batches.

    A campaign of which nothing is published is shown by couponctl show CAMPAIGN.
    """
    answer = read(cli.api, "/campaigns", "campaigns")
    rows = [
        (one["campaign_id"], title(one["title"]), one["currency"], moment(one["starts_at"]), moment(one["ends_at"]))
        for one in answer["campaigns"]
    ]
    lines = table(("campaign", "title", "currency", "starts", "ends"), rows) if rows else ["nothing is published"]
    cli.out.result(answer, *lines)
    return GOOD


@command("show", needs=OPERATOR)
@click.argument("name", metavar="CAMPAIGN|BATCH", type=NAME)
def show(cli: Cli, name: str) -> int:
    """Show a campaign and its batches, or a batch and its terms.

    A batch that is not published is shown with its campaign only.
    """
    document = stored_or_empty(cli.api, f"/admin/campaigns/{quote(name, safe='')}")
    if "revision" in document:
        published = stored_or_empty(cli.api, f"/campaigns/{quote(name, safe='')}").get("batches", [])
        programme = stored_or_empty(cli.api, path_of(name))
        said = {"campaign": document, "published": published, **({"programme": programme} if programme else {})}
        paying = paying_batches(cli.api, document)
        cli.out.result(said, *_campaign(document, published, paying), *filter(None, [shown(programme)]))
        return GOOD
    try:
        batch, campaign = published_batch(cli.api, name)
    except ProblemError as error:
        if error.status == NOT_FOUND:
            found = None
            with suppress(ApiError):
                found = paying_batch(cli.api, name)
            if found:
                cli.out.result(found[0], *_paying(*found))
                return GOOD
            error.problem["detail"] = (
                f"There is no campaign and no published batch {name!r}{_meant(cli.api, name)} A batch that is not "
                "published is shown with its campaign."
            )
        raise
    cli.out.result(batch, *_batch(batch, campaign["currency"], campaign["timezone"]))
    return GOOD


def _meant(api: Api, name: str) -> str:
    """`; did you mean 'first'?` of the published campaigns and their batches; a full stop if none is alike."""
    known: list[str] = []
    with suppress(ApiError):
        known += [one["campaign_id"] for one in read(api, "/campaigns", "campaigns")["campaigns"]]
        for campaign_id in known[:SEARCHED_MAX]:
            known += [one["batch_id"] for one in read(api, f"/campaigns/{campaign_id}", "batches")["batches"]]
    alike = did_you_mean(name, known)
    return f"; did you mean {alike!r}?" if alike else "."


def _campaign(
    document: dict[str, Any], published: list[dict[str, Any]], paying: dict[str, dict[str, Any]]
) -> Iterator[str]:
    zone, currency = document["timezone"], document["currency"]
    yield f"{document['campaign_id']}: {title(document['title'])}, revision {document['revision']}"
    yield f"{window(document['starts_at'], document['ends_at'], zone)}, {zone}, {currency_name(currency)}"
    if suspended := document.get("suspended_districts"):
        yield f"suspended districts: {', '.join(suspended)}"
    funders = [
        (one["funder_id"], title(one["title"]), one["kind"], amount(one["budget_minor"], currency))
        for one in document["funders"]
    ]
    yield from ("", *table(("funder", "title", "kind", "budget"), funders))
    now = {one["batch_id"]: one for one in published}
    yield from ("", *table(("batch", "title", "status", "opens", "closes", "packs left"), [
        (
            one["batch_id"],
            title(one["title"]),
            now[one["batch_id"]]["status"] if one["batch_id"] in now else _unlisted(one, paying),
            moment(one["opens_at"], zone),
            moment(one["closes_at"], zone),
            "-" if one["batch_id"] in paying else _left(now.get(one["batch_id"], one)),
        )
        for one in document["batches"]
    ]))  # fmt: skip
    yield from ("", "The money: couponctl budgets. The terms of a published batch: couponctl show BATCH.")


def _unlisted(batch: dict[str, Any], paying: dict[str, dict[str, Any]]) -> str:
    """The status of a batch that is in no catalogue."""
    return "pays venues" if batch["batch_id"] in paying else "not published"


def _paying(batch: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    """A batch that pays venues: for which slots, for how many people at most, its money and its terms."""
    currency, zone = document["currency"], document["timezone"]
    yield f"{batch['batch_id']}: {title(batch['title'])}, of {document['campaign_id']}"
    yield "published; pays venues for the people whom they check in, so nobody claims it"
    yield f"pays for slots that begin {window(batch['opens_at'], batch['closes_at'], zone)}, {zone}"
    yield f"pays for at most {counted(batch['quantity'], 'check-in')}"
    for name, said in (("reserved", "set aside"), ("spent", "paid on closed days"), ("released", "given back")):
        whole = sum(one["amount_minor"] for one in batch["money"][name])
        by_funder = ", ".join(
            f"{one['funder_id']} {money(one['amount_minor'], currency)}" for one in batch["money"][name]
        )
        yield f"{said}: {money(whole, currency)}" + (f" ({by_funder})" if by_funder else "")
    [terms] = (terms for terms in document["terms"] if terms["terms_id"] in batch["terms"])
    yield from ("", f"each check-in, {terms['terms_id']}: {title(terms['title'])}")
    yield from (f"  {said}" for said in of_terms(terms, currency, zone))
    yield from ("", f"The facilities that it pays: couponctl venues {document['campaign_id']} --year YEAR.")


def _left(batch: dict[str, Any]) -> str:
    return f"{batch.get('remaining', batch['quantity']):,} of {batch['quantity']:,}"


def _batch(batch: dict[str, Any], currency: str, timezone: str) -> Iterator[str]:
    yield f"{batch['batch_id']}: {title(batch['title'])}, {batch['mode']}, of {batch['campaign_id']}"
    yield f"{batch['status']}, {_left(batch)} packs left"
    yield f"claims {window(batch['opens_at'], batch['closes_at'], timezone)}, {timezone}"
    if booking := batch.get("booking"):
        must = "required" if booking.get("required") or batch["mode"] == "lottery" else "not required"
        booked = "" if batch.get("booked") is None else f", {batch['booked']:,} people booked"
        yield f"booking {window(booking['opens_at'], booking['closes_at'], timezone)}, {must}{booked}"
    if draw := batch.get("draw"):
        yield from _draw(draw, timezone)
    yield from _who(batch)
    coupons = batch["coupons"]
    sentences = [of_terms(terms, currency, timezone) for terms in coupons]
    common = [said for said in sentences[0] if len(coupons) > 1 and all(said in one for one in sentences)]
    for number, (terms, own) in enumerate(zip(coupons, sentences, strict=True), 1):
        yield from ("", f"coupon {number} of {len(coupons)}, {terms['terms_id']}: {title(terms['title'])}")
        yield from (f"  {said}" for said in own if said not in common)
    if common:
        yield from ("", "each coupon:", *(f"  {said}" for said in common))


def _draw(draw: dict[str, Any], timezone: str) -> Iterator[str]:
    """When and how a lottery is drawn."""
    test = "" if draw["chain"] == "quicknet" else ", a test that anybody can sign"
    yield f"drawn {moment(draw['at'], timezone)} by round {draw['round']:,} of {draw['chain']}{test}"
    if draw["credit"]:
        yield "winners get their packs without a claim"
    else:
        offers = "" if draw["rounds"] == 1 else f", then the next in line, {counted(draw['rounds'], 'round')} in all"
        yield f"winners claim within {_lasting(draw['claim_for_s'])} of the draw{offers}"
    for share in draw["shares"]:
        whom = f"the group {share['group_id']}" if share["group_id"] else ", ".join(share["regions"])
        yield f"share {title(share['title'])}: {counted(share['quantity'], 'pack')} for {whom} first"
    for one in draw["weights"]:
        yield f"members of {one['group_id']}: {counted(one['weight'], 'ticket')} each"
    yield f"rules {draw['rules_hash']}"


def _lasting(seconds: int) -> str:
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % size == 0:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def _period(period: Any) -> str:
    if period == "campaign":
        return "the campaign"
    return f"each {period}" if isinstance(period, str) else f"each {period['days']} days from {period['from']}"


def _who(batch: dict[str, Any]) -> Iterator[str]:
    """Who can claim, and how often."""
    eligibility = batch.get("eligibility") or {}
    if group_id := eligibility.get("group_id"):
        yield f"for members of the group {group_id}"
    if regions := eligibility.get("regions"):
        yield f"for people of {', '.join(regions)}"
    if eligibility.get("requires"):
        yield "for people whose token names their household"
    if group := batch.get("exclusive_group"):
        yield f"one claim a person over all batches of the exclusive group {group}"
    if points := batch.get("price_points"):
        yield f"price: {points:,} points"
    for limit in batch.get("limits", []):
        if limit["kind"] == "count":
            most = counted(limit["packs_max"], "used coupon" if limit.get("counts") == "redemptions" else "pack")
            yield f"limit {limit['limit_id']}: {most} a {limit['per']} in {_period(limit['period'])}"
        else:
            yield f"limit {limit['limit_id']}: the next pack after every coupon of the last one is used or has ended"
