// A practice sale of half a minute: nothing is written down and nothing is sent. Only the local stack offers it, by its
// `/config.json`. It ends with its sale, and with the page.

import { signal } from "@preact/signals";
import type { Order, Quote, Redemption } from "./till";

/** The stack allows it. */
export const offered = signal(false);
export const practising = signal(false);

/** The only code that a practice reads: a customer's is not taken for one. */
export const CODE = "practice-practice-practice";
const NUMBER = "practice";
/** 10 off 50, and the shop gives as much. */
const [FROM_MINOR, OFF_MINOR] = [5_000, 1_000];

export function quoteOf({ total_minor }: Order): Quote {
  const fits = total_minor >= FROM_MINOR;
  const off = fits ? OFF_MINOR : 0;
  return {
    eligible: fits,
    reasons: fits ? [] : ["min-spend"],
    missing_minor: fits ? 0 : FROM_MINOR - total_minor,
    discount_minor: off,
    merchant_match_minor: off,
    payable_minor: total_minor - 2 * off,
    hold_max_s: 0,
  };
}

/** What the last screen shows of a redemption. */
export function redemptionOf(order: Order): { number: string; redemption: Pick<Redemption, "payable_minor" | "discount_minor" | "merchant_match_minor" | "late"> } {
  return { number: NUMBER, redemption: { ...quoteOf(order), late: false } };
}
