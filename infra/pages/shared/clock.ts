// One clock for everything that counts on a page: a signal that steps when a second of the server's time begins.

import { signal } from "@preact/signals";
import type { ServerTime } from "./server_time";

/** Epoch seconds by the server's clock; null until an answer has told it. */
export const nowS = signal<number | null>(null);

/** Steps `nowS` at each whole second; the page shown again steps at once. Returns how to stop. */
export function ticking(time: ServerTime): () => void {
  let timer = 0;
  const step = () => {
    clearTimeout(timer);
    nowS.value = time.isKnown ? time.nowS() : null;
    // A little after the second, so that rounding never shows the one before twice.
    timer = setTimeout(step, nowS.value === null ? 100 : 1010 - (nowS.value % 1) * 1000) as unknown as number;
  };
  const shown = () => document.visibilityState === "visible" && step();
  document.addEventListener("visibilitychange", shown);
  step();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", shown);
  };
}
