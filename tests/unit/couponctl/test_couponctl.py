"""couponctl's commands against a scripted stack: what they ask, what they print, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.couponctl.scripted_stack import Reply, Stack, problem

SEASON = Path(__file__).parents[3] / "infra" / "seasons" / "night-2020.yaml"
BATCHES = ("night-0612", "night-0613", "night-0619", "gym-june", "gym-july", "night-shift", "night-draw")


def test_apply_creates_a_campaign_that_is_not_there(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """No revision is sent, the local stack's own operator token is, and the outcome is `created`."""
    stack.on("PUT /admin/campaigns/night-2020", Reply(201, {"campaign_id": "night-2020", "revision": 1}))
    assert stack.run("apply", str(SEASON)) == 0
    asked_token, _, plan, put = stack.asked
    assert (plan.path, plan.body) == ("/admin/campaigns/night-2020/plan", put.body)
    assert asked_token.body == {"sub": "couponctl", "scope": "operator"}
    assert put.token == "local-token"
    assert "revision" not in put.body
    assert put.body["batches"][0]["batch_id"] == BATCHES[0]
    assert capsys.readouterr().out == "night-2020: created\n"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, {"revision": 4}), "updated to revision 4"),
        (Reply(200, {"revision": 3}), "unchanged"),
        (Reply(200, {"revision": 4}, {"Idempotent-Replay": "true"}), "unchanged"),
    ],
)
def test_apply_sends_the_current_revision_of_a_campaign(
    stack: Stack, capsys: pytest.CaptureFixture[str], reply: Reply, said: str
) -> None:
    """The revision read is the revision sent; a replay, or the same revision back, is `unchanged`."""
    stack.on("GET /admin/campaigns/night-2020", Reply(body={"campaign_id": "night-2020", "revision": 3}))
    stack.on("PUT /admin/campaigns/night-2020", reply)
    assert stack.run("apply", str(SEASON)) == 0
    assert stack.asked[-1].body["revision"] == 3
    assert capsys.readouterr().out == f"night-2020: {said}\n"


