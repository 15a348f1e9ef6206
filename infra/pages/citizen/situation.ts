// In which state a batch is for this person, by the stack's word, the time, and the answer to the claim.

import type { ProblemError } from "../shared/api";
import { epochS } from "../shared/server_time";
import type { Summary } from "./catalogue";

export type Situation =
  | { is: "before" | "open" | "paused" | "sold-out" | "closed" | "stopped" }
  | { is: "drained"; returnsAt: string | null }
  | { is: "refused"; error: ProblemError };

/** By the catalogue and the clock: it may be a minute old, and an opening is not waited for. */
export function situationOf(batch: Pick<Summary, "status" | "opens_at" | "closes_at">, nowS: number): Situation {
  const { status } = batch;
  if (status === "stopped" || status === "paused") return { is: status };
  if (status === "closed" || nowS >= epochS(batch.closes_at)) return { is: "closed" };
  if (nowS < epochS(batch.opens_at)) return { is: "before" };
  if (status === "sold_out") return { is: "sold-out" };
  if (status === "drained") return { is: "drained", returnsAt: null };
  return { is: "open" };
}

/** By the answer to a claim: what it says about the batch, or else about the person. */
export function situationAfter(error: ProblemError, nowS: number): Situation {
  const returnsAt = String(error.problem.returns_at ?? "");
  switch (error.slug) {
    case "paused":
    case "sold-out":
    case "closed":
    case "stopped":
      return { is: error.slug };
    case "drained":
      return returnsAt && nowS >= epochS(returnsAt) ? { is: "open" } : { is: "drained", returnsAt: returnsAt || null };
    case "not-open":
      return { is: "before" };
    default:
      return { is: "refused", error };
  }
}

/** Whether the catalogue's newer word ends what a refusal said. */
export function isOver(refusal: Situation, now: Situation): boolean {
  return refusal.is === "paused" && now.is !== "paused";
}
