// A merchant's till: quote, hold, redeem, reverse, with a journal of requests that have no answer yet.
//
// The same number with the same content is the same redemption, however often it is sent. So a till writes each request
// to its journal before the first byte, and strikes it out, with its outcome, when any answer has come.
// Mirrors infra/client/till.py; tests/cases/redemptions.json runs against both.

import { ApiError, ProblemError, type Api, type Call } from "../shared/api";
import { reactionTo } from "../shared/reactions";
import type { Schema } from "../shared/routes";
import { epochS, rfc3339 } from "../shared/server_time";

/** An older scan is refused; the customer must show a fresh code. */
export const CUT_OFF_MAX_S = 600;

export type Order = Schema<"Order">;
export type Quote = Schema<"QuoteView">;
export type Hold = Schema<"HoldView">;
export type Redemption = Schema<"RedemptionView">;
export type Reversal = Schema<"ReversalView">;

export interface KeptRedemption {
  order: Order;
  code: string | null;
  pin: string | null;
  scanned_at: string | null;
}
export interface KeptReversal {
  amount_minor: number;
}
export type Kept = KeptRedemption | KeptReversal;

/** What became of a number: its answer, or the refusal that ended it. */
export interface Outcome {
  answer: Redemption | Reversal | null;
  refusal: ProblemError | null;
}
export interface Settled extends Outcome {
  number: string;
}

/** Requests without an answer, by order number; reversals by `order_no/reversal_no`. It survives a power cut. */
export interface Journal {
  get(number: string): Promise<Kept | undefined>;
  /** Resolves once it is on the disk. */
  put(number: string, kept: Kept): Promise<void>;
  /** It has an answer; both are one write. */
  strike(number: string, outcome: Outcome): Promise<void>;
  /** The oldest first. */
  entries(): Promise<[string, Kept][]>;
}

/** What is sent; `scannedS` is when the code was read, by the monotonic clock. */
export interface Content {
  order: Order;
  code?: string | null;
  pin?: string | null;
  scannedS?: number;
}
type Watched = Pick<Call, "pausing" | "signal">;

/** The number was sent with other content and has no answer yet: settle that first, or use another number. */
export class UnansweredError extends ApiError {}

export class Till {
  /** When each was scanned, for scans before the server's time is known. */
  private readonly scansS = new Map<string, number>();

  constructor(
    readonly api: Api,
    readonly journal: Journal,
  ) {}

  /** The discount of the coupon for this order; nothing is changed. */
  async quote(code: string, order: Order, pin: string | null = null, call: Watched = {}): Promise<Quote> {
    const body = { code, order, ...said({ pin }) };
    return (await this.api.call("POST /quotes", { ...call, body, writes: false })).body;
  }

  /** The coupon is set aside for this unpaid order for `ttl_s` seconds. Redeem it without a code. */
  async hold(orderNo: string, body: { code: string; order: Order; ttl_s: number; pin?: string | null }): Promise<Hold> {
    const { pin, ...rest } = body;
    const call = { path: { order_no: orderNo }, body: { ...rest, ...said({ pin }) } };
    return (await this.api.call("PUT /orders/{order_no}/hold", call)).body;
  }

  /** The order holds no coupon, and its number cannot be used again. */
  async release(orderNo: string): Promise<void> {
    await this.api.call("DELETE /orders/{order_no}/hold", { path: { order_no: orderNo } });
  }

  /**
   * The coupon of `code`, or the one that the order holds, is redeemed for this order, exactly once.
   *
   * Throws UnansweredError; ProblemError: refused, and nothing was redeemed (after `busy` or 401 it is still open);
   * UnreachableError: whether the coupon was redeemed is unknown. Then the number stays in the journal, and settle()
   * finds the outcome: it says when the code was read if that is too old by then, within ten minutes.
   */
  async redeem(orderNo: string, content: Content, call: Watched = {}): Promise<Redemption> {
    const asked = { order: content.order, code: content.code ?? null, pin: content.pin ?? null };
    const kept = await this.journal.get(orderNo);
    if (kept !== undefined && !isSame(kept, asked)) throw new UnansweredError(`order ${orderNo} has no answer yet`);
    if (kept === undefined) {
      const scannedS = content.scannedS ?? this.api.device.monotonicS();
      this.scansS.set(orderNo, scannedS);
      const scanned_at = this.api.time.isKnown ? rfc3339(this.atS(scannedS)) : null;
      await this.journal.put(orderNo, { ...asked, scanned_at });
    }
    return this.redeemKept(orderNo, kept !== undefined, call);
  }

  /** What this order redeemed. Throws ProblemError: `not-found`. */
  async redemption(orderNo: string): Promise<Redemption> {
    return (await this.api.call("GET /orders/{order_no}/redemption", { path: { order_no: orderNo } })).body;
  }

