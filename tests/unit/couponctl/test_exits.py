"""What each outcome of a command means to a shell."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from infra.couponctl.main import couponctl as couponctl_group
from infra.couponctl.main import main
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem, token_of

ROOT = Path(__file__).parents[3]


def test_nothing_listening_is_exit_code_3(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is named, and on one's own machine what starts a stack there."""
    monkeypatch.setattr("time.sleep", lambda _s: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert main(["--url", url, "clock"]) == 3
    address, remedy = capsys.readouterr().err.splitlines()
    assert address.startswith(f"{url} gives no answer: ")
    assert "`make run` starts the local stack" in remedy


AUDIT_TAKES = "audit takes a BATCH, --campaign CAMPAIGN or --program PROGRAM"


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["unknown"],
        ["clock", "--set", "2020-06-06T10:00:00+08:00", "--advance", "5"],
        ["--url", "ftp://example.org", "clock"],
        ["--url", "http://127.0.0.1:port", "clock"],
        ["--url", "http://[", "apply", "--check", str(ROOT / "infra" / "seasons" / "night-2020.yaml")],
        ["--url", "https://coupons.example", "publish", "first"],
        ["reconcile", "ours.csv", "--day", "6 June"],
        ["reconcile", "ours.csv", "--day", "2020-06-06"],
        ["settlement", "2020-06-06"],
        ["watch", "first", "--count", "0"],
        ["watch", ""],
    ],
)
def test_wrong_usage_is_exit_code_2(args: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before anything is asked; a stack elsewhere gives no tokens of its own."""
    monkeypatch.delenv("COUPONCTL_TOKEN", raising=False)
    assert main(args) == 2


@pytest.mark.parametrize(
    "args",
    [
        ["campaigns"],
        ["show", "spring"],
        ["budgets", "spring"],
        ["settlement", "2020-06-06"],
        ["settlement"],
        ["watch", "spring"],
    ],
)
def test_an_answer_of_another_kind_is_no_stack(
    stack: Stack, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    """Exit code 3 and what is missing, not a traceback."""
    for path in ("campaigns", "batches/spring", "admin/campaigns/spring", "admin/campaigns/spring/budgets"):
        stack.on(f"GET /{path}", Reply(body={"hello": "world"}))
    stack.on("GET /settlements/2020-06-06", Reply(body={"hello": "world"}))
    assert stack.run(*args, "--token", "mine") == 3
    assert "is a stack of this version there?" in capsys.readouterr().err


def test_an_answer_that_is_no_json_is_no_stack(stack: Stack) -> None:
    """Something else listens there: exit code 3, not a traceback."""
    stack.on("GET /batches/first", Reply(body=None), Reply(body="text"))
    for _ in range(2):
        assert stack.run("watch", "first", "--count", "1") == 3


@pytest.mark.parametrize(
    ("args", "code", "facts"),
    [
        (["publish", "first"], 1, {"command": "publish", "status": 409, "slug": "budget-exceeded", "detail": "no"}),
        (["clock"], 3, {"command": "clock", "slug": "unreachable"}),
        (["publish"], 2, {"slug": "wrong-usage", "detail": "Missing argument 'BATCH'."}),
        (["audit"], 2, {"slug": "wrong-usage", "detail": AUDIT_TAKES}),
        (["apply", "absent.yaml"], 2, {"slug": "unreadable-file", "detail": "absent.yaml: No such file or directory"}),
        (["reconcile", __file__, "--merchant", "diner"], 1, {"slug": "bad-file"}),
    ],
)
def test_an_error_is_json_too(
    stack: Stack, capsys: pytest.CaptureFixture[str], args: list[str], code: int, facts: dict[str, object]
) -> None:
    """One object on stdout, with the exit code and the slug; `--json` may stand at either end."""
    stack.on("POST /admin/batches/first/publish", problem(409, "budget-exceeded", detail="no"))
    stack.on("GET /_local/clock", Reply(body=[]))
    for whole in (["--json", *args], [*args, "--json"]):
        assert stack.run(*whole) == code
        told = capsys.readouterr()
        error = json.loads(told.out)["error"]
        assert told.err == ""
        assert {"exit_code": code, **facts}.items() <= error.items()


@pytest.mark.parametrize(
    ("args", "said"),
    [(["audti"], "Did you mean 'audit'?"), (["stop", "first", "--viod"], "Did you mean '--void'?")],
)
def test_a_misspelt_name_is_answered_with_the_right_one(
    capsys: pytest.CaptureFixture[str], args: list[str], said: str
) -> None:
    """Commands and options."""
    assert main(args) == 2
    assert said in capsys.readouterr().err


def test_an_interrupted_command_is_exit_code_130(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """As shells expect of Ctrl-C."""

    def interrupt(_s: float) -> None:
        raise KeyboardInterrupt

    stack.on("GET /batches/first", Reply(body={"status": "open"}))
    monkeypatch.setattr("time.sleep", interrupt)
    assert stack.run("watch", "first") == 130


def couponctl(*args: str, **environment: str) -> subprocess.Popen[bytes]:
    """A process of its own, with no other environment."""
    return subprocess.Popen(
        [sys.executable, "-m", "infra.couponctl", *args],
        env={"PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_a_reader_that_has_gone_is_no_traceback(stack: Stack) -> None:
    """`couponctl watch … | head -1`."""
    states = ({"status": "open", "remaining": left, "quantity": 9} for left in (9, 8, 7))
    stack.on("GET /batches/first", *(Reply(body=state) for state in states), Reply(body={"status": "closed"}))
    process = couponctl("watch", "first", COUPONCTL_URL=stack.url)
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert (process.stderr.read(), process.wait()) == (b"", 1)
    process.stderr.close()


def test_a_terminal_without_the_characters_shows_their_escapes(stack: Stack) -> None:
    """Instead of a traceback."""
    stack.on("GET /batches/first", problem(403, "forbidden", detail="没有这个批次"))
    ascii_only = {"PYTHONIOENCODING": "ascii", "COUPONCTL_URL": stack.url}
    out, err = couponctl("watch", "first", **ascii_only).communicate()
    assert b"\\u6ca1" in err
    out, err = couponctl("--json", "watch", "first", **ascii_only).communicate()
    assert json.loads(out)["error"]["detail"] == "没有这个批次"
    assert err == b""


def test_the_environment_names_the_stack_unless_an_option_does(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An option on either side of the command's name wins, and the one behind it over the one before."""
    stack.on("GET /_local/clock", Reply(body={"now": "2020-06-06T10:00:00+08:00"}))
    monkeypatch.setenv("COUPONCTL_URL", "http://127.0.0.1:1")
    assert main(["--url", stack.url, "clock"]) == 0
    assert main(["clock", "--url", stack.url]) == 0
    assert main(["--url", "http://127.0.0.1:2", "clock", "--url", stack.url]) == 0
    assert main(["clock"]) == 3
    monkeypatch.setenv("COUPONCTL_URL", stack.url)
    assert main(["clock"]) == 0
    capsys.readouterr()


def test_help_says_what_a_shell_must_know(capsys: pytest.CaptureFixture[str]) -> None:
    """Version, environment and exit codes; every command stands in one section."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"couponctl, version {version('coupon-season')}\n"
    assert main(["--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "COUPONCTL_URL" in told
    assert "COUPONCTL_TOKEN" in told
    assert "0 the result is good; 1 a refusal" in told
    assert all(f" {name} " in told for name in couponctl_group.commands)


@pytest.mark.parametrize(
    ("token", "has"),
    [
        (token_of(scope="citizen merchant"), "citizen merchant"),
        (token_of(scp="citizen"), "citizen"),
        (token_of(sub="li"), "no scope"),
        ("opaque", "unknown"),
    ],
)
def test_a_403_names_the_scopes(stack: Stack, capsys: pytest.CaptureFixture[str], token: str, has: str) -> None:
    """What the command needs, and what the token has if it can be read."""
    stack.on("POST /admin/batches/first/publish", Reply(403, {"message": "Forbidden"}))
    assert stack.run("publish", "first", "--token", token) == 1
    assert f"  publish needs the scope operator; the token has {has}\n" in capsys.readouterr().err
    assert stack.run("publish", "first", "--token", token, "--json") == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["scopes_needed"] == "operator"
    assert error.get("token_scopes", "unknown") == ("" if has == "no scope" else has)


def test_a_403_for_another_reason_names_no_scope(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The token has all that the command needs; a scope would be looked for in vain."""
    stack.on("POST /admin/batches/first/publish", problem(403, "not-eligible", reason="region"))
    assert stack.run("publish", "first", "--token", token_of(scope="operator citizen")) == 1
    told = capsys.readouterr().err
    assert "reason: region" in told
    assert "scope" not in told


@pytest.mark.parametrize(("exp", "said"), [(1591408800, "2020-06-06T02:00:00+00:00"), (10**20, None), ("soon", None)])
def test_a_401_says_when_the_token_expires(
    stack: Stack, capsys: pytest.CaptureFixture[str], exp: object, said: str | None
) -> None:
    """If it says so: most often it has."""
    stack.on("POST /admin/batches/first/publish", Reply(401, {"message": "Unauthorized"}))
    assert stack.run("publish", "first", "--token", token_of(exp=exp)) == 1
    assert capsys.readouterr().err.splitlines()[1:] == ([f"  the token expires at {said}"] if said else [])


def test_no_line_of_the_help_is_cut_off(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command in one line of 80 columns."""
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert told.count("...") == 1  # of the usage line
    assert max(map(len, told.splitlines())) <= 80


def test_help_loads_nothing_heavy() -> None:
    """Names are completed by running couponctl, so it must start fast: a command loads what it alone needs."""
    program = "import sys; from infra.couponctl.main import main; main(['--help']); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(told.stdout.splitlines()[-1].split())
    assert loaded & {"pydantic", "boto3", "babel", "yaml", "rich", "segno"} == set()


@pytest.mark.parametrize(("token", "code"), [("mine\r\n", 0), (" mine", 0), ("a\nb", 2), ("a\x00b", 2), ("令牌", 2)])
def test_a_token_from_a_file_is_sent_whole_or_not_at_all(stack: Stack, token: str, code: int) -> None:
    """The line end behind it is dropped; what no header can hold is wrong usage."""
    stack.on("POST /admin/batches/first/publish", Reply(body={"batch_id": "first", "status": "open"}))
    assert stack.run("--token", token, "publish", "first") == code
    assert [asked.token for asked in stack.asked] == ["mine"] * (code == 0)
