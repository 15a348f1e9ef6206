// Giving money back: the number is on the disk before the first byte leaves, as with a sale.

import { ProblemError } from "../shared/api";
import { book, currency, nowOrNull, sales, till, today } from "./shop";
import { isOpen, type Reversal } from "./till";

/** The next number of this device for the order: two devices never choose the same. */
export function reversalNo(orderNo: string): string {
  const before = sales.value.filter(({ number }) => number.startsWith(`${orderNo}/`)).length;
  return `r-${book().device}-${before + 1}`;
}

/** Throws ProblemError, UnreachableError: then it waits in the queue. */
export async function reversed(orderNo: string, no: string, amountMinor: number): Promise<Reversal> {
  const number = `${orderNo}/${no}`;
  await book().begin(number, { day: today(), at_s: nowOrNull(), total_minor: amountMinor, currency: currency.value, order: null });
  try {
    return await till().reverse(orderNo, no, amountMinor);
  } catch (error) {
    if (!(error instanceof ProblemError) || isOpen(error)) await book().change(number, { waits: true });
    throw error;
  }
}
