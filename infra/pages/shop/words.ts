// The shop's own words beside the shared ones, and amounts and times as its campaign has them. A key that is not in
// words/zh.json does not compile.

import type { ProblemError } from "../shared/api";
import { clockOf, dateOf, momentOf, moneyOf, spanOf } from "../shared/figures";
import { lineOf } from "../shared/reactions";
import { epochS } from "../shared/server_time";
import { language, saying } from "../shared/words";
import { currency, today, zone } from "./shop";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type ShopWord = keyof typeof zh & keyof typeof en;
export const tell = saying<ShopWord>({ zh, en });

export function money(minor: number, of: string = currency.value): string {
  return moneyOf(minor, of, language.value);
}

/** `10:20`, or that the time is not known. */
export function clock(at: string | number | null): string {
  return at === null ? tell("orders.time-unknown") : clockOf(at, zone.value, language.value);
}

/** `10:20` of today, else with its day. */
export function until(at: string): string {
  return dateOf(epochS(at), zone.value) === today() ? clock(at) : momentOf(at, zone.value, language.value);
}

/** Why a sale was refused, to the clerk: of a limit of uses, from when the coupon can be used again. */
export function refusedLine(refusal: ProblemError): string {
  const { reason, until: ends } = refusal.problem;
  if (reason !== "limit") return lineOf(refusal, language.value);
  return typeof ends === "string" ? tell("refused.limit-until", { time: until(ends) }) : tell("refused.limit");
}

/** `09:59`, of a span below an hour. */
export function minutes(seconds: number): string {
  return spanOf(seconds).clock.slice(3);
}
