"""The sheet of `couponctl assist`: where it is written, and which shops are on it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from infra.couponctl.sheet_files import on_terminal
from infra.couponctl.sheets import SHOPS_MAX
from tests.unit.couponctl.care import CLAIM, DINER, SHOPS, claimed, coupon, with_care
from tests.unit.couponctl.scripted_stack import Reply, Stack, problem


@pytest.fixture
def stack(stack: Stack) -> Stack:
    return with_care(stack)


def test_a_terminal_shows_the_qr_codes(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One a coupon that can be used, as wide as the window allows; JSON has none."""
    stack.on(CLAIM, Reply(201, claimed(coupon(1), coupon(2, "redeemed"))))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "100")
    assert stack.run("assist", "care", "wang") == 0
    symbol = "\n".join(on_terminal("P1__abcd", columns=100, encoding="utf-8"))
    assert capsys.readouterr().out.count(symbol) == 1
    assert stack.run("--json", "assist", "care", "wang") == 0
    assert "\\u001b" not in capsys.readouterr().out


def test_a_terminal_without_chinese_letters_gets_english(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Instead of escapes between the words."""
    for encoding, said in [("ascii", "1. 100 yuan\n"), ("gbk", "1. 100元 / 100 yuan\n")]:
        out = io.TextIOWrapper(io.BytesIO(), encoding)
        monkeypatch.setattr("sys.stdout", out)
        assert stack.run("assist", "care", "wang") == 0
        out.flush()
        shown = out.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
        assert said in shown
        assert "\\u" not in shown


def test_a_sheet_in_files_is_private(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody else can read them, and the screen shows neither code nor PIN."""
    page, codes = tmp_path / "sheet.html", tmp_path / "codes.svg"
    assert stack.run("assist", "care", "wang", "--html", str(page), "--svg", str(codes)) == 0
    assert [file.stat().st_mode & 0o777 for file in (page, codes)] == [0o600, 0o600]
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [str(page), str(codes)]
    for file in (page, codes):
        text = file.read_text("utf-8")
        assert "000001" in text
        assert "000002" in text
    assert stack.run("--json", "assist", "care", "wang", "--html", str(tmp_path / "other.html")) == 0
    assert json.loads(capsys.readouterr().out)["files"] == [str(tmp_path / "other.html")]


def test_no_file_is_overwritten(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It may be another person's sheet. Nothing is claimed or printed then, and no empty file stays behind."""
    page, codes = tmp_path / "sheet.html", tmp_path / "codes.svg"
    codes.write_text("li's", "utf-8")
    assert stack.run("assist", "care", "wang", "--html", str(page), "--svg", str(codes)) == 2
    assert f"{codes} is there already" in capsys.readouterr().err
    assert (codes.read_text("utf-8"), page.exists(), stack.asked) == ("li's", False, [])


@pytest.mark.parametrize("refused", [CLAIM, "GET /admin/campaigns/season", SHOPS])
def test_a_refusal_leaves_no_file_and_prints_no_code(stack: Stack, tmp_path: Path, refused: str) -> None:
    """A code that was printed and not shown would only end the sheet before it."""
    stack.on(refused, problem(409, "busy"))
    assert stack.run("assist", "care", "wang", "--html", str(tmp_path / "sheet.html")) == 1
    assert list(tmp_path.iterdir()) == []
    assert not any(route.endswith("/code") for route in stack.routes())


def test_a_stack_whose_campaign_is_none_is_named(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer without the facts of a sheet is no campaign."""
    stack.on("GET /batches/care", Reply(body={}))
    assert stack.run("assist", "care", "wang") == 3
    assert "answers something that is not a campaign" in capsys.readouterr().err


def test_the_shops_are_those_of_the_coupon(stack: Stack) -> None:
    """The stack is asked where these terms are accepted; later pages only while there is room on the sheet."""
    first = DINER | {"stores": [{"store_id": f"s{number}", "region": "beijing"} for number in range(SHOPS_MAX)]}
    replies = [{"merchants": [], "next": "a"}, {"merchants": [first], "next": "b"}, {"merchants": [DINER], "next": "c"}]
    stack.on(SHOPS, *(Reply(body=body) for body in replies))
    assert stack.run("assist", "care", "wang") == 0
    asked = [asked.query for asked in stack.asked if f"{asked.method} {asked.path}" == SHOPS]
    assert asked == [{"terms_id": ["care-100"]} | ({"cursor": [cursor]} if cursor else {}) for cursor in ("", "a", "b")]
