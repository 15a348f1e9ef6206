// One slot and this person: booking, waiting and leaving, on whichever screen the person is meanwhile.

import { effect, signal, type Signal } from "@preact/signals";
import { ProblemError, UnreachableError, type Pause } from "../../shared/api";
import { JITTER_S } from "../../shared/citizen";
import { epochS } from "../../shared/server_time";
import { api, heard, kept, signedIn } from "../app";
import { pausedBy, SLOW_MS, underway } from "../claiming";
import { bookingRead, type Mine } from "./catalogue";

export type What = "book" | "wait" | "leave";
export type Step =
  | { step: "idle" }
  | { step: "queueing" }
  | { step: "asking"; what: What; slow: boolean }
  | { step: "checking" }
  | { step: "busy"; attempt: number; untilS: number }
  | { step: "refused"; what: What; error: ProblemError }
  | { step: "unknown"; what: What };

/** Slots that an attempt without an answer may have taken or left. */
const unsettled = kept("season.slots-unsettled");
/** Slots that the person waited for, as far as this tab knows: who is booked in one has moved up. */
export const waited = kept("season.slots-waited");
const known = new Map<string, Taking>();

export function takingOf(slotId: string): Taking {
  const found = known.get(slotId) ?? new Taking(slotId);
  known.set(slotId, found);
  return found;
}

// Another person's steps are nobody's business.
effect(() => {
  if (signedIn.value !== false) return;
  known.clear();
  for (const set of [unsettled, waited]) for (const slotId of [...set]) set.delete(slotId);
});

export class Taking {
  readonly step: Signal<Step> = signal({ step: "idle" });
  /** What the person is in the slot: null if they are not, undefined while that is not known. */
  readonly mine: Signal<Mine | null | undefined> = signal(undefined);
  /** The person gave it back just now. */
  readonly left = signal(false);
  private busy = false;

  constructor(readonly slotId: string) {}

  /** One request; a second press while it goes on is none. Right after the opening it waits a moment in the crowd. */
  async press(what: What, opensAt: string): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    underway.value += 1;
    this.left.value = false;
    const timer = setTimeout(() => {
      if (this.step.value.step === "asking") this.step.value = { step: "asking", what, slow: true };
    }, SLOW_MS);
    try {
      const sinceS = api.time.nowS() - epochS(opensAt);
      if (what !== "leave" && sinceS < JITTER_S) {
        this.step.value = { step: "queueing" };
        await api.device.sleep(api.device.uniform(0, JITTER_S - Math.max(0, sinceS)));
      }
      this.step.value = { step: "asking", what, slow: false };
      await this.send(what);
    } finally {
      clearTimeout(timer);
      this.busy = false;
      underway.value -= 1;
    }
  }

  /** What the person is in the slot now. An answer to a press that begins meanwhile is newer. */
  async look(): Promise<void> {
    if (this.busy) return;
    let found: Mine | null;
    try {
      found = await bookingRead(this.slotId);
    } catch (error) {
      // What was known stays; the next look finds out.
      heard(error);
      return;
    }
    if (this.busy) return;
    const news = found?.status !== this.mine.value?.status;
    this.settled(found);
    if (news || found !== null) this.step.value = { step: "idle" };
  }

  /** The slot was read anew: a refusal that was about it is over. */
  forgive(): void {
    const { value } = this.step;
    if (value.step === "refused" && ABOUT_THE_SLOT.includes(value.error.slug)) this.step.value = { step: "idle" };
  }

  /** Whether a place came to the person who waited for it. */
  get movedUp(): boolean {
    return this.mine.value?.status === "booked" && waited.has(this.slotId);
  }

  private async send(what: What): Promise<void> {
    const asked = { path: { slot_id: this.slotId }, pausing: (pause: Pause) => (this.step.value = pausedBy(pause)) };
    try {
      if (what === "leave") {
        await api.call("DELETE /slots/{slot_id}/booking", asked);
        this.gone();
      } else {
        const route = what === "book" ? "PUT /slots/{slot_id}/booking" : "PUT /slots/{slot_id}/waiting";
        const { body } = await api.call(route, { ...asked, body: {} });
        // Who has a place at once has not moved up.
        waited.delete(this.slotId);
        this.settled(body);
      }
      unsettled.delete(this.slotId);
      this.step.value = { step: "idle" };
    } catch (error) {
      const told = heard(error);
      if (told instanceof UnreachableError) {
        unsettled.add(this.slotId);
        this.step.value = { step: "unknown", what };
      } else if (told instanceof ProblemError) await this.refused(what, told);
      else throw told;
    }
  }

  /** A refusal is believed if nothing was done before it: after silence the slot is looked at. */
  private async refused(what: What, error: ProblemError): Promise<void> {
    const absent = error.slug === "not-found";
    if (what === "leave" && absent) {
      this.gone();
      this.step.value = { step: "idle" };
      return;
    }
    if (error.maybeDone || unsettled.has(this.slotId) || what === "leave") {
      try {
        const found = await bookingRead(this.slotId);
        this.settled(found);
        if (what === "leave" ? found === null : found !== null && found.status !== "cancelled") {
          if (what === "leave") this.gone();
          unsettled.delete(this.slotId);
          this.step.value = { step: "idle" };
          return;
        }
      } catch (failure) {
        if (heard(failure) instanceof UnreachableError) {
          this.step.value = { step: "unknown", what };
          return;
        }
      }
    }
    this.step.value = { step: "refused", what, error };
  }

  private settled(found: Mine | null): void {
    this.mine.value = found;
    if (found?.status === "waiting") waited.add(this.slotId);
    if (found === null) waited.delete(this.slotId);
  }

  private gone(): void {
    this.settled(null);
    unsettled.delete(this.slotId);
    this.left.value = true;
  }
}

const ABOUT_THE_SLOT = ["full", "closed", "stopped", "not-open"];
