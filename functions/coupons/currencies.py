"""The currencies of campaigns, and how an amount is written; ISO 4217.

Money is integers in minor units (fen, sen, fils). The standard says how many make one unit of the currency: not always
100. Only legal tender is allowed: no metals, units of account, test codes or historic currencies.
tests/unit/test_currencies.py compares with babel's tables; no function contains babel.
"""

from __future__ import annotations

_TENDER = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY"
    " COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR"
    " ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK"
    " MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF"
    " SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS"
    " VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
_WITHOUT_MINOR_UNITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_OF_A_THOUSAND = "BHD IQD JOD KWD LYD OMR TND"

EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_TENDER.split(), 2),
    **dict.fromkeys(_WITHOUT_MINOR_UNITS.split(), 0),
    **dict.fromkeys(_OF_A_THOUSAND.split(), 3),
}
"""Decimals of each currency: one unit of it is `10 ** exponent` minor units."""


def money(amount_minor: int, currency: str) -> str:
    """`12.34 CNY`, `1,500 JPY`, `1.500 KWD`; `1,234 minor units of XXX` of a currency that is not in EXPONENTS."""
    if currency not in EXPONENTS:
        return f"{amount_minor:,} minor units of {currency}"
    return f"{decimal(amount_minor, currency)} {currency}"


def decimal(amount_minor: int, currency: str) -> str:
    """`12.34`: the number alone, computed without floats. `currency` is one of EXPONENTS."""
    exponent, sign = EXPONENTS[currency], "-" if amount_minor < 0 else ""
    whole, part = divmod(abs(amount_minor), 10**exponent)
    return f"{sign}{whole:,}{f'.{part:0{exponent}d}' if exponent else ''}"