  /** `amountMinor` of what was paid is refunded; the same number is the same reversal. Throws as `redeem`. */
  async reverse(orderNo: string, reversalNo: string, amountMinor: number, call: Watched = {}): Promise<Reversal> {
    const number = `${orderNo}/${reversalNo}`;
    const body = { amount_minor: amountMinor };
    const kept = await this.journal.get(number);
    if (kept !== undefined && !("amount_minor" in kept && kept.amount_minor === amountMinor)) {
      throw new UnansweredError(`reversal ${number} has no answer yet`);
    }
    await this.journal.put(number, body);
    const path = { order_no: orderNo, reversal_no: reversalNo };
    return this.untilAnswered(number, async () => {
      return (await this.api.call("PUT /orders/{order_no}/reversals/{reversal_no}", { ...call, path, body })).body;
    });
  }

  /** The outcome of each number in the journal, oldest first; it stops at the first that still has no answer. */
  async settle(): Promise<Settled[]> {
    const settled: Settled[] = [];
    for (const [number, kept] of await this.journal.entries()) {
      try {
        let answer: Redemption | Reversal;
        if ("amount_minor" in kept) {
          const at = number.indexOf("/");
          answer = await this.reverse(number.slice(0, at), number.slice(at + 1), kept.amount_minor);
        } else {
          answer = await this.redeemKept(number, true);
        }
        settled.push({ number, answer, refusal: null });
      } catch (error) {
        if (!(error instanceof ProblemError) || isOpen(error)) {
          if (error instanceof ApiError) break;
          throw error;
        }
        if ((await this.journal.get(number)) !== undefined) break;
        settled.push({ number, answer: null, refusal: error });
      }
    }
    return settled;
  }

  private redeemKept(orderNo: string, keptBefore: boolean, call: Watched = {}): Promise<Redemption> {
    let wasCutOff = keptBefore;
    let scannedAt: string | null = null;
    return this.untilAnswered(orderNo, async () => {
      for (;;) {
        try {
          return await this.putRedemption(orderNo, scannedAt, call);
        } catch (refusal) {
          if (!(refusal instanceof ProblemError)) throw refusal;
          wasCutOff = wasCutOff || refusal.maybeDone;
          if (!wasCutOff || isOpen(refusal)) throw refusal;
          if (refusal.slug === "code-expired" && scannedAt === null) {
            scannedAt = await this.scannedAt(orderNo);
            if (scannedAt !== null) continue;
          }
          // A number with other content is another request.
          const found = refusal.slug === "order-conflict" ? null : await this.readBack(orderNo);
          if (found === null) throw refusal;
          return found;
        }
      }
    });
  }

  private async putRedemption(orderNo: string, scannedAt: string | null, call: Watched): Promise<Redemption> {
    const { order, code, pin } = (await this.journal.get(orderNo)) as KeptRedemption;
    const body = { order, ...said({ code, pin, scanned_at: scannedAt }) };
    return (await this.api.call("PUT /orders/{order_no}/redemption", { ...call, path: { order_no: orderNo }, body })).body;
  }

  /** The scan's time by the server's clock; null after ten minutes, or if a restarted till never knew it. */
  private async scannedAt(orderNo: string): Promise<string | null> {
    let { scanned_at: known } = (await this.journal.get(orderNo)) as KeptRedemption;
    if (!this.api.time.isKnown) return null;
    const scannedS = this.scansS.get(orderNo);
    if (known === null && scannedS !== undefined) known = rfc3339(this.atS(scannedS));
    return known === null || this.api.time.nowS() >= epochS(known) + CUT_OFF_MAX_S ? null : known;
  }

  /** Epoch seconds by the server's clock of an earlier monotonic moment. */
  private atS(monotonicS: number): number {
    return this.api.time.nowS() - (this.api.device.monotonicS() - monotonicS);
  }

  private async readBack(orderNo: string): Promise<Redemption | null> {
    try {
      return await this.redemption(orderNo);
    } catch (absent) {
      if (absent instanceof ProblemError && absent.slug === "not-found") return null;
      throw absent;
    }
  }

  /** The number is struck out of the journal when any answer has come. */
  private async untilAnswered<A extends Redemption | Reversal>(number: string, ask: () => Promise<A>): Promise<A> {
    try {
      const answer = await ask();
      await this.strike(number, { answer, refusal: null });
      return answer;
    } catch (refusal) {
      if (refusal instanceof ProblemError && !isOpen(refusal)) await this.strike(number, { answer: null, refusal });
      throw refusal;
    }
  }

  private async strike(number: string, outcome: Outcome): Promise<void> {
    await this.journal.strike(number, outcome);
    this.scansS.delete(number);
  }
}

/** Whether the outcome is still open: a repeat later, or with a fresh token, must find it. */
export function isOpen(refusal: ProblemError): boolean {
  return ["repeat", "sign-in"].includes(reactionTo(refusal).kind);
}

function isSame(kept: Kept, asked: Omit<KeptRedemption, "scanned_at">): boolean {
  if (!("order" in kept)) return false;
  return JSON.stringify([kept.order, kept.code, kept.pin]) === JSON.stringify([asked.order, asked.code, asked.pin]);
}

/** The members of a body that are not null. */
function said(optional: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(optional).filter((each): each is [string, string] => each[1] != null));
}
