"""The people that the local sign-in offers: accounts of the sample seasons, with the claims of their tokens."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    sub: str
    scope: str
    zh: str
    en: str
    zh_note: str
    en_note: str
    claims: tuple[tuple[str, str], ...]

    @property
    def token_claims(self) -> dict[str, str]:
        return {"sub": self.sub, "scope": self.scope, **dict(self.claims)}


def _citizen(sub: str, names: tuple[str, str], notes: tuple[str, str], **claims: str) -> Person:
    return Person(sub, "citizen", *names, *notes, tuple(claims.items()))


def _shop(merchant_id: str, names: tuple[str, str], notes: tuple[str, str]) -> Person:
    return Person(f"till-{merchant_id}", "merchant", *names, *notes, (("merchant_id", merchant_id),))


PEOPLE = (
    _citizen("li-hua", ("李华", "Li Hua"), ("住在北京", "lives in Beijing"), region="beijing"),
    _citizen("wang-fang", ("王芳", "Wang Fang"), ("住在北京", "lives in Beijing"), region="beijing"),
    _citizen("liu-yang", ("刘洋", "Liu Yang"), ("住在湖北", "lives in Hubei"), region="hubei"),
    _citizen(
        "zhang-wei", ("张伟", "Zhang Wei"), ("住在湖北，张家", "lives in Hubei, of the household Zhang"),
        region="hubei", household_id="zhang",
    ),
    _citizen(
        "zhang-min", ("张敏", "Zhang Min"), ("住在湖北，张家", "lives in Hubei, of the household Zhang"),
        region="hubei", household_id="zhang",
    ),
    _shop("qianmen-diner", ("前门小馆", "Qianmen Diner"), ("北京的餐馆", "a restaurant in Beijing")),
    _shop("wangfujing-store", ("王府井百货", "Wangfujing Department Store"), ("北京的百货商店", "a store in Beijing")),
    _shop("wuhan-noodles", ("武汉热干面馆", "Wuhan Noodle House"), ("湖北的餐馆", "a restaurant in Hubei")),
    _shop("guijie-hotpot", ("簋街火锅", "Ghost Street Hotpot"), ("北京的夜市餐馆", "a late restaurant in Beijing")),
    _shop("north-lake-pool", ("北湖游泳馆", "North Lake Pool"), ("体育场馆", "a sports venue")),
    _shop("east-gate-badminton", ("东门羽毛球馆", "East Gate Badminton Hall"), ("体育场馆", "a sports venue")),
    Person("city-desk", "operator", "活动办公室", "City desk", "发放、暂停、对账", "publishes, pauses, audits", ()),
)  # fmt: skip
