// One sale as a state: amount and code in either order, then a quote at once, the confirmation, and its outcome.

import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, ProblemError, UnreachableError } from "../shared/api";
import { DEVICE } from "../shared/device";
import { digitsOf } from "../shared/figures";
import { items, itemsFor, itemsMinor } from "./items";
import { minorOf } from "./money";
import { CODE, practising, quoteOf, redemptionOf } from "./practice";
import type { Sale } from "./records";
import { book, channel, currency, nowOrNull, refreshed, store, till, today } from "./shop";
import { nothingStated, stated } from "./stated";
import { CUT_OFF_MAX_S, isOpen, type Content, type Hold, type Order, type Quote } from "./till";
import { isSlotCode, slotCode } from "./venue";

export type Phase =
  | { at: "entering" }
  | { at: "quoting" }
  | { at: "quoted"; quote: Quote }
  /** The code or the coupon was refused; a PIN, a fresh code or another coupon may help. */
  | { at: "quote-refused"; refusal: ProblemError }
  /** No answer to the quote. */
  | { at: "cut-off" }
  /** `slow`: there has been no answer for a while. */
  | { at: "sending"; slow: boolean }
  | { at: "holding" }
  | { at: "done"; number: string; redemption: ReturnType<typeof redemptionOf>["redemption"] }
  | { at: "held"; hold: Hold }
  | { at: "refused"; refusal: ProblemError }
  /** Written down, and not answered: the queue has it. */
  | { at: "kept"; number: string; signedOut: boolean }
  /** The own number is taken, or the device cannot write. */
  | { at: "not-kept"; taken: boolean };

export const amount = signal("");
export const code = signal<string | null>(null);
export const pin = signal("");
export const ownNumber = signal("");
export const phase = signal<Phase>({ at: "entering" });
/** Read, but not a coupon: the page says so and goes on. */
export const foreign = signal(false);

/** Of the goods where they are typed one by one, else of the amount. */
export const totalMinor = computed(() => (items.value.length > 0 ? itemsMinor.value : minorOf(amount.value, digitsOf(currency.value))));
export const order = computed<Order | null>(() => {
  const total = totalMinor.value;
  const place = store.value;
  if (total === null || place === null) return null;
  return { total_minor: total, store_id: place.store_id, channel: channel.value, region: place.region, items: itemsFor(total), ...stated.value };
});

/** From the first key or code until the next customer. */
export const inSale = computed(() => phase.value.at !== "entering" || amount.value !== "" || code.value !== null);

/** While amount and code can change. */
const EDITED: Phase["at"][] = ["entering", "quoting", "quoted", "quote-refused", "cut-off", "not-kept"];
const SLOW_S = 2;
/** Of keys: the amount is complete when no more come. */
const TYPING_MS = 450;
const HOLD_S = 600;
let scannedS = 0;
let asked = new AbortController();

/** A text was read or typed. Returns whether it is a code: a coupon's, or a slot's, which the page says. */
export function codeRead(text: string): boolean {
  const found = text.replace(/\s/g, "");
  const isSlot = !practising.value && isSlotCode(found);
  foreign.value = !isSlot && (practising.value ? found !== CODE : !/^[A-Za-z0-9_-]{20,160}$/.test(found));
  if (foreign.value || !EDITED.includes(phase.value.at)) return false;
  slotCode.value = isSlot ? found : null;
  if (isSlot) return true;
  scannedS = DEVICE.monotonicS();
  pin.value = "";
  code.value = found;
  return true;
}

/** What is asked, as a text: a merchant's record that is read anew must not ask again. */
const asking = computed(() => (code.value === null || order.value === null ? null : JSON.stringify([code.value, order.value])));

/** Asks as soon as amount and code are there, and anew when one changes. Returns how to stop. */
export function quoting(): () => void {
  let timer = 0;
  return effect(() => {
    const complete = asking.value !== null;
    clearTimeout(timer);
    // A sale that was confirmed is what it is.
    if (!EDITED.includes(phase.peek().at)) return;
    asked.abort();
    phase.value = { at: complete ? "quoting" : "entering" };
    if (complete) timer = setTimeout(() => void quoted(), TYPING_MS) as unknown as number;
  });
}

