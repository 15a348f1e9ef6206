// One person at the door: the number is on the disk before the first byte leaves, and the same request is repeated until
// any answer has come. Nothing is sent later by itself: a code lives for a minute, and a venue has no late scans.

import { signal } from "@preact/signals";
import { ApiError, ProblemError } from "../../shared/api";
import type { Schema } from "../../shared/routes";
import type { Sale } from "../records";
import { book, api, currency, nowOrNull, sales, today } from "../shop";
import { isOpen } from "../till";
import { isSlotCode } from "../venue";
import { candidatesNow, facilityNow, read, slots } from "./day";

export type Done = Schema<"CheckInDoneView">;
type Request = NonNullable<Sale["check_in"]>;

export type Phase =
  | { at: "waiting" }
  /** `slow`: there has been no answer for a while. */
  | { at: "sending"; slow: boolean }
  | { at: "in"; done: Done }
  /** `slotId`: whose slot it is, where the code told that. */
  | { at: "refused"; refusal: ProblemError; slotId: string | null }
  /** No answer: whether the person is checked in is unknown. */
  | { at: "unknown"; number: string }
  /** The day could not be read, so nothing was sent. */
  | { at: "no-line" }
  /** The device cannot write. */
  | { at: "not-kept" };

export const phase = signal<Phase>({ at: "waiting" });
/** Read, but no code of a slot: the page says so and goes on. */
export const foreign = signal(false);
const SLOW_S = 2;

export function next(): void {
  phase.value = { at: "waiting" };
  foreign.value = false;
  void read();
}

/** A text was read or typed. Returns whether it can be the code of a slot. */
export function arrived(text: string): boolean {
  const code = text.replace(/\s/g, "");
  foreign.value = !isSlotCode(code);
  if (foreign.value || phase.value.at !== "waiting") return false;
  phase.value = { at: "sending", slow: false };
  void begun(code);
  return true;
}

async function begun(code: string): Promise<void> {
  if (slots.value === null) await read();
  const facility = facilityNow();
  if (slots.value === null || facility === null) {
    phase.value = { at: "no-line" };
    return;
  }
  const request: Request = { facility_id: facility.facility_id, code, slots: candidatesNow() };
  const made = { day: today(), at_s: nowOrNull(), total_minor: 0, currency: currency.value, order: null, check_in: request };
  let number: string;
  try {
    number = (await book().begin(null, made)).number;
  } catch {
    phase.value = { at: "not-kept" };
    return;
  }
  await sent(number, request);
}

/** Those without an answer: the same number, so nobody is checked in twice. */
export function unanswered(): Sale[] {
  return sales.value.filter(({ check_in }) => check_in).reverse();
}

export async function askedAgain({ number, check_in }: Sale): Promise<void> {
  if (check_in && phase.value.at !== "sending") await sent(number, check_in);
}

async function sent(number: string, request: Request): Promise<void> {
  phase.value = { at: "sending", slow: false };
  const timer = setTimeout(() => (phase.value = { at: "sending", slow: true }), SLOW_S * 1000);
  try {
    phase.value = await answered(number, request);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    phase.value = { at: "unknown", number };
  } finally {
    clearTimeout(timer);
  }
  void read();
}

/** Each slot that the code may be of is asked; a slot that is not its own refuses it and keeps nothing. */
async function answered(number: string, { code, slots: asked }: Request): Promise<Phase> {
  let last: ProblemError | null = null;
  for (const slot_id of asked) {
    try {
      const call = { path: { slot_id, checkin_no: number }, body: { code } };
      const done = (await api.call("PUT /slots/{slot_id}/checkins/{checkin_no}", call)).body;
      await book().change(number, { check_in: null, state: "done", total_minor: done.payable_minor + done.subsidy_minor });
      return { at: "in", done };
    } catch (refusal) {
      if (!(refusal instanceof ProblemError) || isOpen(refusal)) throw refusal;
      last = refusal;
      if (refusal.problem.reason === "other-slot") continue;
      await book().drop(number);
      return { at: "refused", refusal, slotId: refusal.slug === "code-invalid" ? null : slot_id };
    }
  }
  await book().drop(number);
  return { at: "refused", refusal: last ?? new ProblemError(400, { type: "/problems/code-invalid", reason: "other-slot" }), slotId: null };
}
