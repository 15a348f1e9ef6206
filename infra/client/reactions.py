"""What a client does after each refusal, and the line that it shows to the person.

`wait` retry at the time that the answer states, `repeat` send the same request again soon, `sign-in` get a token,
`fresh-code` ask the customer for a new code, `mend` the app has a defect, `final` do not retry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.client.api import ProblemError

Kind = Literal["wait", "repeat", "sign-in", "fresh-code", "mend", "final"]
Language = Literal["en", "zh"]


@dataclass(frozen=True)
class Line:
    """`{opens_at}` and `{returns_at}` become `06-06 10:00` and `10:04`, in the campaign's time zone."""

    en: str
    zh: str


@dataclass(frozen=True)
class Reaction:
    kind: Kind
    line: Line
    cases: Mapping[str, Line] = field(default_factory=dict)
    """Replaces `line`, by the value of `reason`, of the first of `reasons`, or of `coupon_status`."""


_DEFECT = Line("Something is wrong with this app. Please update it.", "应用出错，请更新后再试。")
_BUSY = Line("Many people are here right now. Please try again in a moment.", "当前人数较多，请稍后再试。")

REACTIONS: dict[str, Reaction] = {
    "unauthenticated": Reaction("sign-in", Line("Please sign in again.", "请重新登录。")),
    "forbidden": Reaction("sign-in", Line("This account cannot do that.", "此账号无权进行该操作。")),
    "malformed": Reaction("mend", _DEFECT),
    "method-not-allowed": Reaction("mend", _DEFECT),
    "not-found": Reaction("final", Line("We could not find that.", "没有找到相关内容。")),
    "not-open": Reaction("wait", Line("Opens at {opens_at}.", "{opens_at}开放领取。")),
    "closed": Reaction("final", Line("The time for this has passed.", "已过截止时间。")),
    "paused": Reaction("wait", Line("Paused for the moment. Please come back in a while.", "活动暂停中，请稍后再来。")),
    "stopped": Reaction("final", Line("This offer has ended.", "本次发放已终止。")),
    "not-eligible": Reaction(
        "final",
        Line("This pack is not open to you.", "您不符合领取条件。"),
        {
            "group": Line("This pack is for members of a certain group.", "本券包仅限特定人群领取。"),
            "region": Line("This pack is for people of another region.", "本券包仅限其他地区居民领取。"),
            "household": Line("Please add your household to your account first.", "请先登记您的家庭信息。"),
            "booking-required": Line("This pack is for those who booked.", "本券包须提前预约。"),
            "not-drawn": Line("You were not drawn this time.", "很遗憾，本次未中签。"),
            "late": Line("You were drawn, and the time to claim is over.", "您已中签，但领取时间已过。"),
            "limit": Line("You have had all that this offer allows.", "您已达到领取上限。"),
            "banned": Line("You missed too many bookings. You can book again later.", "您多次预约未到，暂不能预约。"),
            "overlap": Line("You have another booking at that time.", "该时段您已有其他预约。"),
            "quota": Line("You have as many bookings as one person can have.", "您的预约数量已达上限。"),
        },
    ),
    "full": Reaction("final", Line("No place is left. You can wait for one.", "已约满，可候补。")),
    "already-claimed-group": Reaction(
        "final", Line("You already hold another pack of this offer.", "您已领取同组的另一份券包。")
    ),
    "drained": Reaction(
        "wait",
        Line("All packs are handed out. Some may return at {returns_at}.", "券包暂已发完，{returns_at}可能有余量。"),
    ),
    "sold-out": Reaction("final", Line("All packs are gone.", "已全部领完。")),
    "insufficient-points": Reaction("final", Line("You do not have enough points.", "积分不足。")),
    "code-invalid": Reaction(
        "fresh-code",
        Line("This code is not valid. Please open the coupon again.", "券码无效，请重新打开优惠券。"),
        {
            "pin-required": Line("Please tell the PIN of your sheet.", "请提供纸质券上的验证码。"),
            "pin-wrong": Line("The PIN is wrong. Please check your sheet.", "验证码有误，请核对。"),
            "pin-spoiled": Line("Too many wrong PINs. Please get a new sheet.", "验证码错误次数过多，请重新打印。"),
            "replaced": Line("A newer sheet replaced this one.", "该纸质券已被新券替换。"),
            "slot-code": Line(
                "This code checks you in at a venue. Please show a coupon.", "这是场馆签到码，请出示优惠券。"
            ),
            "coupon-code": Line(
                "This is a coupon. Please show the code of your booking.", "这是优惠券，请出示预约的签到码。"
            ),
            "other-slot": Line("This code is for another slot.", "该签到码属于其他时段。"),
        },
    ),
    "code-expired": Reaction(
        "fresh-code",
        Line("This code is too old. Please show a fresh one.", "券码已过期，请刷新后出示。"),
        {
            "late-not-allowed": Line(
                "This shop cannot send old scans. Please show a fresh code.", "本店不支持补传扫码，请出示新券码。"
            ),
            "late-limit": Line(
                "This shop has sent all its old scans today. Please show a fresh code.",
                "本店今日补传次数已用完，请出示新券码。",
            ),
        },
    ),
    "order-conflict": Reaction(
        "final", Line("This order cannot take the coupon. Please start a new order.", "该订单无法用券，请重新下单。")
    ),
    "coupon-not-usable": Reaction(
        "final",
        Line("This coupon cannot be used.", "此券不可用。"),
        {
            "expired": Line("This coupon has expired.", "此券已过期。"),
            "redeemed": Line("This coupon has been used.", "此券已使用。"),
            "voided": Line("This coupon is no longer valid.", "此券已作废。"),
            "held": Line("This coupon is set aside for another order.", "此券已被另一笔订单占用。"),
        },
    ),
    "order-not-eligible": Reaction(
        "final",
        Line("This coupon does not fit this order.", "此券不适用于该订单。"),
        {
            "min-spend": Line("The order is below the coupon's minimum.", "未达到用券门槛。"),
            "merchant": Line("This shop does not take this coupon.", "此商户不适用该券。"),
            "category": Line("Nothing in the order is of the coupon's kind.", "订单中无适用品类。"),
            "tag": Line("Nothing in the order is of the coupon's kind.", "订单中无适用商品。"),
            "channel": Line("This coupon is not for this way of buying.", "此券不适用于该购买渠道。"),
            "region": Line("This coupon is not valid in this place.", "此券在该地区不可用。"),
            "window": Line("This coupon is not valid at this time.", "当前时段不可用券。"),
            "not-yet-valid": Line("This coupon is not valid yet.", "此券尚未生效。"),
            "no-discount": Line("This coupon would take nothing off this order.", "此券对该订单无优惠，未使用。"),
            "evidence": Line(
                "This coupon needs a prescription that a pharmacist has checked.", "此券须凭药师审核过的处方使用。"
            ),
            "fulfilment": Line("Say whether the goods are fetched or delivered.", "请注明自提或送货。"),
        },
    ),
    "reversal-not-allowed": Reaction("final", Line("This amount cannot be given back.", "该金额无法退回。")),
    "busy": Reaction("repeat", _BUSY),
}