export async function quoted(): Promise<void> {
  const [coupon, complete] = [code.value, order.value];
  if (coupon === null || complete === null || !EDITED.includes(phase.value.at)) return;
  asked.abort();
  if (practising.value) {
    phase.value = { at: "quoted", quote: quoteOf(complete) };
    return;
  }
  const { signal: given } = (asked = new AbortController());
  phase.value = { at: "quoting" };
  try {
    // The first lost answer is told at once; the request goes on meanwhile.
    const pausing = ({ status }: { status: number | null }) => {
      if (status === null && !given.aborted) phase.value = { at: "cut-off" };
    };
    const quote = await till().quote(coupon, complete, pin.value || null, { pausing, signal: given });
    if (!given.aborted) phase.value = { at: "quoted", quote };
  } catch (error) {
    if (given.aborted) return;
    if (error instanceof UnreachableError) phase.value = { at: "cut-off" };
    else if (error instanceof ProblemError) phase.value = { at: "quote-refused", refusal: error };
    else throw error;
  }
}

/** The number is on the disk before the first byte leaves. A second press does nothing. */
export async function confirmed(): Promise<void> {
  const [coupon, complete] = [code.value, order.value];
  if (!["quoted", "cut-off"].includes(phase.value.at) || coupon === null || complete === null) return;
  asked.abort();
  if (practising.value) {
    phase.value = { at: "done", ...redemptionOf(complete) };
    return;
  }
  phase.value = { at: "sending", slow: false };
  void navigator.storage?.persist?.().catch(() => false);
  const number = await begun(complete);
  if (number !== null) await sent(number, { order: complete, code: coupon, pin: pin.value || null, scannedS });
}

/** What a hold set aside is redeemed for its order, without a code. */
export function heldRedeemed(number: string, content: Order): Promise<void> {
  return sent(number, { order: content });
}

async function sent(number: string, content: Content): Promise<void> {
  phase.value = { at: "sending", slow: false };
  const timer = setTimeout(() => (phase.value = { at: "sending", slow: true }), SLOW_S * 1000);
  try {
    const redemption = await till().redeem(number, content);
    phase.value = { at: "done", number, redemption };
  } catch (error) {
    if (error instanceof ProblemError && !isOpen(error)) phase.value = { at: "refused", refusal: error };
    else if (error instanceof ApiError) await queued(number, error);
    else throw error;
  } finally {
    clearTimeout(timer);
  }
  void refreshed();
}

async function queued(number: string, error: ApiError): Promise<void> {
  await book().change(number, { waits: true });
  phase.value = { at: "kept", number, signedOut: error instanceof ProblemError && [401, 403].includes(error.status) };
}

/** The coupon is set aside for this order, which is paid later. */
export async function held(): Promise<void> {
  const now = phase.value;
  const [coupon, complete] = [code.value, order.value];
  if (now.at !== "quoted" || coupon === null || complete === null || practising.value) return;
  // Until the parcel is at the door.
  const longestS = complete.fulfilment?.mode === "delivery" ? Infinity : HOLD_S;
  const holding = { code: coupon, order: complete, ttl_s: Math.min(longestS, now.quote.hold_max_s), pin: pin.value || null };
  phase.value = { at: "holding" };
  const number = await begun(complete, { holding });
  if (number !== null) await holdSent(number, holding);
}

export async function holdSent(number: string, holding: NonNullable<Sale["holding"]>): Promise<void> {
  phase.value = { at: "holding" };
  try {
    const hold = await till().hold(number, holding);
    await book().change(number, { holding: null, hold, state: "held" });
    phase.value = { at: "held", hold };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error instanceof ProblemError && !isOpen(error)) {
      await book().change(number, { holding: null, state: "refused", problem: error.problem });
      phase.value = { at: "refused", refusal: error };
    } else {
      await queued(number, error);
    }
  }
}

async function begun(complete: Order, more: Partial<Sale> = {}): Promise<string | null> {
  const sale = { day: today(), at_s: nowOrNull(), total_minor: complete.total_minor, currency: currency.value, order: complete };
  try {
    return (await book().begin(ownNumber.value.trim() || null, { ...sale, ...more })).number;
  } catch (error) {
    phase.value = { at: "not-kept", taken: (error as DOMException).name === "ConstraintError" };
    return null;
  }
}

/** The next customer. */
export function next(): void {
  batch(() => {
    amount.value = pin.value = ownNumber.value = "";
    items.value = [];
    practising.value = foreign.value = false;
    slotCode.value = null;
    nothingStated();
    again();
  });
}

/** A practice begins, or ends, with an empty sale. */
export function practised(yes: boolean): void {
  batch(() => {
    next();
    practising.value = yes;
  });
}

/** Another code for the same amount. */
export function again(): void {
  batch(() => {
    code.value = null;
    pin.value = "";
    phase.value = { at: "entering" };
  });
}

/** For how long the customer's code still counts as read in time. */
export function cutOffLeftS(): number {
  return CUT_OFF_MAX_S - (DEVICE.monotonicS() - scannedS);
}
