// The words of the city's application, and numbers as people read them.

import type { Language } from "../shared/reactions";
import { language, locale, saying } from "../shared/words";
import { amountOf, digitsOf, momentOf, moneyOf, zoneOf } from "../shared/figures";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type CityWord = keyof typeof zh & keyof typeof en;
export const say = saying<CityWord>({ zh, en });

export function count(value: number): string {
  return new Intl.NumberFormat(locale.value).format(value);
}

/** `24.3%`, cut off and not rounded: 100 % is all of it, 0 % nothing. */
export function share(part: number, whole: number): string {
  const thousandths = whole > 0 ? Math.floor((part * 1000) / whole) : 0;
  const format = (value: number) =>
    new Intl.NumberFormat(locale.value, { style: "percent", maximumFractionDigits: 1 }).format(value);
  return thousandths === 0 && part > 0 ? `<${format(0.001)}` : format(thousandths / 1000);
}

/** What every amount and time of a campaign needs to be shown. */
export interface Local {
  currency: string;
  timezone: string;
}

export const money = (minor: number, { currency }: Pick<Local, "currency">): string => moneyOf(minor, currency, language.value);

/** `1234.6万元`, `¥12.3M`: an amount where there is room for a few letters. */
export function about(minor: number, { currency }: Pick<Local, "currency">): string {
  const { sign, signFirst } = amountOf(0, currency, language.value);
  const number = new Intl.NumberFormat(locale.value, { notation: "compact", maximumFractionDigits: 1 }).format(minor / 10 ** digitsOf(currency));
  return signFirst ? sign + number : number + sign;
}

/** `8.6 元`, `¥1`: a few units of the currency. */
export function tenths(units: number, { currency }: Pick<Local, "currency">): string {
  const { sign, signFirst } = amountOf(0, currency, language.value);
  const number = new Intl.NumberFormat(locale.value, { maximumFractionDigits: 1 }).format(units);
  return signFirst ? sign + number : `${number}\u00a0${sign}`;
}

export const moment = (at: string | number, { timezone }: Pick<Local, "timezone">): string => momentOf(at, timezone, language.value);

export const zone = ({ timezone }: Pick<Local, "timezone">): string => zoneOf(timezone, language.value);

/** The stack's amounts, as `1,234.50 CNY`, as the page writes amounts. */
export function amountsIn(text: string, shown: Language): string {
  return text.replace(/(-?)([\d,]+(?:\.\d+)?) ([A-Z]{3})\b/g, (said, sign: string, digits: string, currency: string) => {
    const minor = Number(digits.replace(/[,.]/g, ""));
    const isWhole = (digits.split(".")[1] ?? "").length === digitsOf(currency);
    return isWhole ? moneyOf(sign ? -minor : minor, currency, shown) : said;
  });
}

/** `10:00:41`: of what is only seconds old. */
export function second(at: number, { timezone }: Pick<Local, "timezone">): string {
  const shape = { timeZone: timezone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(locale.value, shape).format(at * 1000);
}
