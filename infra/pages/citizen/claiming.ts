// The claim of each batch as it goes on, on whichever screen the person is: armed, queueing, sent, answered.

import { signal, type Signal } from "@preact/signals";
import { ProblemError, UnreachableError, type Pause } from "../shared/api";
import { JITTER_S, type Claim } from "../shared/citizen";
import { nowS } from "../shared/clock";
import { epochS } from "../shared/server_time";
import { awake } from "./awake";
import { api, citizen, heard, kept, signedIn } from "./app";

/** From so long before the opening on, the page can be told to claim by itself. */
export const ARM_BEFORE_S = 600;
/** Later than this it says that it is still at it. */
export const SLOW_MS = 1_000;
/** Sleeps are cut into pieces: a device that was asleep learns the time anew. */
const PIECE_S = 20;
const UNKNOWN_S = 0.2;

export type Step =
  | { step: "idle"; lost?: boolean }
  /** `after`: the refusal whose end it waits for. */
  | { step: "armed"; after: ProblemError | null }
  | { step: "queueing" }
  | { step: "claiming"; slow: boolean }
  | { step: "checking" }
  | { step: "busy"; attempt: number; untilS: number }
  | { step: "claimed"; claim: Claim; fresh: boolean }
  | { step: "refused"; error: ProblemError }
  | { step: "unknown" };

interface Arming {
  batchId: string;
  /** When the claim is sent, at the earliest. */
  at: string;
  zone: string;
}

/** The claim that the page will send by itself; one at a time. */
export const armed = signal<Arming | null>(null);
/** How many claims go on: armed, queueing or sent. */
export const underway = signal(0);
const ARMED = "season.armed";
const unsettled = kept("season.unsettled");
const known = new Map<string, Claiming>();

export function claimingOf(batchId: string): Claiming {
  const found = known.get(batchId) ?? new Claiming(batchId);
  known.set(batchId, found);
  return found;
}

/** Another person's steps are nobody's business. */
export function forgotten(): void {
  for (const one of known.values()) one.undo();
  known.clear();
  sessionStorage.removeItem(ARMED);
}

/** Goes on with what was armed before a reload. */
export function rearmed(): void {
  const text = sessionStorage.getItem(ARMED);
  if (text === null || !signedIn.value) return;
  const one = JSON.parse(text) as Arming;
  void claimingOf(one.batchId).arm(one.at, one.zone);
}

/** What is shown before the next attempt: there is a crowd, or else what was sent may have been done. */
export function pausedBy({ attempt, waitS, status }: Pause): { step: "busy"; attempt: number; untilS: number } | { step: "checking" } {
  const crowd = status === 429 || status === 503;
  return crowd ? { step: "busy", attempt: attempt + 1, untilS: (nowS.value ?? 0) + waitS } : { step: "checking" };
}

export class Claiming {
  readonly step: Signal<Step> = signal({ step: "idle" });
  private job: AbortController | null = null;

  constructor(readonly batchId: string) {}

  /** One claim. Right after the opening it waits a moment in the crowd. */
  async press(opensAt: string): Promise<void> {
    await this.during(async (undone) => {
      const sinceS = api.time.nowS() - epochS(opensAt);
      if (sinceS < JITTER_S) await this.queued(JITTER_S - Math.max(0, sinceS), undone);
      await this.send(undone);
    });
  }

  /** One claim at `at` and a moment in the crowd, unless it is undone. */
  async arm(at: string, zone: string): Promise<void> {
    const before = armed.value;
    if (before && before.batchId !== this.batchId) claimingOf(before.batchId).undo();
    const { value } = this.step;
    const after = value.step === "refused" ? value.error : null;
    await this.during(async (undone) => {
      armed.value = { batchId: this.batchId, at, zone };
      sessionStorage.setItem(ARMED, JSON.stringify(armed.value));
      const release = awake();
      try {
        this.step.value = { step: "armed", after };
        for (;;) {
          // After a reload no answer has told the time yet.
          const left = api.time.isKnown ? api.time.secondsUntil(at) : UNKNOWN_S;
          if (left <= 0) break;
          await api.device.sleep(Math.min(left, PIECE_S), undone);
        }
        await this.queued(JITTER_S, undone);
        this.disarmed();
        await this.send(undone);
      } finally {
        this.disarmed();
        release();
      }
    });
  }

  /** Nothing will be sent; what was sent already goes on. */
  undo(): void {
    const { step } = this.step.value;
    if (step === "armed" || step === "queueing") this.job?.abort();
  }

  /** Whether the person has the pack already. A claim that begins meanwhile goes before: its answer is newer. */
  async look(): Promise<void> {
    if (this.job !== null || this.step.value.step === "claimed") return;
    const open = unsettled.has(this.batchId);
    if (open) this.step.value = { step: "checking" };
    const before = this.step.value;
    let found: Step;
    try {
      found = { step: "claimed", claim: await citizen.myClaim(this.batchId), fresh: false };
    } catch (error) {
      const absent = error instanceof ProblemError && error.slug === "not-found";
      // It stays unsettled: what was sent may still be on its way, so a later refusal is looked at too.
      if (!absent) heard(error);
      found = open && !absent ? { step: "unknown" } : { step: "idle", lost: open };
    }
    const news = found.step === "claimed" || before.step !== "refused";
    if (news && this.job === null && this.step.value === before) this.step.value = found;
  }

  /** The screen is as it was before the refusal. */
  forgive(): void {
    if (this.step.value.step === "refused") this.step.value = { step: "idle" };
  }

  private async during(work: (undone: AbortSignal) => Promise<void>): Promise<void> {
    if (this.job !== null) return;
    const job = (this.job = new AbortController());
    const before = this.step.value;
    underway.value += 1;
    try {
      await work(job.signal);
    } catch (error) {
      if (!job.signal.aborted) throw error;
      this.step.value = before.step === "refused" ? before : { step: "idle" };
    } finally {
      underway.value -= 1;
      this.job = null;
    }
  }

  private async queued(atMostS: number, undone: AbortSignal): Promise<void> {
    this.step.value = { step: "queueing" };
    await api.device.sleep(api.device.uniform(0, atMostS), undone);
  }

  private async send(undone: AbortSignal): Promise<void> {
    this.step.value = { step: "claiming", slow: false };
    const timer = setTimeout(() => {
      if (this.step.value.step === "claiming") this.step.value = { step: "claiming", slow: true };
    }, SLOW_MS);
    try {
      const claim = await citizen.claim(this.batchId, { pausing: (pause) => (this.step.value = pausedBy(pause)), signal: undone });
      this.step.value = { step: "claimed", claim, fresh: true };
    } catch (error) {
      if (undone.aborted) throw error;
      const told = heard(error);
      this.step.value = told instanceof ProblemError ? { step: "refused", error: told } : { step: "unknown" };
      if (!(told instanceof ProblemError || told instanceof UnreachableError)) throw told;
    } finally {
      clearTimeout(timer);
    }
  }

  private disarmed(): void {
    if (armed.value?.batchId !== this.batchId) return;
    armed.value = null;
    sessionStorage.removeItem(ARMED);
  }
}
