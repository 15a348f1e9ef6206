"""The service worker: a page opens without a connection, nothing of the API is kept, and a new build is offered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import boto3
from playwright.sync_api import Page, expect

from infra.local.cloud import REGION
from infra.local.deploy import STACK
from infra.pages.applications import BUILT
from infra.pages.upload import content_type
from tests.browser.journey import Journey

_BUILDS = count()
_CONTROLLED = """() => new Promise((done) => {
  if (navigator.serviceWorker.controller) done(null);
  else navigator.serviceWorker.addEventListener("controllerchange", () => done(null));
})"""
_KEPT = """async () => {
  const requests = await (await caches.open("season-shell")).keys();
  return requests.map(({ url }) => new URL(url).pathname).sort();
}"""

_WAITING = """async () => {
  const { installing, waiting } = await (await navigator.serviceWorker.getRegistration()).update();
  if (waiting) return;
  await new Promise((done) => installing.addEventListener("statechange", done));
}"""


def opened(journey: Journey, path: str = "/", storage: dict[str, object] | None = None) -> Page:
    """A page, once its worker has kept the shell and answers for it."""
    one = journey.screen(own_clock=True, worker=True)
    one.stored(storage or {})
    page = one.open(path)
    page.evaluate(_CONTROLLED)
    return page


@contextmanager
def uploaded(journey: Journey) -> Iterator[None]:
    """The worker of another build is in the bucket of the stack for a while."""
    session = boto3.Session("test", "test", region_name=REGION)
    s3, stacks = (session.client(name, endpoint_url=journey.stack.cloud_url) for name in ("s3", "cloudformation"))
    [stack] = stacks.describe_stacks(StackName=STACK)["Stacks"]
    bucket = next(one["OutputValue"] for one in stack["Outputs"] if one["OutputKey"] == "PagesBucketName")

    def put(text: str) -> None:
        s3.put_object(Bucket=bucket, Key="sw.js", Body=text.encode(), ContentType=content_type("sw.js"))

    worker = (BUILT / "sw.js").read_text("utf-8")
    put(f"{worker}\n// {next(_BUILDS)}")
    try:
        yield
    finally:
        put(worker)


def test_a_page_opens_without_a_connection(journey: Journey) -> None:
    """The shell is there after one visit, and says in words that there is no connection."""
    page = opened(journey)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("网络不通")).to_be_visible()
    page.context.set_offline(False)


def test_nothing_of_the_api_is_kept(journey: Journey) -> None:
    """The page, what it loads, and where people sign in; so every answer of the API is a fresh one."""
    page = opened(journey)
    page.reload()
    assert page.evaluate("fetch('/campaigns').then(({ status }) => status)") == 200
    kept = page.evaluate(_KEPT)
    assert {"/", "/config.json"} <= set(kept)
    assert [path for path in kept if path not in {"/", "/config.json"} and not path.startswith("/assets/")] == []
    assert all((BUILT / path[1:]).is_file() for path in kept if path.startswith("/assets/"))


def test_a_new_build_waits_until_it_is_asked_for(journey: Journey) -> None:
    """The worker that is there goes on, and the page stays as it is."""
    page = opened(journey)
    page.evaluate("window.still = true")
    with uploaded(journey):
        page.evaluate(_WAITING)
        expect(page.get_by_role("button", name="载入新版本")).to_be_visible()
        assert page.evaluate("window.still")
        with page.expect_navigation():
            page.get_by_role("button", name="载入新版本").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("button", name="载入新版本")).to_have_count(0)


def test_no_new_build_is_offered_while_a_claim_is_armed(journey: Journey) -> None:
    """Nor while a code is shown: the page that would claim stays, and offers the build afterwards."""
    journey.set_clock("2020-06-06T09:52:00+08:00")
    page = opened(
        journey,
        "/#/batches/special-0606",
        journey.signed_in("waits-on", "citizen", person_id="waits-on", region="beijing"),
    )
    page.get_by_role("button", name="10:00 替我领").click()
    offer = page.get_by_role("button", name="载入新版本")
    with uploaded(journey):
        page.evaluate(_WAITING)
        expect(page.get_by_text("请不要关闭本页")).to_be_visible()
        expect(offer).to_have_count(0)
        page.get_by_role("button", name="不用替我领了").click()
        expect(offer).to_be_visible()
        page.evaluate("location.hash = '#/coupons/none'")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(offer).to_have_count(0)


def test_no_new_build_is_offered_in_the_middle_of_a_sale(journey: Journey) -> None:
    """From the first key of the amount until it is empty again."""
    storage = journey.signed_in("clerk", "merchant", merchant_id="qianmen-diner")
    page = opened(journey, "/shop", storage)
    page.get_by_role("button", name="6", exact=True).click()
    offer = page.get_by_role("button", name="载入新版本")
    with uploaded(journey):
        page.evaluate(_WAITING)
        expect(offer).to_have_count(0)
        page.get_by_role("button", name="删一位").click()
        expect(offer).to_be_visible()