_BY_STATUS = {401: REACTIONS["unauthenticated"], 403: REACTIONS["forbidden"]}
UNKNOWN = Reaction("final", Line("That did not work.", "操作未成功。"))
_AGAIN = REACTIONS["busy"]
_SHAPES = {"opens_at": "%m-%d %H:%M", "returns_at": "%H:%M"}


def reaction_to(error: ProblemError) -> Reaction:
    """The reaction to a slug; to the gateway's own refusals, and slugs that this client does not know, by status."""
    if found := REACTIONS.get(error.slug):
        return found
    if error.status == 429 or error.status >= 500:
        return _AGAIN
    return _BY_STATUS.get(error.status, UNKNOWN)


def line_of(error: ProblemError, language: Language) -> str:
    """One line for the person, which says what to do."""
    reaction = reaction_to(error)
    line = next((reaction.cases[word] for word in _words(error) if word in reaction.cases), reaction.line)
    text = line.zh if language == "zh" else line.en
    for fact, shape in _SHAPES.items():
        text = text.replace(f"{{{fact}}}", _shaped(error.problem.get(fact), shape))
    return text


def _words(error: ProblemError) -> list[str]:
    reasons = error.problem.get("reasons")
    found = [*reasons] if isinstance(reasons, list) else []
    found += [error.problem.get("reason"), error.problem.get("coupon_status")]
    return [word for word in found if isinstance(word, str)]


def _shaped(moment: object, shape: str) -> str:
    """An RFC 3339 time in its own offset; unchanged if it cannot be read."""
    try:
        return datetime.fromisoformat(str(moment)).strftime(shape)
    except ValueError:
        return str(moment)
