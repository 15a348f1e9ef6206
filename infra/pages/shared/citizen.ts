// A citizen's requests: book, claim at the opening, and codes that do not expire while they are shown.
// Mirrors infra/client/citizen.py and session.py; tests/cases/claims.json runs against both.

import { ApiError, ProblemError, type Api, type Asking, type Call } from "./api";
import { aborted } from "./device";
import { reactionTo } from "./reactions";
import type { Schema } from "./routes";

/** The wait after a temporary refusal that states no time. */
export const COME_BACK_S = 10;
/** Spreads a crowd that waits for the same moment. */
export const JITTER_S = 3;
/** The least time that a shown code is still valid: enough to scan it and to send the request. */
export const RENEW_BEFORE_S = 15;

export type Claim = Schema<"ClaimView">;
export type Code = Schema<"CodeView">;

/** Batches that an attempt without an answer may have claimed, or may still claim. A page keeps them over a reload. */
export type Unsettled = Pick<Set<string>, "add" | "has" | "delete">;

/** The batch opens later than the caller is willing to wait. */
export class OpensLaterError extends ApiError {
  constructor(readonly opensAt: string, readonly opensInS: number) {
    super(`opens at ${opensAt}`);
  }
}

/** `waiting` is called before each wait for a later attempt, with the refusal; null after silence. */
export interface Patience extends Asking {
  waitS?: number;
  waiting?: (waitS: number, refusal: ProblemError | null) => void;
}

/** Seconds to wait before a retry can succeed; null if it cannot. */
export function comeBackS(api: Api, error: ProblemError): number | null {
  if (!["wait", "repeat"].includes(reactionTo(error).kind)) return null;
  const moment = error.problem.opens_at ?? error.problem.returns_at;
  let waitS = COME_BACK_S;
  if (error.retryAfterS !== null) waitS = error.retryAfterS;
  else if (moment != null && api.time.isKnown) waitS = api.time.secondsUntil(String(moment));
  return waitS + api.device.uniform(0, JITTER_S);
}

export class Citizen {
  /** In memory only: a code in a store would outlast the screen that shows it. */
  private readonly codes = new Map<string, Code>();

  constructor(
    readonly api: Api,
    private readonly unsettled: Unsettled = new Set<string>(),
  ) {}

  /** The person's booking is deleted. Throws ProblemError: `not-found` if there was none, `closed`, … */
  async cancelBooking(batchId: string): Promise<void> {
    try {
      await this.api.call("DELETE /batches/{batch_id}/booking", { path: { batch_id: batchId } });
    } catch (refusal) {
      // An earlier attempt, whose answer was lost, has deleted it.
      if (!(refusal instanceof ProblemError && refusal.slug === "not-found" && refusal.maybeDone)) throw refusal;
    }
  }

  /** Sleeps until the batch opens by the server's clock, and a short random time longer; then claims. */
  async claimAtOpening(batchId: string, patience: Patience & { waitS: number }): Promise<Claim> {
    const { device, time } = this.api;
    const begunS = device.monotonicS();
    const { body } = await this.api.call("GET /batches/{batch_id}", { path: { batch_id: batchId } });
    const opensInS = time.secondsUntil(body.opens_at);
    if (opensInS > 0) {
      const pauseS = opensInS + device.uniform(0, JITTER_S);
      if (pauseS > patience.waitS) throw new OpensLaterError(body.opens_at, opensInS);
      await device.sleep(pauseS, patience.signal);
    }
    return this.claim(batchId, { ...patience, waitS: Math.max(0, patience.waitS - (device.monotonicS() - begunS)) });
  }

  /**
   * The person holds the batch's pack. A repeat returns the same pack.
   *
   * After a temporary refusal (`not-open`, `paused`, `drained`, `busy`) or no answer it waits and repeats, `waitS`
   * seconds in all; a final refusal is thrown at once. The stack refuses claims without looking for an earlier claim.
   * So after a lost answer this looks for the claim before it accepts a refusal. Throws ProblemError: refused, and
   * nothing was claimed before; UnreachableError: whether the pack was claimed is unknown until the next call.
   */
  async claim(batchId: string, patience: Patience = {}): Promise<Claim> {
    const { device } = this.api;
    const untilS = device.monotonicS() + (patience.waitS ?? 0);
    for (;;) {
      let pauseS: number | null;
      let failure: ApiError;
      try {
        return await this.claimOnce(batchId, patience);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        failure = error;
        pauseS = error instanceof ProblemError ? comeBackS(this.api, error) : device.uniform(0, JITTER_S);
      }
      if (pauseS === null || device.monotonicS() + pauseS > untilS) throw failure;
      patience.waiting?.(pauseS, failure instanceof ProblemError ? failure : null);
      await device.sleep(pauseS, patience.signal);
    }
  }

  /** The person's claim of the batch. Throws ProblemError: `not-found`. */
  async myClaim(batchId: string): Promise<Claim> {
    return (await this.api.call("GET /batches/{batch_id}/claim", { path: { batch_id: batchId } })).body;
  }

  /** A code for the shop to scan: the same one until RENEW_BEFORE_S before it expires. Call this at each redraw. */
  async code(couponId: string): Promise<Code> {
    const known = this.codes.get(couponId);
    if (known !== undefined && this.api.time.secondsUntil(known.expires_at) > RENEW_BEFORE_S) return known;
    const call: Call = { path: { coupon_id: couponId }, body: {}, writes: false };
    const { body } = await this.api.call("POST /coupons/{coupon_id}/code", call);
    this.codes.set(couponId, body);
    return body;
  }

  private async claimOnce(batchId: string, { pausing, signal }: Patience): Promise<Claim> {
    const call: Call = { path: { batch_id: batchId }, body: {}, ...(pausing && { pausing }), ...(signal && { signal }) };
    if (signal?.aborted) throw aborted();
    const wasOpen = this.unsettled.has(batchId);
    // Before the first byte: the page may be reloaded before the answer comes.
    this.unsettled.add(batchId);
    try {
      const { body } = await this.api.call("PUT /batches/{batch_id}/claim", call);
      this.unsettled.delete(batchId);
      return body;
    } catch (refusal) {
      if (!(refusal instanceof ProblemError)) throw refusal;
      const maybeClaimed = wasOpen || refusal.maybeDone;
      if (!maybeClaimed) this.unsettled.delete(batchId);
      if (!maybeClaimed || !["wait", "final"].includes(reactionTo(refusal).kind)) throw refusal;
      return this.lookedFor(batchId, refusal);
    }
  }

  private async lookedFor(batchId: string, refusal: ProblemError): Promise<Claim> {
    try {
      const claim = await this.myClaim(batchId);
      this.unsettled.delete(batchId);
      return claim;
    } catch (absent) {
      throw absent instanceof ProblemError && absent.slug === "not-found" ? refusal : absent;
    }
  }
}
