"""What became of a person in a draw, in one sentence that everybody understands, in both languages of the pages."""

from __future__ import annotations

from coupons.model.draw_results import Sentence
from coupons.times import wall_clock

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def moment(at_s: int, timezone: str) -> Sentence:
    """Day and time, as people say them."""
    at = wall_clock(at_s, timezone)
    return Sentence(f"{at.day} {_MONTHS[at.month - 1]} at {at:%H:%M}", f"{at.month}月{at.day}日{at:%H:%M}")


def waiting(at: Sentence) -> Sentence:
    """`at`: of the draw."""
    return Sentence(
        f"You are in the draw on {at.en}: come back after that.", f"您已参加{at.zh}的摇号，开奖后请再来看。"
    )


def overdue() -> Sentence:
    """The draw should have been made."""
    return Sentence(
        "You are in the draw, and it is late: come back in a while.", "您已参加摇号，开奖推迟，请稍后再来看。"
    )


def won(opens: Sentence | None, claim_by: Sentence) -> Sentence:
    """`opens`: from when, if that is to come."""
    if opens is None:
        return Sentence(f"You won a pack: claim it before {claim_by.en}.", f"恭喜中签！请在{claim_by.zh}前领取。")
    return Sentence(
        f"You won a pack: claim it between {opens.en} and {claim_by.en}.",
        f"恭喜中签！请在{opens.zh}至{claim_by.zh}之间领取。",
    )


def credited() -> Sentence:
    """Nothing is left to do."""
    return Sentence("You won a pack, and it comes to your wallet by itself.", "恭喜中签！消费券将自动发放到您的券包。")


def claimed() -> Sentence:
    """The pack is in the wallet."""
    return Sentence("You won a pack, and you have it.", "您已中签，消费券已到账。")


def late(claim_by: Sentence) -> Sentence:
    """The pack was offered, and is gone."""
    return Sentence(
        f"You won a pack, and the time to claim it ended on {claim_by.en}.", f"您已中签，但领取已于{claim_by.zh}截止。"
    )


def not_drawn(rank: int, admitted: int, *, is_about: bool) -> Sentence:
    """`admitted`: how many people were drawn."""
    return Sentence(
        f"You were not drawn: your place was {'about ' * is_about}{rank:,}, and {admitted:,} people were drawn.",
        f"您未中签：您排在{'约' * is_about}第{rank}位，共有{admitted}人中签。",
    )


def unlisted() -> Sentence:
    """The booking is in no list."""
    return Sentence("Your booking came too late for this draw.", "您的预约晚于截止时间，未能参加本次摇号。")


def no_draw() -> Sentence:
    """Void, abandoned or broken."""
    return Sentence("This draw did not take place, so nobody won.", "本次摇号未能举行，无人中签。")


def stopped() -> Sentence:
    """Void, abandoned or broken after the winners were drawn: some may have their packs."""
    return Sentence(
        "This batch was stopped after its draw, so nothing can be claimed any more.",
        "本次摇号开奖后活动已停止，不能再领取。",
    )