def test_apply_publishes_every_batch_and_names_the_refused_one(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """One refused batch does not keep the others from being published, but the answer is not good."""
    stack.on("PUT /admin/campaigns/night-2020", Reply(201, {"revision": 1}))
    for batch_id in BATCHES:
        stack.on(f"POST /admin/batches/{batch_id}/publish", Reply(body={"batch_id": batch_id, "status": "scheduled"}))
    refusal = problem(409, "budget-exceeded", detail="The budget of jd does not cover it.", missing_minor=123456)
    stack.on("POST /admin/batches/gym-june/publish", refusal)
    assert stack.run("--json", "apply", str(SEASON), "--publish") == 1
    refused, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert (refused["refused"], refused["problem"]["status"]) == ("gym-june", 409)
    assert [answer["batch_id"] for answer in result["published"]] == [one for one in BATCHES if one != "gym-june"]
    assert result["refused"] == ["gym-june"]


def test_a_batch_that_is_published_already_is_said_to_be(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """By `publish` and by `apply --publish`; for machines and for a shell it is as good as the first time."""
    state = {"batch_id": "first", "status": "open"}
    replay = Reply(200, state, {"Idempotent-Replay": "true"})
    stack.on("POST /admin/batches/first/publish", Reply(200, state), replay)
    assert [stack.run("publish", "first"), stack.run("publish", "first")] == [0, 0]
    assert capsys.readouterr().out == "first: published, open\nfirst: already published, open\n"
    assert stack.run("--json", "publish", "first") == 0
    assert json.loads(capsys.readouterr().out) == state
    stack.on("PUT /admin/campaigns/night-2020", Reply(200, {"revision": 1}))
    for batch_id in BATCHES:
        stack.on(f"POST /admin/batches/{batch_id}/publish", replay if batch_id == BATCHES[1] else Reply(200, state))
    assert stack.run("apply", str(SEASON), "--publish") == 0
    told = [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()[1:]]
    outcomes = ["published", "already published", *["published"] * 5]
    assert told == [f"{outcome} ({number} of 7)" for number, outcome in enumerate(outcomes, 1)]


def test_a_file_that_does_not_fit_is_never_sent(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The problems go to stderr with their lines, the exit code is 1, and nothing is asked."""
    path = tmp_path / "bad.yaml"
    path.write_text(SEASON.read_text(encoding="utf-8").replace("mode: granted", "mode: gifted"), encoding="utf-8")
    assert stack.run("apply", str(path)) == 1
    captured = capsys.readouterr()
    line = next(n for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "gifted" in text)
    assert captured.err.startswith(f"bad.yaml:{line}: batches[5].mode: must be")
    assert stack.asked == []
    assert stack.run("apply", str(tmp_path / "absent.yaml")) == 2


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("CNY", "1,234.56 CNY"), ("JPY", "123,456 JPY"), ("KWD", "123.456 KWD"), ("ZZZ", "123,456 minor units of ZZZ")],
)
def test_a_refusal_is_printed_with_title_detail_places_and_facts(
    stack: Stack, capsys: pytest.CaptureFixture[str], currency: str, amount: str
) -> None:
    """All that the problem document says, with amounts in its currency."""
    places = [{"place": "batches[0].quantity", "message": "too many"}]
    told = {"detail": "Too little money.", "missing_minor": 123456, "currency": currency, "errors": places}
    stack.on("POST /admin/batches/first/publish", problem(409, "budget-exceeded", **told))
    assert stack.run("publish", "first") == 1
    assert capsys.readouterr().err.splitlines() == [
        "publish: refused with 409 budget-exceeded: Budget-Exceeded",
        "  Too little money.",
        "  batches[0].quantity: too many",
        f"  missing: {amount}",
        f"  currency: {currency}",
    ]


def test_the_gateways_own_refusal_is_shown_as_such(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """`{message}` bodies have no slug; a token that is none is named."""
    stack.on("POST /admin/batches/first/publish", *2 * [Reply(401, {"message": "Unauthorized"})])
    assert stack.run("--token", "garbage", "publish", "first") == 1
    told = "publish: refused with 401 by the gateway: Unauthorized\n  the token is no JWT\n"
    assert capsys.readouterr().err == told
    assert stack.run("--token", "garbage", "--json", "publish", "first") == 1
    assert json.loads(capsys.readouterr().out)["error"]["slug"] == "gateway"


def test_a_given_token_is_used_wherever_it_stands(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the command, after it, or in the environment; nobody asks the local stack for one then."""
    stack.on("POST /admin/batches/first/publish", Reply(body={"batch_id": "first", "status": "open"}))
    assert stack.run("--token", "mine", "publish", "first") == 0
    assert stack.run("publish", "first", "--token", "mine") == 0
    monkeypatch.setenv("COUPONCTL_TOKEN", "mine")
    assert stack.run("publish", "first") == 0
    assert [asked.token for asked in stack.asked] == ["mine"] * 3


def test_token_prints_nothing_but_the_token(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """So that a shell can take it; claims that were not given are not sent."""
    assert stack.run("token", "--sub", "wang", "--scope", "citizen", "--region", "beijing") == 0
    assert stack.asked[0].body == {"sub": "wang", "scope": "citizen", "region": "beijing"}
    assert capsys.readouterr().out == "local-token\n"


def test_the_help_of_token_names_every_scope(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """All four that the API knows."""
    assert stack.run("token", "--help") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "citizen, merchant, operator or partner" in told


@pytest.mark.parametrize(
    ("args", "asked"),
    [
        ([], ("GET", None)),
        (["--set", "2020-06-06T10:00:00+08:00"], ("POST", {"now": "2020-06-06T10:00:00+08:00"})),
        (["--advance", "60"], ("POST", {"advance_s": 60})),
    ],
)
def test_clock_shows_sets_and_advances(
    stack: Stack, capsys: pytest.CaptureFixture[str], args: list[str], asked: tuple[str, object]
) -> None:
    """Whatever is asked, the clock's time is printed."""
    for method in ("GET", "POST"):
        stack.on(f"{method} /_local/clock", Reply(body={"now": "2020-06-06T10:00:01+08:00"}))
    assert stack.run("clock", *args) == 0
    assert [(one.method, one.body) for one in stack.asked] == [asked]
    assert capsys.readouterr().out == "2020-06-06T10:00:01+08:00\n"


@pytest.mark.parametrize(
    "text",
    ["2020-06-07", "2020-06-07T10:00:00", "10:00:00+08:00", "2020-06-07 10:00:00+08:00", "2020-06-31T10:00:00Z", "now"],
)
def test_a_clock_is_set_to_a_moment_only(stack: Stack, capsys: pytest.CaptureFixture[str], text: str) -> None:
    """What else is given is answered with what is wanted, and nothing is asked."""
    assert (stack.run("clock", "--set", text), stack.asked) == (2, [])
    said = f"{text!r} is not a moment: RFC 3339 with offset, e.g. 2020-06-07T10:00:00+08:00\n"
    assert capsys.readouterr().err.endswith(said)


@pytest.mark.parametrize("text", ["2020-06-06t10:00:01.5z", "2020-06-06T10:00:01-00:00"])
def test_a_moment_is_sent_as_it_is_written(stack: Stack, text: str) -> None:
    """Every form that the local stack reads."""
    stack.on("POST /_local/clock", Reply(body={"now": "2020-06-06T10:00:01+00:00"}))
    assert stack.run("clock", "--set", text) == 0
    assert stack.asked[0].body == {"now": text}


GAVE_BACK = {
    "batch_id": "first",
    "step": "gave back expired",
    "amounts": {"city": 1500, "shop": 0},
    "currency": "JPY",
    "packs": 3,
}


def test_tick_says_what_was_done(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a thing done, amounts in their currency, and a word if more is due."""
    stack.on(
        "POST /_local/tick",
        Reply(body={"did": [{"sweep": "expire", "batch_id": "first", "buckets": 1600}, GAVE_BACK], "more": True}),
        Reply(body={"did": [], "more": False}),
    )
    assert stack.run("tick") == 0
    assert stack.run("tick") == 0
    assert capsys.readouterr().out.splitlines() == [
        "sweep expire, batch_id first, buckets 1,600",
        "batch_id first, step gave back expired, amounts city 1,500 JPY + shop 0 JPY, packs 3",
        "more is due: tick again",
        "nothing was due",
    ]


def test_watch_prints_one_line_a_change_and_ends_when_sold_out(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five looks, three different states; nothing follows `sold_out`."""
    states = [("open", 2000000), ("open", 2000000), ("open", 1500000), ("open", 1500000), ("sold_out", 0)]
    replies = [Reply(body={"status": s, "remaining": left, "quantity": 2000000}) for s, left in states]
    stack.on("GET /batches/special-0606", *replies)
    assert stack.run("watch", "special-0606") == 0
    lines = [line.partition(" s  ")[2] for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "open  2,000,000 of 2,000,000 packs left",
        "open  1,500,000 of 2,000,000 packs left",
        "sold_out  0 of 2,000,000 packs left",
    ]
    assert stack.routes() == ["GET /batches/special-0606"] * 5


def test_watch_ends_after_count_looks(stack: Stack) -> None:
    """`--count` bounds the looks, whether anything changes or not."""
    stack.on("GET /batches/special-0606", Reply(body={"status": "open", "remaining": 5, "quantity": 5}))
    assert stack.run("watch", "special-0606", "--count", "3") == 0
    assert len(stack.asked) == 3


@pytest.mark.parametrize(("said", "sent"), [(None, ["east"]), ([], []), (["west"], ["west"])])
def test_apply_leaves_suspended_districts_suspended(
    stack: Stack, tmp_path: Path, said: list[str] | None, sent: list[str]
) -> None:
    """What an operator suspended meanwhile is reopened only by a document that says so."""
    path = tmp_path / "season.yaml"
    line = "" if said is None else f"suspended_districts: {json.dumps(said)}\n"
    text = SEASON.read_text(encoding="utf-8").replace("suspended_districts: [] # assumed\n", "")
    path.write_text(line + text, encoding="utf-8")
    stack.on("GET /admin/campaigns/night-2020", Reply(body={"revision": 3, "suspended_districts": ["east"]}))
    stack.on("PUT /admin/campaigns/night-2020", Reply(200, {"revision": 4}))
    assert stack.run("apply", str(path)) == 0
    assert stack.asked[-1].body["suspended_districts"] == sent


def test_apply_names_the_line_of_what_is_frozen(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Each difference with its line in the file and both values."""
    line = next(n for n, text in enumerate(SEASON.read_text("utf-8").splitlines(), 1) if "quantity:" in text)
    differences = [{"place": "body.batches.0.quantity", "kept": 20, "stated": 10}]
    stack.on("PUT /admin/campaigns/night-2020", problem(409, "terms-frozen", detail="no", differences=differences))
    assert stack.run("apply", str(SEASON)) == 1
    assert f"  line {line}: batches[0].quantity: 20 is kept, 10 was stated" in capsys.readouterr().err


def test_apply_says_what_merchants_records_say_otherwise(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """A note with its line; the outcome is good."""
    warning = {"place": "body.title", "message": "stays as it is"}
    stack.on("PUT /admin/campaigns/night-2020", Reply(201, {"revision": 1, "warnings": [warning]}))
    assert stack.run("apply", str(SEASON)) == 0
    printed = capsys.readouterr()
    assert printed.out == "night-2020: created\n"
    noted = next(line for line in printed.err.splitlines() if line.startswith("note: night-2020.yaml:"))
    assert noted.endswith(": title: stays as it is")
