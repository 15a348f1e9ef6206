// Where a person is: the fragment of the address, one history entry a screen.

import { signal } from "@preact/signals";
import { stepsOf } from "../shared/place";

export const PARTS = ["batches", "audit", "budgets", "document", "slots", "points", "hotline"] as const;
export type Part = (typeof PARTS)[number];

const VIEWS = ["board", "today", "wall"] as const;
/** The public page itself, today's sheet, and the screen on a wall. */
export type View = (typeof VIEWS)[number];

/** The public page of a season, or a part of the console; null: the first season. */
export type Place =
  | { name: "board"; campaignId: string | null; view: View }
  | { name: "console"; campaignId: string | null; part: Part; batchId: string | null };

/** `#/beijing-2020`, `#/beijing-2020/today`, `#/console/beijing-2020/batches/special-0606`; anything else is the first season's page. */
export function placeOf(hash: string): Place {
  const steps = stepsOf(hash);
  if (steps[0] !== "console") return { name: "board", campaignId: steps[0] ?? null, view: VIEWS.find((each) => each === steps[1]) ?? "board" };
  const part = PARTS.find((each) => each === steps[2]) ?? "batches";
  return { name: "console", campaignId: steps[1] ?? null, part, batchId: steps[3] ?? null };
}

export function boardHref(campaignId: string, view: View = "board"): string {
  return `#/${encodeURIComponent(campaignId)}${view === "board" ? "" : `/${view}`}`;
}

export function consoleHref(campaignId: string, part: Part = "batches", batchId?: string): string {
  return ["#/console", encodeURIComponent(campaignId), part, ...(batchId ? [encodeURIComponent(batchId)] : [])].join("/");
}

export const place = signal<Place>(placeOf(""));
