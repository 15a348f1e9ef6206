// The server's time, learnt from the `Date` of its answers; the device's own wall clock is not used.
//
// A `Date` is a whole second, and was written between the sending of the request and the receipt of its answer. So every
// answer gives a lower and an upper bound of the difference between the server's time and the device's monotonic clock.
// The highest lower bound is used: when it says ten o'clock the server's clock does too, and no request is too early.
// Mirrors infra/client/server_time.py; tests/cases/server_time.json runs against both.

export class ServerTime {
  /** The server's time less the monotonic clock, at least. */
  private aheadS: number | null = null;

  /** `monotonicS` counts seconds from an arbitrary start and never steps back. */
  constructor(private readonly monotonicS: () => number) {}

  /** Whether an answer with a `Date` has come. */
  get isKnown(): boolean {
    return this.aheadS !== null;
  }

  /** Epoch seconds by the server's clock. Throws before the first answer. */
  nowS(): number {
    if (this.aheadS === null) throw new Error("no answer has told the server's time yet");
    return this.aheadS + this.monotonicS();
  }

  /** Until an RFC 3339 time with offset, by the server's clock; 0 once it has come. */
  secondsUntil(moment: string): number {
    return Math.max(0, epochS(moment) - this.nowS());
  }

  /**
   * Uses `Date` and `Age` of an answer; the request was sent and answered at these monotonic moments.
   *
   * An answer that contradicts earlier ones replaces them: the server's clock was set, or this device was asleep.
   */
  learn(date: string | null, age: string | null, sentS: number, receivedS: number): void {
    const dateS = httpDateS(date);
    if (dateS === null) return;
    // A cache may answer; `Age` states how many whole seconds old its answer is.
    const storedS = age !== null && /^\d+$/.test(age) ? Number(age.slice(0, 6)) + 1 : 0;
    const leastS = dateS - receivedS;
    const belowS = dateS + 1 + storedS - sentS;
    this.aheadS = this.aheadS === null || this.aheadS >= belowS ? leastS : Math.max(this.aheadS, leastS);
  }
}

/** Epoch seconds of an RFC 3339 time with offset. Throws for anything else. */
export function epochS(moment: string): number {
  const ms = /(?:Z|[+-]\d\d:\d\d)$/.test(moment) ? Date.parse(moment) : NaN;
  if (Number.isNaN(ms)) throw new Error(`${moment} is no time with an offset`);
  return ms / 1000;
}

/** Whole seconds in UTC, as requests state them. */
export function rfc3339(momentS: number): string {
  return new Date(Math.floor(momentS) * 1000).toISOString().replace(".000Z", "+00:00");
}

function httpDateS(text: string | null): number | null {
  const ms = text ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? null : ms / 1000;
}
