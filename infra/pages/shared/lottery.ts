// The draw of a lottery as the stack states it, and what every page says of it: in which phase it is, and its digits.

import type { Schema } from "./routes";
import { epochS } from "./server_time";

export type Receipt = Schema<"ReceiptView">;
/** A person in the draw. */
export type Mine = Schema<"OwnDrawView">;
export type Draw = Schema<"DrawView">;
export type DrawFile = Schema<"DrawFileView">;

/** The list must be sealed so long before the draw, and the public number be given within so long after it. */
export const SEALED_BEFORE_S = 600;
export const BEACON_WITHIN_S = 7 * 86_400;

export type Phase = "before" | "entries" | "sealing" | "sealed" | "drawn" | "void" | "abandoned" | "broken";

/** By what the draw says, else by the clock; without a draw that was read, by the clock alone. */
export function phaseOf(booking: { opens_at: string; closes_at: string } | null, draw: Pick<Draw, "state"> | null, nowS: number): Phase {
  const state = draw?.state ?? "collecting";
  if (state === "void" || state === "abandoned" || state === "broken") return state;
  if (state === "committed") return "sealed";
  if (state !== "collecting") return "drawn";
  if (booking !== null && nowS < epochS(booking.opens_at)) return "before";
  return booking !== null && nowS < epochS(booking.closes_at) ? "entries" : "sealing";
}

/** Digits in lines of four groups of four, to read out and to compare. */
export function linesOf(hex: string): string[] {
  return (hex.match(/.{1,16}/g) ?? []).map((line) => line.replace(/(.{4})(?=.)/g, "$1 "));
}

/** Where a file of the draw is. */
export function fileHref(batchId: string, name: string): string {
  return `/batches/${encodeURIComponent(batchId)}/draw/files/${encodeURIComponent(name)}`;
}
