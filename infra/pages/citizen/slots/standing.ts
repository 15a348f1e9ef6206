// How a slot stands for this person: by what they are in it, the answer to their last request, and the slot itself.

import type { ProblemError } from "../../shared/api";
import { epochS } from "../../shared/server_time";
import type { Mine, Slot } from "./catalogue";

export type Standing =
  | { is: "before" | "open" | "begun" | "halted" }
  /** `rank`: the place in line of who joins now; null if nobody can. */
  | { is: "full"; waiting: number; rank: number | null }
  /** `mine`: whether the person was in it. */
  | { is: "cancelled"; reason: string | null; mine: boolean }
  /** `late`: it can no longer be given back. */
  | { is: "booked"; late: boolean; begun: boolean }
  /** `promotes`: whether the person moves up by themselves. */
  | { is: "waiting"; place: number; promotes: boolean }
  | { is: "refused"; error: ProblemError };

/** `mine`: null for who is not in the slot, and while it is not known. `error`: of a request to get in. */
export function standingOf(slot: Slot, mine: Mine | null, error: ProblemError | null, nowS: number): Standing {
  const begun = nowS >= epochS(slot.starts_at);
  if (mine?.status === "cancelled" || slot.status === "cancelled") {
    return { is: "cancelled", reason: mine?.reason ?? slot.reason, mine: mine !== null };
  }
  if (mine?.status === "booked") return { is: "booked", late: nowS >= epochS(slot.cancel_until), begun };
  if (begun) return { is: "begun" };
  if (mine?.status === "waiting") {
    return { is: "waiting", place: mine.place_in_line ?? 1, promotes: nowS < epochS(slot.promote_until) };
  }
  return (error && standingAfter(error, slot)) ?? standingAlone(slot, nowS);
}

/** What a slot is to anybody who is not in it. */
export function standingAlone(slot: Slot, nowS: number): Standing {
  if (slot.status === "cancelled") return { is: "cancelled", reason: slot.reason, mine: false };
  if (nowS >= epochS(slot.starts_at)) return { is: "begun" };
  if (slot.status === "closed") return { is: "halted" };
  if (nowS < epochS(slot.opens_at)) return { is: "before" };
  if (slot.status !== "full") return { is: "open" };
  const canJoin = slot.waiting < slot.waiting_max && nowS < epochS(slot.promote_until);
  return { is: "full", waiting: slot.waiting, rank: canJoin ? slot.waiting + 1 : null };
}

function standingAfter(error: ProblemError, slot: Slot): Standing {
  const { waiting, rank_if_joined } = error.problem;
  switch (error.slug) {
    case "full":
      return { is: "full", waiting: Number(waiting ?? slot.waiting), rank: typeof rank_if_joined === "number" ? rank_if_joined : null };
    case "closed":
      return { is: "full", waiting: slot.waiting, rank: null };
    case "stopped":
      return { is: "cancelled", reason: slot.reason, mine: false };
    case "not-open":
      return { is: "before" };
    default:
      return { is: "refused", error };
  }
}
