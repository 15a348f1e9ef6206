"""What a coupon is worth, and when and where it can be used, in plain words of each language of the sheet."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from babel.dates import format_date, format_datetime, get_timezone_name
from babel.numbers import get_currency_name

from coupons.currencies import EXPONENTS, decimal
from coupons.fields import BASIS_POINTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Words = dict[str, str]
"""One text by language, `en` or `zh`."""
Parts = dict[str, tuple[str, str]]
"""A number and its unit by language."""
LANGUAGES = ("zh", "en")
_UNITS = {"CNY": {"en": "yuan", "zh": "元"}}
_ZONES = {"Asia/Shanghai": {"en": "Beijing time", "zh": "北京时间"}}
"""What people say where CLDR's names are another's words."""
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = {"en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), "zh": tuple("一二三四五六日")}
_DATES = {"en": "d MMMM y", "zh": "y年M月d日"}
CHANNELS = {
    "offline": {"en": "In shops only, not online", "zh": "限到店使用"},
    "online": {"en": "Online only", "zh": "限线上使用"},
}
SCOPES = {
    "regions": {"en": "In", "zh": "地区："},
    "merchant_categories": {"en": "Shops for", "zh": "商家类别："},
    "merchant_tags": {"en": "Shops with the mark", "zh": "商家标签："},
    "item_categories": {"en": "For", "zh": "商品类别："},
    "item_tags": {"en": "For goods with the mark", "zh": "商品标签："},
}
"""The lists of a scope whose entries are shown as they are written."""
SCOPE_MAX = 4
"""So many entries of a list are shown."""
_NOTHING: Words = {"en": "", "zh": ""}


def of_title(title: str | Mapping[str, str]) -> Words:
    """The title on one line, without control characters. A title in one language is the same in each."""
    texts = dict.fromkeys(LANGUAGES, title) if isinstance(title, str) else title
    return {name: _plain(texts[name]) for name in LANGUAGES}


def _plain(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(one for one in " ".join(text.split()) if unicodedata.category(one) != "Cc")


def parts(amount_minor: int, currency: str) -> Parts:
    """`20` and `yuan`, `元`; decimals only if there are any."""
    number, exponent = decimal(amount_minor, currency), EXPONENTS[currency]
    if exponent and amount_minor % 10**exponent == 0:
        number = number[: -exponent - 1]
    count = amount_minor / 10**exponent
    units = _UNITS.get(currency) or {name: get_currency_name(currency, count=count, locale=name) for name in LANGUAGES}
    return {name: (number, units[name]) for name in LANGUAGES}


def amount(amount_minor: int, currency: str) -> Words:
    """`20 yuan`, `20元`."""
    said = parts(amount_minor, currency)
    return {"en": " ".join(said["en"]), "zh": "".join(said["zh"])}


def worth(discount: Mapping[str, Any], currency: str) -> tuple[Parts, Words]:
    """As a number with its unit, and with its conditions: `20` `yuan`, `20 yuan off from 100 yuan`."""
    if discount["kind"] == "exchange":
        title, most = of_title(discount["title"]), amount(discount["value_minor"], currency)
        return {"en": ("", "Free"), "zh": ("", "兑换")}, {
            "en": f"{title['en']} for nothing, worth {most['en']} at most",
            "zh": f"免费兑换{title['zh']}，最高值{most['zh']}",
        }
    above = amount(discount["threshold_minor"], currency)
    least = {"en": f" from {above['en']}", "zh": f"满{above['zh']}"} if discount["threshold_minor"] else _NOTHING
    if discount["kind"] == "amount_off":
        off = amount(discount["amount_minor"], currency)
        whole = {"en": f"{off['en']} off{least['en']}", "zh": f"{least['zh'] or '立'}减{off['zh']}"}
        return parts(discount["amount_minor"], currency), whole
    # A Chinese discount names what is left, in tenths: 1,500 basis points off are 8.5折.
    points, most = discount["basis_points"], amount(discount["cap_minor"], currency)
    off_percent, left_tenths = f"{points / 100:g}", f"{(BASIS_POINTS - points) / 1_000:g}"
    return {"en": (off_percent, "% off"), "zh": (left_tenths, "折")}, {
        "en": f"{off_percent} % off{least['en']}, {most['en']} at most",
        "zh": f"{least['zh']}打{left_tenths}折，最多减{most['zh']}",
    }


def zone(timezone: str) -> Words:
    """`Beijing time`, `Central European Time`."""
    return _ZONES.get(timezone) or {
        name: get_timezone_name(timezone, locale=name, return_zone=False) for name in LANGUAGES
    }


def moment(text: str) -> Words:
    """`20 June 2020, 10:00` of an RFC 3339 time, by its own offset."""
    local = datetime.fromisoformat(text).replace(tzinfo=None)
    patterns = {"en": f"{_DATES['en']}, HH:mm", "zh": f"{_DATES['zh']} HH:mm"}
    return {name: format_datetime(local, pattern, locale=name) for name, pattern in patterns.items()}


def validity(valid_from: str, expires_at: str, timezone: str) -> list[Words]:
    """The first moment, and the first one after."""
    begins, ends, where = moment(valid_from), moment(expires_at), zone(timezone)
    return [
        {"en": f"from {begins['en']}", "zh": f"{begins['zh']}起"},
        {"en": f"until {ends['en']} ({where['en']})", "zh": f"{ends['zh']}止（{where['zh']}）"},
    ]


def hours(terms: Mapping[str, Any], valid_from: str, expires_at: str) -> list[Words]:
    """The hours of the week, and the days in the validity on which it cannot be used."""
    found = [weekly(one) for one in terms["usable"]] or [{"en": "At any hour", "zh": "不限时段"}]
    first, last = (datetime.fromisoformat(text).date().isoformat() for text in (valid_from, expires_at))
    closed = [date.fromisoformat(day) for day in terms["blackout_dates"] if first <= day <= last]
    if closed:
        days = {name: [format_date(day, _DATES[name], locale=name) for day in closed] for name in LANGUAGES}
        found.append({"en": f"Not on {', '.join(days['en'])}", "zh": f"{'、'.join(days['zh'])}不可用"})
    return found


def weekly(one: Mapping[str, Any]) -> Words:
    days, starts, ends = weekdays(one["weekdays"]), one["starts"], one["ends"]
    over = ends <= starts
    return {
        "en": f"{days['en']} {starts} to {ends}{' the next day' if over else ''}",
        "zh": f"{days['zh']} {starts}至{'次日' if over else ''}{ends}",
    }


def weekdays(names: Iterable[str]) -> Words:
    """`Mon to Fri, Sun`; three days in a row and more are a range."""
    places = sorted(map(_WEEK.index, names))
    if len(places) == len(_WEEK):
        return {"en": "Every day", "zh": "每天"}
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    said: dict[str, list[str]] = {name: [] for name in LANGUAGES}
    for run in runs:
        for language, days in _DAYS.items():
            named = [days[place] if language == "en" else f"周{days[place]}" for place in run]
            between = {"en": " to ", "zh": "至"}[language]
            said[language] += [f"{named[0]}{between}{named[-1]}"] if len(run) > 2 else named
    return {"en": ", ".join(said["en"]), "zh": "、".join(said["zh"])}


def scope(stated: Mapping[str, list[str]], suspended: list[str]) -> list[Words]:
    """Where it can be used, and for what; nothing for a list that does not restrict."""
    found = [CHANNELS[stated["channels"][0]]] if len(stated["channels"]) == 1 else []
    for name, heading in SCOPES.items():
        shown, more = stated[name][:SCOPE_MAX], len(stated[name]) - SCOPE_MAX
        if shown:
            rest = {"en": f" and {more} more", "zh": f"等{len(stated[name])}类"} if more > 0 else _NOTHING
            found.append(
                {
                    "en": f"{heading['en']} {', '.join(shown)}{rest['en']}",
                    "zh": f"{heading['zh']}{'、'.join(shown)}{rest['zh']}",
                }
            )
    if suspended:
        found.append({"en": f"For now not in {', '.join(suspended)}", "zh": f"{'、'.join(suspended)}暂停使用"})
    return found
