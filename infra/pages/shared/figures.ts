// Money and time as people read them: by Intl, in the page's language, the campaign's currency and its zone.

import { LOCALES } from "./words";
import type { Language } from "./reactions";

export interface Amount {
  /** `¥` or `元`: shown smaller, on the same line. */
  sign: string;
  number: string;
  /** Chinese writes 元 behind the number, English ¥ in front of it. */
  signFirst: boolean;
}

/** How many digits the currency has behind the point. */
export function digitsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** `minor` units of `currency` as a plain number of major units: `1,234.50`, and `10` where `short` and whole. */
export function majorOf(minor: number, currency: string, language: Language, short = false): string {
  const digits = digitsOf(currency);
  const whole = minor % 10 ** digits === 0;
  const shown = short && whole ? 0 : digits;
  const format = new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: shown, maximumFractionDigits: shown });
  return format.format(minor / 10 ** digits);
}

export function amountOf(minor: number, currency: string, language: Language, short = false): Amount {
  const number = majorOf(minor, currency, language, short);
  if (currency === "CNY" && language === "zh") return { sign: "元", number, signFirst: false };
  const options = { style: "currency", currency, currencyDisplay: "narrowSymbol" } as const;
  const parts = new Intl.NumberFormat(LOCALES[language], options).formatToParts(0);
  return { sign: parts.find((part) => part.type === "currency")?.value ?? currency, number, signFirst: true };
}

/** A line never breaks within it: `10.00 元`, `¥10.00`; a minus sign in front of all where it is below nothing. */
export function moneyOf(minor: number, currency: string, language: Language, short = false): string {
  const { sign, number, signFirst } = amountOf(Math.abs(minor), currency, language, short);
  return `${minor < 0 ? "−" : ""}${signFirst ? sign + number : `${number}\u00a0${sign}`}`;
}

const DAY = { month: "long", day: "numeric" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

function told(moment: string | number, zone: string, language: Language, options: Intl.DateTimeFormatOptions): string {
  const ms = typeof moment === "number" ? moment * 1000 : Date.parse(moment);
  return new Intl.DateTimeFormat(LOCALES[language], { ...options, timeZone: zone }).format(ms);
}

/** `6月6日周六`, `Sat 6 June`. */
export function dayOf(moment: string | number, zone: string, language: Language): string {
  return told(moment, zone, language, { ...DAY, weekday: "short" });
}

/** `2020-06-06`: the day of the zone, as the stack names it. */
export function dateOf(moment: string | number, zone: string): string {
  const ms = typeof moment === "number" ? moment * 1000 : Date.parse(moment);
  const format = new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone });
  return format.format(ms).split("/").reverse().join("-");
}

/** `10:00`, of 24 hours. */
export function clockOf(moment: string | number, zone: string, language: Language): string {
  return told(moment, zone, language, CLOCK);
}

/** `6月6日 10:00`, `6 June 10:00`. */
export function momentOf(moment: string | number, zone: string, language: Language): string {
  return `${told(moment, zone, language, DAY)} ${clockOf(moment, zone, language)}`;
}

/** `北京时间`, `China Standard Time`: the zone's own name. */
export function zoneOf(zone: string, language: Language, atMs = 0): string {
  if (zone === "Asia/Shanghai") return language === "zh" ? "北京时间" : "Beijing time";
  const options = { timeZone: zone, timeZoneName: "long" } as const;
  const parts = new Intl.DateTimeFormat(LOCALES[language], options).formatToParts(atMs);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** Days and `HH:MM:SS` of a span, the last second begun counted as whole: nothing is shown as 0 before it is over. */
export function spanOf(seconds: number): { days: number; clock: string } {
  const left = Math.max(0, Math.ceil(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor((left % 86_400) / 3_600), Math.floor((left % 3_600) / 60)];
  return { days: Math.floor(left / 86_400), clock: `${two(hours)}:${two(minutes)}:${two(left % 60)}` };
}
