// A coupon's terms in words: what it takes off, where, when, and what else the shop gives.

import { moneyOf, momentOf } from "../shared/figures";
import { Amount, offOf } from "../shared/parts/ticket";
import type { Schema } from "../shared/routes";
import { epochS } from "../shared/server_time";
import { language, listed, locale, titled } from "../shared/words";
import type { Summary, Terms } from "./catalogue";
import { told } from "./days";
import places from "../shared/places.json";
import { say } from "./words";

type Named = Record<string, Record<"zh" | "en", string>>;

/** The name of a district, region or category; the document's own word where we know none. */
export function nameOf(kind: keyof typeof places, id: string): string {
  return (places[kind] as Named)[id]?.[language.value] ?? id.replace(/-/g, " ");
}

/** What stands on the stub. */
export function Worth({ terms, currency }: { terms: Terms; currency: string }) {
  const { discount } = terms;
  if (discount.kind === "amount_off") return <Amount minor={discount.amount_minor} currency={currency} short />;
  const word = discount.kind === "percent_off" ? shareOf(discount.basis_points) : say("terms.free");
  return <span class={`amount ${word.length > 5 ? "longer" : ""}`}>{word}</span>;
}

/** A coupon as a sum: 「消费满 50 元，少付 10 元」. */
export function sumOf(terms: Terms, currency: string): { text: string; lang?: string } {
  const { discount } = terms;
  const money = (minor: number) => moneyOf(minor, currency, language.value, true);
  if (discount.kind === "amount_off") return { text: offOf(discount.threshold_minor, discount.amount_minor, currency) };
  if (discount.kind === "exchange") return titled(discount.title);
  const facts = { share: shareOf(discount.basis_points), cap: money(discount.cap_minor), minimum: money(discount.threshold_minor) };
  return { text: say(discount.threshold_minor > 0 ? "terms.percent" : "terms.percent-any", facts) };
}

/** 「9 折」, `10 % off`. */
function shareOf(basisPoints: number): string {
  const number = new Intl.NumberFormat(locale.value, { maximumFractionDigits: 2 });
  // Chinese counts the tenths that are paid, English the hundredths that are not.
  const share = language.value === "zh" ? (10_000 - basisPoints) / 1_000 : basisPoints / 100;
  return say("terms.share", { number: number.format(share) });
}

/** 「60 元 → 付 50 元」, then what is paid where the shop adds its own; empty for what is no amount off. */
export function exampleOf(terms: Terms, currency: string, nowS: number | null): string[] {
  const { discount } = terms;
  if (discount.kind !== "amount_off" || discount.threshold_minor === 0) return [];
  const total = (discount.threshold_minor * 6) / 5;
  const money = (minor: number) => moneyOf(minor, currency, language.value, true);
  const payable = total - discount.amount_minor;
  const added = Math.floor((discount.amount_minor * matchBasisPoints(terms, nowS)) / 10_000);
  const line = say("terms.example", { total: money(total), payable: money(payable) });
  return added > 0 ? [line, say("terms.example-match", { payable: money(payable - added) })] : [line];
}

/** 「餐饮、购物 · 到店」. */
export function whereOf(terms: Terms): string {
  const { channels = [], merchant_categories = [] } = terms.scope ?? {};
  const parts = [listed(merchant_categories.map((id) => nameOf("categories", id)))];
  if (channels.length === 1) parts.push(say(channels[0] === "online" ? "terms.online" : "terms.offline"));
  return parts.filter(Boolean).join(" · ") || say("terms.anywhere");
}

/** For whom a batch is; empty for everyone. */
export function whoOf({ group_id, regions = [], requires = [] }: Summary["eligibility"]): string {
  if (group_id) return say("fact.group");
  const people = regions.length > 0 ? [say("fact.people", { regions: listed(regions.map((id) => nameOf("regions", id))) })] : [];
  return listed([...people, ...requires.map(() => say("fact.household"))]);
}

/** 「2,000 积分」. */
export function priceOf({ price_points }: Pick<Summary, "price_points">): string {
  return say("fact.points", { points: new Intl.NumberFormat(locale.value).format(price_points) });
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** 「周五、周六 18:00–次日 02:00」, a line for each hours; empty for always. */
export function hoursOf(terms: Terms): string[] {
  const lines = (terms.usable ?? []).map(({ weekdays, starts, ends }) => {
    const days = weekdays.length === 7 ? say("terms.daily") : listed(weekdays.map(weekdayOf));
    const until = ends <= starts ? say("terms.next-day", { time: ends }) : ends;
    return `${days} ${starts}–${until}`;
  });
  const out = (terms.blackout_dates ?? []).map(told);
  return out.length > 0 ? [...lines, say("terms.not-on", { days: listed(out) })] : lines;
}

function weekdayOf(weekday: string): string {
  // 1 January 2024 was a Monday.
  const day = new Date(Date.UTC(2024, 0, 1 + WEEKDAYS.indexOf(weekday)));
  return new Intl.DateTimeFormat(locale.value, { weekday: "short", timeZone: "UTC" }).format(day);
}

export function validityOf(terms: Terms, zone: string): string {
  const { validity } = terms;
  if (validity.kind === "fixed") {
    return say("terms.fixed", {
      from: momentOf(validity.starts_at, zone, language.value),
      until: momentOf(validity.ends_at, zone, language.value),
    });
  }
  const later = validity.starts_after_days ?? 0;
  return say(later > 0 ? "terms.days-later" : "terms.days", { days: validity.days, later });
}

function matchBasisPoints(terms: Terms, nowS: number | null): number {
  const begun = (terms.merchant_match ?? []).filter(({ starts_at }) => nowS !== null && epochS(starts_at) <= nowS);
  return begun[begun.length - 1]?.basis_points ?? 0;
}

/** What the shop adds by its own promise, now. */
export function matchOf(terms: Terms, nowS: number | null): string | null {
  const basisPoints = matchBasisPoints(terms, nowS);
  if (basisPoints === 0) return null;
  return basisPoints === 10_000 ? say("terms.match") : say("terms.match-part", { percent: basisPoints / 100 });
}

/** What is left of a validity within its last three days: 「还有 2 天」. */
export function leftOf(expiresAt: string, nowS: number | null): string | null {
  const left = nowS === null ? Infinity : epochS(expiresAt) - nowS;
  if (left <= 0 || left > 3 * 86_400) return null;
  if (left >= 86_400) return say("left.days", { days: Math.floor(left / 86_400) });
  if (left >= 3_600) return say("left.hours", { hours: Math.floor(left / 3_600) });
  return say("left.minutes", { minutes: Math.max(1, Math.floor(left / 60)) });
}

export function limitOf(limit: Schema<"CountLimit"> | Schema<"OneAtATime">): string {
  if (limit.kind === "one_at_a_time") return say("limit.one");
  const words = { campaign: "limit.campaign", month: "limit.month", week: "limit.week", day: "limit.day" } as const;
  const period = typeof limit.period === "string" ? say(words[limit.period]) : say("limit.days", { days: limit.period.days });
  if (limit.counts === "redemptions") return say("limit.uses", { period, uses: limit.packs_max });
  return say(limit.per === "household" ? "limit.household" : "limit.person", { period, packs: limit.packs_max });
}
