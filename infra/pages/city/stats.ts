// What the statistics of a season say, in numbers: no words, no requests.

import type { Schema } from "../shared/routes";
import type { Summary } from "./batches";

export type Stats = Schema<"StatsView">;
type Flows = Schema<"FlowsView">;
export type Row = Schema<"StatsRow">;

/** Tags of merchants that are small firms. */
export const SMALL_FIRMS = ["sme", "small-business"];
/** A release is watched from so long before its opening until so long after. */
const BEFORE_S = 120;
const AFTER_S = 180;
const HOUR_S = 3600;

/** How much was bought for one unit of coupon money, cut off after a tenth; null while no coupon is used. */
export function leverage({ consumption_minor, discount_minor }: Pick<Flows, "consumption_minor" | "discount_minor">): number | null {
  if (discount_minor <= 0 || consumption_minor <= 0) return null;
  return Math.floor((consumption_minor * 10) / discount_minor) / 10;
}

/** What small firms sold, of all that was sold; null where no merchant is said to be small. */
export function ofSmallFirms(byTag: Pick<Stats, "rows">): number | null {
  const rows = byTag.rows.filter(({ name }) => SMALL_FIRMS.includes(name));
  return rows.length > 0 ? Math.max(...rows.map((row) => row.consumption_minor)) : null;
}

/** Which of five steps a number takes among all: nothing is the lowest, and each of the others has a quarter of the rest. */
export function stepOf(value: number, all: number[]): number {
  const rest = all.filter((one) => one > 0);
  const below = rest.filter((one) => one < value).length;
  return value <= 0 ? 0 : 1 + Math.min(3, Math.floor((below * 4) / Math.max(1, rest.length)));
}

export interface Second {
  atS: number;
  claims: number;
  refused: Record<string, number>;
}

/** Each second of a batch from `fromS` to before `toS`, those in which nothing was counted too. */
export function secondsOf({ seconds }: Pick<Stats, "seconds">, batchId: string, fromS: number, toS: number): Second[] {
  const found = new Map(seconds.filter((one) => one.batch_id === batchId).map((one) => [Date.parse(one.at) / 1000, one]));
  return Array.from({ length: Math.max(0, toS - fromS) }, (_, at) => {
    const one = found.get(fromS + at);
    return { atS: fromS + at, claims: one?.claims ?? 0, refused: one?.refused ?? {} };
  });
}

/** Why claims were refused, the most frequent first, each with its number. */
export function causesOf(seconds: Second[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const { refused } of seconds) for (const [slug, count] of Object.entries(refused)) sums.set(slug, (sums.get(slug) ?? 0) + count);
  return [...sums].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

/** What is going on, by the refusals: all is well, all that is refused is drained, or some could not be served. */
export function healthOf(seconds: Second[]): "well" | "drained" | "busy" {
  const causes = causesOf(seconds);
  if (causes.some(([slug]) => slug === "busy")) return "busy";
  return causes.length > 0 && causes.every(([slug]) => slug === "drained" || slug === "sold-out") ? "drained" : "well";
}

/** The batch whose release is on: of several the one that opens last. */
export function releaseOf<Batch extends Pick<Summary, "opens_at" | "mode">>(batches: Batch[], nowS: number): Batch | null {
  const on = batches.filter(({ opens_at, mode }) => {
    const sinceS = nowS - Date.parse(opens_at) / 1000;
    return mode === "first_come" && -BEFORE_S <= sinceS && sinceS < AFTER_S;
  });
  return on.sort((a, b) => Date.parse(b.opens_at) - Date.parse(a.opens_at))[0] ?? null;
}

/** The batch that opened within the last day, the one before it, and for how many whole minutes, of an hour, they are compared. */
export function comparedOf<Batch extends Pick<Summary, "opens_at" | "mode">>(batches: Batch[], nowS: number): { now: Batch; before: Batch; minutes: number } | null {
  const opened = batches.filter((one) => one.mode === "first_come" && Date.parse(one.opens_at) / 1000 <= nowS);
  const [now, before] = opened.sort((a, b) => Date.parse(b.opens_at) - Date.parse(a.opens_at));
  if (!now || !before) return null;
  const sinceS = nowS - Date.parse(now.opens_at) / 1000;
  const minutes = Math.floor(Math.min(sinceS, HOUR_S) / 60);
  return minutes > 0 && sinceS < 24 * HOUR_S ? { now, before, minutes } : null;
}

/** When the day of a moment began, by the wall clock of the zone. */
export function dayStartS(nowS: number, timezone: string): number {
  const shape = { timeZone: timezone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const [hours = 0, minutes = 0, seconds = 0] = new Intl.DateTimeFormat("en", shape).format(nowS * 1000).split(":").map(Number);
  return Math.floor(nowS) - hours * HOUR_S - minutes * 60 - seconds;
}

/** As a query states it: `2020-06-06T02:00:00Z`. */
export function stated(atS: number): string {
  return new Date(atS * 1000).toISOString().replace(".000Z", "Z");
}
