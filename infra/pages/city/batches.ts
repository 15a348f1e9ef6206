// What a batch is and what an act would do to it, in numbers: no words, no requests.

import type { Schema } from "../shared/routes";

export type Summary = Schema<"BatchSummary">;
export type BatchView = Schema<"BatchView">;
export type Campaign = Schema<"Campaign">;
export type Terms = Schema<"Terms">;
export type Status = Schema<"BatchStatus">;
export type Act = "publish" | "pause" | "resume" | "raise" | "extend" | "stop";

/** A batch of the document, with what is published of it; null: it is not. */
export interface Row {
  batchId: string;
  title: Summary["title"];
  opensAt: string;
  closesAt: string;
  quantity: number;
  view: Summary | null;
  /** Nobody claims it: it pays venues. The public reads do not know it. */
  paysVenues: boolean;
  /** What is set aside for a batch that pays venues, and spent by closed days; null: it is not published. */
  paid: { reservedMinor: number; spentMinor: number } | null;
}

type Money = Pick<Schema<"BatchMoneyView">, "batch_id" | "reserved" | "released" | "spent">;

/** In the order in which they open. */
export function byOpening<Batch extends Pick<Summary, "opens_at">>(batches: Batch[]): Batch[] {
  return [...batches].sort((a, b) => Date.parse(a.opens_at) - Date.parse(b.opens_at));
}

/** Each batch of the document with what the public read says of it, in the order in which they open. */
export function rowsOf(document: Pick<Campaign, "batches">, published: Summary[], moneys: Money[] = []): Row[] {
  const sum = (parts: Money["spent"]) => parts.reduce((total, one) => total + one.amount_minor, 0);
  const views = new Map(published.map((one) => [one.batch_id, one]));
  return byOpening(document.batches).map((one) => {
    const view = views.get(one.batch_id) ?? null;
    const quantity = view?.quantity ?? one.quantity;
    const paysVenues = one.mode === "venue";
    const money = paysVenues ? moneys.find(({ batch_id }) => batch_id === one.batch_id) : undefined;
    const paid = money ? { reservedMinor: sum(money.reserved) - sum(money.released), spentMinor: sum(money.spent) } : null;
    return { batchId: one.batch_id, title: one.title, opensAt: one.opens_at, closesAt: one.closes_at, quantity, view, paysVenues, paid };
  });
}

/** A batch as it was seen by itself a moment ago: the list of the season may be older. */
export function asSeen(row: Row, seen: BatchView | null): Row {
  return seen === null ? row : { ...row, quantity: seen.quantity, view: seen };
}

/** What can be done to a batch now; `void` remains after a stop. `isFinal`: no packs can be added any more. */
export function actsOf(status: Status | null, isFinal = false): Act[] {
  if (status === null) return ["publish"];
  if (status === "stopped") return ["stop", "extend"];
  if (status === "closed") return ["extend", "stop"];
  const halt: Act = status === "paused" ? "resume" : "pause";
  return isFinal ? [halt, "extend", "stop"] : [halt, "raise", "extend", "stop"];
}

/** The most that one coupon takes off. */
export function largestMinor({ discount }: Pick<Terms, "discount">): number {
  if (discount.kind === "amount_off") return discount.amount_minor;
  return discount.kind === "percent_off" ? discount.cap_minor : discount.value_minor;
}

export interface Issued {
  packs: number;
  coupons: number;
  /** What they take off at most. */
  worthMinor: number;
}

/** What has been handed out, at most: packs that are leased or on their way back count too. */
export function issuedOf({ quantity, remaining, coupons }: Pick<BatchView, "quantity" | "remaining" | "coupons">): Issued {
  const packs = quantity - remaining;
  const packMinor = coupons.reduce((sum, terms) => sum + largestMinor(terms), 0);
  return { packs, coupons: packs * coupons.length, worthMinor: packs * packMinor };
}

/** The totals of a season's published batches. */
export function totalsOf(batches: Pick<Summary, "quantity" | "remaining" | "status">[]) {
  const quantity = batches.reduce((sum, one) => sum + one.quantity, 0);
  const remaining = batches.reduce((sum, one) => sum + one.remaining, 0);
  const open = batches.filter(({ status }) => status === "open" || status === "drained").length;
  const paused = batches.filter(({ status }) => status === "paused").length;
  return { quantity, remaining, claimed: quantity - remaining, open, paused };
}

/** Whether the public read shows that an act is in force; null where it cannot show it. */
export function isInForce(act: Act, view: Pick<BatchView, "status" | "quantity">, quantity: number): boolean | null {
  if (act === "pause") return view.status === "paused";
  if (act === "resume") return view.status !== "paused";
  if (act === "stop") return view.status === "stopped";
  if (act === "raise") return view.quantity >= quantity;
  return act === "publish" ? true : null;
}

/**
 * A document whose plan tells what `more` packs of a batch cost each funder: a batch that is not there asks for them.
 *
 * A plan of the raised quantity itself would be refused, because the document of a published batch is frozen.
 */
export function withMore(document: Campaign, batchId: string, more: number): { body: Campaign; batchId: string } {
  const batch = document.batches.find((one) => one.batch_id === batchId);
  if (batch === undefined) throw new Error(`no batch ${batchId}`);
  const taken = new Set(document.batches.map((one) => one.batch_id));
  let name = "more";
  while (taken.has(name)) name += "-x";
  // First, so that batches that are still to be published do not take the money before it.
  const body = { ...document, batches: [{ ...batch, batch_id: name, quantity: more }, ...document.batches] };
  return { body, batchId: name };
}
