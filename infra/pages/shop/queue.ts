// The queue of a till that was cut off: it goes on by itself as soon as the line is back, the oldest first, and tells
// what became of each. Two tabs may both send: the same number is the same redemption.

import { computed } from "@preact/signals";
import { nowS } from "../shared/clock";
import { epochS } from "../shared/server_time";
import { isWaiting, type Sale } from "./records";
import { phase, type Phase } from "./sale";
import { account, book, refreshed, sales, till } from "./shop";
import { CUT_OFF_MAX_S, type Redemption } from "./till";

const EVERY_S = 5;

export const waiting = computed(() => sales.value.filter(isWaiting).reverse());
/** Those that a repeat may settle; the others are for people. */
export const unsent = computed(() => waiting.value.filter(({ kept, waits }) => kept !== null && waits));

let running = false;

/** Returns how to stop. */
export function resending(): () => void {
  const timer = setInterval(() => void resent(), EVERY_S * 1000);
  const back = () => void resent();
  addEventListener("online", back);
  document.addEventListener("visibilitychange", back);
  return () => {
    clearInterval(timer);
    removeEventListener("online", back);
    document.removeEventListener("visibilitychange", back);
  };
}

/** What waits is sent again, under the same numbers. */
export async function resent(): Promise<void> {
  // A sale that somebody looks on at is not sent twice.
  if (running || account.value !== "ready" || unsent.value.length === 0 || phase.value.at === "sending") return;
  running = true;
  try {
    for (const { number, answer, refusal } of await till().settle()) {
      const now: Phase = phase.value;
      if (now.at !== "kept" || now.number !== number) continue;
      if (refusal === null) phase.value = { at: "done", number, redemption: answer as Redemption };
      else phase.value = { at: "refused", refusal };
    }
  } finally {
    running = false;
  }
  void refreshed();
}

/** For how long a sale without an answer can still be redeemed late; null if it is not known when its code was read. */
export function lateLeftS({ kept }: Sale): number | null {
  const scanned = kept && "order" in kept ? kept.scanned_at : null;
  return scanned === null || nowS.value === null ? null : epochS(scanned) + CUT_OFF_MAX_S - nowS.value;
}

/** The clerk has dealt with a refusal that came after the customer had left. */
export function dealt(number: string): Promise<void> {
  return book().change(number, { state: "dealt" });
}
