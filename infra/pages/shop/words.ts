// The shop's own words beside the shared ones, and amounts and times as its campaign has them. A key that is not in
// words/zh.json does not compile.

import { clockOf, moneyOf, spanOf } from "../shared/figures";
import { language, saying } from "../shared/words";
import { currency, zone } from "./shop";
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

/** `09:59`, of a span below an hour. */
export function minutes(seconds: number): string {
  return spanOf(seconds).clock.slice(3);
}
