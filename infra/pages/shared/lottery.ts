// The draw of a lottery as the stack states it, and what every page says of it: in which phase it is, and its digits.

import { epochS } from "./server_time";

export interface Receipt {
  entry: string;
  weight: number;
  share: number;
  rules_hash: string;
  booked_at_s: number;
  signature: string;
  receipt_key: string;
}
type State = "collecting" | "committed" | "drawn" | "reserve-2" | "reserve-3" | "final" | "void" | "abandoned" | "broken";
type Title = string | { en?: string | null; zh?: string | null };
interface Cohort {
  cohort: number;
  cutoffs: { share: number; title: Title | null; cutoff: string | null; winners: number }[];
  cutoff_rest: string | null;
  admitted: number;
  recorded_at: string;
  claim_by: string;
  claims: number | null;
}
export interface DrawFile {
  name: string;
  kind: "rules" | "commitment" | "part" | "scores" | "final";
  number: number | null;
  count: number | null;
}
export interface Draw {
  batch_id: string;
  state: State;
  at: string;
  round: number;
  chain: "quicknet" | "local";
  chain_hash: string;
  rules_hash: string;
  receipt_key: string;
  entries: number | null;
  commitment: { hash: string; signature: string; committed_at: string } | null;
  beacon: { round: number; signature: string; received_at: string; by: "operator" | "partner" | "local" } | null;
  seed: string | null;
  cohorts: Cohort[];
  end: { state: string; at: string; why: string | null; claims: number | null } | null;
  steps: { step: string; at: string; by: string }[];
  files: DrawFile[];
  sample?: { winners: string[]; entries: number[] } | null;
}
export interface Mine {
  entry: string;
  nonce: string;
  weight: number;
  share: number;
  receipt: Receipt;
  score: string | null;
  rank: number | null;
  rank_is_about: boolean;
  result: "waiting" | "won" | "claimed" | "late" | "not-drawn" | "void";
  cohort: number | null;
  claim_by: string | null;
  part: { name: string; number: number; index: number } | null;
  sentence: { en: string; zh: string };
}
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
