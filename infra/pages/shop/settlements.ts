// A day's lines from the stack: all pages of them, and the file.

import { ProblemError } from "../shared/api";
import type { Schema } from "../shared/routes";
import type { Line } from "./lines";
import { api, token } from "./shop";

export type Settlement = Schema<"SettlementView">;

/** More lines than this are in the file alone. */
const PAGES_MAX = 20;

/** The day with the lines and the sums of its first pages; `more` if there are further ones. */
export async function settlementOf(day: string): Promise<{ day: Settlement; lines: Line[]; more: boolean }> {
  let page = (await api.call("GET /settlements/{day}", { path: { day } })).body;
  let all = page;
  for (let count = 1; page.next !== null && count < PAGES_MAX; count++) {
    page = (await api.call("GET /settlements/{day}", { path: { day }, query: { cursor: page.next } })).body;
    const sums = [...all.sums];
    for (const one of page.sums) {
      const at = sums.findIndex((sum) => sum.campaign_id === one.campaign_id && sum.currency === one.currency);
      const before = sums[at];
      if (before) sums[at] = added(before, one);
      else sums.push(one);
    }
    const [lines, lost] = [[...all.lines, ...page.lines], [...all.lost, ...page.lost]];
    all = { ...page, lines, lost, sums };
  }
  return { day: all, lines: all.lines, more: page.next !== null };
}

/** Number by number; what is no number stays. */
function added<T extends object>(a: T, b: T): T {
  const sum = (name: keyof T) => {
    const [one, other] = [a[name], b[name]];
    if (typeof one === "number" && typeof other === "number") return one + other;
    return typeof one === "object" && one !== null && !Array.isArray(one) ? added(one, other as typeof one) : one;
  };
  return Object.fromEntries((Object.keys(a) as (keyof T)[]).map((name) => [name, sum(name)])) as T;
}

/** The day as CSV, all pages; the first has a byte order mark, and the names of the columns. */
export async function csvOf(day: string): Promise<Blob> {
  const parts: string[] = [];
  let address: string | null = `/settlements/${day}`;
  while (address !== null) {
    const headers = { Accept: "text/csv", Authorization: `Bearer ${token() ?? ""}` };
    const response: Response = await fetch(address, { headers, cache: "no-store", credentials: "omit" });
    if (!response.ok) throw new ProblemError(response.status, {});
    const text = await response.text();
    parts.push(parts.length === 0 ? `\ufeff${text}` : text.slice(text.indexOf("\n") + 1));
    address = /<([^>]+)>;\s*rel="?next"?/.exec(response.headers.get("Link") ?? "")?.[1] ?? null;
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
